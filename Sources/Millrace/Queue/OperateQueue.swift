public import Postgres

private let pauseStatement: Statement = "SELECT millrace.pause_queue($1, $2, $3)"
private let drainStatement: Statement = "SELECT millrace.drain_queue($1, $2, $3)"
private let resumeStatement: Statement = "SELECT millrace.resume_queue($1)"
private let agingStatement: Statement = "SELECT millrace.set_aging($1, $2 * interval '1 millisecond', $3)"

extension Session {
    /// Stops the claiming of a queue's jobs; running ones go on.
    ///
    /// - Parameters:
    ///   - queue: its name.
    ///   - requester: who asks; the database account when nil.
    ///   - isNew: true makes a queue that has had no job yet and that no plugin names; without it such a name is an error.
    public func pause(queue: String, by requester: String? = nil, isNew: Bool = false) async throws {
        try await execute(pauseStatement, queue, requester, isNew)
    }

    /// Lets a queue take no new jobs; those it has are worked off, with the children they make.
    ///
    /// - Parameters:
    ///   - queue: its name.
    ///   - requester: who asks; the database account when nil.
    ///   - isNew: true makes a queue that has had no job yet and that no plugin names; without it such a name is an error.
    public func drain(queue: String, by requester: String? = nil, isNew: Bool = false) async throws {
        try await execute(drainStatement, queue, requester, isNew)
    }

    /// Opens a queue again that was paused or let drain.
    public func resume(queue: String) async throws {
        try await execute(resumeStatement, queue)
    }

    /// Lets ready jobs of a queue gain a step of priority each time they have waited so long, so that none is starved.
    ///
    /// - Parameters:
    ///   - queue: its name.
    ///   - interval: nil for no aging; what jobs have gained stays.
    ///   - isNew: true makes a queue that has had no job yet and that no plugin names; without it such a name is an error.
    public func setAging(queue: String, every interval: Duration?, isNew: Bool = false) async throws {
        try await execute(agingStatement, queue, interval.map { Double($0.wholeMilliseconds) }, isNew)
    }
}
