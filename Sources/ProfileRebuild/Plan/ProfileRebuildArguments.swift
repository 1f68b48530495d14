import Millrace

/// What a `profile-rebuild` job may say; kept with the plan of a build.
struct ProfileRebuildArguments: Codable, Sendable, Equatable {
    /// Which customers are looked at.
    enum Mode: String, Codable, Sendable, CaseIterable {
        case full, incremental
    }

    var mode = Mode.full
    var clusters = CountChoice.auto
    var minClusters = 5
    var maxClusters = 10
    var restarts = 8
    var halfLifeDays = 90.0
    var horizonDays = 90.0
    var shards = CountChoice.auto
    var seed: UInt64 = 1

    enum CodingKeys: String, CodingKey {
        case mode, clusters, restarts, shards, seed
        case minClusters = "min_clusters"
        case maxClusters = "max_clusters"
        case halfLifeDays = "half_life_days"
        case horizonDays = "horizon_days"
    }

    static let schema = ArgumentSchema(
        defaults: ProfileRebuildArguments(),
        describing: [
            "mode": .init(
                "full makes every profile and finds segments anew; incremental only makes the profiles of customers with "
                    + "events that the last build has not seen, and puts them into its segments. Without a last build, or "
                    + "with one of another half-life or horizon, incremental is full."),
            "clusters": .init(
                "How many segments, or \"auto\" for the number between min_clusters and max_clusters that the "
                    + "silhouette likes best. Never more than there are different customers.",
                minimum: 1, maximum: 200, oneOf: [CountChoice.automatic]),
            "min_clusters": .init("The fewest segments that \"auto\" tries.", minimum: 2, maximum: 200),
            "max_clusters": .init("The most segments that \"auto\" tries.", minimum: 2, maximum: 200),
            "restarts": .init(
                "K-Means is run so often from other starts, and the best is kept.", minimum: 1, maximum: 100),
            "half_life_days": .init(
                "Days after which a sign of interest counts half in an affinity.", minimum: 1, maximum: 10_000),
            "horizon_days": .init(
                "Days that expected_orders and expected_value look ahead.", minimum: 1, maximum: 3650),
            "shards": .init(
                "Jobs that share the reading, each with its own customers; any number gives the same profiles. \"auto\" "
                    + "takes one for every million events, and one job for all below that.",
                minimum: 1, maximum: 256, oneOf: [CountChoice.automatic]),
            "seed": .init("The same seed and events give the same segments."),
        ])

    /// The arguments as the search takes them.
    ///
    /// - Throws: `PermanentFailure` when the range is empty.
    var search: SegmentSearch {
        get throws {
            guard minClusters <= maxClusters else {
                throw PermanentFailure(
                    "min_clusters is \(minClusters) and max_clusters is \(maxClusters)  →  make max_clusters at least "
                        + "as large")
            }
            return SegmentSearch(
                clusters: clusters.number, range: minClusters...maxClusters, restarts: restarts, seed: seed)
        }
    }
}
