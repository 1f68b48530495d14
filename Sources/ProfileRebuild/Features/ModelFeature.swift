/// A number about a customer that segments are found by.
enum ModelFeature: Sendable, Hashable {
    case recencyDays, orders, tenureDays, orderValue, piecesPerOrder, priceLevel, returnShare, looksPerOrder
    case evening, night, weekend, abroad
    /// 1 for a customer whose only day with an order lies in the weeks before Christmas, else 0.
    case oneTimeGift
    /// Share of the money spent in a category, by its name.
    case category(String)

    /// All but the categories.
    static let behaviour: [ModelFeature] = [
        .recencyDays, .orders, .tenureDays, .orderValue, .piecesPerOrder, .priceLevel, .returnShare, .looksPerOrder,
        .evening, .night, .weekend, .oneTimeGift, .abroad,
    ]
    private static let categoryPrefix = "category:"

    /// The name in `profile_build.features` and in a segment's averages.
    var name: String {
        switch self {
        case .recencyDays: "recency_days"
        case .orders: "orders"
        case .tenureDays: "tenure_days"
        case .orderValue: "order_value"
        case .piecesPerOrder: "pieces_per_order"
        case .priceLevel: "price_level"
        case .returnShare: "return_share"
        case .looksPerOrder: "looks_per_order"
        case .evening: "evening_share"
        case .night: "night_share"
        case .weekend: "weekend_share"
        case .oneTimeGift: "one_time_gift"
        case .abroad: "abroad"
        case .category(let category): Self.categoryPrefix + category
        }
    }

    /// The feature of a name; `nil` for a name that this version does not know.
    init?(name: String) {
        if name.hasPrefix(Self.categoryPrefix) {
            self = .category(String(name.dropFirst(Self.categoryPrefix.count)))
        } else if let known = Self.behaviour.first(where: { $0.name == name }) {
            self = known
        } else {
            return nil
        }
    }

    /// The value in its own unit.
    ///
    /// - Parameter categories: those that the profile's shares are of.
    func value(of profile: CustomerProfile, categories: LargestCategories) -> Double {
        let measures = profile.measures
        return switch self {
        case .recencyDays: profile.recencyDays
        case .orders: Double(measures.orders)
        case .tenureDays: profile.tenureDays
        case .orderValue: measures.monetary
        case .piecesPerOrder: measures.piecesPerOrder
        case .priceLevel: measures.priceLevel
        case .returnShare: measures.returnShare
        case .looksPerOrder: measures.looksPerOrder
        case .evening: measures.evening
        case .night: measures.night
        case .weekend: measures.weekend
        case .oneTimeGift: measures.orderDays == 1 && measures.giftSeason == 1 ? 1 : 0
        case .abroad: measures.isAbroad ? 1 : 0
        case .category(let name): categories.names.firstIndex(of: name).map { measures.categoryShares[$0] } ?? 0
        }
    }

    /// What makes the values fit for distances.
    enum Preparation: Sendable {
        /// As they are.
        case plain
        /// ln(1 + x): a skewed amount, of which the ratio matters.
        case logarithm
        /// Drawn towards the mean of all customers as if by two more orders, so that one order on a Sunday makes nobody
        /// a weekend shopper.
        case shrunkenShare
    }

    var preparation: Preparation {
        switch self {
        case .tenureDays, .priceLevel, .oneTimeGift, .abroad: .plain
        case .recencyDays, .orders, .orderValue, .piecesPerOrder, .looksPerOrder: .logarithm
        case .returnShare, .evening, .night, .weekend, .category: .shrunkenShare
        }
    }

    /// How much a standard deviation of it counts in a distance. When, how often and how much people buy weighs most;
    /// all category shares together weigh about as much as one of the lesser features.
    func weight(categories: Int) -> Double {
        switch self {
        case .recencyDays, .orders, .orderValue: 1
        case .tenureDays, .piecesPerOrder, .priceLevel, .night, .oneTimeGift: 0.7
        case .looksPerOrder, .evening, .weekend, .abroad: 0.5
        case .returnShare: 0.35
        case .category: 0.5 / Double(max(1, categories)).squareRoot()
        }
    }
}
