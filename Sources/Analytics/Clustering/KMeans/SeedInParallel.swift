internal import CKernels

/// k-means‖: a few rounds that each draw some 2 k points with probability proportional to their squared distance from
/// those drawn before; then the points are counted for the nearest drawn one, and the drawn ones, with these weights, are
/// reduced to k centroids by greedy k-means++ and a few of Lloyd's iterations.
///
/// - Parameters:
///   - points: `rows × columns`, at least one.
///   - clusters: how many are wanted.
///   - threads: how many share the work; the choice does not depend on it.
/// - Returns: `clusters × columns`, or `nil` when the rounds found fewer different points than that.
/// - Source: Bahmani, Moseley, Vattani, Kumar and Vassilvitskii 2012, "Scalable k-means++"; five rounds and an
///   oversampling of 2 k as they advise.
func seedInParallel(
    _ points: PointMatrix, summary: PointSummary, clusters: Int, threads: Int, using generator: inout SeededGenerator
) throws -> PointMatrix? {
    let state = CandidateDraw(points, summary: summary, threads: threads, seed: generator.next())
    var drawn = [generator.integer(below: points.rows)]
    var potential = try state.measure(drawn, before: 0)
    for round in 0..<5 where potential > 0 {
        let more = try state.draw(round: round, rate: 2 * Double(clusters) / potential)
        guard !more.isEmpty else { continue }
        potential = try state.measure(more, before: drawn.count)
        drawn += more
    }
    let weights = try state.weights(drawn.count)
    let kept = drawn.indices.filter { weights[$0] > 0 }
    guard kept.count >= clusters else { return nil }
    return try reduce(
        points.selecting(kept.map { drawn[$0] }), weights: kept.map { weights[$0] }, clusters: clusters,
        using: &generator)
}

/// The points with the nearest of those drawn so far.
private final class CandidateDraw: Sendable {
    private let points: PointMatrix
    private let summary: PointSummary
    private let threads: Int
    private let seed: UInt64
    private let blocks: PointBlocks
    private let nearest: SharedArray<Float>
    private let labels: SharedArray<Int32>

    init(_ points: PointMatrix, summary: PointSummary, threads: Int, seed: UInt64) {
        self.points = points
        self.summary = summary
        self.threads = threads
        self.seed = seed
        blocks = PointBlocks(rows: points.rows)
        nearest = SharedArray(repeating: .infinity, count: points.rows)
        labels = SharedArray(repeating: 0, count: points.rows)
    }

    /// Takes new candidates in, numbered from `before` on.
    ///
    /// - Returns: Σ of squared distances to the nearest candidate.
    func measure(_ candidates: [Int], before: Int) throws -> Double {
        let columns = points.columns
        let chosen = points.selecting(candidates)
        let packed = PackedCentroids(chosen, origin: summary.origin)
        let parts = SharedArray(repeating: 0.0, count: blocks.count)
        try inParallel(threads: threads, pieces: blocks.count) {
            LloydScratch(depth: columns)
        } body: { scratch, block in
            var sum = 0.0
            let range = self.blocks[block]
            self.points.values.withUnsafeBufferPointer { values in
                chosen.values.withUnsafeBufferPointer { chosen in
                    guard let values = values.baseAddress, let chosen = chosen.baseAddress else { return }
                    for first in stride(from: range.lowerBound, to: range.upperBound, by: LloydScratch.capacity) {
                        let count = min(range.upperBound - first, LloydScratch.capacity)
                        packed.nearest(
                            values + first * columns, rows: nil, count: count, scratch: scratch.vectors.base,
                            labels: scratch.labels.base, upper: scratch.upper.base, lower: scratch.lower.base)
                        Kernels.best.squared_distances(
                            values + first * columns, columns, nil, count, chosen, scratch.labels.base,
                            scratch.vectors.base, scratch.upper.base)
                        sum += self.take(first, count, before: before, scratch: scratch)
                    }
                }
            }
            parts.base[block] = sum
        }
        return parts.array.reduce(0, +)
    }

    private func take(_ first: Int, _ count: Int, before: Int, scratch: LloydScratch) -> Double {
        let (nearest, labels) = (nearest.base + first, labels.base + first)
        var sum = 0.0
        for index in 0..<count {
            if scratch.upper.base[index] < nearest[index] {
                nearest[index] = scratch.upper.base[index]
                labels[index] = Int32(truncatingIfNeeded: before) + scratch.labels.base[index]
            }
            sum += Double(nearest[index])
        }
        return sum
    }

    /// Draws each point by itself with probability `rate` × squared distance; ascending.
    func draw(round: Int, rate: Double) throws -> [Int] {
        let isDrawn = SharedArray(repeating: false, count: points.rows)
        try inParallel(threads: threads, pieces: blocks.count) {
        } body: { _, block in
            var generator = SeededGenerator(seed: self.seed, stream: UInt64(round * self.blocks.count + block))
            for row in self.blocks[block] {
                isDrawn.base[row] = generator.uniform() < rate * Double(self.nearest.base[row])
            }
        }
        return (0..<points.rows).filter { isDrawn.base[$0] }
    }

    /// How many points are nearest to each candidate.
    func weights(_ count: Int) throws -> [Float] {
        var counts = [Int](repeating: 0, count: count)
        for row in 0..<points.rows { counts[Int(labels.base[row])] += 1 }
        return counts.map { Float($0) }
    }
}

/// The k best of weighted candidates, moved to the means of those around them.
private func reduce(
    _ candidates: PointMatrix, weights: [Float], clusters: Int, using generator: inout SeededGenerator
) throws -> PointMatrix? {
    let seeds = try seedCentroids(candidates, weights: weights, clusters: clusters, threads: 1, using: &generator)
    guard seeds.count == clusters else { return nil }
    let columns = candidates.columns
    let scratch = AlignedBuffer<Float>(count: PackedCentroids.scratch(depth: columns))
    let origin = Array(candidates[seeds[0]])
    var centroids = candidates.selecting(seeds)
    var labels = [Int32](repeating: 0, count: candidates.rows)
    var upper = [Float](repeating: 0, count: candidates.rows)
    var lower = upper
    for _ in 0..<10 {
        let packed = PackedCentroids(centroids, origin: origin)
        candidates.values.withUnsafeBufferPointer { values in
            guard let values = values.baseAddress else { return }
            packed.nearest(
                values, rows: nil, count: candidates.rows, scratch: scratch.base, labels: &labels, upper: &upper,
                lower: &lower)
        }
        var sums = [Double](repeating: 0, count: clusters * columns)
        var totals = [Double](repeating: 0, count: clusters)
        for row in 0..<candidates.rows {
            let (label, weight) = (Int(labels[row]), Double(weights[row]))
            totals[label] += weight
            for column in 0..<columns {
                sums[label * columns + column] += weight * Double(candidates.values[row * columns + column])
            }
        }
        var values = centroids.values
        for cluster in 0..<clusters where totals[cluster] > 0 {
            for column in 0..<columns {
                values[cluster * columns + column] = Float(sums[cluster * columns + column] / totals[cluster])
            }
        }
        centroids = PointMatrix(unchecked: values, columns: columns)
    }
    return centroids
}
