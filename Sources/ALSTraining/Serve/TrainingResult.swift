/// What a training returns.
struct TrainingResult: Codable, Sendable, Equatable {
    /// Id in `shop.model`.
    let model: Int64
    let users: Int
    let items: Int
    let interactions: Int
    let iterations: Int
    /// Lines of all customers' lists; 0 for a measurement.
    let recommendations: Int
    /// What the training minimised.
    let loss: Double
    /// For a training that holds out.
    let holdout: HoldoutMetrics?
}

/// What `shop.model.metrics` holds.
struct ModelMetrics: Codable, Sendable, Equatable {
    let loss: Double
    let holdout: HoldoutMetrics?
}
