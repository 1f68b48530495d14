/// The number of clusters chosen among several, and why.
public struct ClusterCountChoice: Sendable, Equatable {
    /// A tried number of clusters with its scores.
    public struct Candidate: Sendable, Equatable {
        /// Clusters.
        public let clusters: Int
        /// Mean silhouette on the sample.
        public let silhouette: Double
        /// Σ of squared distances.
        public let inertia: Double
    }

    /// The model of the chosen number.
    public let model: KMeansModel
    /// Every number tried, ascending; empty when the points have one distinct value only.
    public let candidates: [Candidate]
}

/// Fits K-Means for each number of clusters in a range and keeps the one with the greatest mean silhouette, the
/// smaller number on a tie.
///
/// The range is cut at the number of points, and trying stops at the number of distinct points, where every further
/// cluster would be empty. When all points are the same, or there is one point, the model has one cluster and no
/// candidates.
///
/// - Parameters:
///   - range: numbers of clusters, from 2.
///   - points: `rows × columns`, usually standardised.
///   - options: as for ``kMeans(_:options:threads:check:)``; `clusters` is ignored.
///   - sampleSize: the most points compared by ``silhouette(_:labels:sampleSize:seed:check:)``.
///   - threads: how many share the fits, at least 1.
///   - check: called between iterations; what it throws ends the choice.
/// - Throws: ``ClusteringError`` when the range starts below 2 or there are no points; what `check` throws.
public func chooseK(
    _ range: ClosedRange<Int>, points: PointMatrix, options: KMeansOptions, sampleSize: Int = 4096,
    threads: Int = 1, check: () throws -> Void = {}
) throws -> ClusterCountChoice {
    guard range.lowerBound >= 2 else {
        throw ClusteringError.invalidOption(name: "lower end of the range of clusters", value: Double(range.lowerBound))
    }
    var best: (model: KMeansModel, silhouette: Double)?
    var candidates: [ClusterCountChoice.Candidate] = []
    for clusters in range where clusters <= points.rows {
        var options = options
        options.clusters = clusters
        let model = try kMeans(points, options: options, threads: threads, check: check)
        let score = try silhouette(
            points, labels: model.labels, sampleSize: sampleSize, seed: options.seed, check: check)
        if let score {
            candidates.append(.init(clusters: model.clusters, silhouette: score, inertia: model.inertia))
            if best.map({ score > $0.silhouette }) ?? true { best = (model, score) }
        }
        if model.clusters < clusters { break }
    }
    if let best { return ClusterCountChoice(model: best.model, candidates: candidates) }
    var single = options
    single.clusters = 1
    let model = try kMeans(points, options: single, threads: threads, check: check)
    return ClusterCountChoice(model: model, candidates: [])
}
