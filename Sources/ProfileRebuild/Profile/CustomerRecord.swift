import Shop

/// What is known of one customer from the own events alone: a row of `shop.profile_stage`.
///
/// Nothing in it depends on the clock, on other customers or on segments, so it is the same in whichever shard and build
/// it is made.
struct CustomerRecord: Sendable, Equatable {
    let customer: Int32
    let orders: Int
    /// Different UTC days with an order.
    let orderDays: Int
    /// Lines sent back or cancelled.
    let returns: Int
    /// Mean money of an order, returns taken off; at least 0.
    let monetary: Double
    /// Mean money of the days with orders after the first; `nil` without one.
    let repeatValue: Double?
    /// Days between consecutive orders; `nil` for one order.
    let orderGapMeanDays: Double?
    let orderGapMedianDays: Double?
    let sessions: Int
    let sessionMinutes: Double
    /// Mean pieces of an order.
    let piecesPerOrder: Double
    /// Mean rank of the prices paid, 0 cheapest, 1 dearest.
    let priceLevel: Double
    /// Lines sent back, of all lines sent back or kept; 0…1.
    let returnShare: Double
    /// Views, clicks and carts for each order.
    let looksPerOrder: Double
    /// The category with most of the money; `nil` when that is all spent on items without a category.
    let favouriteCategory: String?
    /// Of the money.
    let categoryShares: NamedShares
    /// Of views, clicks and carts.
    let interestShares: NamedShares
    let categoryAffinity: NamedShares
    let brandAffinity: NamedShares
    let priceAffinity: NamedShares
    /// Of the events that name a device.
    let deviceShares: NamedShares
    let hours: HourShares
    /// Share of the orders in the weeks before Christmas.
    let giftSeasonShare: Double
    /// Region, or country where the region is unknown.
    let region: String?
    /// Whether the country is another than that of most customers.
    let isAbroad: Bool
    let firstOrder: Timestamp
    let lastOrder: Timestamp
    /// The last event of any kind.
    let lastSeen: Timestamp
}

extension CustomerRecord {
    /// - Parameters:
    ///   - halfLifeDays: days after which a sign of interest counts half.
    ///   - hourOfWeek: the local hour of a moment.
    /// - Returns: `nil` for a customer of whom no purchase is left.
    init?(
        customer: Int32, history: CleanHistory, catalogue: ShopCatalogue, customers: ShopCustomers,
        halfLifeDays: Double, hourOfWeek: (Timestamp) -> UInt8
    ) {
        var orders = OrderTally()
        var visits = VisitTally()
        var looks = LookTally()
        var bought: [Int32: Double] = [:]
        var refunded = 0.0
        var priceRanks = 0.0
        for event in history.events {
            guard let category = catalogue[event.item]?.category else { continue }
            if event.kind != .return { visits.add(event.at) }
            switch event.kind {
            case .purchase:
                orders.add(event)
                priceRanks += catalogue.rank(of: event.price, inCategory: category)
                bought[category, default: 0] += event.amount
            case .return: refunded += event.amount
            case .view, .click, .cart, .review: looks.add(event.kind, category: category)
            }
        }
        let moments = orders.moments
        guard let firstOrder = moments.first, let lastOrder = orders.lastLine else { return nil }
        let count = Double(moments.count)
        let gaps = OrderTally.gaps(between: moments)
        let affinity = AffinityTally(history.events, catalogue: catalogue, halfLifeDays: halfLifeDays)
        let devices = DeviceTally(history.events)
        let master = customers[customer]
        let categoryShares = NamedShares(bought, names: catalogue.categories)

        self.customer = customer
        self.orders = moments.count
        orderDays = orders.days
        returns = history.returns
        monetary = max(0, orders.spent - refunded) / count
        repeatValue = orders.repeatValue
        orderGapMeanDays = gaps?.mean
        orderGapMedianDays = gaps?.median
        sessions = visits.count
        sessionMinutes = visits.meanMinutes
        piecesPerOrder = Double(orders.pieces) / count
        priceLevel = priceRanks / Double(orders.lines)
        returnShare = Double(history.returns) / Double(orders.lines + history.returns)
        looksPerOrder = Double(looks.count) / count
        favouriteCategory = categoryShares.largest(otherThan: ShopCatalogue.unnamedCategory)
        self.categoryShares = categoryShares
        interestShares = NamedShares(looks.weights, names: catalogue.categories)
        categoryAffinity = NamedShares(affinity.categories, names: catalogue.categories)
        brandAffinity = NamedShares(affinity.brands, names: catalogue.brands)
        priceAffinity = NamedShares(affinity.prices, names: AffinityTally.priceBands)
        deviceShares = NamedShares(devices.weights, names: devices.names)
        hours = HourShares(moments.map(hourOfWeek))
        giftSeasonShare = Double(moments.count(where: GiftSeason.contains)) / count
        region = master?.region ?? master?.country
        isAbroad = master?.country.map { $0 != customers.homeCountry } ?? false
        self.firstOrder = firstOrder
        self.lastOrder = lastOrder
        lastSeen = history.events.last?.at ?? lastOrder
    }
}
