import Shop

/// What is known of one customer as of the last event; a row of `shop.profile` before it has a segment.
struct CustomerProfile: Sendable, Equatable {
    /// A category with its share.
    struct Share: Sendable, Equatable {
        /// Index into ``ShopCatalogue/categories``.
        var category: Int32
        var share: Double
    }

    let customer: Int32
    let orders: Int
    /// Lines sent back or cancelled.
    let returns: Int
    /// Days from the last order to the last event of all.
    let recencyDays: Double
    /// Days from the first order to the last event of all.
    let tenureDays: Double
    /// Orders per 30 days since the first order, at least 30 days.
    let frequency: Double
    /// Mean money of an order, returns taken off; at least 0.
    let monetary: Double
    /// Mean pieces of an order.
    let piecesPerOrder: Double
    /// Mean rank of the prices paid, 0 cheapest, 1 dearest.
    let priceLevel: Double
    /// Lines sent back, of all lines sent back or kept; 0…1.
    let returnShare: Double
    /// Views, clicks and carts for each order.
    let looksPerOrder: Double
    /// Shares of the money by category; they sum to 1.
    let categoryShares: [Share]
    /// Shares of views, clicks and carts by category; they sum to 1, or there are none.
    let interestShares: [Share]
    /// 168 shares of the orders, in the customer's zone, Monday 00:00 first.
    let hourOfWeek: [Float]
    /// The hour of the day, 0…23, with the most orders; the earlier one on a tie.
    let peakHour: Int
    /// Share of the orders from 17:00 to 21:59.
    let eveningShare: Double
    /// Share of the orders from 22:00 to 4:59.
    let nightShare: Double
    /// Share of the orders on Saturdays and Sundays.
    let weekendShare: Double
    /// Region, or country where the region is unknown.
    let region: String?
    /// Whether the country is another than that of most customers.
    let isAbroad: Bool
    let firstOrder: Timestamp
    let lastOrder: Timestamp

    /// - Parameter asOf: the last event of all, from which recency counts back.
    init(_ history: CustomerHistory, customers: ShopCustomers, asOf: Timestamp) {
        let orders = Double(history.orders)
        customer = history.customer
        self.orders = history.orders
        returns = history.returns
        recencyDays = asOf.days(since: history.lastOrder)
        tenureDays = asOf.days(since: history.firstOrder)
        frequency = orders / max(1, tenureDays / 30)
        monetary = max(0, history.spent - history.refunded) / orders
        piecesPerOrder = Double(history.pieces) / orders
        priceLevel = history.priceRanks / Double(history.lines)
        returnShare = Double(history.returns) / Double(history.lines + history.returns)
        looksPerOrder = Double(history.looks) / orders
        categoryShares = Self.shares(history.bought)
        interestShares = Self.shares(history.looked)

        var byHourOfWeek = [Int](repeating: 0, count: 168)
        for hour in history.hours { byHourOfWeek[Int(hour)] += 1 }
        hourOfWeek = byHourOfWeek.map { Float(Double($0) / orders) }
        var byHour = [Int](repeating: 0, count: 24)
        for (hour, count) in byHourOfWeek.enumerated() { byHour[hour % 24] += count }
        peakHour = byHour.indices.max { (byHour[$0], $1) < (byHour[$1], $0) } ?? 0
        eveningShare = Double(byHour[17..<22].reduce(0, +)) / orders
        nightShare = Double(byHour[22...].reduce(0, +) + byHour[..<5].reduce(0, +)) / orders
        weekendShare = Double(byHourOfWeek[120...].reduce(0, +)) / orders

        let master = customers[history.customer]
        region = master?.region ?? master?.country
        isAbroad = master?.country.map { $0 != customers.homeCountry } ?? false
        firstOrder = history.firstOrder
        lastOrder = history.lastOrder
    }

    /// The share of the money spent in a category.
    func share(ofCategory category: Int32) -> Double {
        categoryShares.first { $0.category == category }?.share ?? 0
    }

    /// The category with most of the money, the first in alphabetical order on a tie; `nil` when that is all spent on
    /// items without a category.
    func favouriteCategory(in catalogue: ShopCatalogue) -> String? {
        let named = categoryShares.filter { catalogue.categories[Int($0.category)] != ShopCatalogue.unnamedCategory }
        return named.max { ($0.share, $1.category) < ($1.share, $0.category) }
            .map { catalogue.categories[Int($0.category)] }
    }

    private static func shares(_ sums: [CustomerHistory.CategorySum]) -> [Share] {
        let total = sums.reduce(0) { $0 + $1.sum }
        return sums.map { Share(category: $0.category, share: $0.sum / total) }
    }
}
