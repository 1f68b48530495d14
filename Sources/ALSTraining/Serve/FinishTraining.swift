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
        let final = try model.finalIterations()
        let outcomes = try await job.parentResults(as: RecommendItems.Outcome.self)
        let history = try await job.database.validatedIterations(of: model.id)
        let trained = try await TrainedModel(model, from: job.database)
        let ids = try await job.database.modelIDs(model.id)
        let users = try await job.database.summedGramian(of: model, half: final.user)
        let metrics = ModelMetrics(
            loss: try permanently {
                try trained.loss(outcomes.flatMap(\.losses), itemCustomers: ids.itemCustomers, users: users)
            },
            iterations: arguments.validates ? final.user.iteration - 1 : final.user.iteration, final: final,
            history: history, holdout: HoldoutMetrics(outcomes.flatMap(\.tallies), k: arguments.topN))
        let cold = try await trained.coldStart(ids, in: job.database)
        let result = metrics.result(
            of: model.id, users: model.users, items: model.items, interactions: model.interactions,
            recommendations: outcomes.reduce(0) { $0 + $1.recommendations }, estimate: model.plan.estimate)
        try await job.complete(result: result) { transaction in
            try await transaction.finish(model.id, arguments, ids: ids, metrics: metrics, cold: cold)
        }
    }
}

extension TrainedModel {
    /// What customers get whom the model does not know, some more than a list takes; by column.
    func coldStart(_ ids: ModelIDs, in session: some Session) async throws -> [ScoredItem] {
        guard arguments.coldStart == .popular, arguments.holdout == .none else { return [] }
        let catalogue = try await session.catalogue(of: ids)
        return try permanently {
            try ListRules(arguments: arguments, catalogue: catalogue, items: items).popular(count: 2 * arguments.topN)
        }
    }
}

extension Transaction {
    /// Stores what customers without history get, and ends the training.
    func finish(
        _ model: Int64, _ arguments: TrainingArguments, ids: ModelIDs, metrics: ModelMetrics, cold: [ScoredItem]
    ) async throws {
        if !cold.isEmpty {
            _ = try await storeColdStart(
                cold.map { (item: ids.items[Int($0.item)], score: $0.score) }, model: model, count: arguments.topN,
                excludesBought: arguments.excludeBought)
        }
        _ = try await endTraining(
            of: model, metrics: try JSONText(encoding: metrics), serves: arguments.holdout == .none,
            keeping: arguments.keepModels)
    }
}
