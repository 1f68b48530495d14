public import Postgres

private let cancelStatement: Statement = "SELECT millrace.cancel($1, $2)"
private let retryStatement: Statement = "SELECT millrace.retry($1)"
private let cancelRunStatement: Statement = "SELECT millrace.cancel_run($1, $2)"

/// What a request to cancel came to.
public enum CancelOutcome: Sendable, Equatable {
    /// It was not running and has ended.
    case cancelled
    /// It is running and its worker was told to stop it.
    case requested
    /// It had ended before.
    case alreadyEnded(JobState)
}

extension Session {
    /// Cancels a job: at once when it is not running, else by asking its worker.
    ///
    /// - Parameter requester: who asks; the database account when nil.
    /// - Throws: `PostgresError` with ``SQLState/noDataFound`` when there is no such job.
    public func cancel(_ job: JobID, by requester: String? = nil) async throws -> CancelOutcome {
        let answer: String = try await query(cancelStatement, job.rawValue, requester)[0][0]
        switch answer {
        case "cancelled": return .cancelled
        case "requested": return .requested
        default: return .alreadyEnded(JobState(rawValue: String(answer.dropFirst("already ".count))) ?? .cancelled)
        }
    }

    /// Makes a job ready again that ended badly or waits for its next attempt.
    ///
    /// - Throws: `PostgresError` when the job runs, has succeeded, or is not there; its hint says what to do.
    public func retry(_ job: JobID) async throws {
        try await execute(retryStatement, job.rawValue)
    }

    /// Cancels whatever of a pipeline run has not ended.
    ///
    /// - Returns: how many jobs it reached.
    public func cancelRun(_ run: Int64, by requester: String? = nil) async throws -> Int {
        try await query(cancelRunStatement, run, requester)[0][0]
    }
}
