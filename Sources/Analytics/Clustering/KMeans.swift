/// Groups points so that the summed squared distance to the group means is small.
///
/// Several k-means++ seedings, Lloyd's iterations from each, the best kept. A cluster that loses its last point gets
/// the point that lies farthest from its centroid. With fewer distinct points than clusters asked for, the model falls
/// back to one cluster for each distinct point, with inertia 0.
///
/// - Parameters:
///   - points: `rows × columns`, usually standardised by ``ColumnScaling``.
///   - options: clusters, restarts, limits and seed.
///   - check: called before every iteration; what it throws ends the fit, for cancellation and progress.
/// - Returns: the model of least inertia; the same for the same points, options and seed.
/// - Throws: ``ClusteringError`` for options that make no sense or fewer points than clusters; what `check` throws.
/// - Source: Lloyd 1982, "Least squares quantization in PCM"; Arthur and Vassilvitskii 2007.
public func kMeans(
    _ points: PointMatrix, options: KMeansOptions, check: () throws -> Void = {}
) throws -> KMeansModel {
    try options.validate(points: points.rows)
    let limit = options.tolerance * meanColumnVariance(points)
    var best: KMeansModel?
    for restart in 0..<options.restarts {
        var generator = SeededGenerator(seed: options.seed, stream: UInt64(restart))
        try check()
        let seeds = seedCentroids(points, clusters: options.clusters, using: &generator)
        let model = try lloyd(
            points, from: points.selecting(seeds), maximumIterations: options.maximumIterations, shiftLimit: limit,
            check: check)
        if best.map({ model.inertia < $0.inertia }) ?? true { best = model }
    }
    guard let best else { throw ClusteringError.invalidOption(name: "restarts", value: Double(options.restarts)) }
    return best
}

/// Lloyd's iterations from given centroids, for comparisons with other implementations and for warm starts.
///
/// - Parameters:
///   - points: `rows × columns`.
///   - centroids: `clusters × columns`, the start.
///   - maximumIterations: at least 1.
///   - shiftLimit: stops when the centroids' summed squared shift is at most this.
///   - check: called before every iteration.
/// - Throws: ``ClusteringError`` when shapes do not fit or there are fewer points than clusters; what `check` throws.
public func kMeans(
    _ points: PointMatrix, startingFrom centroids: PointMatrix, maximumIterations: Int = 100, shiftLimit: Double = 0,
    check: () throws -> Void = {}
) throws -> KMeansModel {
    guard centroids.columns == points.columns else {
        throw ClusteringError.mismatch("points have \(points.columns) columns, centroids \(centroids.columns)")
    }
    let options = KMeansOptions(
        clusters: centroids.rows, restarts: 1, maximumIterations: maximumIterations, tolerance: 0, seed: 0)
    try options.validate(points: points.rows)
    return try lloyd(
        points, from: centroids, maximumIterations: maximumIterations, shiftLimit: shiftLimit, check: check)
}

private func lloyd(
    _ points: PointMatrix, from start: PointMatrix, maximumIterations: Int, shiftLimit: Double,
    check: () throws -> Void
) throws -> KMeansModel {
    var centroids = start
    var labels: [Int32] = []
    var history: [Double] = []
    var converged = false
    while true {
        try check()
        let found = nearestCentroids(points, centroids)
        history.append(found.squaredDistances.reduce(0.0) { $0 + Double($1) })
        let previous = labels
        labels = fillingEmptyClusters(found, clusters: centroids.rows)
        if labels == previous { converged = true }
        if converged || history.count > maximumIterations { break }
        let updated = clusterMeans(points, labels: labels, previous: centroids)
        let shift = zip(updated.values, centroids.values).reduce(0.0) { sum, pair in
            let difference = Double(pair.0) - Double(pair.1)
            return sum + difference * difference
        }
        centroids = updated
        // At rest: one more assignment makes labels and centroids agree.
        converged = shift <= shiftLimit
    }
    return numberedBySize(points, labels: labels, start: centroids, history: history, converged: converged)
}

/// Gives each empty cluster the point farthest from its own centroid, taken from a cluster that keeps another one.
private func fillingEmptyClusters(_ found: ClusterAssignment, clusters: Int) -> [Int32] {
    var labels = found.labels
    var sizes = [Int](repeating: 0, count: clusters)
    for label in labels { sizes[Int(label)] += 1 }
    var distances = found.squaredDistances
    for cluster in sizes.indices where sizes[cluster] == 0 {
        var farthest: Int?
        for row in distances.indices where sizes[Int(labels[row])] > 1 && distances[row] > 0 {
            if farthest.map({ distances[row] > distances[$0] }) ?? true { farthest = row }
        }
        // No such point: every point lies on a centroid, so there are fewer distinct points than clusters.
        guard let farthest else { break }
        sizes[Int(labels[farthest])] -= 1
        sizes[cluster] = 1
        labels[farthest] = Int32(cluster)
        distances[farthest] = 0
    }
    return labels
}

/// The mean of each cluster, summed in double precision in the order of the points; an empty one keeps its centroid.
private func clusterMeans(_ points: PointMatrix, labels: [Int32], previous: PointMatrix) -> PointMatrix {
    let columns = points.columns
    var sums = [Double](repeating: 0, count: previous.rows * columns)
    var sizes = [Int](repeating: 0, count: previous.rows)
    points.values.withUnsafeBufferPointer { values in
        sums.withUnsafeMutableBufferPointer { sums in
            for (row, label) in labels.enumerated() {
                sizes[Int(label)] += 1
                let base = Int(label) * columns
                for column in 0..<columns { sums[base + column] += Double(values[row * columns + column]) }
            }
        }
    }
    var means = previous.values
    for cluster in sizes.indices where sizes[cluster] > 0 {
        for column in 0..<columns {
            means[cluster * columns + column] = Float(sums[cluster * columns + column] / Double(sizes[cluster]))
        }
    }
    return PointMatrix(unchecked: means, columns: columns)
}

private func numberedBySize(
    _ points: PointMatrix, labels: [Int32], start: PointMatrix, history: [Double], converged: Bool
) -> KMeansModel {
    var sizes = [Int](repeating: 0, count: start.rows)
    var firstMember = [Int](repeating: labels.count, count: start.rows)
    for (row, label) in labels.enumerated() {
        sizes[Int(label)] += 1
        firstMember[Int(label)] = min(firstMember[Int(label)], row)
    }
    let order = sizes.indices.filter { sizes[$0] > 0 }.sorted {
        (-sizes[$0], firstMember[$0]) < (-sizes[$1], firstMember[$1])
    }
    var rank = [Int32](repeating: 0, count: start.rows)
    for (position, cluster) in order.enumerated() { rank[cluster] = Int32(position) }
    let renamed = labels.map { rank[Int($0)] }
    let means = clusterMeans(points, labels: renamed, previous: start.selecting(order))
    return KMeansModel(
        centroids: means, labels: renamed, sizes: order.map { sizes[$0] },
        inertia: inertia(of: points, labels: renamed, centroids: means), inertiaByIteration: history,
        converged: converged)
}

/// Σ ‖x − centroid‖² in double precision.
private func inertia(of points: PointMatrix, labels: [Int32], centroids: PointMatrix) -> Double {
    var sum = 0.0
    for row in 0..<points.rows {
        let base = Int(labels[row]) * points.columns
        for column in 0..<points.columns {
            let difference =
                Double(points.values[row * points.columns + column]) - Double(centroids.values[base + column])
            sum += difference * difference
        }
    }
    return sum
}

private func meanColumnVariance(_ points: PointMatrix) -> Double {
    var moments = [Moments](repeating: Moments(), count: points.columns)
    for (index, value) in points.values.enumerated() { moments[index % points.columns].add(Double(value)) }
    return moments.reduce(0) { $0 + $1.populationVariance } / Double(points.columns)
}
