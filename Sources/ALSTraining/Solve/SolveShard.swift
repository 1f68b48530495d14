import Analytics
import Millrace
import Postgres

/// Solves a run of blocks of one side from all factors of the other.
struct SolveShard: Plugin {
    static let name = "als-training.solve"
    static let summary = "A step of als-training: solves one shard of a half-iteration."
    static let arguments = ArgumentSchema(
        reflecting: Arguments.self,
        describing: [
            "model": .init("Id in shop.model."),
            "side": .init("The side to solve."),
            "iteration": .init("Which time the side is solved.", minimum: 1, maximum: 1000),
            "shard": .init("Which run of blocks.", minimum: 0, maximum: 255),
        ])
    static let defaults = JobDefaults(backoff: Backoff(base: .seconds(1), cap: .seconds(60)))

    struct Arguments: Codable, Sendable, Equatable {
        let model: Int64
        let side: Side
        let iteration: Int
        let shard: Int
    }

    func run(_ job: JobContext<Arguments>) async throws {
        let half = HalfIteration(side: job.arguments.side, iteration: job.arguments.iteration)
        let model = try await job.database.trainingModel(job.arguments.model)
        let blocks = try model.plan.blocks(ofShard: job.arguments.shard, side: half.side)
        let source = try await job.database.factors(of: model, half: half.source)
        let gramian = try await job.database.gramian(model: model.id, half: half.source)
        let interactions = try await job.database.interactions(
            model: model.id, role: InteractionRole(half.side), blocks: blocks)

        let solved = try await onOwnThread { check in
            var solved: [FactorBlock] = []
            let side = try permanently {
                try FixedSide(source, gramian: gramian, objective: model.plan.arguments.objective)
            }
            for (block, interactions) in zip(blocks, interactions) {
                let factors = try permanently { try side.solveRows(block: interactions, check: check) }
                solved.append(FactorBlock(block: block, factors: factors))
                job.progress(
                    solved.count, of: blocks.count,
                    "blocks of \(half.side.rawValue) factors, iteration \(half.iteration)")
            }
            return solved
        }
        try await job.complete { transaction in
            try await transaction.saveFactors(solved, model: model.id, half: half)
        }
    }
}
