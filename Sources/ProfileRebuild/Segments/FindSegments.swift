import Analytics

/// How segments are looked for.
struct SegmentSearch: Sendable, Equatable {
    /// A number of segments, or `nil` for the one that the silhouette likes best.
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
    /// Mean silhouette; `nil` for one segment.
    let silhouette: Double?
    /// The numbers of segments that were tried, with their silhouettes; empty when the number was given.
    let tried: [ClusterCountChoice.Candidate]
}

/// Finds segments by K-Means and names them.
///
/// With fewer customers, or fewer different ones, than segments asked for there are as many segments as different
/// customers; without any choice there is one.
///
/// - Parameters:
///   - profiles: at least one.
///   - check: called often; what it throws ends the search.
func findSegments(
    _ profiles: [CustomerProfile], catalogue: ShopCatalogue, search: SegmentSearch, check: () throws -> Void = {}
) throws -> Segmentation {
    let table = try FeatureTable(profiles, catalogue: catalogue)
    let points = try table.points
    var options = KMeansOptions(clusters: 1, restarts: search.restarts, seed: search.seed)
    let model: KMeansModel
    var tried: [ClusterCountChoice.Candidate] = []
    if let clusters = search.clusters {
        options.clusters = min(clusters, profiles.count)
        model = try kMeans(points, options: options, check: check)
    } else {
        let choice = try chooseK(search.range, points: points, options: options, check: check)
        (model, tried) = (choice.model, choice.candidates)
    }
    let score =
        try tried.first { $0.clusters == model.clusters }?.silhouette
        ?? silhouette(points, labels: model.labels, seed: search.seed, check: check)
    let figures = (0..<model.clusters).map { cluster in
        SegmentFigures(
            members: profiles.indices.filter { model.labels[$0] == Int32(cluster) }, profiles: profiles, table: table)
    }
    let writer = SegmentWriter(catalogue: catalogue)
    let names = writer.names(figures)
    return Segmentation(
        segments: zip(figures, names).enumerated().map { index, segment in
            writer.segment(number: index + 1, name: segment.1, segment.0)
        },
        numbers: model.labels.map { Int($0) + 1 }, table: table, silhouette: score, tried: tried)
}
