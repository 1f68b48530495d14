import Millrace

/// What a `profile-rebuild` job may say.
struct ProfileRebuildArguments: Codable, Sendable {
    var clusters = ClusterCount.auto
    var minClusters = 5
    var maxClusters = 10
    var restarts = 8
    var seed: UInt64 = 1

    enum CodingKeys: String, CodingKey {
        case clusters
        case minClusters = "min_clusters"
        case maxClusters = "max_clusters"
        case restarts, seed
    }

    static let schema = ArgumentSchema(
        defaults: ProfileRebuildArguments(),
        describing: [
            "clusters": .init(
                "How many segments, or \"auto\" for the number between min_clusters and max_clusters that the "
                    + "silhouette likes best. Never more than there are different customers.",
                minimum: 1, maximum: 200, oneOf: ["auto"]),
            "min_clusters": .init("The fewest segments that \"auto\" tries.", minimum: 2, maximum: 200),
            "max_clusters": .init("The most segments that \"auto\" tries.", minimum: 2, maximum: 200),
            "restarts": .init(
                "K-Means is run so often from other starts, and the best is kept.", minimum: 1, maximum: 100),
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
            let fixed: Int? = if case .fixed(let number) = clusters { number } else { nil }
            return SegmentSearch(clusters: fixed, range: minClusters...maxClusters, restarts: restarts, seed: seed)
        }
    }
}
