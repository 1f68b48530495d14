import Analytics
import Logging
import Millrace
import Postgres

/// Reads the interactions and decides how to train: here and now, or in shards, whose first half-iteration it starts.
struct PlanTraining: Plugin {
    static let name = "als-training"
    static let summary = "Trains a recommender on all orders and serves the best items of every customer."
    static let arguments = TrainingArguments.schema

    /// What the job returns when it starts shards; the training's result is that of its last job, ``FinishTraining``.
    struct Planned: Codable, Sendable {
        let model: Int64
        let users: Int
        let items: Int
        let interactions: Int
        let estimate: TrainingEstimate
    }

    func run(_ job: JobContext<TrainingArguments>) async throws {
        let arguments = job.arguments
        try arguments.validate()
        let data = try await job.database.trainingData(arguments) { job.progress($0, "orders and visits read") }
        let slots = try await job.database.liveSlots(for: SolveShard.name)
        let start = try await onOwnThread { check in
            try permanently { try TrainingStart(data, arguments, slots: slots, check: check) }
        }
        let model = try await job.database.nextModelID()
        if arguments.factors > min(data.customerIDs.count, data.itemIDs.count) {
            job.log.warning(
                "there are more factors than customers or items; fewer would do",
                metadata: ["factors": "\(arguments.factors)"])
        }
        job.log.info(
            "training starts",
            metadata: [
                "model": "\(model)", "users": "\(data.customerIDs.count)", "items": "\(data.itemIDs.count)",
                "interactions": "\(data.interactions.count)", "mode": "\(start.plan.estimate.mode.rawValue)",
                "in_process_seconds": "\(start.plan.estimate.inProcessSeconds)",
                "sharded_seconds": "\(start.plan.estimate.shardedSeconds)",
            ])
        let abandoned = try await job.database.abandonedModels()
        switch start.plan.estimate.mode {
        case .inProcess: try await trainHere(job, model, data, start.plan, abandoned)
        case .sharded: try await startShards(job, model, data, start, abandoned)
        }
    }

    private func startShards(
        _ job: JobContext<TrainingArguments>, _ model: Int64, _ data: TrainingData, _ start: TrainingStart,
        _ abandoned: [Int64]
    ) async throws {
        let plan = start.plan
        let stage = try TrainingStage(solving: HalfIteration.start.next, model: model, plan: plan)
        let planned = Planned(
            model: model, users: data.customerIDs.count, items: data.itemIDs.count,
            interactions: data.interactions.count, estimate: plan.estimate)
        try await job.complete(result: planned, spawning: stage.children, then: stage.successor) { transaction in
            try await transaction.giveUp(models: abandoned)
            try await transaction.createModel(model, by: job.id, plan: plan, data: data)
            for (role, matrix) in data.matrices {
                try await transaction.saveInteractions(matrix, model: model, role: role)
            }
            try await transaction.saveInteractions(start.byItem, model: model, role: .item)
            try await transaction.saveFactors(
                start.blocks, model: model, half: .start, precision: plan.arguments.transfer)
            try await transaction.saveGramian(start.gramian, model: model, half: .start)
        }
    }

    private func trainHere(
        _ job: JobContext<TrainingArguments>, _ model: Int64, _ data: TrainingData, _ plan: TrainingPlan,
        _ abandoned: [Int64]
    ) async throws {
        let arguments = plan.arguments
        let ids = ModelIDs(data)
        let new = arguments.listsNewItems ? try await job.database.newItems(besides: ids) : nil
        let catalogue = try await job.database.catalogue(of: ids.adding(new?.ids ?? []))
        let made = try await onOwnThread { check in
            try permanently {
                let factors = try trainInProcess(data, arguments) { half in
                    try check()
                    job.progress(half, of: 2 * arguments.iterations, "half-iterations")
                }
                return try TrainedHere(
                    factors, data, arguments, ids: ids, new: new, catalogue: catalogue, check: check)
            }
        }
        let cold = try await made.trained.coldStart(ids, in: job.database)
        let result = made.metrics.result(
            of: model, users: data.customerIDs.count, items: data.itemIDs.count, interactions: data.interactions.count,
            recommendations: made.recommendations.count, estimate: plan.estimate)
        try await job.complete(result: result) { transaction in
            try await transaction.giveUp(models: abandoned)
            try await transaction.createModel(model, by: job.id, plan: plan, data: data)
            try await transaction.save(made.factors.validation, model: model)
            try await transaction.save(made, model: model, precision: arguments.transfer)
            try await transaction.store(made.recommendations, model: model)
            try await transaction.finish(model, arguments, ids: ids, metrics: made.metrics, cold: cold)
        }
    }
}

extension Transaction {
    fileprivate func createModel(_ id: Int64, by job: JobID, plan: TrainingPlan, data: TrainingData) async throws {
        try await createModel(
            id, kind: .als, by: job, parameters: try JSONText(encoding: plan), data: data,
            tuning: plan.arguments.tuning.map(Int64.init))
    }

    fileprivate func save(_ made: TrainedHere, model: Int64, precision: FactorPrecision) async throws {
        let final = made.factors.final
        try await choose(userIteration: final.user.iteration, itemIteration: final.item.iteration, model: model)
        for (half, blocks) in [(final.user, made.users), (final.item, made.items)] {
            try await saveFactors(blocks, model: model, half: half, precision: precision)
        }
        try await saveGramian(made.trained.gramian, model: model, half: final.item)
    }
}

extension ModelIDs {
    fileprivate init(_ data: TrainingData) {
        self.init(
            customers: data.customerIDs, items: data.itemIDs, itemCustomers: data.itemCustomers,
            seenAt: data.itemsSeenAt, dataTo: data.dataTo)
    }
}
