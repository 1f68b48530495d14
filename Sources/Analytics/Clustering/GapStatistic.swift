/// The number of clusters chosen by the gap statistic, and why.
public struct GapChoice: Sendable, Equatable {
    /// A tried number of clusters with its scores on the sample.
    public struct Candidate: Sendable, Equatable {
        /// Clusters.
        public let clusters: Int
        /// How much the logarithm of the inertia lies below that of points without clusters; infinite for inertia 0.
        public let gap: Double
        /// Standard deviation of that logarithm over the sets without clusters, times √(1 + 1 / sets).
        public let error: Double
        /// Σ of squared distances on the sample.
        public let inertia: Double
    }

    /// The model of the chosen number, fitted to all points.
    public let model: KMeansModel
    /// Every number tried, ascending.
    public let candidates: [Candidate]
}

/// Chooses the number of clusters by the gap statistic: the least k whose gap is not below the next one's less its error,
/// or the one of the greatest gap if there is none such. Unlike the silhouette it can choose one cluster.
///
/// Inertias are compared on a seeded sample with those of sets of the same size, uniform in the box along the sample's
/// principal axes. Trying stops at the number of distinct points.
///
/// - Parameters:
///   - range: numbers of clusters, from 1; cut at the size of the sample.
///   - points: `rows × columns`, at least one, usually standardised.
///   - options: as for ``kMeans(_:options:threads:check:)``; `clusters` is ignored.
///   - references: how many sets without clusters, at least 2.
///   - sampleSize: the most points compared.
///   - threads: how many share the fits, at least 1; the choice does not depend on it.
///   - check: called between iterations; what it throws ends the choice.
/// - Throws: ``ClusteringError`` when the range starts below 1, there are no points, or `references` or `sampleSize` is too
///   small; what `check` throws.
/// - Source: Tibshirani, Walther and Hastie 2001, "Estimating the number of clusters in a data set via the gap statistic",
///   variant (b).
public func chooseKByGap(
    _ range: ClosedRange<Int>, points: PointMatrix, options: KMeansOptions, references: Int = 10,
    sampleSize: Int = 4096,
    threads: Int = 1, check: () throws -> Void = {}
) throws -> GapChoice {
    guard range.lowerBound >= 1 else {
        throw ClusteringError.invalidOption(name: "lower end of the range of clusters", value: Double(range.lowerBound))
    }
    guard references >= 2 else { throw ClusteringError.invalidOption(name: "references", value: Double(references)) }
    guard sampleSize >= 2 else { throw ClusteringError.invalidOption(name: "sampleSize", value: Double(sampleSize)) }
    guard points.rows >= range.lowerBound else {
        throw ClusteringError.tooFewPoints(points: points.rows, clusters: range.lowerBound)
    }
    var generator = SeededGenerator(seed: options.seed)
    let sample = points.selecting(generator.sample(max(sampleSize, range.lowerBound), of: points.rows))
    let box = PrincipalBox(sample)
    let sets = (0..<references).map { _ in box.draw(sample.rows, using: &generator) }
    var candidates: [GapChoice.Candidate] = []
    for clusters in range where clusters <= sample.rows {
        var options = options
        options.clusters = clusters
        let model = try kMeans(sample, options: options, threads: threads, check: check)
        if model.inertia == 0 {
            candidates.append(.init(clusters: model.clusters, gap: .infinity, error: 0, inertia: 0))
            break
        }
        let logarithms = Moments(
            of: try sets.map {
                Elementary.log(try kMeans($0, options: options, threads: threads, check: check).inertia)
            })
        candidates.append(
            .init(
                clusters: clusters, gap: logarithms.mean - Elementary.log(model.inertia),
                error: (logarithms.populationVariance * (1 + 1 / Double(references))).squareRoot(),
                inertia: model.inertia))
    }
    let settled = zip(candidates, candidates.dropFirst()).first { $0.gap >= $1.gap - $1.error }?.0
    var greatest = candidates[0]
    for candidate in candidates where candidate.gap > greatest.gap { greatest = candidate }
    var chosen = options
    chosen.clusters = (settled ?? greatest).clusters
    return GapChoice(
        model: try kMeans(points, options: chosen, threads: threads, check: check), candidates: candidates)
}

/// The box around points along their principal axes.
private struct PrincipalBox {
    private let lower: [Double]
    private let upper: [Double]

    init(_ points: PointMatrix) {
        let columns = points.columns
        var means = [Double](repeating: 0, count: columns)
        for (index, value) in points.values.enumerated() { means[index % columns] += Double(value) }
        for column in 0..<columns { means[column] /= Double(points.rows) }
        let rows = (0..<points.rows).map { row in
            (0..<columns).map { Double(points.values[row * columns + $0]) - means[$0] }
        }
        var covariance = [[Double]](repeating: [Double](repeating: 0, count: columns), count: columns)
        for row in rows {
            for i in 0..<columns { for j in i..<columns { covariance[i][j] += row[i] * row[j] } }
        }
        for i in 0..<columns { for j in 0..<i { covariance[i][j] = covariance[j][i] } }
        let axes = principalAxes(of: covariance)
        var lower = [Double](repeating: .infinity, count: columns)
        var upper = [Double](repeating: -.infinity, count: columns)
        for row in rows {
            for (axis, direction) in axes.enumerated() {
                let place = zip(row, direction).reduce(0) { $0 + $1.0 * $1.1 }
                lower[axis] = min(lower[axis], place)
                upper[axis] = max(upper[axis], place)
            }
        }
        self.lower = lower
        self.upper = upper
    }

    /// Uniform points in the coordinates of the axes: turning them back changes no distance.
    func draw(_ count: Int, using generator: inout SeededGenerator) -> PointMatrix {
        var values: [Float] = []
        values.reserveCapacity(count * lower.count)
        for _ in 0..<count {
            for axis in lower.indices {
                values.append(Float(lower[axis] + generator.uniform() * (upper[axis] - lower[axis])))
            }
        }
        return PointMatrix(unchecked: values, columns: lower.count)
    }
}
