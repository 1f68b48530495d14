import Analytics
import Millrace
import Postgres

/// Trains by the settings of one trial in this process, and tells how well its best iteration does.
struct RunTrial: Plugin {
    static let name = "als-tune.trial"
    static let summary = "A step of als-tune: trains by one trial's settings and validates them."
    static let arguments = ArgumentSchema(
        reflecting: Arguments.self,
        describing: [
            "tuning": .init("Id in shop.model, of kind als-tuning."),
            "rung": .init("Which round.", minimum: 0, maximum: 100),
            "trial": .init("Which trial.", minimum: 0, maximum: 999),
        ])
    static let defaults = JobDefaults(backoff: Backoff(base: .seconds(1), cap: .seconds(60)))

    struct Arguments: Codable, Sendable, Equatable {
        let tuning: Int64
        let rung: Int
        let trial: Int
    }

    func run(_ job: JobContext<Arguments>) async throws {
        let arguments = job.arguments
        let tuning = try await job.database.tuning(arguments.tuning)
        let budget = try tuning.plan.rung(arguments.rung).budget
        let settings = tuning.plan.settings(ofTrial: arguments.trial)
        var training = tuning.plan.validating.setting(settings)
        training.iterations = budget
        let blocks = 0..<RowBlocks(rows: tuning.customers).count
        let interactions = try await job.database.interactions(model: arguments.tuning, role: .user, blocks: blocks)
        let validation = try await job.database.validationBlocks(
            ofModel: arguments.tuning, blocks: blocks, excludesBought: training.excludeBought)
        let began = ContinuousClock.now
        let outcome = try await onOwnThread { [training] check in
            do {
                let run = try validatedIterations(
                    try InteractionBlock(joining: interactions), validation: validation, arguments: training
                ) { half in
                    try check()
                    job.progress(half, of: 2 * budget, "half-iterations")
                }
                let best = run.best?.validated
                return TrialOutcome(
                    trial: arguments.trial, iterations: budget, score: best?.value(of: training.metric),
                    bestIteration: best?.iteration, seconds: 0, problem: nil)
            } catch let error as FactorizationError {
                // Settings that cannot be trained are a result of the search and no failure of it.
                return TrialOutcome(
                    trial: arguments.trial, iterations: budget, score: nil, bestIteration: nil, seconds: 0,
                    problem: error.description)
            }
        }
        let seconds = (ContinuousClock.now - began) / .seconds(1)
        try await job.complete(result: outcome.taking(seconds)) { transaction in
            try await transaction.save(
                outcome.taking(seconds), settings: settings, tuning: arguments.tuning, rung: arguments.rung, by: job.id)
        }
    }
}

/// What a trial came to.
struct TrialOutcome: Codable, Sendable, Equatable {
    let trial: Int
    let iterations: Int
    /// The metric at the best iteration; nil when it could not be trained.
    let score: Double?
    let bestIteration: Int?
    let seconds: Double
    let problem: String?

    private enum CodingKeys: String, CodingKey {
        case trial, iterations, score, seconds, problem
        case bestIteration = "best_iteration"
    }

    /// The same, which took so long.
    func taking(_ seconds: Double) -> TrialOutcome {
        TrialOutcome(
            trial: trial, iterations: iterations, score: score, bestIteration: bestIteration, seconds: seconds,
            problem: problem)
    }
}
