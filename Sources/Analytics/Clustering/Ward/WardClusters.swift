internal import CKernels

/// The clusters left, as size and mean in double precision, in slots without gaps.
///
/// A cluster is named by one of its points. Slots come in groups of eight, depth first, for the kernel.
final class WardClusters {
    /// How many are left.
    private(set) var count: Int
    private let depth: Int
    private let panels: AlignedBuffer<Double>
    /// Infinite in a slot that is not to be chosen.
    private let sizes: AlignedBuffer<Double>
    private let mean: AlignedBuffer<Double>
    private var slotOfCluster: [Int]
    private var clusterInSlot: [Int]
    private let kernels = Kernels.best

    init(_ points: PointMatrix) {
        count = points.rows
        depth = points.columns
        let groups = (points.rows + 7) / 8
        panels = AlignedBuffer(count: groups * 8 * depth)
        sizes = AlignedBuffer(count: groups * 8)
        mean = AlignedBuffer(count: depth)
        slotOfCluster = Array(0..<points.rows)
        clusterInSlot = slotOfCluster
        for slot in 0..<groups * 8 { sizes.base[slot] = slot < points.rows ? 1 : .infinity }
        for slot in 0..<points.rows {
            let target = place(slot)
            for d in 0..<depth { target[8 * d] = Double(points.values[slot * depth + d]) }
        }
    }

    /// Some cluster.
    var anyCluster: Int { clusterInSlot[0] }

    /// Coordinates of a slot's mean, eight apart.
    private func place(_ slot: Int) -> UnsafeMutablePointer<Double> {
        panels.base + slot / 8 * depth * 8 + slot % 8
    }

    /// The cluster whose union with this one adds least, and what it adds.
    ///
    /// - Parameters:
    ///   - known: a cluster that adds `cost`; it wins a tie.
    func nearest(to cluster: Int, known: Int?, cost: Double) -> (cluster: Int, cost: Double) {
        let slot = slotOfCluster[cluster]
        let size = sizes.base[slot]
        let source = place(slot)
        for d in 0..<depth { mean.base[d] = source[8 * d] }
        var best = cost
        var found = Int32(known.map { slotOfCluster[$0] } ?? (slot == 0 ? 1 : 0))
        sizes.base[slot] = .infinity
        kernels.nearest_by_ward(panels.base, sizes.base, (count + 7) / 8, depth, mean.base, size, &best, &found)
        sizes.base[slot] = size
        return (clusterInSlot[Int(found)], best)
    }

    /// Joins two clusters under the name of the second.
    func merge(_ cluster: Int, into other: Int) {
        let (from, to) = (slotOfCluster[cluster], slotOfCluster[other])
        let (n, m) = (sizes.base[from], sizes.base[to])
        let (source, target) = (place(from), place(to))
        for d in 0..<depth { target[8 * d] = (n * source[8 * d] + m * target[8 * d]) / (n + m) }
        sizes.base[to] = n + m
        // The last slot fills the gap.
        let last = count - 1
        if from != last {
            let moved = place(last)
            for d in 0..<depth { source[8 * d] = moved[8 * d] }
            sizes.base[from] = sizes.base[last]
            clusterInSlot[from] = clusterInSlot[last]
            slotOfCluster[clusterInSlot[from]] = from
        }
        sizes.base[last] = .infinity
        count = last
    }
}
