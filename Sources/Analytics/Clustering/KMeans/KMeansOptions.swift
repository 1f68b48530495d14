/// How K-Means is run.
public struct KMeansOptions: Sendable, Equatable, Codable {
    /// How the first centroids are chosen.
    public enum Start: String, Sendable, Equatable, Codable {
        /// ``plusPlus`` for up to 2²² products of points and clusters, ``parallel`` for more.
        case automatic
        /// Greedy k-means++: one centroid after the other, each the best of several random points. Passes over the points
        /// twice for each cluster.
        case plusPlus
        /// k-means‖: in five passes some 2 k random points each, then the best k of these. For many points or clusters.
        case parallel
    }

    /// How many clusters to look for, at least 1.
    public var clusters: Int
    /// How many seedings are tried; the one with the least inertia wins, the earlier one on a tie.
    public var restarts: Int
    /// The most Lloyd iterations of one restart.
    public var maximumIterations: Int
    /// Lloyd stops when the centroids' summed squared shift is at most this times the mean variance of the columns.
    public var tolerance: Double
    /// The same seed gives the same model, whatever the number of threads.
    public var seed: UInt64
    /// How the first centroids are chosen.
    public var start: Start

    /// Options with the usual defaults.
    public init(
        clusters: Int, restarts: Int = 8, maximumIterations: Int = 100, tolerance: Double = 1e-4, seed: UInt64,
        start: Start = .automatic
    ) {
        self.clusters = clusters
        self.restarts = restarts
        self.maximumIterations = maximumIterations
        self.tolerance = tolerance
        self.seed = seed
        self.start = start
    }

    func validate(points: Int) throws(ClusteringError) {
        guard clusters >= 1 else { throw .invalidOption(name: "clusters", value: Double(clusters)) }
        guard restarts >= 1 else { throw .invalidOption(name: "restarts", value: Double(restarts)) }
        guard maximumIterations >= 1 else {
            throw .invalidOption(name: "maximumIterations", value: Double(maximumIterations))
        }
        guard tolerance >= 0, tolerance.isFinite else { throw .invalidOption(name: "tolerance", value: tolerance) }
        guard points >= clusters else { throw .tooFewPoints(points: points, clusters: clusters) }
    }

    /// Whether the start is to be k-means‖.
    func startsInParallel(points: Int) -> Bool {
        switch start {
        case .automatic: points * clusters > 1 << 22
        case .plusPlus: false
        case .parallel: true
        }
    }
}
