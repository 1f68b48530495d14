/// A mean with the interval that holds it at a given level of confidence.
public struct MeanInterval: Sendable, Equatable, Codable {
    /// Mean of the sample.
    public let mean: Double
    /// Lower end of the interval.
    public let lower: Double
    /// Upper end of the interval.
    public let upper: Double
    /// Level of confidence, such as 0.95.
    public let level: Double
    /// Size of the sample.
    public let count: Int
}

/// The mean of a sample with a percentile bootstrap interval.
///
/// - Parameters:
///   - values: one number per unit that is resampled, for instance one recall per user.
///   - level: confidence, in 0…1.
///   - resamples: how often the sample is drawn anew with replacement.
///   - seed: the same seed gives the same interval.
/// - Throws: ``StatisticsError`` when there are no values, one is not finite, or `level` lies outside 0…1.
/// - Source: Efron and Tibshirani 1993, An Introduction to the Bootstrap, §13.3.
public func bootstrapMean(
    of values: [Double], level: Double = 0.95, resamples: Int = 1000, seed: UInt64
) throws(StatisticsError) -> MeanInterval {
    guard !values.isEmpty else { throw .empty("bootstrap mean") }
    guard level >= 0, level <= 1 else { throw .outOfRange(name: "level", value: level) }
    if let row = values.firstIndex(where: { !$0.isFinite }) { throw .notFinite(row: row, column: 0) }
    var generator = SeededGenerator(seed: seed)
    var means: [Double] = []
    means.reserveCapacity(max(1, resamples))
    for _ in 0..<max(1, resamples) {
        var sum = 0.0
        for _ in values.indices { sum += values[generator.integer(below: values.count)] }
        means.append(sum / Double(values.count))
    }
    let ends = try quantiles(of: means, at: [(1 - level) / 2, (1 + level) / 2])
    let mean = values.reduce(0, +) / Double(values.count)
    return MeanInterval(mean: mean, lower: ends[0], upper: ends[1], level: level, count: values.count)
}
