public import Foundation
public import Postgres

private let cancelStatement: Statement = "SELECT millrace.cancel($1, $2)"
private let discardStatement: Statement = "SELECT millrace.discard($1, $2)"
private let retryStatement: Statement = "SELECT millrace.retry($1)"
private let rescheduleStatement: Statement = "SELECT millrace.reschedule($1, $2)"
private let delayStatement: Statement =
    "SELECT millrace.reschedule($1, millrace.clock() + $2 * interval '1 millisecond')"
private let priorityStatement: Statement = "SELECT millrace.set_priority($1, $2)"
private let cancelRunStatement: Statement = "SELECT millrace.cancel_run($1, $2)"

/// What a request to end a job came to.
public enum CancelOutcome: Sendable, Equatable {
    /// It was not running and has ended.
    case cancelled
    /// It is running and its worker was told to stop it.
    case requested
    /// It had ended before.
    case alreadyEnded(JobState)

    fileprivate init(_ answer: String) {
        switch answer {
        case "cancelled", "failed": self = .cancelled
        case "requested": self = .requested
        default: self = .alreadyEnded(JobState(rawValue: String(answer.dropFirst("already ".count))) ?? .cancelled)
        }
    }
}

/// Each throws `PostgresError` with the code P0002 when there is no such job, and with a hint when the job stands where
/// that cannot be done.
extension Session {
    /// Cancels a job: at once when it is not running, else by asking its worker.
    ///
    /// - Parameters:
    ///   - job: which one.
    ///   - requester: who asks; the database account when nil.
    public func cancel(_ job: JobID, by requester: String? = nil) async throws -> CancelOutcome {
        CancelOutcome(try await query(cancelStatement, job.rawValue, requester)[0][0])
    }

    /// Gives a job up: it ends as failed, without the attempts that are left. A running one is asked to stop.
    ///
    /// - Parameters:
    ///   - job: which one.
    ///   - requester: who asks; the database account when nil.
    public func discard(_ job: JobID, by requester: String? = nil) async throws -> CancelOutcome {
        CancelOutcome(try await query(discardStatement, job.rawValue, requester)[0][0])
    }

    /// Makes a job ready that ended badly, or that waits for its time or its next attempt.
    public func retry(_ job: JobID) async throws {
        try await execute(retryStatement, job.rawValue)
    }

    /// Puts a waiting job to another time.
    public func reschedule(_ job: JobID, to time: Date) async throws {
        try await execute(rescheduleStatement, job.rawValue, time)
    }

    /// Puts a waiting job off for a while from now, by the database's clock.
    public func reschedule(_ job: JobID, in delay: Duration) async throws {
        try await execute(delayStatement, job.rawValue, Double(delay.wholeMilliseconds))
    }

    /// Changes a job's priority; lower runs first.
    public func setPriority(_ priority: Int, of job: JobID) async throws {
        try await execute(priorityStatement, job.rawValue, Int32(clamping: priority))
    }

    /// Cancels whatever of a pipeline run has not ended.
    ///
    /// - Returns: how many jobs it reached.
    public func cancelRun(_ run: Int64, by requester: String? = nil) async throws -> Int {
        try await query(cancelRunStatement, run, requester)[0][0]
    }
}
