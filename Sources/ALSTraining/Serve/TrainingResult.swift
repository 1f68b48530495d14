/// What a training returns.
struct TrainingResult: Codable, Sendable, Equatable {
    /// Id in `shop.model`.
    let model: Int64
    let users: Int
    let items: Int
    let interactions: Int
    /// How many were done.
    let iterations: Int
    /// Whose factors the model consists of; less than `iterations` when the last ones were no better.
    let bestIteration: Int
    /// Lines of all customers' lists; 0 for a measurement.
    let recommendations: Int
    /// What the training minimised.
    let loss: Double
    /// How the best iteration did, where the training validates.
    let validation: ValidatedIteration?
    /// For a training that holds out.
    let holdout: HoldoutMetrics?
    /// How it was run, and what was expected of that.
    let estimate: TrainingEstimate

    private enum CodingKeys: String, CodingKey {
        case model, users, items, interactions, iterations, recommendations, loss, validation, holdout, estimate
        case bestIteration = "best_iteration"
    }
}

/// What `shop.model.metrics` holds.
struct ModelMetrics: Codable, Sendable, Equatable {
    let loss: Double
    let iterations: Int
    let bestIteration: Int
    let validation: ValidatedIteration?
    let holdout: HoldoutMetrics?

    private enum CodingKeys: String, CodingKey {
        case loss, iterations, validation, holdout
        case bestIteration = "best_iteration"
    }

    /// - Parameters:
    ///   - final: which factors the model consists of.
    ///   - iterations: how many were done.
    ///   - history: all validated iterations.
    init(
        loss: Double, iterations: Int, final: FinalIterations, history: [ValidatedIteration], holdout: HoldoutMetrics?
    ) {
        self.loss = loss
        self.iterations = iterations
        bestIteration = final.item.iteration
        validation = history.first { $0.iteration == final.item.iteration }
        self.holdout = holdout
    }

    /// What the job returns.
    func result(
        of model: Int64, users: Int, items: Int, interactions: Int, recommendations: Int, estimate: TrainingEstimate
    ) -> TrainingResult {
        TrainingResult(
            model: model, users: users, items: items, interactions: interactions, iterations: iterations,
            bestIteration: bestIteration, recommendations: recommendations, loss: loss, validation: validation,
            holdout: holdout, estimate: estimate)
    }
}
