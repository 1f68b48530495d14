import Postgres

/// Nothing is updated once the worker was declared lost: then it has no jobs any more, whatever it believes.
private let heartbeatStatement: Statement = """
    UPDATE millrace.worker
    SET heartbeat_at = clock_timestamp(), stale_outcomes = stale_outcomes + $2
    WHERE id = $1 AND state IN ('alive', 'draining')
    RETURNING state
    """

private let leasesStatement: Statement = """
    SELECT job_id, epoch, cancel_requested_at IS NOT NULL FROM millrace.lease WHERE worker_id = $1
    """

/// A lease as the database has it.
struct HeldLease: Sendable {
    let job: JobID
    let epoch: Int64
    let cancelRequested: Bool
}

extension Session {
    /// Proves that a worker is alive.
    ///
    /// - Parameter staleOutcomes: outcomes refused since the last heartbeat, to be counted.
    /// - Returns: false when the worker was declared lost.
    func confirmAlive(worker: Int64, staleOutcomes: Int) async throws -> Bool {
        try await first(heartbeatStatement, worker, Int64(staleOutcomes)) != nil
    }

    /// The leases of a worker.
    func leases(ofWorker worker: Int64) async throws -> [HeldLease] {
        try await query(leasesStatement, worker).map { row in
            let (job, epoch, cancelRequested) = try row.decode(Int64.self, Int64.self, Bool.self)
            return HeldLease(job: JobID(job), epoch: epoch, cancelRequested: cancelRequested)
        }
    }
}
