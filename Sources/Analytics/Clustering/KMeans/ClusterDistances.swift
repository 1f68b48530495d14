internal import CKernels

/// Squared distances of points to the centroids of their labels, by differences.
///
/// - Parameters:
///   - points: `rows × columns`.
///   - labels: one for each point, each a row of `centroids`.
///   - centroids: `clusters × columns`.
func squaredDistances(
    _ points: PointMatrix, labels: SharedArray<Int32>, to centroids: PointMatrix, threads: Int
) throws -> SharedArray<Float> {
    let columns = points.columns
    let blocks = PointBlocks(rows: points.rows)
    let result = SharedArray<Float>(repeating: 0, count: points.rows)
    try inParallel(threads: threads, pieces: blocks.count) {
        LloydScratch(depth: columns)
    } body: { scratch, block in
        let range = blocks[block]
        points.values.withUnsafeBufferPointer { values in
            centroids.values.withUnsafeBufferPointer { centroids in
                guard let values = values.baseAddress, let centroids = centroids.baseAddress else { return }
                Kernels.best.squared_distances(
                    values + range.lowerBound * columns, columns, nil, range.count, centroids,
                    labels.base + range.lowerBound, scratch.vectors.base, result.base + range.lowerBound)
            }
        }
    }
    return result
}

/// Sums of the points of each cluster, `clusters × columns`, and the clusters' sizes; the same for any number of threads.
func clusterSums(
    _ points: PointMatrix, labels: [Int32], clusters: Int, threads: Int
) throws -> (sums: [Double], sizes: [Int]) {
    let columns = points.columns
    let length = clusters * columns
    let blocks = PointBlocks(rows: points.rows, clusters: clusters, columns: columns)
    let sums = SharedArray(repeating: 0.0, count: blocks.count * length)
    let sizes = SharedArray(repeating: 0, count: blocks.count * clusters)
    try inParallel(threads: threads, pieces: blocks.count) {
    } body: { _, block in
        points.values.withUnsafeBufferPointer { values in
            labels.withUnsafeBufferPointer { labels in
                for row in blocks[block] {
                    let label = Int(labels[row])
                    let sum = sums.base + block * length + label * columns
                    for column in 0..<columns { sum[column] += Double(values[row * columns + column]) }
                    sizes.base[block * clusters + label] += 1
                }
            }
        }
    }
    var totals = [Double](repeating: 0, count: length)
    var counts = [Int](repeating: 0, count: clusters)
    for block in 0..<blocks.count {
        for index in 0..<length { totals[index] += sums.base[block * length + index] }
        for cluster in 0..<clusters { counts[cluster] += sizes.base[block * clusters + cluster] }
    }
    return (totals, counts)
}

/// Σ ‖x − centroid‖² by differences in double precision; the same for any number of threads.
func inertia(of points: PointMatrix, labels: [Int32], centroids: PointMatrix, threads: Int) throws -> Double {
    let columns = points.columns
    let blocks = PointBlocks(rows: points.rows)
    let parts = SharedArray(repeating: 0.0, count: blocks.count)
    try inParallel(threads: threads, pieces: blocks.count) {
    } body: { _, block in
        points.values.withUnsafeBufferPointer { values in
            centroids.values.withUnsafeBufferPointer { centroids in
                var sum = 0.0
                for row in blocks[block] {
                    let base = Int(labels[row]) * columns
                    for column in 0..<columns {
                        let difference = Double(values[row * columns + column]) - Double(centroids[base + column])
                        sum += difference * difference
                    }
                }
                parts.base[block] = sum
            }
        }
    }
    return parts.array.reduce(0, +)
}
