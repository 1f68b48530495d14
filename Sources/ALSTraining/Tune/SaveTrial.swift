import Millrace
import Postgres

private let saveStatement: Statement = """
    INSERT INTO shop.tuning_trial (tuning_id, rung, trial, settings, iterations, score, problem, seconds, job_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    """

extension Session {
    /// Keeps what a trial came to.
    func save(
        _ outcome: TrialOutcome, settings: [String: Double], tuning: Int64, rung: Int, by job: JobID
    ) async throws {
        try await execute(
            saveStatement, tuning, rung, outcome.trial, try JSONText(encoding: settings), outcome.iterations,
            outcome.score, outcome.problem, outcome.seconds, job.rawValue)
    }
}
