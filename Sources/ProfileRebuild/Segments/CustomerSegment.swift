import Shop

/// A group of customers, told by what sets it apart; a row of `shop.segment`.
struct CustomerSegment: Sendable, Equatable {
    /// From 1, the largest first.
    let number: Int
    /// A few plain words, unique among the segments of a build.
    let name: String
    let nameZh: String
    /// Some sentences with the segment's own figures.
    let description: String
    let descriptionZh: String
    /// Decides what the customers are told.
    let stage: CustomerStage
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
    let textZh: String

    enum CodingKeys: String, CodingKey {
        case feature, z, text
        case textZh = "text_zh"
    }
}
