/// Finds the nearest centroid of every point; a point's result depends on nothing but it and the centroids.
///
/// - Parameters:
///   - points: `rows × columns`.
///   - centroids: `clusters × columns`, at least one.
/// - Returns: label and squared distance of each point.
/// - Throws: ``ClusteringError/mismatch(_:)`` when the columns differ or there is no centroid.
public func assign(_ points: PointMatrix, to centroids: PointMatrix) throws(ClusteringError) -> ClusterAssignment {
    guard points.columns == centroids.columns, centroids.rows > 0 else {
        throw .mismatch(
            "points have \(points.columns) columns, \(centroids.rows) centroids have \(centroids.columns)")
    }
    return nearestCentroids(points, centroids)
}

/// The assignment in tiles of 4 points × 8 centroids, all checks done.
func nearestCentroids(_ points: PointMatrix, _ centroids: PointMatrix) -> ClusterAssignment {
    let depth = points.columns
    let clusters = centroids.rows
    let right = PackedPanels(centroids.values, rows: 0..<clusters, depth: depth, width: 8)
    let left = PackedPanels(points.values, rows: 0..<min(4, points.rows), depth: depth, width: 4)
    var labels = [Int32](repeating: 0, count: points.rows)
    var distances = [Float](repeating: .infinity, count: points.rows)
    points.values.withUnsafeBufferPointer { values in
        labels.withUnsafeMutableBufferPointer { labels in
            distances.withUnsafeMutableBufferPointer { distances in
                for first in stride(from: 0, to: labels.count, by: 4) {
                    let range = first..<min(first + 4, labels.count)
                    left.fill(values, rows: range)
                    for panel in 0..<right.panels {
                        let tile = tileSquaredDistance(left: left[0], right: right[panel], depth: depth)
                        let lanes = min(8, clusters - panel * 8)
                        withUnsafeBytes(of: tile) { bytes in
                            let tile = bytes.bindMemory(to: Float.self)
                            for row in range {
                                for lane in 0..<lanes where tile[(row - first) * 8 + lane] < distances[row] {
                                    distances[row] = tile[(row - first) * 8 + lane]
                                    labels[row] = Int32(truncatingIfNeeded: panel * 8 + lane)
                                }
                            }
                        }
                    }
                }
            }
        }
    }
    return ClusterAssignment(labels: labels, squaredDistances: distances)
}
