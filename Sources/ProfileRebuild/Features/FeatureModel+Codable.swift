extension FeatureModel.Column: Codable {
    enum CodingKeys: String, CodingKey {
        case feature, mean, weight, bins
        case preparedMean = "prepared_mean"
        case preparedDeviation = "prepared_deviation"
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let name = try container.decode(String.self, forKey: .feature)
        guard let feature = ModelFeature(name: name) else {
            throw DecodingError.dataCorruptedError(
                forKey: .feature, in: container, debugDescription: "\"\(name)\" is no feature of this version")
        }
        self.init(
            feature: feature, mean: try container.decode(Double.self, forKey: .mean),
            preparedMean: try container.decode(Double.self, forKey: .preparedMean),
            preparedDeviation: try container.decode(Double.self, forKey: .preparedDeviation),
            weight: try container.decode(Float.self, forKey: .weight),
            bins: try container.decode(ValueBins.self, forKey: .bins))
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(feature.name, forKey: .feature)
        try container.encode(mean, forKey: .mean)
        try container.encode(preparedMean, forKey: .preparedMean)
        try container.encode(preparedDeviation, forKey: .preparedDeviation)
        try container.encode(weight, forKey: .weight)
        try container.encode(bins, forKey: .bins)
    }
}
