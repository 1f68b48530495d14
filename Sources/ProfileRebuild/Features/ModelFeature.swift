/// A number about a customer that segments are found by.
enum ModelFeature: Sendable, Hashable {
    case recencyDays, orders, tenureDays, orderValue, piecesPerOrder, priceLevel, returnShare, looksPerOrder
    case evening, night, weekend, abroad
    /// Share of the money spent in a category, an index into ``ShopCatalogue/categories``.
    case category(Int32)

    /// All but the categories.
    static let behaviour: [ModelFeature] = [
        .recencyDays, .orders, .tenureDays, .orderValue, .piecesPerOrder, .priceLevel, .returnShare, .looksPerOrder,
        .evening, .night, .weekend, .abroad,
    ]

    /// The name in `profile_build.features` and in a segment's averages.
    func name(in catalogue: ShopCatalogue) -> String {
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
        case .abroad: "abroad"
        case .category(let category): "category:\(catalogue.categories[Int(category)])"
        }
    }

    /// The value in its own unit.
    func value(of profile: CustomerProfile) -> Double {
        switch self {
        case .recencyDays: profile.recencyDays
        case .orders: Double(profile.orders)
        case .tenureDays: profile.tenureDays
        case .orderValue: profile.monetary
        case .piecesPerOrder: profile.piecesPerOrder
        case .priceLevel: profile.priceLevel
        case .returnShare: profile.returnShare
        case .looksPerOrder: profile.looksPerOrder
        case .evening: profile.eveningShare
        case .night: profile.nightShare
        case .weekend: profile.weekendShare
        case .abroad: profile.isAbroad ? 1 : 0
        case .category(let category): profile.share(ofCategory: category)
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
        case .tenureDays, .priceLevel, .abroad: .plain
        case .recencyDays, .orders, .orderValue, .piecesPerOrder, .looksPerOrder: .logarithm
        case .returnShare, .evening, .night, .weekend, .category: .shrunkenShare
        }
    }

    /// How much a standard deviation of it counts in a distance. When, how often and how much people buy weighs most;
    /// all category shares together weigh about as much as one of the lesser features.
    func weight(categories: Int) -> Double {
        switch self {
        case .recencyDays, .orders, .orderValue: 1
        case .tenureDays, .piecesPerOrder, .priceLevel, .night: 0.7
        case .looksPerOrder, .evening, .weekend, .abroad: 0.5
        case .returnShare: 0.35
        case .category: 0.5 / Double(max(1, categories)).squareRoot()
        }
    }
}
