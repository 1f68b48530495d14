import Analytics
import Millrace
import Postgres

/// Solves a run of blocks of one side from the factors of the other that these blocks need, and measures them where the
/// training validates.
struct SolveShard: Plugin {
    static let name = "als-training.solve"
    static let summary = "A step of als-training: solves one shard of a half-iteration."
    static let arguments = ArgumentSchema(
        reflecting: Arguments.self,
        describing: [
            "model": .init("Id in shop.model."),
            "side": .init("The side to solve."),
            "iteration": .init("Which time the side is solved.", minimum: 1, maximum: 1001),
            "shard": .init("Which run of blocks.", minimum: 0, maximum: 255),
            "from": .init("In the last half-iteration, the items' iteration to solve from.", minimum: 1, maximum: 1000),
        ])
    static let defaults = JobDefaults(backoff: Backoff(base: .seconds(1), cap: .seconds(60)))

    struct Arguments: Codable, Sendable, Equatable {
        let model: Int64
        let side: Side
        let iteration: Int
        let shard: Int
        var from: Int?
    }

    /// What ``AdvanceTraining`` adds up.
    struct Outcome: Codable, Sendable, Equatable {
        var validation: [BlockValidation] = []
    }

    /// Shared by the jobs of a process.
    private let cache = SourceFactorCache()

    func run(_ job: JobContext<Arguments>) async throws {
        let arguments = job.arguments
        let half = HalfIteration(side: arguments.side, iteration: arguments.iteration, from: arguments.from)
        let model = try await job.database.trainingModel(arguments.model)
        let blocks = try model.plan.blocks(ofShard: arguments.shard, side: half.side)
        let validates = model.plan.arguments.validates && half.side == .user && half.from == nil
        let source = try await cache.source(
            of: model, half: half.source,
            needed: try await job.database.neededRows(model: model.id, role: half.role, blocks: blocks),
            keepsFactors: validates, from: job.database)
        var solved: [FactorBlock] = []
        for batch in blocks.batches {
            solved += try await solve(batch, of: half, model: model, from: source, job) { [done = solved.count] in
                job.progress(done + $0, of: blocks.count, "blocks of \(half.title)")
            }
        }
        var outcome = Outcome()
        if validates {
            outcome.validation = try await validation(of: solved, in: blocks, model: model, by: source, job)
        }
        try await job.complete(result: outcome) { [solved] transaction in
            try await transaction.saveFactors(
                solved, model: model.id, half: half, precision: model.plan.arguments.transfer)
        }
    }

    private func solve(
        _ blocks: Range<Int>, of half: HalfIteration, model: TrainingModel, from source: SourceFactors,
        _ job: JobContext<Arguments>, progress: @escaping @Sendable (_ done: Int) -> Void
    ) async throws -> [FactorBlock] {
        let arguments = model.plan.arguments
        let interactions = try await job.database.interactions(model: model.id, role: half.role, blocks: blocks)
        var former: [FactorMatrix]?
        if arguments.solver != .cholesky, let start = half.former {
            former = try await job.database.factorBlocks(of: model, half: start, blocks: blocks)
        }
        return try await onOwnThread { [former] check in
            var solved: [FactorBlock] = []
            for (index, block) in blocks.enumerated() {
                let fitting = try source.fitting(interactions[index])
                let factors = try permanently {
                    try source.side.solveRows(
                        block: fitting, start: former?[index], threads: arguments.threads, check: check
                    ).rounded(to: arguments.transfer)
                }
                solved.append(FactorBlock(block: block, factors: factors))
                progress(solved.count)
            }
            return solved
        }
    }

    private func validation(
        of solved: [FactorBlock], in blocks: Range<Int>, model: TrainingModel, by source: SourceFactors,
        _ job: JobContext<Arguments>
    ) async throws -> [BlockValidation] {
        let arguments = model.plan.arguments
        guard let items = source.factors else { return [] }
        let parts = try await job.database.validationBlocks(
            ofModel: model.id, blocks: blocks, excludesBought: arguments.excludeBought)
        return try await onOwnThread { check in
            try permanently {
                try validate(
                    parts, users: solved.map(\.factors), items: items, at: arguments.topN, threads: arguments.threads,
                    check: check)
            }
        }
    }
}
