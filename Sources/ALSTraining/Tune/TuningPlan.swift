import Analytics
import Millrace
import Postgres

private let planStatement: Statement = """
    SELECT state, parameters, customers FROM shop.model WHERE id = $1 AND kind = 'als-tuning'
    """

/// How a tuning is spent; kept with it.
struct TuningPlan: Codable, Sendable, Equatable {
    let arguments: TuneArguments
    let rungs: SuccessiveHalving
    let space: SearchSpace

    /// The training that all trials vary, with a validation that stops none of them.
    var validating: TrainingArguments {
        var arguments = arguments.training
        arguments.patience = arguments.iterations
        arguments.holdout = .none
        return arguments
    }

    /// What a trial sets; the same for the same seed and number.
    func settings(ofTrial trial: Int) -> [String: Double] {
        space.trials(trial..<trial + 1, seed: UInt64(bitPattern: Int64(arguments.training.seed)))[0]
    }

    /// The trials of a round, and what weighs them.
    func stage(rung: Int, trials: [Int], tuning: Int64) throws -> TrainingStage {
        TrainingStage(
            children: try trials.map { try JobRequest(RunTrial.self, .init(tuning: tuning, rung: rung, trial: $0)) },
            successor: try JobRequest(EndRung.self, .init(tuning: tuning, rung: rung)))
    }

    /// A round.
    ///
    /// - Throws: `PermanentFailure` when there is no such round.
    func rung(_ index: Int) throws -> SuccessiveHalving.Rung {
        guard rungs.rungs.indices.contains(index) else {
            throw PermanentFailure(
                "there is no rung \(index) among \(rungs.rungs.count)  →  leave this job to als-tune, which plans it")
        }
        return rungs.rungs[index]
    }
}

/// A tuning that goes on.
struct Tuning: Sendable {
    let plan: TuningPlan
    let customers: Int
}

extension Session {
    /// Reads a tuning that goes on.
    ///
    /// - Throws: `PermanentFailure` when it is gone or has ended.
    func tuning(_ id: Int64) async throws -> Tuning {
        guard let row = try await first(planStatement, id) else {
            throw PermanentFailure("tuning \(id) is gone  →  start a new one: `millrace run als-tune`")
        }
        let (state, parameters, customers) = try row.decode(String.self, JSONText.self, Int.self)
        guard state == "training" else {
            throw PermanentFailure(
                "tuning \(id) has ended (\(state)), and its data are gone  →  start a new one: `millrace run als-tune`")
        }
        return Tuning(plan: try parameters.decode(), customers: customers)
    }
}
