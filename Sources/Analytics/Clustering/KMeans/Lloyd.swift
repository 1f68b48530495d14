internal import CKernels

/// Lloyd's iterations with the bounds of Hamerly, which leave out the points that cannot change their cluster.
///
/// Each point keeps a distance that its own centroid is not farther than, and one that no other is nearer than; after an
/// update both move by how far centroids have moved. Bounds are rounded outwards, so the labels are those of Lloyd's
/// algorithm without them.
///
/// - Source: Hamerly 2010, "Making k-means even faster".
final class Lloyd: @unchecked Sendable {
    private let points: PointMatrix
    private let summary: PointSummary
    private let threads: Int
    private let blocks: PointBlocks
    private let clusters: Int
    private(set) var centroids: PointMatrix
    private var packed: PackedCentroids
    private var isFirst = true
    /// How far a centroid moved last, and the most that any other moved, rounded up.
    private var shifts: [Float]
    private var otherShifts: [Float]
    /// Half the distance from each centroid to the nearest other one, rounded down.
    private var halfGaps: [Float]

    private let labels: SharedArray<Int32>
    private let upper: SharedArray<Float>
    private let lower: SharedArray<Float>
    /// By block: sums `clusters × columns`, sizes, and how many labels the last assignment changed.
    private let sums: SharedArray<Double>
    private let sizes: SharedArray<Int>
    private let changes: SharedArray<Int>

    init(_ points: PointMatrix, summary: PointSummary, from start: PointMatrix, threads: Int) {
        self.points = points
        self.summary = summary
        self.threads = threads
        clusters = start.rows
        blocks = PointBlocks(rows: points.rows, clusters: clusters, columns: points.columns)
        centroids = start
        packed = PackedCentroids(start, origin: summary.origin)
        shifts = [Float](repeating: 0, count: clusters)
        otherShifts = shifts
        halfGaps = shifts
        labels = SharedArray(repeating: 0, count: points.rows)
        upper = SharedArray(repeating: .infinity, count: points.rows)
        lower = SharedArray(repeating: 0, count: points.rows)
        sums = SharedArray(repeating: 0, count: blocks.count * clusters * points.columns)
        sizes = SharedArray(repeating: 0, count: blocks.count * clusters)
        changes = SharedArray(repeating: 0, count: blocks.count)
    }

    /// The cluster of each point so far.
    var assignment: [Int32] { labels.array }

    /// Gives every point the nearest centroid.
    ///
    /// - Returns: the inertia, and whether a label changed; at the first assignment all have.
    func assign() throws -> (inertia: Double, changed: Bool) {
        if !isFirst { findHalfGaps() }
        let isFirst = isFirst
        let packed = packed
        try inParallel(threads: threads, pieces: blocks.count) { [columns = points.columns] in
            LloydScratch(depth: columns)
        } body: { scratch, block in
            self.changes.base[block] = self.assign(block, packed: packed, isFirst: isFirst, scratch: scratch)
        }
        self.isFirst = false
        let changed = changes.array.reduce(0, +) > 0
        let inertia = inertia()
        let moved = try fillEmptyClusters()
        return (inertia, changed || moved)
    }

    /// Moves the centroids to the means of their points.
    ///
    /// - Returns: the summed squared shift.
    func update() -> Double {
        let columns = points.columns
        let (totals, counts) = total()
        var values = centroids.values
        var summed = 0.0
        for cluster in 0..<clusters where counts[cluster] > 0 {
            var square = 0.0
            for column in 0..<columns {
                let index = cluster * columns + column
                let mean = Float(totals[index] / Double(counts[cluster]))
                let difference = Double(mean) - Double(values[index])
                square += difference * difference
                values[index] = mean
            }
            shifts[cluster] = roundedUp(square.squareRoot())
            summed += square
        }
        for cluster in 0..<clusters where counts[cluster] == 0 { shifts[cluster] = 0 }
        let farthest = shifts.indices.max { shifts[$0] < shifts[$1] } ?? 0
        let second = shifts.indices.reduce(Float(0)) { $1 == farthest ? $0 : max($0, shifts[$1]) }
        for cluster in 0..<clusters { otherShifts[cluster] = cluster == farthest ? second : shifts[farthest] }
        centroids = PointMatrix(unchecked: values, columns: columns)
        packed = PackedCentroids(centroids, origin: summary.origin)
        return summed
    }

    /// Sums and sizes of the clusters over all blocks, in ascending order.
    private func total() -> (sums: [Double], sizes: [Int]) {
        let length = clusters * points.columns
        var totals = [Double](repeating: 0, count: length)
        var counts = [Int](repeating: 0, count: clusters)
        for block in 0..<blocks.count {
            let sum = sums.base + block * length
            for index in 0..<length { totals[index] += sum[index] }
            for cluster in 0..<clusters { counts[cluster] += sizes.base[block * clusters + cluster] }
        }
        return (totals, counts)
    }

    /// Σ ‖x − c‖² = Σ ‖x‖² − 2 Σ c·(sum of the cluster) + Σ n ‖c‖², all taken from the origin, in double precision.
    private func inertia() -> Double {
        let columns = points.columns
        let (totals, counts) = total()
        var result = summary.squares
        for cluster in 0..<clusters {
            let count = Double(counts[cluster])
            for column in 0..<columns {
                let origin = Double(summary.origin[column])
                let centroid = Double(centroids.values[cluster * columns + column]) - origin
                result += centroid * (count * centroid - 2 * (totals[cluster * columns + column] - count * origin))
            }
        }
        return max(0, result)
    }

    private func findHalfGaps() {
        let scratch = AlignedBuffer<Float>(count: PackedCentroids.scratch(depth: points.columns))
        var own = [Int32](repeating: 0, count: clusters)
        var near = [Float](repeating: 0, count: clusters)
        centroids.values.withUnsafeBufferPointer { values in
            guard let values = values.baseAddress else { return }
            packed.nearest(
                values, rows: nil, count: clusters, scratch: scratch.base, labels: &own, upper: &near, lower: &halfGaps)
        }
        for cluster in 0..<clusters { halfGaps[cluster] *= 0.499999 }
    }

    private func assign(_ block: Int, packed: PackedCentroids, isFirst: Bool, scratch: LloydScratch) -> Int {
        let range = blocks[block]
        var changed = 0
        points.values.withUnsafeBufferPointer { values in
            guard let values = values.baseAddress else { return }
            for first in stride(from: range.lowerBound, to: range.upperBound, by: LloydScratch.capacity) {
                let rows = first..<min(range.upperBound, first + LloydScratch.capacity)
                let count = isFirst ? scratch.takeAll(rows) : select(rows, values: values, scratch: scratch)
                packed.nearest(
                    values, rows: scratch.rows.base, count: count, scratch: scratch.vectors.base,
                    labels: scratch.labels.base, upper: scratch.upper.base, lower: scratch.lower.base)
                changed += take(count, block: block, values: values, isFirst: isFirst, scratch: scratch)
            }
        }
        return changed
    }

    /// The points whose bounds do not tell that they stay.
    private func select(_ range: Range<Int>, values: UnsafePointer<Float>, scratch: LloydScratch) -> Int {
        let (labels, upper, lower) = (labels.base, upper.base, lower.base)
        let (rows, own) = (scratch.rows.base, scratch.labels.base)
        var open = 0
        shifts.withUnsafeBufferPointer { shifts in
            otherShifts.withUnsafeBufferPointer { others in
                halfGaps.withUnsafeBufferPointer { gaps in
                    for row in range {
                        let label = Int(labels[row])
                        let far = (upper[row] + shifts[label]) * (1 + 0x1p-22)
                        let near = lower[row] - others[label]
                        let safe = near * (near < 0 ? 1 + 0x1p-22 : 1 - 0x1p-22)
                        upper[row] = far
                        lower[row] = safe
                        rows[open] = Int32(truncatingIfNeeded: row)
                        own[open] = labels[row]
                        open += far < max(safe, gaps[label]) ? 0 : 1
                    }
                }
            }
        }
        let centroids = centroids
        centroids.values.withUnsafeBufferPointer { centroids in
            guard let centroids = centroids.baseAddress else { return }
            Kernels.best.squared_distances(
                values, points.columns, rows, open, centroids, own, scratch.vectors.base, scratch.upper.base)
        }
        let margin = 1 + PackedCentroids.slack(depth: points.columns)
        var count = 0
        halfGaps.withUnsafeBufferPointer { gaps in
            for index in 0..<open {
                let row = Int(rows[index])
                let far = scratch.upper.base[index].squareRoot() * margin
                upper[row] = far
                rows[count] = rows[index]
                count += far < max(lower[row], gaps[Int(own[index])]) ? 0 : 1
            }
        }
        return count
    }

    /// Writes down what the kernel found for the selected points.
    private func take(
        _ count: Int, block: Int, values: UnsafePointer<Float>, isFirst: Bool, scratch: LloydScratch
    ) -> Int {
        let columns = points.columns
        let sums = sums.base + block * clusters * columns
        let sizes = sizes.base + block * clusters
        var changed = 0
        for index in 0..<count {
            let row = Int(scratch.rows.base[index])
            let label = Int(scratch.labels.base[index])
            upper.base[row] = scratch.upper.base[index]
            lower.base[row] = scratch.lower.base[index]
            let before = Int(labels.base[row])
            if isFirst || before != label {
                changed += 1
                labels.base[row] = Int32(truncatingIfNeeded: label)
                let point = values + row * columns
                let sum = sums + label * columns
                for column in 0..<columns { sum[column] += Double(point[column]) }
                sizes[label] += 1
                if !isFirst {
                    let sum = sums + before * columns
                    for column in 0..<columns { sum[column] -= Double(point[column]) }
                    sizes[before] -= 1
                }
            }
        }
        return changed
    }

    /// Gives each empty cluster the point farthest from its own centroid, taken from a cluster that keeps another one;
    /// none when every point lies on a centroid, for then there are fewer distinct points than clusters.
    private func fillEmptyClusters() throws -> Bool {
        var counts = total().sizes
        let empty = counts.indices.filter { counts[$0] == 0 }
        guard !empty.isEmpty else { return false }
        let distances = try squaredDistances(points, labels: labels, to: centroids, threads: threads)
        let order = (0..<points.rows).filter { distances.base[$0] > 0 }.sorted {
            (-distances.base[$0], $0) < (-distances.base[$1], $1)
        }
        var next = order[...]
        var moved = false
        for cluster in empty {
            while let row = next.first, counts[Int(labels.base[row])] < 2 { next = next.dropFirst() }
            guard let row = next.popFirst() else { break }
            counts[Int(labels.base[row])] -= 1
            counts[cluster] = 1
            move(row, to: cluster)
            moved = true
        }
        return moved
    }

    private func move(_ row: Int, to cluster: Int) {
        let columns = points.columns
        let block = (0..<blocks.count).first { blocks[$0].contains(row) } ?? 0
        let before = Int(labels.base[row])
        let sums = sums.base + block * clusters * columns
        for column in 0..<columns {
            let value = Double(points.values[row * columns + column])
            sums[before * columns + column] -= value
            sums[cluster * columns + column] += value
        }
        sizes.base[block * clusters + before] -= 1
        sizes.base[block * clusters + cluster] += 1
        labels.base[row] = Int32(cluster)
        upper.base[row] = .infinity
        lower.base[row] = 0
    }

    private func roundedUp(_ value: Double) -> Float {
        let rounded = Float(value)
        return Double(rounded) < value ? rounded.nextUp : rounded
    }
}

/// What one thread assigns points with.
final class LloydScratch {
    /// Points looked at together.
    static let capacity = 1024

    let rows = AlignedBuffer<Int32>(count: capacity)
    let labels = AlignedBuffer<Int32>(count: capacity)
    let upper = AlignedBuffer<Float>(count: capacity)
    let lower = AlignedBuffer<Float>(count: capacity)
    let vectors: AlignedBuffer<Float>

    init(depth: Int) { vectors = AlignedBuffer(count: PackedCentroids.scratch(depth: depth)) }

    func takeAll(_ range: Range<Int>) -> Int {
        for (index, row) in range.enumerated() { rows.base[index] = Int32(truncatingIfNeeded: row) }
        return range.count
    }
}
