import Analytics

/// The number of segments that the data like best, on a sample.
///
/// The mean silhouette decides, where it sees structure. Numbers close to the best are as good by it; among these the gap
/// statistic decides: the least whose gap is within an error of the greatest. Where all customers are alike there is one
/// segment.
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
    guard let last = bySilhouette.last?.clusters else { return (1, []) }
    let silhouettes = bySilhouette.map { (segments: $0.clusters, silhouette: $0.silhouette) }
    var gaps: [Int: SegmentCountChoice.Gap] = [:]
    if SegmentCountChoice.close(silhouettes).count > 1 {
        options.restarts = min(2, search.restarts)
        let candidates = try chooseKByGap(
            search.range.lowerBound...last, points: sample, options: options,
            references: SegmentCountChoice.gapReferences, sampleSize: SegmentCountChoice.gapSample, check: check
        ).candidates
        for candidate in candidates where candidate.gap.isFinite {
            gaps[candidate.clusters] = .init(value: candidate.gap, error: candidate.error)
        }
    }
    let tried = silhouettes.map { segments, silhouette in
        TriedCount(
            segments: segments, silhouette: silhouette, gap: gaps[segments]?.value, gapError: gaps[segments]?.error)
    }
    return (SegmentCountChoice.choose(silhouettes, gaps), tried)
}

/// The choice between numbers of segments that the silhouette likes alike.
enum SegmentCountChoice {
    /// Customers that K-Means is tried on for each number.
    static let largestSample = 20_000
    static let silhouetteSample = 4096
    static let gapSample = 2000
    static let gapReferences = 5
    /// Silhouettes within this of the best are as good as it.
    static let closeSilhouette = 0.005
    /// Below this the silhouette sees no substantial structure (Kaufman and Rousseeuw 1990, table 2.4), and a number within
    /// a tenth of the best is as good.
    static let substantialSilhouette = 0.25

    /// A gap statistic.
    struct Gap: Sendable {
        let value: Double, error: Double
    }

    /// Numbers whose silhouette is close to the best, ascending.
    static func close(_ silhouettes: [(segments: Int, silhouette: Double)]) -> [Int] {
        let best = silhouettes.map(\.silhouette).max() ?? 0
        let close = best < substantialSilhouette ? max(closeSilhouette, best / 10) : closeSilhouette
        return silhouettes.filter { $0.silhouette >= best - close }.map(\.segments)
    }

    /// - Parameters:
    ///   - silhouettes: ascending by number; at least one.
    ///   - gaps: by number, as far as they were looked at.
    static func choose(_ silhouettes: [(segments: Int, silhouette: Double)], _ gaps: [Int: Gap]) -> Int {
        let close = close(silhouettes)
        let first = silhouettes.max { ($0.silhouette, $1.segments) < ($1.silhouette, $0.segments) }?.segments ?? 1
        let measured = close.compactMap { segments in gaps[segments].map { (segments: segments, gap: $0) } }
        guard let greatest = measured.max(by: { $0.gap.value < $1.gap.value }) else { return first }
        return measured.first { $0.gap.value >= greatest.gap.value - greatest.gap.error }?.segments ?? first
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
