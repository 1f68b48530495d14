import Foundation
import Postgres

/// A job as the claim hands it to a worker.
struct ClaimedJob: Sendable {
    let id: JobID
    let epoch: Int64
    let enqueuedAt: Date
    let lane: Lane
    let arguments: JSONText
    let attempt: Int
    let crashes: Int
    /// Whether it took down so many workers that the next one quarantines it.
    let isSuspect: Bool
    let maxAttempts: Int
    let timeout: Duration?
    /// What few jobs have; nil for the others.
    let details: Details?

    /// What a job may have besides, such as its place in a pipeline run.
    final class Details: Sendable {
        let logicalTime: Date?
        let parent: JobID?
        let runID: Int64?
        let step: String?
        let needs: [JobID]
        let remaining: Duration?
        let hasExpired: Bool
        let trace: TraceContext?

        init(_ json: JSONValue) throws {
            func number(_ key: String) -> Int64? { json[key]?.number?.whole() }
            logicalTime = try json["logical_time"]?.string.map { try RFC3339.date($0) }
            parent = number("parent_id").map { JobID($0) }
            runID = number("run_id")
            step = json["step"]?.string
            needs = (json["needs"]?.elements ?? []).compactMap { $0.number?.whole().map { JobID($0) } }
            remaining = number("remaining_ms").map { .milliseconds($0) }
            hasExpired = json["expired"] == .bool(true)
            trace = try json["trace"]?.text.decode()
        }
    }

    var plugin: String { lane.plugin }
    var queue: String { lane.queue }
    var argumentsVersion: Int { lane.argumentsVersion }
    var logicalTime: Date? { details?.logicalTime }
    var parent: JobID? { details?.parent }
    var runID: Int64? { details?.runID }
    var step: String? { details?.step }
    var needs: [JobID] { details?.needs ?? [] }
    /// What is left until its deadline, by the database's clock at the claim.
    var remaining: Duration? { details?.remaining }
    /// Whether it should not start any more: its time to start has passed.
    var hasExpired: Bool { details?.hasExpired ?? false }
    var trace: TraceContext? { details?.trace }

    /// The jobs of one claim, whose columns are arrays.
    static func all(of row: Row, epoch: Int64, lanes: [Lane], suspectCrashes: Int16) throws -> [ClaimedJob] {
        let ids: [Int64] = try row[1]
        let times: [Date] = try row[3]
        let attempts: [Int16] = try row[4]
        let crashes: [Int16] = try row[5]
        let maxAttempts: [Int16?] = try row[6]
        let timeouts: [Int64?] = try row[7]
        let arguments: [JSONText?] = try row[8]
        let details: [JSONText?]? = try row[9]
        var jobs: [ClaimedJob] = []
        jobs.reserveCapacity(ids.count)
        for index in ids.indices {
            let own = arguments[index]
            var most = maxAttempts[index].map(Int.init)
            var timeout = timeouts[index]
            var rare: Details?
            if let text = details?[index] {
                let json = try JSONValue(parsing: text)
                most = json["max_attempts"]?.number?.whole()
                timeout = json["timeout_ms"]?.number?.whole()
                rare = try Details(json)
            }
            guard let own, let most else { throw JobWithoutRow(job: JobID(ids[index])) }
            jobs.append(
                ClaimedJob(
                    id: JobID(ids[index]), epoch: epoch, enqueuedAt: times[index], lane: lanes[index], arguments: own,
                    attempt: Int(attempts[index]), crashes: Int(crashes[index]),
                    isSuspect: crashes[index] >= suspectCrashes, maxAttempts: most,
                    timeout: timeout.map { .milliseconds($0) }, details: rare))
        }
        return jobs
    }
}

/// A ready job whose row in `millrace.job` is gone: somebody deleted it.
struct JobWithoutRow: Error, CustomStringConvertible {
    let job: JobID

    var description: String {
        "job \(job) was ready and its row in millrace.job is gone  →  restore it, or delete its row in millrace.lease"
    }
}
