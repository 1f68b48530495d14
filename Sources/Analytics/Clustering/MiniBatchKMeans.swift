/// K-Means for points that do not fit into memory: they are shown in batches, once or several times over.
///
/// The first points shown, at least ten for each cluster, are clustered by ``kMeans(_:options:threads:check:)``. Every
/// later point moves the centroid that was nearest when its batch began towards itself, by one part in the number of
/// points that this centroid has had.
///
/// ```swift
/// var clustering = MiniBatchKMeans(options: KMeansOptions(clusters: 20, seed: 1))
/// while let batch = try nextBatch() { try clustering.show(batch) }
/// let centroids = try clustering.finish()
/// ```
///
/// - Source: Sculley 2010, "Web-scale k-means clustering".
public struct MiniBatchKMeans: Sendable {
    private let options: KMeansOptions
    private let threads: Int
    private var waiting: [Float] = []
    private var columns = 0
    private var means: [Double] = []

    /// The number of points that each centroid has had; empty before it has begun.
    public private(set) var counts: [Int] = []
    /// The number of points shown.
    public private(set) var points = 0

    /// Nothing shown yet.
    ///
    /// - Parameters:
    ///   - options: as for ``kMeans(_:options:threads:check:)``, which clusters the first points.
    ///   - threads: how many share the work, at least 1; the result does not depend on it.
    public init(options: KMeansOptions, threads: Int = 1) {
        self.options = options
        self.threads = threads
    }

    /// Takes a batch in; best some thousands of points, in random order.
    ///
    /// - Parameter check: called before the batch, and while the first points are clustered.
    /// - Throws: ``ClusteringError`` for options that make no sense, another number of columns than before, or coordinates
    ///   above 1e16; what `check` throws. After an error the state is that before the batch.
    public mutating func show(_ batch: PointMatrix, check: () throws -> Void = {}) throws {
        guard columns == 0 || batch.columns == columns else {
            throw ClusteringError.mismatch("a batch of \(batch.columns) columns after one of \(columns)")
        }
        try options.validate(points: Int.max)
        try check()
        if counts.isEmpty {
            let gathered = waiting + batch.values
            if gathered.count / batch.columns >= 10 * options.clusters {
                try begin(PointMatrix(unchecked: gathered, columns: batch.columns), check: check)
                waiting = []
            } else {
                waiting = gathered
            }
        } else {
            try learn(batch)
        }
        columns = batch.columns
        points += batch.rows
    }

    /// The centroids so far.
    ///
    /// - Returns: `clusters × columns`, or a row for each distinct point when the first points had fewer.
    /// - Throws: ``ClusteringError/tooFewPoints(points:clusters:)`` when fewer points than clusters were shown.
    public mutating func finish() throws -> PointMatrix {
        if counts.isEmpty {
            guard columns > 0 else { throw ClusteringError.tooFewPoints(points: 0, clusters: options.clusters) }
            try begin(PointMatrix(unchecked: waiting, columns: columns), check: {})
            waiting = []
        }
        return PointMatrix(unchecked: means.map { Float($0) }, columns: columns)
    }

    private mutating func begin(_ first: PointMatrix, check: () throws -> Void) throws {
        let model = try kMeans(first, options: options, threads: threads, check: check)
        means = model.centroids.values.map(Double.init)
        counts = model.sizes
    }

    /// A step of 1 / count for each point in turn is the mean of all that the centroid has had.
    private mutating func learn(_ batch: PointMatrix) throws {
        let centroids = PointMatrix(unchecked: means.map { Float($0) }, columns: columns)
        let labels = try assign(batch, to: centroids, threads: threads).labels
        let (sums, sizes) = try clusterSums(batch, labels: labels, clusters: counts.count, threads: threads)
        for cluster in counts.indices where sizes[cluster] > 0 {
            let total = Double(counts[cluster] + sizes[cluster])
            for column in 0..<columns {
                let index = cluster * columns + column
                means[index] += (sums[index] - Double(sizes[cluster]) * means[index]) / total
            }
            counts[cluster] += sizes[cluster]
        }
    }
}
