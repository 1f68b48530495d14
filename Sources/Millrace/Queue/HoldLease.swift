import Postgres

/// KEY SHARE keeps everybody from deleting the lease, which every change of state does, and lets a request to cancel be
/// written on it: a stronger lock would make `cancel` wait for the very transaction that it is to stop.
private let holdStatement: Statement =
    "SELECT true FROM millrace.lease WHERE job_id = $1 AND epoch = $2 FOR KEY SHARE"

extension Session {
    /// Locks a job's lease to the end of the transaction, so that nobody takes the job over while its effects are written.
    ///
    /// - Throws: ``StaleLease`` when the epoch no longer holds.
    func hold(_ job: ClaimedJob) async throws {
        guard try await first(holdStatement, job.id.rawValue, job.epoch) != nil else {
            throw StaleLease(job: job.id, epoch: job.epoch)
        }
    }
}
