public import Postgres

private let enqueueStatement: Statement = "SELECT id FROM millrace.enqueue_many($1) AS id"
private let ringStatement: Statement = "SELECT pg_notify('millrace_ready', '')"

extension Session {
    /// Enqueues jobs. On a ``Transaction`` they exist when it commits, or not at all.
    ///
    /// - Parameter requests: the jobs; ``JobRequest/needs`` may name others of them.
    /// - Returns: their ids, in the same order.
    /// - Throws: `PostgresError` whose message names the job of the array and what is wrong with it.
    public func enqueue(_ requests: [JobRequest]) async throws -> [JobID] {
        guard !requests.isEmpty else { return [] }
        return try await query(enqueueStatement, try JobRequest.payload(of: requests)).map { JobID(try $0[0]) }
    }

    /// Enqueues one job. On a ``Transaction`` it exists when that commits, or not at all.
    @discardableResult
    public func enqueue(_ request: JobRequest) async throws -> JobID {
        try await enqueue([request])[0]
    }

    /// Wakes idle workers, which would otherwise look again within a second. To be called outside of transactions.
    public func ringDoorbell() async throws {
        try await execute(ringStatement)
    }
}
