/// How well points sit in their clusters: the mean of (b − a) / max(a, b), from −1 to 1.
///
/// `a` is a point's mean Euclidean distance to the others of its cluster, `b` the least mean distance to another
/// cluster; a point alone in its cluster counts 0. Exact over all pairs of the sample: with more than `sampleSize`
/// points a seeded sample is drawn first, and only its points and pairs count.
///
/// - Parameters:
///   - points: `rows × columns`.
///   - labels: the cluster of each point.
///   - sampleSize: the most points to compare, at least 2; time and memory grow with its square and its size.
///   - seed: of the sample.
///   - check: called about every thousand points; what it throws ends the computation.
/// - Returns: the mean, or `nil` when the sample holds fewer than two clusters.
/// - Throws: ``ClusteringError/mismatch(_:)`` when labels and points differ in number or a label is negative,
///   ``ClusteringError/tooLarge(row:)`` for coordinates above 1e16; what `check` throws.
/// - Source: Rousseeuw 1987, "Silhouettes: a graphical aid to the interpretation and validation of cluster analysis".
public func silhouette(
    _ points: PointMatrix, labels: [Int32], sampleSize: Int = 4096, seed: UInt64, check: () throws -> Void = {}
) throws -> Double? {
    guard labels.count == points.rows else {
        throw ClusteringError.mismatch("\(labels.count) labels for \(points.rows) points")
    }
    if let bad = points.values.firstIndex(where: { $0.magnitude > PointSummary.greatest }) {
        throw ClusteringError.tooLarge(row: bad / points.columns)
    }
    if let label = labels.first(where: { $0 < 0 }) { throw ClusteringError.mismatch("label \(label) is negative") }
    guard sampleSize >= 2 else { throw ClusteringError.invalidOption(name: "sampleSize", value: Double(sampleSize)) }
    var generator = SeededGenerator(seed: seed)
    let sample = generator.sample(sampleSize, of: points.rows)
    let chosen = sample.map { labels[$0] }
    // Clusters by number of appearance in the sample, so that labels may be sparse.
    var slots: [Int32: Int] = [:]
    for label in chosen where slots[label] == nil { slots[label] = slots.count }
    guard slots.count >= 2 else { return nil }
    let clusters = chosen.compactMap { slots[$0] }
    var sizes = [Int](repeating: 0, count: slots.count)
    for cluster in clusters { sizes[cluster] += 1 }
    return try meanSilhouette(points.selecting(sample), clusters: clusters, sizes: sizes, check: check)
}

private func meanSilhouette(
    _ points: PointMatrix, clusters: [Int], sizes: [Int], check: () throws -> Void
) throws -> Double {
    let depth = points.columns
    var sum = 0.0
    let right = PackedPanels(points.values, rows: 0..<points.rows, depth: depth, width: 8)
    let left = PackedPanels(points.values, rows: 0..<min(4, points.rows), depth: depth, width: 4)
    // Distances of four points to all, 8 at a time: [panel][row][lane].
    let distances = AlignedBuffer<Float>(count: right.panels * 32)
    var toCluster = [Double](repeating: 0, count: sizes.count)
    try points.values.withUnsafeBufferPointer { values in
        for first in stride(from: 0, to: points.rows, by: 4) {
            if first.isMultiple(of: 1024) { try check() }
            let range = first..<min(first + 4, points.rows)
            left.fill(values, rows: range)
            for panel in 0..<right.panels {
                let tile = tileSquaredDistance(left: left[0], right: right[panel], depth: depth)
                let target = distances.base + panel * 32
                store8(tile.0.squareRoot(), target)
                store8(tile.1.squareRoot(), target + 8)
                store8(tile.2.squareRoot(), target + 16)
                store8(tile.3.squareRoot(), target + 24)
            }
            for row in range {
                for cluster in toCluster.indices { toCluster[cluster] = 0 }
                for other in clusters.indices {
                    toCluster[clusters[other]] += Double(distances.base[other / 8 * 32 + (row - first) * 8 + other % 8])
                }
                sum += width(of: clusters[row], toCluster: toCluster, sizes: sizes)
            }
        }
    }
    return sum / Double(points.rows)
}

/// The silhouette width of one point from its summed distances to each cluster.
private func width(of own: Int, toCluster: [Double], sizes: [Int]) -> Double {
    guard sizes[own] > 1 else { return 0 }
    let within = toCluster[own] / Double(sizes[own] - 1)
    var between = Double.infinity
    for cluster in sizes.indices where cluster != own {
        between = min(between, toCluster[cluster] / Double(sizes[cluster]))
    }
    let larger = max(within, between)
    return larger > 0 ? (between - within) / larger : 0
}
