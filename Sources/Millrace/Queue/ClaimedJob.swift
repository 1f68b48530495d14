import Foundation
import Postgres

/// A job as the claim hands it to a worker.
struct ClaimedJob: Sendable {
    let id: JobID
    let epoch: Int64
    let enqueuedAt: Date
    let plugin: String
    let queue: String
    let arguments: JSONText
    let argumentsVersion: Int
    let attempt: Int
    let crashes: Int
    let maxAttempts: Int
    let timeout: Duration?
    let logicalTime: Date?
    let parent: JobID?
    let runID: Int64?
    let step: String?
    let needs: [JobID]
    /// What is left until its deadline, by the database's clock at the claim.
    let remaining: Duration?
    /// Whether it should not start any more: its time to start has passed.
    let hasExpired: Bool
    let trace: TraceContext?

    init(_ row: Row) throws {
        id = JobID(try row["job_id"])
        epoch = try row["epoch"]
        enqueuedAt = try row["enqueued_at"]
        plugin = try row["plugin"]
        queue = try row["queue"]
        arguments = try row["args"]
        argumentsVersion = try row["args_version"]
        attempt = try row["attempt"]
        crashes = try row["crashes"]
        maxAttempts = try row["max_attempts"]
        let milliseconds: Int64? = try row["timeout_ms"]
        timeout = milliseconds.map { .milliseconds($0) }
        logicalTime = try row["logical_time"]
        let parentID: Int64? = try row["parent_id"]
        parent = parentID.map(JobID.init)
        runID = try row["run_id"]
        step = try row["step"]
        let parents: [Int64]? = try row["needs"]
        needs = (parents ?? []).map { JobID($0) }
        let remainingMilliseconds: Int64? = try row["remaining_ms"]
        remaining = remainingMilliseconds.map { .milliseconds($0) }
        hasExpired = try row["expired"]
        let traceText: JSONText? = try row["trace"]
        trace = try traceText?.decode()
    }
}
