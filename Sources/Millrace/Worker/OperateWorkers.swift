public import Postgres

private let drainStatement: Statement = "SELECT millrace.drain_worker($1)"
private let slotsStatement: Statement = "SELECT millrace.set_slots($1, $2, $3)"
private let weightStatement: Statement = "SELECT millrace.set_queue_weight($1, $2, $3)"

/// Each returns how many workers of that name there are, and throws `PostgresError` when there is none.
extension Session {
    /// Lets the workers of a name finish what they run, claim nothing more, and end.
    @discardableResult
    public func drain(worker name: String) async throws -> Int {
        try await query(drainStatement, name)[0][0]
    }

    /// Changes how many jobs the workers of a name run at once.
    ///
    /// - Parameters:
    ///   - slots: from 0 on; nil only with a queue: no bound of its own.
    ///   - name: the workers.
    ///   - queue: only jobs of this queue; nil for all.
    @discardableResult
    public func setSlots(_ slots: Int?, ofWorker name: String, queue: String? = nil) async throws -> Int {
        try await query(slotsStatement, name, slots.map { Int32(clamping: $0) }, queue)[0][0]
    }

    /// Changes how many turns a queue gets from the workers of a name for each turn of other queues.
    ///
    /// - Parameters:
    ///   - weight: from 1 on; nil for none of its own.
    ///   - queue: the queue.
    ///   - name: the workers.
    @discardableResult
    public func setWeight(_ weight: Int?, ofQueue queue: String, onWorker name: String) async throws -> Int {
        try await query(weightStatement, name, queue, weight.map { Int32(clamping: $0) })[0][0]
    }
}
