import Analytics

/// How segments are looked for.
struct SegmentSearch: Sendable, Equatable {
    /// A number of segments, or `nil` for the one that the data like best.
    var clusters: Int?
    /// Numbers to choose from.
    var range: ClosedRange<Int>
    var restarts: Int
    var seed: UInt64
}

/// The customers in segments.
struct Segmentation: Sendable {
    /// The largest first.
    let segments: [CustomerSegment]
    /// The segment of each profile, from 1.
    let numbers: [Int]
    let table: FeatureTable
    /// Mean weighted scores of each segment, in the order of their numbers.
    let centroids: PointMatrix
    let tree: SegmentTree
    /// The tree's inner nodes with names.
    let groups: [SegmentGroup]
    /// Mean silhouette; `nil` for one segment.
    let silhouette: Double?
    /// The numbers of segments that were tried; empty when the number was given.
    let tried: [TriedCount]
}

/// A number of segments with how well it suits the data.
struct TriedCount: Sendable, Equatable, Codable {
    let segments: Int
    /// Mean silhouette on the sample, −1…1.
    let silhouette: Double
    /// How much the logarithm of the inertia lies below that of points without clusters, with its standard error; `nil`
    /// when it was not looked at because the silhouette was clear.
    let gap: Double?
    let gapError: Double?

    enum CodingKeys: String, CodingKey {
        case segments, silhouette, gap
        case gapError = "gap_error"
    }
}
