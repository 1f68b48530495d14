import Analytics
import Foundation

/// What turns customers' values into scores: kept with a build, so that later customers can be set beside its own.
struct FeatureModel: Sendable, Equatable, Codable {
    /// The most standard deviations from the mean that count, so that one giant customer is no segment of its own.
    static let largestScore: Float = 3

    /// One feature.
    struct Column: Sendable, Equatable {
        let feature: ModelFeature
        /// Mean of all customers in the feature's own unit.
        let mean: Double
        /// Mean and standard deviation of the prepared values.
        let preparedMean: Double
        let preparedDeviation: Double
        /// What a standard deviation counts in a distance.
        let weight: Float
        let bins: ValueBins

        /// The standard score of a value, not cut.
        ///
        /// - Parameter orders: of the customer.
        func score(_ value: Double, orders: Int) -> Double {
            (prepared(value, orders: orders) - preparedMean) / preparedDeviation
        }

        private func prepared(_ value: Double, orders: Int) -> Double {
            feature.prepared(value, orders: orders, mean: mean)
        }
    }

    /// Features that differ between customers, in the order of the columns; at least one.
    let columns: [Column]

    var features: [ModelFeature] { columns.map(\.feature) }

    /// The categories among the features.
    var categories: LargestCategories {
        LargestCategories(
            names: columns.compactMap { if case .category(let name) = $0.feature { name } else { nil } })
    }

    /// - Parameters:
    ///   - profiles: at least one.
    ///   - categories: those that the profiles' shares are of.
    init(fitting profiles: [CustomerProfile], categories: LargestCategories) throws {
        let candidates = ModelFeature.behaviour + categories.names.map(ModelFeature.category)
        var columns: [(feature: ModelFeature, mean: Double, scaling: ColumnScaling, bins: ValueBins)] = []
        for feature in candidates {
            let values = profiles.map { feature.value(of: $0, categories: categories) }
            let mean = Moments(of: values).mean
            let prepared = zip(values, profiles).map {
                feature.prepared($0, orders: $1.measures.orders, mean: mean)
            }
            let scaling = try ColumnScaling(fitting: prepared, columns: 1)
            if scaling.isConstant[0] { continue }
            columns.append((feature, mean, scaling, try ValueBins(values)))
        }
        let categoryColumns = columns.count { if case .category = $0.feature { true } else { false } }
        self.columns = columns.map { feature, mean, scaling, bins in
            Column(
                feature: feature, mean: mean, preparedMean: scaling.means[0], preparedDeviation: scaling.scales[0],
                weight: Float(feature.weight(categories: categoryColumns)), bins: bins)
        }
        // All customers are alike: the table has one column of zeros then, to keep the shapes.
    }

    /// Values of the features in their own units, `profiles × columns`, row-major.
    func values(of profiles: [CustomerProfile], categories: LargestCategories) -> [Double] {
        profiles.flatMap { profile in columns.map { $0.feature.value(of: profile, categories: categories) } }
    }
}

extension ModelFeature {
    /// A value made fit for distances.
    ///
    /// - Parameters:
    ///   - orders: of the customer.
    ///   - mean: of all customers' values.
    func prepared(_ value: Double, orders: Int, mean: Double) -> Double {
        switch preparation {
        case .plain: value
        case .logarithm: log1p(value)
        case .shrunkenShare: (value * Double(orders) + mean * 2) / (Double(orders) + 2)
        }
    }
}
