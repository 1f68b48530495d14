/// A distribution over 0..<count with given weights, drawn by binary search in the running sums.
public struct DiscreteDistribution: Sendable {
    private let cumulative: [Double]

    /// The number of outcomes.
    public var count: Int { cumulative.count }

    /// Outcome `i` has probability `weights[i]` / Σ weights.
    ///
    /// - Throws: ``StatisticsError/invalidWeights(_:)`` when a weight is negative or not finite, or all are zero.
    public init(weights: [Double]) throws(StatisticsError) {
        var total = 0.0
        var sums: [Double] = []
        sums.reserveCapacity(weights.count)
        for (index, weight) in weights.enumerated() {
            guard weight >= 0, weight.isFinite else {
                throw .invalidWeights("weight \(weight) at position \(index)")
            }
            total += weight
            sums.append(total)
        }
        guard total > 0, total.isFinite else { throw .invalidWeights("\(weights.count) weights with sum \(total)") }
        cumulative = sums
    }

    /// Zipf's law: outcome `i` has probability proportional to (i + 1)^−exponent.
    ///
    /// - Throws: ``StatisticsError/invalidWeights(_:)`` when `count` is not positive or `exponent` is not finite.
    public static func zipf(count: Int, exponent: Double) throws(StatisticsError) -> DiscreteDistribution {
        try DiscreteDistribution(weights: (0..<max(0, count)).map { Elementary.pow(Double($0 + 1), -exponent) })
    }

    /// Draws one outcome.
    public func draw(using generator: inout SeededGenerator) -> Int {
        let target = generator.uniform() * (cumulative.last ?? 0)
        var low = 0
        var high = cumulative.count - 1
        while low < high {
            let middle = (low + high) / 2
            if cumulative[middle] > target { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
