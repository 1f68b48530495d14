import Shop

/// The numbers of a customer's record that models are fitted to.
struct CustomerMeasures: Sendable, Equatable {
    let customer: Int32
    let orders: Int
    let orderDays: Int
    let monetary: Double
    let repeatValue: Double?
    let piecesPerOrder: Double
    let priceLevel: Double
    let returnShare: Double
    let looksPerOrder: Double
    let evening: Double
    let night: Double
    let weekend: Double
    let giftSeason: Double
    let isAbroad: Bool
    let firstOrder: Timestamp
    let lastOrder: Timestamp
    /// Shares of the money in the build's ``LargestCategories``, in their order.
    let categoryShares: [Double]
}

extension CustomerMeasures {
    init(_ record: CustomerRecord, categories: LargestCategories) {
        self.init(
            customer: record.customer, orders: record.orders, orderDays: record.orderDays, monetary: record.monetary,
            repeatValue: record.repeatValue, piecesPerOrder: record.piecesPerOrder, priceLevel: record.priceLevel,
            returnShare: record.returnShare, looksPerOrder: record.looksPerOrder, evening: record.hours.evening,
            night: record.hours.night, weekend: record.hours.weekend, giftSeason: record.giftSeasonShare,
            isAbroad: record.isAbroad, firstOrder: record.firstOrder, lastOrder: record.lastOrder,
            categoryShares: categories.names.map { record.categoryShares[$0] })
    }
}

/// The categories whose shares are features.
struct LargestCategories: Sendable, Equatable {
    /// How many there are at most.
    static let most = 8

    /// The one with the largest sum of customers' shares first, in alphabetical order on a tie.
    let names: [String]

    /// - Parameter totals: sum of the customers' shares by category, in ten-thousandths, so that it is the same in any order.
    init(totals: [String: Int]) {
        let named = totals.filter { $0.value > 0 && $0.key != ShopCatalogue.unnamedCategory }
        names = named.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(Self.most).map(\.key)
    }

    /// Those that a kept model was fitted with.
    init(names: [String]) { self.names = names }
}
