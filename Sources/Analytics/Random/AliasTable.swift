/// A distribution over 0..<count with given weights, drawn in constant time.
///
/// - Source: Vose 1991, "A linear algorithm for generating random numbers with a given distribution".
public struct AliasTable: Sendable {
    private let share: [Double]
    private let other: [Int32]

    /// Outcome `i` has probability `weights[i]` / Σ weights.
    ///
    /// - Throws: ``StatisticsError/invalidWeights(_:)`` when a weight is negative or not finite, or all are zero.
    public init(weights: [Double]) throws(StatisticsError) {
        let total = weights.reduce(0, +)
        guard total > 0, total.isFinite, weights.allSatisfy({ $0 >= 0 }), weights.count < Int(Int32.max) else {
            throw .invalidWeights("\(weights.count) weights with sum \(total)")
        }
        var share = weights.map { $0 / total * Double(weights.count) }
        var other = weights.indices.map { Int32($0) }
        var small = share.indices.filter { share[$0] < 1 }
        var large = share.indices.filter { share[$0] >= 1 }
        while let low = small.popLast(), let high = large.last {
            other[low] = Int32(high)
            share[high] -= 1 - share[low]
            if share[high] < 1 {
                large.removeLast()
                small.append(high)
            }
        }
        self.share = share
        self.other = other
    }

    /// Draws one outcome.
    public func draw(using generator: inout SeededGenerator) -> Int {
        let place = generator.integer(below: share.count)
        return generator.uniform() < share[place] ? place : Int(other[place])
    }
}
