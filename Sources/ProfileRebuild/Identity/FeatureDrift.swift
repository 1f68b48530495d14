import Analytics
import Foundation

/// How a build's customers look to the model of the build before.
struct FeatureDrift: Sendable {
    /// A feature's population stability index.
    struct Stability: Sendable, Equatable, Codable {
        let feature: String
        let psi: Double
        /// `stable` below 0.1, `shifting` below 0.25, `shifted` from there on.
        let verdict: String
    }

    /// The largest index first.
    let stability: [Stability]
    /// Means of the scores by segment number, from 1, one for each column that both builds have.
    private let means: [[Double]]
    /// Index of each of these columns in the model, with its weight.
    private let columns: [(index: Int, weight: Float)]

    /// - Parameter model: of the build before; categories that are no feature of the new build are left out.
    init(_ build: FullBuild, since model: FeatureModel) {
        let categories = build.segmentation.table.model.categories
        let profiles = build.profiles
        var members = [Int](repeating: 0, count: build.segmentation.segments.count)
        for number in build.segmentation.numbers { members[number - 1] += 1 }
        var stability: [Stability] = []
        var means = [[Double]](repeating: [], count: members.count)
        var columns: [(index: Int, weight: Float)] = []
        for (index, column) in model.columns.enumerated() {
            if case .category(let name) = column.feature, !categories.names.contains(name) { continue }
            let values = profiles.map { column.feature.value(of: $0, categories: categories) }
            stability.append(Stability(feature: column.feature.name, psi: column.bins.stabilityIndex(of: values)))
            var sums = [Double](repeating: 0, count: members.count)
            let most = Double(FeatureModel.largestScore)
            for (row, value) in values.enumerated() {
                let score = column.score(value, orders: profiles[row].measures.orders)
                sums[build.segmentation.numbers[row] - 1] += min(most, max(-most, score))
            }
            for segment in members.indices { means[segment].append(sums[segment] / Double(max(1, members[segment]))) }
            columns.append((index, column.weight))
        }
        self.stability = stability.sorted { ($1.psi, $0.feature) < ($0.psi, $1.feature) }
        self.means = means
        self.columns = columns
    }

    /// Root mean square, over the features, of how far a segment's mean score lies from a former centroid's.
    ///
    /// - Parameter centroid: weighted scores in the order of the model's columns.
    func shift(ofSegment number: Int, from centroid: [Float]) -> Double? {
        guard !columns.isEmpty, columns.allSatisfy({ $0.index < centroid.count }) else { return nil }
        let squares = zip(columns, means[number - 1]).reduce(0.0) { sum, pair in
            let before = Double(centroid[pair.0.index] / pair.0.weight)
            return sum + (pair.1 - before) * (pair.1 - before)
        }
        return (squares / Double(columns.count)).squareRoot()
    }
}

extension FeatureDrift.Stability {
    init(feature: String, psi: Double) {
        self.init(feature: feature, psi: psi, verdict: psi < 0.1 ? "stable" : psi < 0.25 ? "shifting" : "shifted")
    }
}
