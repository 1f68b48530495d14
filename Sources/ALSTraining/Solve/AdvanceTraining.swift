import Analytics
import Millrace
import Postgres

/// The barrier of a half-iteration: all its blocks are there, so it adds their Gramian parts, removes what nobody reads
/// any more, and starts what follows.
struct AdvanceTraining: Plugin {
    static let name = "als-training.advance"
    static let summary = "A step of als-training: ends a half-iteration and starts the next."
    static let arguments = ArgumentSchema(
        reflecting: Arguments.self,
        describing: [
            "model": .init("Id in shop.model."),
            "side": .init("The side that was solved."),
            "iteration": .init("Which time it was solved.", minimum: 1, maximum: 1000),
        ])
    static let defaults = JobDefaults(backoff: Backoff(base: .seconds(1), cap: .seconds(60)))

    struct Arguments: Codable, Sendable, Equatable {
        let model: Int64
        let side: Side
        let iteration: Int
    }

    func run(_ job: JobContext<Arguments>) async throws {
        let half = HalfIteration(side: job.arguments.side, iteration: job.arguments.iteration)
        let model = try await job.database.trainingModel(job.arguments.model)
        let gramian = try await job.database.summedGramian(of: model, half: half)
        let stage = try TrainingStage(after: half, model: model.id, plan: model.plan)
        try await job.complete(result: job.arguments, spawning: stage.children, then: stage.successor) { transaction in
            try await transaction.saveGramian(gramian, model: model.id, half: half)
            try await transaction.dropFactors(model: model.id, before: half)
        }
    }
}
