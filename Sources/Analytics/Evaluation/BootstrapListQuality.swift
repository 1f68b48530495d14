import Synchronization

/// A measure with the interval that holds it at a given level of confidence.
public struct MeasureInterval: Sendable, Equatable, Codable {
    /// The measure of the whole sample.
    public let value: Double
    /// Lower end of the interval.
    public let lower: Double
    /// Upper end of the interval.
    public let upper: Double
}

/// The measures of ``ListQuality`` with intervals.
public struct ListQualityIntervals: Sendable, Equatable, Codable {
    /// As ``ListQuality/coverage``.
    public let coverage: MeasureInterval
    /// As ``ListQuality/novelty``.
    public let novelty: MeasureInterval
    /// As ``ListQuality/diversity``.
    public let diversity: MeasureInterval?
    /// As ``ListQuality/gini``.
    public let gini: MeasureInterval
    /// As ``ListQuality/popularityLift``.
    public let popularityLift: MeasureInterval
    /// Level of confidence, such as 0.95.
    public let level: Double
}

/// The measures of ``ListQuality`` with bootstrap intervals over users.
///
/// Users are drawn anew with replacement; how popular an item is stays as it is. A resample has fewer different users than
/// the sample, so that it covers fewer items: percentiles are moved by the difference between the sample's measure and the
/// resamples' mean, and cut where a measure cannot lie.
///
/// - Parameters:
///   - lists: one per row of `history`.
///   - history: what the users did before, `users × items`.
///   - k: only the first k of each list count, at least 1.
///   - factors: of the items, for the diversity.
///   - level: confidence, in 0…1.
///   - resamples: how often users are drawn, at least 1.
///   - seed: the same seed gives the same intervals.
///   - threads: how many share the work; the intervals do not depend on it.
/// - Throws: ``RankingError`` as ``ListQuality``, and for a level or a number of resamples out of range.
/// - Source: Efron and Tibshirani 1993, An Introduction to the Bootstrap, §10.6 (bias) and §13.3 (percentiles).
public func bootstrapListQuality(
    of lists: RankedLists, history: InteractionBlock, at k: Int, factors: FactorMatrix? = nil, level: Double = 0.95,
    resamples: Int = 500, seed: UInt64, threads: Int = 1
) throws -> ListQualityIntervals {
    guard level >= 0, level <= 1, resamples >= 1 else {
        throw RankingError.mismatch("a level of \(level), must be in 0…1, and \(resamples) resamples, must be ≥ 1")
    }
    let whole = try ListQuality(of: lists, history: history, at: k, factors: factors)
    let facts = try ListFacts(of: lists, history: history, at: k, factors: factors)
    let drawn = Mutex([ListQuality?](repeating: nil, count: resamples))
    try inParallel(threads: threads, pieces: resamples) {
    } body: { _, resample in
        var generator = SeededGenerator(seed: seed, stream: UInt64(resample))
        var times = [Int](repeating: 0, count: facts.rows)
        for _ in 0..<facts.rows { times[generator.integer(below: facts.rows)] += 1 }
        let quality = facts.quality(times: times)
        drawn.withLock { $0[resample] = quality }
    }
    // Of a few users a resample may have none with a list; it says nothing then.
    let found = drawn.withLock { $0 }.compactMap(\.self)
    func interval(
        _ value: Double, in range: ClosedRange<Double>, _ measure: (ListQuality) -> Double?
    ) throws -> MeasureInterval {
        let measured = found.compactMap(measure)
        guard !measured.isEmpty else { return MeasureInterval(value: value, lower: value, upper: value) }
        let bias = measured.reduce(0, +) / Double(measured.count) - value
        let ends = try quantiles(of: measured, at: [(1 - level) / 2, (1 + level) / 2]).map { end in
            min(max(end - bias, range.lowerBound), range.upperBound)
        }
        return MeasureInterval(value: value, lower: ends[0], upper: ends[1])
    }
    return ListQualityIntervals(
        coverage: try interval(whole.coverage, in: 0...1) { $0.coverage },
        novelty: try interval(whole.novelty, in: 0...Double.greatestFiniteMagnitude) { $0.novelty },
        diversity: try whole.diversity.map { try interval($0, in: 0...2) { $0.diversity } },
        gini: try interval(whole.gini, in: 0...1) { $0.gini },
        popularityLift: try interval(whole.popularityLift, in: 0...Double.greatestFiniteMagnitude) {
            $0.popularityLift
        },
        level: level)
}
