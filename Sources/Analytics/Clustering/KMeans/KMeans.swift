/// Groups points so that the summed squared distance to the group means is small.
///
/// Several starts, Lloyd's iterations from each, the best kept. A cluster that loses its last point gets the point that
/// lies farthest from its centroid. With fewer distinct points than clusters asked for, the model falls back to one
/// cluster for each distinct point, with inertia 0.
///
/// - Parameters:
///   - points: `rows × columns`, usually standardised by ``ColumnScaling``.
///   - options: clusters, start, restarts, limits and seed.
///   - threads: how many share the work, at least 1; the model does not depend on it.
///   - check: called before every iteration; what it throws ends the fit, for cancellation and progress.
/// - Returns: the model of least inertia; the same for the same points, options and seed.
/// - Throws: ``ClusteringError`` for options that make no sense, fewer points than clusters, or coordinates above 1e16;
///   what `check` throws.
/// - Source: Lloyd 1982, "Least squares quantization in PCM"; Arthur and Vassilvitskii 2007; Bahmani et al. 2012.
public func kMeans(
    _ points: PointMatrix, options: KMeansOptions, threads: Int = 1, check: () throws -> Void = {}
) throws -> KMeansModel {
    try options.validate(points: points.rows)
    let summary = try PointSummary(points, threads: threads)
    let limit = options.tolerance * summary.squares / Double(points.rows * points.columns)
    var best: KMeansModel?
    for restart in 0..<options.restarts {
        var generator = SeededGenerator(seed: options.seed, stream: UInt64(restart))
        try check()
        let start = try startingCentroids(
            points, summary: summary, options: options, threads: threads, using: &generator)
        let model = try lloyd(
            points, summary: summary, from: start, maximumIterations: options.maximumIterations, shiftLimit: limit,
            threads: threads, check: check)
        if best.map({ model.inertia < $0.inertia }) ?? true { best = model }
    }
    guard let best else { throw ClusteringError.invalidOption(name: "restarts", value: Double(options.restarts)) }
    return best
}

/// The first centroids of one restart of ``kMeans(_:options:threads:check:)``, to look at or to time alone.
///
/// - Parameters:
///   - points: `rows × columns`.
///   - options: clusters, start and seed; those of the first restart.
///   - threads: how many share the work, at least 1.
/// - Returns: `clusters × columns`, or a row for each distinct point when there are fewer.
/// - Throws: ``ClusteringError`` as for the fit.
public func kMeansStart(_ points: PointMatrix, options: KMeansOptions, threads: Int = 1) throws -> PointMatrix {
    try options.validate(points: points.rows)
    var generator = SeededGenerator(seed: options.seed, stream: 0)
    return try startingCentroids(
        points, summary: PointSummary(points, threads: threads), options: options, threads: threads, using: &generator)
}

/// Lloyd's iterations from given centroids, for comparisons with other implementations and for warm starts.
///
/// - Parameters:
///   - points: `rows × columns`.
///   - centroids: `clusters × columns`, the start.
///   - maximumIterations: at least 1.
///   - shiftLimit: stops when the centroids' summed squared shift is at most this.
///   - threads: how many share the work, at least 1; the model does not depend on it.
///   - check: called before every iteration.
/// - Throws: ``ClusteringError`` when shapes do not fit, there are fewer points than clusters, or coordinates are above
///   1e16; what `check` throws.
public func kMeans(
    _ points: PointMatrix, startingFrom centroids: PointMatrix, maximumIterations: Int = 100, shiftLimit: Double = 0,
    threads: Int = 1, check: () throws -> Void = {}
) throws -> KMeansModel {
    guard centroids.columns == points.columns else {
        throw ClusteringError.mismatch("points have \(points.columns) columns, centroids \(centroids.columns)")
    }
    let options = KMeansOptions(
        clusters: centroids.rows, restarts: 1, maximumIterations: maximumIterations, tolerance: 0, seed: 0)
    try options.validate(points: points.rows)
    if let bad = centroids.values.firstIndex(where: { $0.magnitude > PointSummary.greatest }) {
        throw ClusteringError.tooLarge(row: bad / centroids.columns)
    }
    return try lloyd(
        points, summary: PointSummary(points, threads: threads), from: centroids,
        maximumIterations: maximumIterations, shiftLimit: shiftLimit, threads: threads, check: check)
}

private func startingCentroids(
    _ points: PointMatrix, summary: PointSummary, options: KMeansOptions, threads: Int,
    using generator: inout SeededGenerator
) throws -> PointMatrix {
    if options.startsInParallel(points: points.rows),
        let start = try seedInParallel(
            points, summary: summary, clusters: options.clusters, threads: threads, using: &generator)
    {
        return start
    }
    let seeds = try seedCentroids(points, clusters: options.clusters, threads: threads, using: &generator)
    return points.selecting(seeds)
}

private func lloyd(
    _ points: PointMatrix, summary: PointSummary, from start: PointMatrix, maximumIterations: Int, shiftLimit: Double,
    threads: Int, check: () throws -> Void
) throws -> KMeansModel {
    let state = Lloyd(points, summary: summary, from: start, threads: threads)
    var history: [Double] = []
    var converged = false
    while true {
        try check()
        let (inertia, changed) = try state.assign()
        history.append(inertia)
        if !changed { converged = true }
        if converged || history.count > maximumIterations { break }
        // At rest: one more assignment makes labels and centroids agree.
        converged = state.update() <= shiftLimit
    }
    return try numberedBySize(
        points, labels: state.assignment, clusters: start.rows, history: history, converged: converged,
        threads: threads)
}

private func numberedBySize(
    _ points: PointMatrix, labels: [Int32], clusters: Int, history: [Double], converged: Bool, threads: Int
) throws -> KMeansModel {
    let columns = points.columns
    let (sums, sizes) = try clusterSums(points, labels: labels, clusters: clusters, threads: threads)
    var firstMember = [Int](repeating: labels.count, count: clusters)
    for (row, label) in labels.enumerated() where row < firstMember[Int(label)] { firstMember[Int(label)] = row }
    let order = sizes.indices.filter { sizes[$0] > 0 }.sorted {
        (-sizes[$0], firstMember[$0]) < (-sizes[$1], firstMember[$1])
    }
    var rank = [Int32](repeating: 0, count: clusters)
    for (position, cluster) in order.enumerated() { rank[cluster] = Int32(position) }
    let renamed = labels.map { rank[Int($0)] }
    var means: [Float] = []
    means.reserveCapacity(order.count * columns)
    for cluster in order {
        for column in 0..<columns { means.append(Float(sums[cluster * columns + column] / Double(sizes[cluster]))) }
    }
    let centroids = PointMatrix(unchecked: means, columns: columns)
    return KMeansModel(
        centroids: centroids, labels: renamed, sizes: order.map { sizes[$0] },
        inertia: try inertia(of: points, labels: renamed, centroids: centroids, threads: threads),
        inertiaByIteration: history, converged: converged)
}
