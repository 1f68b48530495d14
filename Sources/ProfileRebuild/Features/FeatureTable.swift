import Analytics

/// The customers as points: each feature prepared, standardised, cut at ±3 standard deviations, and weighted.
struct FeatureTable: Sendable {
    let model: FeatureModel
    /// In each feature's own unit, `customers × features`, row-major.
    let values: [Double]
    /// Standardised and cut, `customers × features`.
    let scores: PointMatrix

    var features: [ModelFeature] { model.features }

    /// - Parameters:
    ///   - profiles: at least one.
    ///   - categories: those that the profiles' shares are of.
    ///   - model: one that was kept; fitted to the profiles when it is left out.
    init(_ profiles: [CustomerProfile], categories: LargestCategories, model kept: FeatureModel? = nil) throws {
        let model = try kept ?? FeatureModel(fitting: profiles, categories: categories)
        self.model = model
        let columns = model.columns.count
        values = model.values(of: profiles, categories: categories)
        var scores: [Float] = []
        scores.reserveCapacity(profiles.count * max(1, columns))
        for (row, profile) in profiles.enumerated() {
            for (index, column) in model.columns.enumerated() {
                let score = Float(column.score(values[row * columns + index], orders: profile.measures.orders))
                scores.append(min(FeatureModel.largestScore, max(-FeatureModel.largestScore, score)))
            }
            if columns == 0 { scores.append(0) }
        }
        self.scores = try PointMatrix(values: scores, columns: max(1, columns))
    }

    /// The points that distances are taken between.
    var points: PointMatrix {
        get throws {
            let weights = model.columns.map(\.weight)
            guard !weights.isEmpty else { return scores }
            return try PointMatrix(
                values: scores.values.enumerated().map { $1 * weights[$0 % weights.count] }, columns: weights.count)
        }
    }
}
