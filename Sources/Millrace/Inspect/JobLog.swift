public import Postgres

private let logStatement: Statement = """
    SELECT to_json(at) #>> '{}', level, message, metadata::text
    FROM millrace.log_line WHERE job_id = $1 ORDER BY log_line.at
    """

/// Lines carry their age when they are written, so a later one may stand before an earlier one: the place of the row tells
/// which are known, and a minute before the newest is looked at again. Uses `log_line_job`.
private let newerStatement: Statement = """
    SELECT log_line.tableoid || log_line.ctid::text, to_json(at) #>> '{}', level, message, metadata::text
    FROM millrace.log_line
    WHERE job_id = $1 AND ($2::text IS NULL OR at > $2::timestamptz - interval '1 minute') ORDER BY log_line.at
    """

extension Session {
    /// What a job's plugin logged, oldest first.
    public func logLines(of id: JobID) async throws -> Listing {
        try await listing(LogFollower.columns, logStatement, id.rawValue)
    }
}

/// Hands out the lines of a job's log as they are written, each once.
public struct LogFollower: Sendable {
    static let columns: [Listing.Column] = [
        .init("at", .time), .init("level"), .init("message"), .init("metadata", .json),
    ]

    private let job: JobID
    private var seen: Set<String> = []
    private var newest: String?

    /// Begins with the first line of a job.
    public init(_ job: JobID) {
        self.job = job
    }

    /// The lines that were written since the last call, oldest first.
    public mutating func next(on session: some Session) async throws -> Listing {
        let found = try await session.listing(
            [.init("row")] + Self.columns, newerStatement, job.rawValue, newest)
        let fresh = found.rows.filter { row in row[0].map { !seen.contains($0) } ?? false }
        // What is older than the minute that is read again need not be remembered.
        seen = Set(found.rows.compactMap { $0[0] })
        newest = found.rows.last?[1] ?? newest
        return Listing(columns: Self.columns, rows: fresh.map { Array($0.dropFirst()) })
    }
}
