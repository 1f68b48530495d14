import Analytics
import Foundation

/// The customers as points: each feature prepared, standardised, cut at ±3 standard deviations, and weighted.
struct FeatureTable: Sendable {
    /// The most standard deviations from the mean that count, so that one giant customer is no segment of its own.
    static let largestScore: Float = 3
    /// How many categories become features: those with most of the money.
    static let mostCategories = 8

    /// Features that differ between customers, in the order of the columns.
    let features: [ModelFeature]
    /// In each feature's own unit, `customers × features`, row-major.
    let values: [Double]
    /// Standardised and cut, `customers × features`.
    let scores: PointMatrix
    /// Mean of each feature over all customers, in its own unit.
    let means: [Double]

    /// - Parameters:
    ///   - profiles: at least one.
    ///   - catalogue: names the categories.
    init(_ profiles: [CustomerProfile], catalogue: ShopCatalogue) throws {
        let candidates =
            ModelFeature.behaviour + Self.largestCategories(profiles, catalogue: catalogue).map(ModelFeature.category)
        var features: [ModelFeature] = []
        var columns: [(values: [Double], scores: [Double], mean: Double)] = []
        for feature in candidates {
            let values = profiles.map(feature.value)
            let mean = Moments(of: values).mean
            let prepared = Self.prepare(values, mean: mean, as: feature.preparation, profiles: profiles)
            let scaling = try ColumnScaling(fitting: prepared, columns: 1)
            if scaling.isConstant[0] { continue }
            features.append(feature)
            columns.append((values, try scaling.apply(to: prepared).values.map(Double.init), mean))
        }
        if features.isEmpty {
            // All customers are alike; one constant column keeps the shapes.
            features = [.orders]
            let values = profiles.map(ModelFeature.orders.value)
            columns = [(values, values.map { _ in 0 }, values[0])]
        }
        self.features = features
        means = columns.map(\.mean)
        var table: [Double] = []
        var scores: [Float] = []
        for row in profiles.indices {
            for column in columns {
                table.append(column.values[row])
                scores.append(min(Self.largestScore, max(-Self.largestScore, Float(column.scores[row]))))
            }
        }
        values = table
        self.scores = try PointMatrix(values: scores, columns: features.count)
    }

    /// The points that distances are taken between.
    var points: PointMatrix {
        get throws {
            let categories = features.count { if case .category = $0 { true } else { false } }
            let weights = features.map { Float($0.weight(categories: categories)) }
            let weighted = scores.values.enumerated().map { $1 * weights[$0 % weights.count] }
            return try PointMatrix(values: weighted, columns: features.count)
        }
    }

    private static func prepare(
        _ values: [Double], mean: Double, as preparation: ModelFeature.Preparation, profiles: [CustomerProfile]
    ) -> [Double] {
        switch preparation {
        case .plain: return values
        case .logarithm: return values.map { log1p($0) }
        case .shrunkenShare:
            return zip(values, profiles).map { value, profile in
                let orders = Double(profile.orders)
                return (value * orders + mean * 2) / (orders + 2)
            }
        }
    }

    /// Categories by the sum of the customers' shares, `other` left out.
    private static func largestCategories(_ profiles: [CustomerProfile], catalogue: ShopCatalogue) -> [Int32] {
        var sums = [Double](repeating: 0, count: catalogue.categories.count)
        for profile in profiles {
            for share in profile.categoryShares { sums[Int(share.category)] += share.share }
        }
        let named = sums.indices.filter { sums[$0] > 0 && catalogue.categories[$0] != ShopCatalogue.unnamedCategory }
        return named.sorted { (sums[$1], $0) < (sums[$0], $1) }.prefix(mostCategories).map { Int32($0) }
    }
}
