import Postgres

private let releaseStatement: Statement = "SELECT millrace.release($1, $2)"
private let snoozeStatement: Statement = "SELECT millrace.snooze($1, $2, $3)"

extension Session {
    /// Gives a running job back untouched, its attempt with it.
    ///
    /// - Returns: false when the epoch no longer holds.
    func release(_ job: JobID, epoch: Int64) async throws -> Bool {
        let released: [Int64] = try await query(releaseStatement, [job.rawValue], [epoch])[0][0]
        return !released.isEmpty
    }

    /// Gives jobs back untouched, their attempts with them.
    ///
    /// - Returns: how many of them were still held under their epoch.
    func release(_ jobs: [ClaimedJob]) async throws -> Int {
        let released: [Int64] = try await query(releaseStatement, jobs.map(\.id.rawValue), jobs.map(\.epoch))[0][0]
        return released.count
    }

    /// Puts a running job off, its attempt given back.
    ///
    /// - Returns: false when the epoch no longer holds.
    func snooze(_ job: JobID, epoch: Int64, for delay: Duration) async throws -> Bool {
        try await query(snoozeStatement, job.rawValue, epoch, delay.wholeMilliseconds)[0][0]
    }
}
