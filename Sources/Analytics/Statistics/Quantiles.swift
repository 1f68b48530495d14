/// Quantiles of a sample, linear between order statistics.
///
/// - Parameters:
///   - values: the sample in any order.
///   - probabilities: each from 0 (minimum) to 1 (maximum); 0.5 is the median.
/// - Returns: one quantile per probability.
/// - Throws: ``StatisticsError`` when the sample is empty, holds NaN or infinity, or a probability lies outside 0…1.
/// - Source: Hyndman and Fan 1996, definition 7 (the default of R and NumPy).
public func quantiles(of values: [Double], at probabilities: [Double]) throws(StatisticsError) -> [Double] {
    guard !values.isEmpty else { throw .empty("quantile") }
    if let row = values.firstIndex(where: { !$0.isFinite }) { throw .notFinite(row: row, column: 0) }
    let sorted = values.sorted()
    var result: [Double] = []
    result.reserveCapacity(probabilities.count)
    for probability in probabilities {
        guard probability >= 0, probability <= 1 else { throw .outOfRange(name: "probability", value: probability) }
        let position = probability * Double(sorted.count - 1)
        let lower = Int(position)
        let fraction = position - Double(lower)
        let low = sorted[lower]
        let high = sorted[min(lower + 1, sorted.count - 1)]
        result.append(fraction == 0 ? low : low + fraction * (high - low))
    }
    return result
}

/// The median of a sample.
///
/// - Throws: ``StatisticsError`` when the sample is empty or holds NaN or infinity.
public func median(of values: [Double]) throws(StatisticsError) -> Double {
    try quantiles(of: values, at: [0.5])[0]
}
