/// How K-Means is run.
public struct KMeansOptions: Sendable, Equatable, Codable {
    /// How many clusters to look for, at least 1.
    public var clusters: Int
    /// How many seedings are tried; the one with the least inertia wins, the earlier one on a tie.
    public var restarts: Int
    /// The most Lloyd iterations of one restart.
    public var maximumIterations: Int
    /// Lloyd stops when the centroids' summed squared shift is at most this times the mean variance of the columns.
    public var tolerance: Double
    /// The same seed gives the same model, on every platform.
    public var seed: UInt64

    /// Options with the usual defaults.
    public init(
        clusters: Int, restarts: Int = 8, maximumIterations: Int = 100, tolerance: Double = 1e-4, seed: UInt64
    ) {
        self.clusters = clusters
        self.restarts = restarts
        self.maximumIterations = maximumIterations
        self.tolerance = tolerance
        self.seed = seed
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
}
