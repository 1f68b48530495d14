/// A clustering found by ``kMeans(_:options:threads:check:)``; clusters are numbered by falling size, then by first member.
public struct KMeansModel: Sendable, Equatable {
    /// `clusters × columns`, the mean of each cluster's points.
    public let centroids: PointMatrix
    /// The cluster of each point.
    public let labels: [Int32]
    /// The number of points of each cluster; none is empty.
    public let sizes: [Int]
    /// Σ of squared Euclidean distances of the points to their centroids.
    public let inertia: Double
    /// The inertia at each assignment of the winning restart; it never increases beyond rounding.
    public let inertiaByIteration: [Double]
    /// Whether the winning restart came to rest before its iterations ran out.
    public let converged: Bool

    /// The number of clusters: as asked for, or the number of distinct points if that is less.
    public var clusters: Int { sizes.count }
}

/// The cluster nearest to each point, with its distance.
public struct ClusterAssignment: Sendable, Equatable {
    /// The nearest centroid of each point; the lower one on a tie.
    public let labels: [Int32]
    /// The squared Euclidean distance to it.
    public let squaredDistances: [Float]
}
