/// Finds the nearest centroid of every point; a point's result depends on nothing but it and the centroids.
///
/// - Parameters:
///   - points: `rows × columns`.
///   - centroids: `clusters × columns`, at least one.
///   - threads: how many share the work, at least 1.
/// - Returns: label and squared distance of each point.
/// - Throws: ``ClusteringError/mismatch(_:)`` when the columns differ or there is no centroid,
///   ``ClusteringError/tooLarge(row:)`` for coordinates above 1e16.
public func assign(
    _ points: PointMatrix, to centroids: PointMatrix, threads: Int = 1
) throws -> ClusterAssignment {
    guard points.columns == centroids.columns, centroids.rows > 0 else {
        throw ClusteringError.mismatch(
            "points have \(points.columns) columns, \(centroids.rows) centroids have \(centroids.columns)")
    }
    let columns = points.columns
    // The mean of the centroids, so that a point's bits do not depend on the other points.
    let origin = try PointSummary(centroids, threads: 1).origin
    let packed = PackedCentroids(centroids, origin: origin)
    let blocks = PointBlocks(rows: points.rows)
    let labels = SharedArray<Int32>(repeating: 0, count: points.rows)
    try inParallel(threads: threads, pieces: blocks.count) {
        LloydScratch(depth: columns)
    } body: { scratch, block in
        let range = blocks[block]
        try points.values.withUnsafeBufferPointer { values in
            guard let base = values.baseAddress else { return }
            for first in stride(from: range.lowerBound, to: range.upperBound, by: LloydScratch.capacity) {
                let count = min(range.upperBound - first, LloydScratch.capacity)
                for index in first * columns..<(first + count) * columns
                where base[index].magnitude > PointSummary.greatest {
                    throw ClusteringError.tooLarge(row: index / columns)
                }
                packed.nearest(
                    base + first * columns, rows: nil, count: count, scratch: scratch.vectors.base,
                    labels: labels.base + first, upper: scratch.upper.base, lower: scratch.lower.base)
            }
        }
    }
    let distances = try squaredDistances(points, labels: labels, to: centroids, threads: threads)
    return ClusterAssignment(labels: labels.array, squaredDistances: distances.array)
}
