import Postgres

private let completeStatement: Statement = "SELECT millrace.complete_many($1, $2, $3)"

/// A job that ended well, by the epoch it was run under.
struct Completion: Sendable {
    let job: JobID
    let epoch: Int64
    let result: JSONText?
    /// Whether other jobs may wait for it, so that workers should look once it is written.
    var mayReleaseOthers = false
}

extension Session {
    /// Ends jobs whose epoch still holds. The others change nothing.
    ///
    /// - Returns: the jobs that did end.
    func complete(_ completions: [Completion]) async throws -> Set<JobID> {
        let ended: [Int64] = try await query(
            completeStatement, completions.map(\.job.rawValue), completions.map(\.epoch), completions.map(\.result)
        )[0][0]
        return Set(ended.map { JobID($0) })
    }
}
