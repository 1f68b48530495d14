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
        let blocks = try await trained.customers(ofBlocks: blocks, from: job.database)
        let found = try await onOwnThread { check in
            var found: [Recommendation] = []
            for (index, customers) in blocks.enumerated() {
                found += try permanently {
                    try trained.recommendations(for: customers, ids: ids, recommendable: recommendable, check: check)
                }
                job.progress(index + 1, of: blocks.count, "blocks of customers")
            }
            return found
        }
        try await job.complete(result: Outcome(recommendations: found.count)) { transaction in
            try await transaction.stage(found, model: model)
        }
    }

    private func measure(_ job: JobContext<Arguments>, _ trained: TrainedModel, _ blocks: Range<Int>) async throws {
        let arguments = trained.model.plan.arguments
        let model = trained.model.id
        let everyone = try await job.database.interactions(
            model: model, role: .user, blocks: 0..<RowBlocks(rows: trained.model.users).count)
        let heldOut = try await job.database.interactions(model: model, role: .heldOut, blocks: blocks)
        let blocks = try await trained.customers(ofBlocks: blocks, from: job.database)
        let tallies = try await onOwnThread { check in
            let popular = PopularItems(try permanently { try InteractionBlock(joining: everyone) })
            var tallies: [RankingTally] = []
            for (index, customers) in blocks.enumerated() {
                let tally = try permanently {
                    try RankingTally(
                        block: customers.block,
                        als: try trained.topItems(for: customers, recommendable: nil, check: check),
                        popular: try popular.topItems(count: arguments.topN, excluding: customers.excluded),
                        heldOut: heldOut[index], at: arguments.topN)
                }
                if let tally { tallies.append(tally) }
                job.progress(index + 1, of: blocks.count, "blocks of customers measured")
            }
            return tallies
        }
        try await job.complete(result: Outcome(tallies: tallies))
    }
}

extension TrainedModel {
    /// The lists of a block of customers with their reasons.
    fileprivate func recommendations(
        for customers: Customers, ids: ModelIDs, recommendable: [Bool], check: () throws -> Void
    ) throws -> [Recommendation] {
        let lists = try topItems(for: customers, recommendable: recommendable, check: check)
        var found: [Recommendation] = []
        for row in 0..<lists.rows {
            try check()
            let explanations = try explain(row: row, of: customers, items: Array(lists.items(ofRow: row)))
            let past = customers.interactions.columns(ofRow: row)
            for (rank, (score, explanation)) in zip(lists.scores(ofRow: row), explanations).enumerated() {
                found.append(
                    Recommendation(
                        customer: ids.customers[customers.interactions.firstRow + row], rank: Int16(rank + 1),
                        item: ids.items[Int(explanation.item)], score: score,
                        because: RecommendationReasons(explanation, past: past).json(itemIDs: ids.items)))
            }
        }
        return found
    }
}
