import Postgres

private let holdStatement: Statement =
    "SELECT true FROM millrace.lease WHERE job_id = $1 AND epoch = $2 FOR UPDATE"

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
