import Analytics
import Logging
import Millrace
import Postgres

/// Weighs the trials of a round: the best go on with more iterations, or the very best is trained and served.
struct EndRung: Plugin {
    static let name = "als-tune.rung"
    static let summary = "A step of als-tune: weighs a round of trials."
    static let arguments = ArgumentSchema(
        reflecting: Arguments.self,
        describing: [
            "tuning": .init("Id in shop.model, of kind als-tuning."),
            "rung": .init("Which round.", minimum: 0, maximum: 100),
        ])
    static let defaults = JobDefaults(backoff: Backoff(base: .seconds(1), cap: .seconds(60)))

    struct Arguments: Codable, Sendable, Equatable {
        let tuning: Int64
        let rung: Int
    }

    func run(_ job: JobContext<Arguments>) async throws {
        let id = job.arguments.tuning
        let tuning = try await job.database.tuning(id)
        _ = try tuning.plan.rung(job.arguments.rung)
        let outcomes = try await job.parentResults(as: TrialOutcome.self).sorted { $0.trial < $1.trial }
        let ranked = outcomes.filter { $0.score != nil }.max { ($0.score ?? 0, $1.trial) < ($1.score ?? 0, $0.trial) }
        guard let best = ranked else {
            throw PermanentFailure(
                "none of \(outcomes.count) trials could be trained: \(outcomes.first?.problem ?? "no trial ran")  →  search "
                    + "elsewhere")
        }
        let survivors = tuning.plan.rungs.survivors(scores: outcomes.map(\.score), after: job.arguments.rung)
        guard survivors.isEmpty else {
            let stage = try tuning.plan.stage(
                rung: job.arguments.rung + 1, trials: survivors.map { outcomes[$0].trial }, tuning: id)
            return try await job.complete(result: best, spawning: stage.children, then: stage.successor)
        }
        let result = TuningResult(best, tuning: id, plan: tuning.plan)
        job.log.info(
            "best settings", metadata: ["settings": "\(result.settings)", "score": "\(best.score ?? 0)"])
        let training =
            try tuning.plan.arguments.train ? [JobRequest(PlanTraining.self, result.training(tuning.plan))] : []
        let document = try JSONText(encoding: result)
        try await job.complete(result: result, spawning: training, then: nil) { transaction in
            _ = try await transaction.endTraining(
                of: id, metrics: document, serves: false, keeping: tuning.plan.arguments.training.keepModels)
        }
    }
}

/// What a tuning found.
struct TuningResult: Codable, Sendable, Equatable {
    /// Id in `shop.model`, of kind als-tuning.
    let tuning: Int64
    let trial: Int
    let settings: [String: Double]
    /// The metric of the validation.
    let score: Double
    /// At which iteration.
    let bestIteration: Int

    private enum CodingKeys: String, CodingKey {
        case tuning, trial, settings, score
        case bestIteration = "best_iteration"
    }

    init(_ best: TrialOutcome, tuning: Int64, plan: TuningPlan) {
        self.tuning = tuning
        trial = best.trial
        settings = plan.settings(ofTrial: best.trial)
        score = best.score ?? 0
        bestIteration = best.bestIteration ?? best.iterations
    }

    /// The training of what was found: with all orders and as many iterations as were best, or, where the tuning was given
    /// a patience, with a validation of its own.
    func training(_ plan: TuningPlan) -> TrainingArguments {
        var arguments = plan.arguments.training.setting(settings)
        if arguments.patience == 0 { arguments.iterations = bestIteration }
        arguments.tuning = Int(tuning)
        return arguments
    }
}
