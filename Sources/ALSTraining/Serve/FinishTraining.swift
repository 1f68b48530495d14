import Analytics
import Millrace
import Postgres

/// Ends a training: measures the model, and lets its recommendations take the place of the served ones, all at once.
struct FinishTraining: Plugin {
    static let name = "als-training.finish"
    static let summary = "A step of als-training: serves the trained model, or reports what it measured."
    static let arguments = ArgumentSchema(
        reflecting: Arguments.self, describing: ["model": .init("Id in shop.model.")])
    static let defaults = JobDefaults(backoff: Backoff(base: .seconds(1), cap: .seconds(60)))

    struct Arguments: Codable, Sendable, Equatable {
        let model: Int64
    }

    func run(_ job: JobContext<Arguments>) async throws {
        let model = try await job.database.trainingModel(job.arguments.model)
        let arguments = model.plan.arguments
        let outcomes = try await job.parentResults(as: RecommendItems.Outcome.self)
        let metrics = ModelMetrics(
            loss: try await loss(of: model, in: job.database),
            holdout: HoldoutMetrics(outcomes.flatMap(\.tallies), k: arguments.topN))
        let result = TrainingResult(
            model: model.id, users: model.users, items: model.items, interactions: model.interactions,
            iterations: arguments.iterations, recommendations: outcomes.reduce(0) { $0 + $1.recommendations },
            loss: metrics.loss, holdout: metrics.holdout)
        let document = try JSONText(encoding: metrics)
        try await job.complete(result: result) { transaction in
            try await transaction.endTraining(of: model.id, metrics: document, serves: arguments.holdout == .none)
        }
    }

    private func loss(of model: TrainingModel, in session: some Session) async throws -> Double {
        let interactions = try await session.interactions(
            model: model.id, role: .user, blocks: 0..<RowBlocks(rows: model.users).count)
        let users = try await session.factors(of: model, half: TrainedModel.last(.user, of: model))
        let items = try await session.factors(of: model, half: TrainedModel.last(.item, of: model))
        return try await onOwnThread { check in
            try check()
            return try permanently {
                try model.plan.arguments.objective.value(
                    interactions: try InteractionBlock(joining: interactions), users: users, items: items)
            }
        }
    }
}
