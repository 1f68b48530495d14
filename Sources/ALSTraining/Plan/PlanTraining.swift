import Analytics
import Logging
import Millrace
import Postgres

/// Reads the interactions, cuts them into blocks, and starts the first half-iteration.
struct PlanTraining: Plugin {
    static let name = "als-training"
    static let summary = "Trains a recommender on all orders and serves the best items of every customer."
    static let arguments = TrainingArguments.schema

    /// What the job itself returns; the training's result is that of its last job, ``FinishTraining``.
    struct Planned: Codable, Sendable {
        let model: Int64
        let users: Int
        let items: Int
        let interactions: Int
    }

    func run(_ job: JobContext<TrainingArguments>) async throws {
        let arguments = job.arguments
        try arguments.validate()
        let data = try await readInteractions(job)
        try check(data, arguments)
        let (plan, byItem, start, gramian) = try await onOwnThread { check in
            try check()
            let byItem = data.interactions.transposed()
            let start = try permanently { try initialFactors(data, arguments) }
            return (
                TrainingPlan(data.interactions, byItem: byItem, arguments), byItem, start,
                try permanently { try Gramian(adding: start.map(\.gramian)) }
            )
        }
        let abandoned = try await job.database.abandonedModels()
        let model = try await job.database.nextModelID()
        let stage = try TrainingStage(after: .start, model: model, plan: plan)
        let planned = Planned(
            model: model, users: data.customerIDs.count, items: data.itemIDs.count,
            interactions: data.interactions.count)
        job.log.info(
            "training starts",
            metadata: [
                "model": "\(model)", "users": "\(planned.users)", "items": "\(planned.items)",
                "interactions": "\(planned.interactions)",
            ])
        try await job.complete(result: planned, spawning: stage.children, then: stage.successor) { transaction in
            try await transaction.giveUp(models: abandoned)
            try await transaction.createModel(model, by: job.id, plan: plan, data: data)
            try await transaction.saveInteractions(data.interactions, model: model, role: .user)
            try await transaction.saveInteractions(byItem, model: model, role: .item)
            if let bought = data.bought {
                try await transaction.saveInteractions(bought, model: model, role: .bought)
            }
            if let heldOut = data.heldOut {
                try await transaction.saveInteractions(heldOut, model: model, role: .heldOut)
            }
            try await transaction.saveFactors(start, model: model, half: .start)
            try await transaction.saveGramian(gramian, model: model, half: .start)
        }
    }

    private func readInteractions(_ job: JobContext<TrainingArguments>) async throws -> TrainingData {
        let arguments = job.arguments
        let collector = try await job.database.withConnection { connection in
            var collector = InteractionCollector(
                holdout: arguments.holdout, excludesBought: arguments.excludeBought)
            var count = 0
            for try await visit in connection.visits(kinds: arguments.kinds) {
                collector.add(visit)
                count += 1
                if count.isMultiple(of: 1000) { job.progress(count, "orders and visits read") }
            }
            return collector
        }
        return try await onOwnThread { check in
            try check()
            var collector = collector
            return try permanently { try collector.finish() }
        }
    }

    private func check(_ data: TrainingData, _ arguments: TrainingArguments) throws {
        guard data.interactions.count > 0 else {
            throw PermanentFailure(
                "no known customer has \(arguments.kinds.joined(separator: " or ")) events of a known product that were not "
                    + "sent back, so there is nothing to learn from  →  import orders first: `millrace import --help`")
        }
        if let heldOut = data.heldOut, heldOut.count == 0 {
            throw PermanentFailure(
                "no customer has a last order with something to hold out  →  measure when customers have ordered twice"
                    + (arguments.excludeBought ? ", or set exclude_bought to false" : ""))
        }
    }

    private func initialFactors(_ data: TrainingData, _ arguments: TrainingArguments) throws -> [FactorBlock] {
        let blocks = RowBlocks(rows: data.customerIDs.count)
        return try (0..<blocks.count).map { block in
            FactorBlock(
                block: block,
                factors: try FactorMatrix.initial(
                    rows: blocks[block], rank: arguments.factors, seed: UInt64(bitPattern: Int64(arguments.seed))))
        }
    }
}
