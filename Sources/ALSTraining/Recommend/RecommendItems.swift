import Analytics
import Millrace
import Postgres

/// The best items of a run of user blocks with the reasons; or, in a measurement, how well they hit what was held out.
struct RecommendItems: Plugin {
    static let name = "als-training.recommend"
    static let summary = "A step of als-training: recommends to, or measures by, one shard of the customers."
    static let arguments = ArgumentSchema(
        reflecting: Arguments.self,
        describing: [
            "model": .init("Id in shop.model."),
            "shard": .init("Which run of user blocks.", minimum: 0, maximum: 255),
        ])
    static let defaults = JobDefaults(backoff: Backoff(base: .seconds(1), cap: .seconds(60)))

    struct Arguments: Codable, Sendable, Equatable {
        let model: Int64
        let shard: Int
    }

    /// What ``FinishTraining`` adds up.
    struct Outcome: Codable, Sendable, Equatable {
        var recommendations = 0
        var tallies: [RankingTally] = []
    }

    func run(_ job: JobContext<Arguments>) async throws {
        let model = try await job.database.trainingModel(job.arguments.model)
        let blocks = try model.plan.blocks(ofShard: job.arguments.shard, side: .user)
        let trained = try await TrainedModel(model, from: job.database)
        switch model.plan.arguments.holdout {
        case .none: try await recommend(job, trained, blocks)
        case .lastPurchase: try await measure(job, trained, blocks)
        }
    }

    private func recommend(_ job: JobContext<Arguments>, _ trained: TrainedModel, _ blocks: Range<Int>) async throws {
        let model = trained.model.id
        let ids = try await job.database.modelIDs(model)
        let recommendable = try await job.database.recommendable(ids.items)
        var found: [Recommendation] = []
        for block in blocks {
            let customers = try await trained.customers(ofBlock: block, from: job.database)
            let lists = try permanently {
                try trained.topItems(for: customers, recommendable: recommendable, check: job.checkCancellation)
            }
            for row in 0..<lists.rows {
                try job.checkCancellation()
                let explanations = try permanently {
                    try trained.explain(row: row, of: customers, items: Array(lists.items(ofRow: row)))
                }
                let past = customers.interactions.columns(ofRow: row)
                for (rank, (score, explanation)) in zip(lists.scores(ofRow: row), explanations).enumerated() {
                    found.append(
                        Recommendation(
                            customer: ids.customers[customers.interactions.firstRow + row], rank: Int16(rank + 1),
                            item: ids.items[Int(explanation.item)], score: score,
                            because: RecommendationReasons(explanation, past: past).json(itemIDs: ids.items)))
                }
                if row.isMultiple(of: 32) { await Task.yield() }
            }
            job.progress(block - blocks.lowerBound + 1, of: blocks.count, "blocks of customers")
        }
        let outcome = Outcome(recommendations: found.count)
        try await job.complete(result: outcome) { [found] transaction in
            try await transaction.stage(found, model: model)
        }
    }

    private func measure(_ job: JobContext<Arguments>, _ trained: TrainedModel, _ blocks: Range<Int>) async throws {
        let arguments = trained.model.plan.arguments
        let model = trained.model.id
        let everyone = try await job.database.interactions(
            model: model, role: .user, blocks: 0..<RowBlocks(rows: trained.model.users).count)
        let popular = PopularItems(try permanently { try InteractionBlock(joining: everyone) })
        var outcome = Outcome()
        for block in blocks {
            let customers = try await trained.customers(ofBlock: block, from: job.database)
            let heldOut = try await job.database.interactions(model: model, role: .heldOut, blocks: block..<block + 1)[
                0]
            let tally = try permanently {
                try RankingTally(
                    block: block,
                    als: try trained.topItems(for: customers, recommendable: nil, check: job.checkCancellation),
                    popular: try popular.topItems(count: arguments.topN, excluding: customers.excluded),
                    heldOut: heldOut,
                    at: arguments.topN)
            }
            if let tally { outcome.tallies.append(tally) }
            job.progress(block - blocks.lowerBound + 1, of: blocks.count, "blocks of customers measured")
            await Task.yield()
        }
        try await job.complete(result: outcome)
    }
}
