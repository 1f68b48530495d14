import Foundation
import Postgres
import TestSupport

@testable import Millrace

extension JobRequest {
    /// A request for the plugin `scripted` with arguments that need not be its own: limits and keys read them.
    static func bare(
        _ arguments: String = "{}", queue: String? = nil, priority: Int = 0, weight: Int = 1, unique: Unique? = nil,
        delay: Duration? = nil, parents: [JobID] = [], plugin: String = "scripted"
    ) -> JobRequest {
        var request = JobRequest(plugin: plugin, arguments: JSONText(arguments))
        request.queue = queue
        request.priority = priority
        request.weight = weight
        request.unique = unique
        request.delay = delay
        request.parents = parents
        request.backoff = Backoff(base: .milliseconds(1), cap: .milliseconds(1))
        request.maxAttempts = 3
        return request
    }

    /// A job of a tenant, for limits by key.
    static func ofTenant(_ tenant: String, weight: Int = 1) -> JobRequest {
        bare(#"{"tenant": "\#(tenant)"}"#, weight: weight)
    }
}

extension TestDatabase {
    /// A pool whose sessions have their clock moved.
    func pool(clockMovedBy offset: String, connections: Int = 4) -> Pool {
        var configuration = configuration
        configuration.sessionParameters["millrace.clock_offset"] = offset
        return Pool(configuration, maximumConnections: connections, logger: TestDatabase.logger)
    }

    /// Runs the body with a pool whose sessions have their clock moved.
    func withClock<Result: Sendable>(
        movedBy offset: String, _ body: (Pool) async throws -> Result
    ) async throws -> Result {
        let pool = pool(clockMovedBy: offset)
        do {
            let result = try await body(pool)
            await pool.close()
            return result
        } catch {
            await pool.close()
            throw error
        }
    }

    /// The same with a clock that begins at an instant.
    func withClock<Result: Sendable>(at instant: Date, _ body: (Pool) async throws -> Result) async throws -> Result {
        let seconds: Double = try await pool.query(
            "SELECT extract(epoch FROM $1 - clock_timestamp())::double precision", instant)[0][0]
        return try await withClock(movedBy: "\(seconds) seconds", body)
    }

    /// Waits until a session of this database waits for a lock.
    func someoneWaitsForALock() async throws {
        try await eventually("a session waits for a lock") {
            try await pool.query(
                "SELECT true FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            ).count > 0
        }
    }
}

extension ManualWorker {
    /// Ends a job well, by its epoch.
    func complete(_ job: ClaimedJob, result: String? = nil) async throws {
        let ended = try await pool.complete([
            Completion(job: job.id, epoch: job.epoch, result: result.map { JSONText($0) })
        ])
        guard ended == [job.id] else { throw StaleLease(job: job.id, epoch: job.epoch) }
    }

    /// Ends an attempt with an error.
    @discardableResult
    func fail(_ job: ClaimedJob, isRetryable: Bool = false) async throws -> JobState? {
        try await pool.fail(
            job.id, epoch: job.epoch,
            AttemptFailure(kind: .error, message: "on purpose", isRetryable: isRetryable))
    }

    /// Claims and completes until there is nothing to claim.
    ///
    /// - Returns: the jobs in the order in which they were claimed.
    @discardableResult
    func workOff(atOnce: Int = 10, result: (ClaimedJob) -> String? = { _ in nil }) async throws -> [ClaimedJob] {
        var all: [ClaimedJob] = []
        while case let claimed = try await claim(atOnce), !claimed.isEmpty {
            for job in claimed { try await complete(job, result: result(job)) }
            all += claimed
        }
        return all
    }
}
