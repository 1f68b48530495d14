/// A group of customers, told by what sets it apart; a row of `shop.segment`.
struct CustomerSegment: Sendable, Equatable {
    /// From 1, the largest first.
    let number: Int
    /// A few plain words, unique among the segments of a build.
    let name: String
    /// One or two sentences with the segment's own figures.
    let description: String
    let customers: Int
    /// Of all customers.
    let share: Double
    /// Means by name, each in its own unit.
    let averages: [String: Double]
    /// Strongest first.
    let traits: [SegmentTrait]
}

/// A feature that sets a segment apart.
struct SegmentTrait: Sendable, Equatable, Codable {
    /// The name in `profile_build.features`.
    let feature: String
    /// The segment's mean in standard deviations from the mean of all customers.
    let z: Double
    /// The same in words, with the figures of the segment and of all customers.
    let text: String
}

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

    func score(_ feature: ModelFeature) -> Double { scores[feature] ?? 0 }
    func mean(_ feature: ModelFeature) -> Double { means[feature] ?? 0 }

    /// Features by how far the segment's mean lies from that of all, the farthest first.
    var strongest: [ModelFeature] { ranked { abs($1) } }

    /// Features by how much they tell a reader, the most telling first.
    var mostTelling: [ModelFeature] { ranked { $0.tells(score: $1) } }

    private func ranked(by weight: (ModelFeature, Double) -> Double) -> [ModelFeature] {
        let weights = scores.map { (feature: $0.key, weight: weight($0.key, $0.value)) }
        return weights.sorted { left, right in
            (right.weight, left.feature.order) < (left.weight, right.feature.order)
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
        case .evening, .night, .weekend, .abroad, .returnShare, .looksPerOrder, .category:
            score > 0 ? score : -0.4 * score
        }
    }

    /// Decides ties, so that nothing depends on the order of a dictionary.
    fileprivate var order: Int32 {
        if case .category(let category) = self { return Int32(Self.behaviour.count) + category }
        return Int32(Self.behaviour.firstIndex(of: self) ?? 0)
    }
}
