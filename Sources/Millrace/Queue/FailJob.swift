import Postgres

private let failStatement: Statement = "SELECT millrace.fail($1, $2, $3, $4, $5, $6, $7)::text"

/// Why an attempt did not succeed.
struct AttemptFailure: Sendable {
    /// As `millrace.attempt_error.kind` has them.
    enum Kind: String, Sendable {
        case error, timeout, deadline, expired, cancelled, arguments
    }

    let kind: Kind
    let message: String
    let isRetryable: Bool
    var retryAfter: Duration?
    var stackTrace: String?
}

extension Session {
    /// Ends an attempt that did not succeed.
    ///
    /// - Returns: the state the job is in now; nil when the epoch no longer holds and nothing was changed.
    func fail(_ job: JobID, epoch: Int64, _ failure: AttemptFailure) async throws -> JobState? {
        let state: String? = try await query(
            failStatement, job.rawValue, epoch, failure.kind.rawValue, failure.message, failure.isRetryable,
            failure.retryAfter?.wholeMilliseconds, failure.stackTrace
        )[0][0]
        return state.flatMap(JobState.init(rawValue:))
    }
}
