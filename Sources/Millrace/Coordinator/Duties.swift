package import Postgres

private let promoteStatement: Statement = "SELECT millrace.promote($1)"
private let rescueStatement: Statement = "SELECT millrace.rescue()"
private let rotateStatement: Statement = "SELECT name FROM millrace.rotate() AS name"

/// What any process may do for all of them. Each is one short transaction; see `sql/millrace/functions/duties.sql`.
extension Session {
    /// Makes due jobs ready.
    ///
    /// - Returns: how many; `limit` when there may be more.
    package func promoteDue(limit: Int = 1000) async throws -> Int {
        try await query(promoteStatement, Int32(limit))[0][0]
    }

    /// Takes the jobs of dead workers over.
    ///
    /// - Returns: how many.
    package func rescueJobs() async throws -> Int {
        try await query(rescueStatement)[0][0]
    }

    /// Makes the partitions of the coming week and drops those past the retention.
    ///
    /// - Returns: what was made or dropped.
    package func rotatePartitions() async throws -> [String] {
        try await query(rotateStatement).map { try $0[0] }
    }
}
