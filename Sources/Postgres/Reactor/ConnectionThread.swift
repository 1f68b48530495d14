/// Where tasks run that do little but talk to the database.
///
/// One thread of the process waits for all connections. A task that runs elsewhere is woken by it for every answer, and a
/// change of threads costs about as much as a short statement does. A task that prefers this executor goes on at once where
/// the answer came in:
///
/// ```swift
/// Task(executorPreference: ConnectionThread.executor) {
///     for order in orders { try await pool.enqueue(request(for: order)) }
/// }
/// ```
/// What such a task computes keeps every connection of the process waiting, so it must be little, and must never block.
public enum ConnectionThread {
    /// The executor; nil, which stands for no preference, when the system has no more descriptors to start it. Whoever then
    /// opens a connection is told so.
    public static var executor: (any TaskExecutor)? {
        guard case .success(let reactor) = Reactor.started else { return nil }
        return reactor
    }
}
