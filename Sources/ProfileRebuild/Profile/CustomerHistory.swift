import Shop

/// One customer's clean events, added up; what every profile is made from once the last event of all is known.
struct CustomerHistory: Sendable, Equatable {
    /// A sum kept by category.
    struct CategorySum: Sendable, Equatable {
        /// Index into ``ShopCatalogue/categories``.
        var category: Int32
        var sum: Double
    }

    let customer: Int32
    /// Purchases of one order reference, or of one UTC day where there is none.
    let orders: Int
    /// Lines bought.
    let lines: Int
    /// Pieces bought.
    let pieces: Int
    /// Lines sent back or cancelled.
    let returns: Int
    /// Views, clicks and carts.
    let looks: Int
    /// Money of the purchases.
    let spent: Double
    /// Money of the returns.
    let refunded: Double
    /// Sum over the lines of the price's rank within its category.
    let priceRanks: Double
    let firstOrder: Timestamp
    let lastOrder: Timestamp
    /// Money by category, ascending by category.
    let bought: [CategorySum]
    /// Weight of views, clicks and carts by category, ascending by category.
    let looked: [CategorySum]
    /// The hour of the week of each order, in the customer's zone: 0 is Monday 00:00.
    let hours: [UInt8]

    /// How much a sign of interest counts: a click as two views, a cart as four.
    private static func interest(of kind: EventKind) -> Double? {
        switch kind {
        case .view: 1
        case .click: 2
        case .cart: 4
        case .purchase, .return, .review: nil
        }
    }

    /// - Parameters:
    ///   - hourOfWeek: the local hour of a moment.
    /// - Returns: `nil` for a customer of whom no purchase is left.
    init?(
        customer: Int32, history: CleanHistory, catalogue: ShopCatalogue, hourOfWeek: (Timestamp) -> UInt8
    ) {
        /// An order reference, or the UTC day of purchases without one.
        enum OrderKey: Hashable { case reference(Int64), day(Int64) }
        var orders: [OrderKey: Timestamp] = [:]
        var bought: [Int32: Double] = [:]
        var looked: [Int32: Double] = [:]
        var (lines, pieces, looks, spent, refunded, priceRanks) = (0, 0, 0, 0.0, 0.0, 0.0)
        var last: Timestamp?
        for event in history.events {
            guard let category = catalogue[event.item]?.category else { continue }
            switch event.kind {
            case .purchase:
                let key =
                    event.order.map(OrderKey.reference) ?? .day(event.at.microseconds / Timestamp.microsecondsPerDay)
                if orders[key] == nil { orders[key] = event.at }
                last = event.at
                lines += 1
                pieces += Int(event.quantity)
                spent += event.amount
                priceRanks += catalogue.rank(of: event.price, inCategory: category)
                bought[category, default: 0] += event.amount
            case .return:
                refunded += event.amount
            case .view, .click, .cart, .review:
                guard let weight = Self.interest(of: event.kind) else { continue }
                looks += 1
                looked[category, default: 0] += weight
            }
        }
        let moments = orders.values.sorted()
        guard let first = moments.first, let last else { return nil }
        self.customer = customer
        self.orders = moments.count
        self.lines = lines
        self.pieces = pieces
        returns = history.returns
        self.looks = looks
        self.spent = spent
        self.refunded = refunded
        self.priceRanks = priceRanks
        firstOrder = first
        lastOrder = last
        self.bought = Self.sums(bought)
        self.looked = Self.sums(looked)
        hours = moments.map(hourOfWeek)
    }

    private static func sums(_ byCategory: [Int32: Double]) -> [CategorySum] {
        byCategory.map { CategorySum(category: $0, sum: $1) }.sorted { $0.category < $1.category }
    }
}
