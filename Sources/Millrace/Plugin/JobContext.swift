public import Foundation
public import Logging
public import Postgres

/// What a plugin is given for one attempt at one job.
public struct JobContext<Arguments: Codable & Sendable>: Sendable {
    /// The arguments, checked against the schema, with the defaults filled in.
    public let arguments: Arguments
    let attemptState: AttemptState

    init(arguments: Arguments, attemptState: AttemptState) {
        self.arguments = arguments
        self.attemptState = attemptState
    }

    /// Log lines that are kept with the job, besides going to the worker's own log. Made when it is asked for: most jobs say
    /// nothing.
    public var log: Logger { Logger(label: "job") { _ in attemptState.logHandler } }

    /// The job.
    public var id: JobID { attemptState.job.id }
    /// The fencing token of this attempt. It only rises: write it beside what must not be overwritten by an older attempt.
    public var epoch: Int64 { attemptState.job.epoch }
    /// Which attempt this is, from 1.
    public var attempt: Int { attemptState.job.attempt }
    /// The queue it was taken from.
    public var queue: String { attemptState.job.queue }
    /// The time the job stands for: its schedule's slot, or when the run was started. By the database's clock.
    public var logicalTime: Date { attemptState.job.logicalTime ?? attemptState.job.enqueuedAt }
    /// The pipeline run it belongs to.
    public var runID: Int64? { attemptState.job.runID }
    /// The step of the run it belongs to.
    public var step: String? { attemptState.job.step }
    /// The job whose completion made it.
    public var parent: JobID? { attemptState.job.parent }
    /// The trace context of whoever enqueued it.
    public var trace: TraceContext? { attemptState.job.trace }
    /// Connections to the database that holds the job.
    public var database: Pool { attemptState.pool }

    /// Throws `CancellationError` when the job should stop: cancelled, timed out, or the worker is shutting down.
    public func checkCancellation() throws {
        try Task.checkCancellation()
    }

    /// Reports how far the job is. Cheap: kept in memory and written at most once a second.
    ///
    /// - Parameters:
    ///   - done: units done so far.
    ///   - total: units in all, where known.
    ///   - message: what is being done.
    public func progress(_ done: Int, of total: Int? = nil, _ message: String? = nil) {
        attemptState.report(Progress(done: done, total: total, message: message))
    }

    /// A folder of this attempt's own, removed when the attempt ends.
    public func scratchFolder() throws -> URL {
        try attemptState.scratchFolder()
    }
}
