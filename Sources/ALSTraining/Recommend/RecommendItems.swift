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
        var losses: [BlockLoss] = []
    }

    func run(_ job: JobContext<Arguments>) async throws {
        let model = try await job.database.trainingModel(job.arguments.model)
        let shard = try model.plan.blocks(ofShard: job.arguments.shard, side: .user)
        let trained = try await TrainedModel(model, from: job.database)
        let ids = try await job.database.modelIDs(model.id)
        let assortment = try await trained.assortment(ids, in: job.database)
        var outcome = Outcome()
        var found: [Recommendation] = []
        for blocks in shard.batches {
            let customers = try await trained.customers(ofBlocks: blocks, model: model, from: job.database)
            outcome.losses += try await onOwnThread { _ in try permanently { try trained.losses(of: customers) } }
            switch trained.arguments.holdout {
            case .none:
                found += try await onOwnThread { check in
                    try permanently {
                        try trained.recommendations(for: customers, from: assortment, check: check)
                    }
                }
            case .lastPurchase:
                let heldOut = try await job.database.interactions(model: model.id, role: .heldOut, blocks: blocks)
                outcome.tallies += try await onOwnThread { check in
                    try permanently {
                        try trained.tallies(
                            of: customers, heldOut: heldOut,
                            popular: PopularItems(users: ids.itemCustomers.map(Int.init)),
                            check: check)
                    }
                }
            }
            job.progress(blocks.upperBound - shard.lowerBound, of: shard.count, "blocks of customers")
        }
        outcome.recommendations = found.count
        try await job.complete(result: outcome) { [found] transaction in
            try await transaction.store(found, model: model.id)
        }
    }
}

extension TrainedModel {
    /// What this model's lists are made from, with new items if the training was told so.
    func assortment(_ ids: ModelIDs, in session: some Session) async throws -> Assortment {
        let new = arguments.listsNewItems ? try await session.newItems(besides: ids) : nil
        let catalogue = try await session.catalogue(of: ids.adding(new?.ids ?? []))
        return try await onOwnThread { check in
            try permanently { try Assortment(self, ids: ids, new: new, catalogue: catalogue, check: check) }
        }
    }
}
