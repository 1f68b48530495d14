import Analytics
import Logging
import Millrace
import Postgres

/// Reads the interactions once for all trials, keeps an order of some customers from them, and starts the first round.
struct PlanTuning: Plugin {
    static let name = "als-tune"
    static let summary = "Searches settings of als-training by trials as jobs, and trains the best."
    static let arguments = TuneArguments.schema

    /// What the job returns.
    struct Planned: Codable, Sendable {
        /// Id in `shop.model`, of kind als-tuning.
        let tuning: Int64
        let interactions: Int
        let rungs: [SuccessiveHalvingRung]
    }

    func run(_ job: JobContext<TuneArguments>) async throws {
        let arguments = job.arguments
        try arguments.training.validate()
        let plan = TuningPlan(
            arguments: arguments, rungs: try arguments.rungs(), space: try arguments.space())
        let data = try await job.database.trainingData(plan.validating) { job.progress($0, "orders and visits read") }
        let abandoned = try await job.database.abandonedModels()
        let tuning = try await job.database.nextModelID()
        let stage = try plan.stage(rung: 0, trials: Array(0..<plan.rungs.rungs[0].trials), tuning: tuning)
        job.log.info(
            "tuning starts", metadata: ["tuning": "\(tuning)", "trials": "\(arguments.trials)"])
        let planned = Planned(
            tuning: tuning, interactions: data.interactions.count,
            rungs: plan.rungs.rungs.map { SuccessiveHalvingRung(trials: $0.trials, iterations: $0.budget) })
        try await job.complete(result: planned, spawning: stage.children, then: stage.successor) { transaction in
            try await transaction.giveUp(models: abandoned)
            try await transaction.createModel(
                tuning, kind: .tuning, by: job.id, parameters: try JSONText(encoding: plan), data: data, tuning: nil)
            for (role, matrix) in data.matrices where [.user, .validation, .validationBought].contains(role) {
                try await transaction.saveInteractions(matrix, model: tuning, role: role)
            }
        }
    }
}

/// One round of a tuning, for people.
struct SuccessiveHalvingRung: Codable, Sendable, Equatable {
    let trials: Int
    let iterations: Int
}
