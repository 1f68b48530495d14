internal import CKernels

/// Greedy k-means++: each next centroid is the best of a few points drawn with probability proportional to their weight
/// and squared distance from the centroids so far.
///
/// - Parameters:
///   - points: `rows × columns`, at least one.
///   - weights: of the points, not negative; 1 each without them.
///   - clusters: how many are wanted.
///   - threads: how many share the work; the choice does not depend on it.
/// - Returns: indices of different points, as many as asked for or, when there are fewer distinct points, one each.
/// - Source: Arthur and Vassilvitskii 2007, "k-means++: the advantages of careful seeding", with 2 + ⌊ln k⌋ trials a
///   step as in the authors' implementation.
func seedCentroids(
    _ points: PointMatrix, weights: [Float]? = nil, clusters: Int, threads: Int, using generator: inout SeededGenerator
) throws -> [Int] {
    let trials = min(Int(CK_CANDIDATES), 2 + Int(Elementary.log(Double(clusters))))
    let seeding = Seeding(points, weights: weights, threads: threads)
    let first: Int
    if let weights {
        let running = runningSums(weights.map(Double.init))
        first = firstIndex(in: running, above: generator.uniform() * (running.last ?? 0))
    } else {
        first = generator.integer(below: points.rows)
    }
    var chosen = [first]
    try seeding.choose(first)
    while chosen.count < clusters {
        let running = seeding.runningPotential()
        guard let total = running.last, total > 0 else { break }
        let drawn = (0..<trials).map { _ in firstIndex(in: running, above: generator.uniform() * total) }
        let potentials = try seeding.potentials(of: drawn)
        var best = 0
        for trial in potentials.indices where potentials[trial] < potentials[best] { best = trial }
        chosen.append(drawn[best])
        try seeding.choose(drawn[best])
    }
    return chosen
}

/// The points and the squared distance of each to the nearest centroid so far.
private final class Seeding: Sendable {
    private let points: PointMatrix
    private let weights: [Float]?
    private let threads: Int
    private let blocks: PointBlocks
    private let nearest: SharedArray<Float>

    init(_ points: PointMatrix, weights: [Float]?, threads: Int) {
        self.points = points
        self.weights = weights
        self.threads = threads
        blocks = PointBlocks(rows: points.rows)
        nearest = SharedArray(repeating: .infinity, count: points.rows)
    }

    /// Running sums of weight × squared distance.
    func runningPotential() -> [Double] {
        let distances = UnsafeBufferPointer(start: nearest.base, count: nearest.count)
        guard let weights else { return runningSums(distances.map(Double.init)) }
        return runningSums(zip(weights, distances).map { Double($0) * Double($1) })
    }

    /// What the sum would be with each of some points as the next centroid.
    func potentials(of candidates: [Int]) throws -> [Double] { try pass(candidates, keep: false) }

    /// Makes a point a centroid.
    func choose(_ candidate: Int) throws { _ = try pass([candidate], keep: true) }

    private func pass(_ candidates: [Int], keep: Bool) throws -> [Double] {
        let columns = points.columns
        let coordinates = points.selecting(candidates).values
        let count = candidates.count
        let parts = SharedArray(repeating: 0.0, count: blocks.count * count)
        try inParallel(threads: threads, pieces: blocks.count) {
            LloydScratch(depth: columns)
        } body: { scratch, block in
            let range = self.blocks[block]
            self.points.values.withUnsafeBufferPointer { values in
                guard let values = values.baseAddress.map({ $0 + range.lowerBound * columns }) else { return }
                let nearest = self.nearest.base + range.lowerBound
                func run(_ weights: UnsafePointer<Float>?) {
                    Kernels.best.potentials(
                        values, columns, range.count, weights, coordinates, count, nearest, keep,
                        scratch.vectors.base, parts.base + block * count)
                }
                if let weights = self.weights {
                    weights.withUnsafeBufferPointer { run($0.baseAddress.map { $0 + range.lowerBound }) }
                } else {
                    run(nil)
                }
            }
        }
        var sums = [Double](repeating: 0, count: count)
        for block in 0..<blocks.count {
            for index in 0..<count { sums[index] += parts.base[block * count + index] }
        }
        return sums
    }
}

private func runningSums(_ values: [Double]) -> [Double] {
    var total = 0.0
    return values.map {
        total += $0
        return total
    }
}

/// The first index whose running sum exceeds `target`; it has a positive share of its own.
private func firstIndex(in running: [Double], above target: Double) -> Int {
    var low = 0
    var high = running.count - 1
    while low < high {
        let middle = (low + high) / 2
        if running[middle] > target { high = middle } else { low = middle + 1 }
    }
    return low
}
