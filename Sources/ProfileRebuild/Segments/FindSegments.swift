import Analytics

/// Finds segments by K-Means and names them.
///
/// With fewer customers, or fewer different ones, than segments asked for there are as many segments as different
/// customers; without any choice there is one.
///
/// - Parameters:
///   - profiles: at least one.
///   - categories: those that the profiles' shares are of.
///   - currency: ISO 4217.
///   - check: called often; what it throws ends the search.
func findSegments(
    _ profiles: [CustomerProfile], categories: LargestCategories, currency: String, search: SegmentSearch,
    check: () throws -> Void = {}
) throws -> Segmentation {
    let table = try FeatureTable(profiles, categories: categories)
    let points = try table.points
    var clusters = min(search.clusters ?? 1, profiles.count)
    var tried: [TriedCount] = []
    if search.clusters == nil {
        (clusters, tried) = try chooseSegmentCount(points, search: search, check: check)
    }
    let model = try kMeans(
        points, options: KMeansOptions(clusters: clusters, restarts: search.restarts, seed: search.seed), check: check)
    let score = try silhouette(
        points, labels: model.labels, sampleSize: SegmentCountChoice.silhouetteSample, seed: search.seed, check: check)
    let figures = SegmentFigures.all(labels: model.labels, clusters: model.clusters, profiles: profiles, table: table)
    let writer = SegmentWriter(currency: currency)
    let names = writer.names(figures)
    return Segmentation(
        segments: zip(figures, names).enumerated().map { index, segment in
            writer.segment(number: index + 1, name: segment.1, segment.0)
        },
        numbers: model.labels.map { Int($0) + 1 }, table: table, silhouette: score, tried: tried)
}
