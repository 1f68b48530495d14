import Analytics
import Logging
import Millrace
import Postgres

/// The barrier of a half-iteration: all its blocks are there, so it adds their Gramian parts, removes what nobody reads
/// any more, decides whether the training goes on, and starts what follows.
struct AdvanceTraining: Plugin {
    static let name = "als-training.advance"
    static let summary = "A step of als-training: ends a half-iteration and starts the next."
    static let arguments = ArgumentSchema(
        reflecting: Arguments.self,
        describing: [
            "model": .init("Id in shop.model."),
            "side": .init("The side that was solved."),
            "iteration": .init("Which time it was solved.", minimum: 1, maximum: 1001),
            "from": .init(
                "In the last half-iteration, the items' iteration it was solved from.", minimum: 1, maximum: 1000),
        ])
    static let defaults = JobDefaults(backoff: Backoff(base: .seconds(1), cap: .seconds(60)))

    struct Arguments: Codable, Sendable, Equatable {
        let model: Int64
        let side: Side
        let iteration: Int
        var from: Int?
    }

    func run(_ job: JobContext<Arguments>) async throws {
        let arguments = job.arguments
        let half = HalfIteration(side: arguments.side, iteration: arguments.iteration, from: arguments.from)
        let model = try await job.database.trainingModel(arguments.model)
        let gramian = try await job.database.summedGramian(of: model, half: half)
        var history = try await job.database.validatedIterations(of: model.id)
        var measured: ValidatedIteration?
        if model.plan.arguments.validates, half.side == .user, half.from == nil {
            let blocks = try await job.parentResults(as: SolveShard.Outcome.self).flatMap(\.validation)
            measured = ValidatedIteration(
                iteration: half.iteration, blocks.sorted { $0.block < $1.block }.map(\.sums))
            history += measured.map { [$0] } ?? []
        }
        let step = NextStep(after: half, arguments: model.plan.arguments, history: history)
        let stage = try step.stage(model: model.id, plan: model.plan)
        if let measured {
            job.log.info(
                "validated",
                metadata: ["iteration": "\(half.iteration)", "ndcg": "\(measured.ndcg)", "best": "\(step.best ?? 0)"])
        }
        try await job.complete(
            result: arguments, spawning: stage.children, then: stage.successor
        ) { [measured] transaction in
            try await transaction.saveGramian(gramian, model: model.id, half: half)
            if let measured { try await transaction.save([measured], model: model.id) }
            // What is solved next reads the newest of both sides, and the best is kept until the end.
            for old in half.side == .user ? [half, half.source] : [half] where half.from == nil {
                try await transaction.dropFactors(model: model.id, before: old, keeping: step.best)
                try await transaction.dropGramians(model: model.id, before: old, keeping: step.best)
            }
            if let final = step.final {
                try await transaction.choose(
                    userIteration: final.user.iteration, itemIteration: final.item.iteration, model: model.id)
            }
        }
    }
}
