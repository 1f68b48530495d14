import Analytics

/// The number of segments that the data like best, on a sample.
///
/// The mean silhouette decides. Numbers within ``closeSilhouette`` of the best are as good by it; among these the gap
/// statistic decides, by its own rule: the least whose gap is not below the next one's less its error, or else the one of
/// the greatest gap. Where all customers are alike there is one segment.
///
/// - Parameters:
///   - points: `customers × features`.
///   - search: range, restarts and seed.
///   - check: called often; what it throws ends the choice.
func chooseSegmentCount(
    _ points: PointMatrix, search: SegmentSearch, check: () throws -> Void
) throws -> (clusters: Int, tried: [TriedCount]) {
    let sample = try SampledPoints(points, atMost: SegmentCountChoice.largestSample, seed: search.seed).points
    var options = KMeansOptions(clusters: 1, restarts: search.restarts, seed: search.seed)
    let bySilhouette = try chooseK(
        search.range, points: sample, options: options, sampleSize: SegmentCountChoice.silhouetteSample, check: check
    ).candidates
    guard let best = bySilhouette.map(\.silhouette).max() else { return (1, []) }
    let close = bySilhouette.filter { $0.silhouette >= best - SegmentCountChoice.closeSilhouette }
    var gaps: [GapChoice.Candidate] = []
    if close.count > 1, let last = bySilhouette.last?.clusters {
        options.restarts = min(2, search.restarts)
        // One more than the last, which the rule compares it with.
        gaps = try chooseKByGap(
            search.range.lowerBound...last + 1, points: sample, options: options,
            references: SegmentCountChoice.gapReferences, sampleSize: SegmentCountChoice.gapSample, check: check
        ).candidates
    }
    let tried = bySilhouette.map { candidate in
        let gap = gaps.first { $0.clusters == candidate.clusters && $0.gap.isFinite }
        return TriedCount(
            segments: candidate.clusters, silhouette: candidate.silhouette, gap: gap?.gap, gapError: gap?.error)
    }
    return (SegmentCountChoice.choose(among: close.map(\.clusters), best: best, bySilhouette, gaps), tried)
}

/// The choice between numbers of segments that the silhouette likes alike.
enum SegmentCountChoice {
    /// Customers that K-Means is tried on for each number.
    static let largestSample = 20_000
    static let silhouetteSample = 4096
    static let gapSample = 2000
    static let gapReferences = 5
    static let closeSilhouette = 0.005

    static func choose(
        among close: [Int], best: Double, _ bySilhouette: [ClusterCountChoice.Candidate], _ gaps: [GapChoice.Candidate]
    ) -> Int {
        let first = bySilhouette.first { $0.silhouette == best }?.clusters ?? 1
        guard close.count > 1 else { return first }
        let byCount = Dictionary(gaps.map { ($0.clusters, $0) }, uniquingKeysWith: { first, _ in first })
        let settled = close.first { clusters in
            guard let own = byCount[clusters], let next = byCount[clusters + 1] else { return false }
            return own.gap >= next.gap - next.error
        }
        if let settled { return settled }
        let measured = close.compactMap { byCount[$0] }
        return measured.max { ($0.gap, $1.clusters) < ($1.gap, $0.clusters) }?.clusters ?? first
    }
}

/// Some of many points, drawn by a seed, in their order.
struct SampledPoints {
    let points: PointMatrix

    init(_ all: PointMatrix, atMost most: Int, seed: UInt64) throws {
        guard all.rows > most else {
            points = all
            return
        }
        var generator = SeededGenerator(seed: seed)
        points = try PointMatrix(
            values: generator.sample(most, of: all.rows).flatMap { Array(all[$0]) }, columns: all.columns)
    }
}
