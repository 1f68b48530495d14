public import Postgres

private let pauseStatement: Statement = "SELECT millrace.pause_queue($1, $2)"
private let resumeStatement: Statement = "SELECT millrace.resume_queue($1)"

extension Session {
    /// Stops the claiming of a queue's jobs; running ones go on. A queue that does not exist yet is made.
    ///
    /// - Parameter requester: who asks; the database account when nil.
    public func pause(queue: String, by requester: String? = nil) async throws {
        try await execute(pauseStatement, queue, requester)
    }

    /// Lets a queue's jobs be claimed again.
    public func resume(queue: String) async throws {
        try await execute(resumeStatement, queue)
    }
}
