package import Postgres

private let promoteStatement: Statement = "SELECT millrace.promote($1)"
private let rescueStatement: Statement = "SELECT millrace.rescue($1)"
private let rotateStatement: Statement = "SELECT millrace.rotate()"

private let expireStatement: Statement = "SELECT millrace.expire($1)"
private let gatherStatement: Statement = "SELECT millrace.gather()"
private let forgetClaimsStatement: Statement = "SELECT millrace.forget_limit_claims()"
private let forgetShapesStatement: Statement = "SELECT millrace.forget_shapes()"
private let ageStatement: Statement = "SELECT millrace.age()"

/// What any process may do for all of them. Each is one short transaction; see `duties.sql`, `limit_usage.sql`
/// and `known_shapes.sql` in `sql/millrace/functions`.
extension Session {
    /// Makes due jobs ready.
    ///
    /// - Returns: how many; `limit` when there may be more.
    package func promoteDue(limit: Int = 1000) async throws -> Int {
        try await query(promoteStatement, Int32(limit))[0][0]
    }

    /// Takes the jobs of dead workers over.
    ///
    /// - Parameter thorough: whether to look through all leases even when no worker has ended lately.
    /// - Returns: how many.
    package func rescueJobs(thorough: Bool = true) async throws -> Int {
        try await query(rescueStatement, thorough)[0][0]
    }

    /// Makes the partitions of the coming week and drops those past the retention, each by a statement of its own.
    ///
    /// - Returns: what was made or dropped.
    package func rotatePartitions() async throws -> [String] {
        var changes: [String] = []
        while let change: String = try await query(rotateStatement)[0][0] { changes.append(change) }
        return changes
    }

    /// Ends what has run out of time, and asks what runs past its deadline to stop.
    ///
    /// - Returns: how many it looked at; `limit` when there may be more.
    package func expireOverdue(limit: Int = 1000) async throws -> Int {
        try await query(expireStatement, Int32(limit))[0][0]
    }

    /// Releases jobs that waited for very many others and whose last ones ended unseen by each other.
    ///
    /// - Returns: how many.
    package func releaseGathered() async throws -> Int {
        try await query(gatherStatement)[0][0]
    }

    /// Forgets which jobs claims of limited lanes took, where these have ended.
    package func forgetLimitClaims() async throws {
        try await execute(forgetClaimsStatement)
    }

    /// Forgets what shapes of jobs meant before something that it depends on changed.
    package func forgetShapes() async throws {
        try await execute(forgetShapesStatement)
    }

    /// Gives jobs of queues with aging the steps of priority that they have waited for.
    ///
    /// - Returns: how many.
    package func ageWaiting() async throws -> Int {
        try await query(ageStatement)[0][0]
    }
}
