import Postgres

private let handOverStatement: Statement = "SELECT millrace.hand_over($1, $2, $3, $4, $5)"

extension Session {
    /// Ends a job and inserts the children that carry its work on; whatever waited for it waits for their last one.
    ///
    /// - Parameters:
    ///   - children: what to insert; must not be empty.
    ///   - successor: key of the child that the waiters wait for from now on; nil for a barrier over all of them.
    /// - Returns: the children's ids, or nil when the epoch no longer holds and nothing was changed.
    func handOver(
        _ job: ClaimedJob, result: JSONText?, children: [JobRequest], successor: String?
    ) async throws -> [JobID]? {
        let ids: [Int64]? = try await query(
            handOverStatement, job.id.rawValue, job.epoch, result, try JobRequest.payload(of: children), successor
        )[0][0]
        return ids.map { $0.map { JobID($0) } }
    }
}
