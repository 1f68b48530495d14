import Postgres

/// See `sql/millrace/functions/claim.sql` for the order and the locks.
private let claimStatement: Statement = """
    SELECT job_id, epoch, enqueued_at, plugin, queue, args, args_version, attempt, crashes, max_attempts, timeout_ms,
        logical_time, parent_id, run_id, step, needs, remaining_ms, expired, trace
    FROM millrace.claim($1, $2, $3, $4, $5)
    """

private let opensStatement: Statement = "SELECT millrace.opens_in_ms()"

/// What a worker can run, as the claim wants it.
struct Offer: Sendable {
    /// Queues it serves; nil for all.
    let queues: [String]?
    /// Names of its plugins.
    let plugins: [String]
    /// The version of each.
    let versions: [Int32]
}

extension Session {
    /// Leases up to `limit` ready jobs to a worker, each with a new epoch.
    func claim(for worker: Int64, upTo limit: Int, offer: Offer) async throws -> [ClaimedJob] {
        try await query(claimStatement, worker, Int32(limit), offer.queues, offer.plugins, offer.versions)
            .map(ClaimedJob.init)
    }

    /// How long until a rate limit that holds ready jobs back lets the next one start; nil when none does.
    func rateLimitOpens() async throws -> Duration? {
        let milliseconds: Int64? = try await query(opensStatement)[0][0]
        return milliseconds.map { .milliseconds($0) }
    }
}
