import Analytics

/// What is known of a segment before it has a name.
struct SegmentFigures: Sendable {
    let customers: Int
    /// Of all customers.
    let share: Double
    /// Of all money spent, returns taken off.
    let revenueShare: Double
    /// Members with one order.
    let oneOrderShare: Double
    /// Means of the features in their own units.
    let means: [ModelFeature: Double]
    /// Means of all customers.
    let shopMeans: [ModelFeature: Double]
    /// Mean standard scores, by feature.
    let scores: [ModelFeature: Double]
    /// Means of what is expected of the members; `nil` where nothing is.
    var outlook: LifetimeOutlook?
    /// How far that looks ahead.
    var horizonDays = 0.0

    func score(_ feature: ModelFeature) -> Double { scores[feature] ?? 0 }
    func mean(_ feature: ModelFeature) -> Double { means[feature] ?? 0 }

    /// Features by how far the segment's mean lies from that of all, the farthest first.
    var strongest: [ModelFeature] { ranked { abs($1) } }

    /// Features by how much they tell a reader, the most telling first.
    var mostTelling: [ModelFeature] { ranked { $0.tells(score: $1) } }

    private func ranked(by weight: (ModelFeature, Double) -> Double) -> [ModelFeature] {
        let weights = scores.map { (feature: $0.key, weight: weight($0.key, $0.value)) }
        return weights.sorted { left, right in
            left.weight != right.weight ? left.weight > right.weight : left.feature.order < right.feature.order
        }.map(\.feature)
    }
}

extension ModelFeature {
    /// How much a mean score tells a reader. That a segment has much of a habit says more than that it lacks one which
    /// few have anyway, and what it pays says more than when it comes.
    func tells(score: Double) -> Double {
        switch self {
        case .priceLevel, .orderValue: 1.2 * abs(score)
        case .recencyDays, .orders, .tenureDays, .piecesPerOrder: abs(score)
        case .evening, .night, .weekend, .oneTimeGift, .abroad, .returnShare, .looksPerOrder, .category:
            score > 0 ? score : -0.4 * score
        }
    }

    /// Decides ties, so that nothing depends on the order of a dictionary.
    fileprivate var order: (Int, String) {
        if case .category(let name) = self { return (Self.behaviour.count, name) }
        return (Self.behaviour.firstIndex(of: self) ?? 0, "")
    }
}

extension SegmentFigures {
    init(members: [Int], of customers: SegmentedCustomers, table: FeatureTable) {
        let profiles = customers.profiles
        func money(_ profile: CustomerProfile) -> Double { profile.measures.monetary * Double(profile.measures.orders) }
        self.customers = members.count
        horizonDays = customers.horizonDays
        outlook = LifetimeOutlook(meanOf: members.compactMap { customers.outlooks[$0] })
        share = Double(members.count) / Double(profiles.count)
        let allMoney = profiles.reduce(0.0) { $0 + money($1) }
        revenueShare = allMoney > 0 ? members.reduce(0.0) { $0 + money(profiles[$1]) } / allMoney : 0
        oneOrderShare = Double(members.count { profiles[$0].measures.orders == 1 }) / Double(max(1, members.count))
        var means: [ModelFeature: Double] = [:]
        var scores: [ModelFeature: Double] = [:]
        let columns = table.features.count
        for (column, feature) in table.features.enumerated() {
            means[feature] = Moments(of: members.lazy.map { table.values[$0 * columns + column] }).mean
            scores[feature] = Moments(of: members.lazy.map { Double(table.scores.values[$0 * columns + column]) }).mean
        }
        // Constant features are no columns, but a description may still want them.
        for feature in ModelFeature.behaviour where means[feature] == nil {
            means[feature] = profiles.first.map { feature.value(of: $0, categories: table.model.categories) }
        }
        self.means = means
        self.scores = scores
        shopMeans = Dictionary(uniqueKeysWithValues: table.model.columns.map { ($0.feature, $0.mean) })
    }
}

/// The customers that segments are found of; arrays of one length.
struct SegmentedCustomers: Sendable {
    let profiles: [CustomerProfile]
    /// `nil` for customers of whom nothing is expected.
    let outlooks: [LifetimeOutlook?]
    let horizonDays: Double
    /// Those that the profiles' shares are of.
    let categories: LargestCategories
    /// ISO 4217.
    let currency: String
}

extension LifetimeOutlook {
    /// `nil` of none.
    init?(meanOf outlooks: [LifetimeOutlook]) {
        guard !outlooks.isEmpty else { return nil }
        self.init(
            churnRisk: Moments(of: outlooks.lazy.map(\.churnRisk)).mean,
            expectedOrders: Moments(of: outlooks.lazy.map(\.expectedOrders)).mean,
            expectedValue: Moments(of: outlooks.lazy.map(\.expectedValue)).mean)
    }
}
