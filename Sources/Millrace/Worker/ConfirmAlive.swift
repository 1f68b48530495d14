import Foundation
import Postgres

/// Nothing is updated once the worker was declared lost: then it has no jobs any more, whatever it believes.
private let heartbeatStatement: Statement = """
    UPDATE millrace.worker
    SET heartbeat_at = millrace.clock(), stale_outcomes = stale_outcomes + $2,
        clock_ahead_ms = (extract(epoch FROM $3 - clock_timestamp()) * 1000)::bigint
    WHERE id = $1 AND state IN ('alive', 'draining')
    RETURNING state, slots, EXISTS (SELECT FROM millrace.limit_rule WHERE kind = 'rate'), queue_slots <> '{}'
    """

private let requestsStatement: Statement = """
    SELECT job_id, epoch FROM millrace.lease WHERE job_id = ANY ($1) AND cancel_requested_at IS NOT NULL
    """

private let aliveStatement: Statement = "SELECT count(*) FROM millrace.worker WHERE state = 'alive'"

/// Looks through all leases, so it is asked only when there is reason to.
private let leasesStatement: Statement = "SELECT job_id, epoch FROM millrace.lease WHERE worker_id = $1"

/// What the database wants of a worker, as it answers a heartbeat.
struct WorkerOrders: Sendable {
    /// Whether it should finish what it runs and end.
    let shouldDrain: Bool
    /// Jobs to run at once.
    let slots: Int
    /// Whether there are rate limits, so that a claim may have to be tried again at their time.
    let hasRateLimits: Bool
    /// Whether it keeps slots for queues, so that its jobs have to be counted by queue.
    let hasQueueSlots: Bool
}

/// A lease as the database has it.
struct HeldLease: Sendable, Hashable {
    let job: JobID
    let epoch: Int64
}

extension Session {
    /// Proves that a worker is alive.
    ///
    /// - Parameter staleOutcomes: outcomes refused since the last heartbeat, to be counted.
    /// - Returns: what is wanted of the worker; nil when it was declared lost.
    func confirmAlive(worker: Int64, staleOutcomes: Int) async throws -> WorkerOrders? {
        // Its own clock is written down for people only: it shows how far it is off.
        guard let row = try await first(heartbeatStatement, worker, Int64(staleOutcomes), Date()) else { return nil }
        let (state, slots, hasRateLimits, hasQueueSlots) = try row.decode(
            String.self, Int.self, Bool.self, Bool.self)
        return WorkerOrders(
            shouldDrain: state == "draining", slots: slots, hasRateLimits: hasRateLimits, hasQueueSlots: hasQueueSlots)
    }

    /// How many workers are alive.
    func aliveWorkers() async throws -> Int {
        try await query(aliveStatement)[0][0]
    }

    /// The leases of a worker.
    func leases(ofWorker worker: Int64) async throws -> [HeldLease] {
        try await query(leasesStatement, worker).map(HeldLease.init)
    }

    /// Those of the jobs that somebody asked to stop.
    func requestsToCancel(among jobs: [Int64]) async throws -> [HeldLease] {
        jobs.isEmpty ? [] : try await query(requestsStatement, jobs).map(HeldLease.init)
    }
}

extension HeldLease {
    init(_ row: Row) throws {
        let (job, epoch) = try row.decode(Int64.self, Int64.self)
        self.init(job: JobID(job), epoch: epoch)
    }
}
