import Synchronization

/// Lets one task at a time use a connection, in the order of arrival.
///
/// An actor alone does not: its methods interleave wherever they wait for the socket.
final class Turn: Sendable {
    private struct State {
        var isTaken = false
        /// The task that reads a stream, which has the turn until the stream ends.
        var streamReader: Int?
        var queue: [(ticket: UInt64, continuation: CheckedContinuation<Bool, Never>)] = []
        var lastTicket: UInt64 = 0
    }

    private let state = Mutex(State())

    /// Whether somebody has the turn.
    var isTaken: Bool { state.withLock { $0.isTaken } }

    /// Tasks in the queue.
    var queueLength: Int { state.withLock { $0.queue.count } }

    /// Waits for the turn.
    ///
    /// - Parameter asStream: whether the turn is kept while the task goes on and asks for the next element.
    /// - Returns: false when this same task reads a stream that has the turn, so that waiting would never end.
    /// - Throws: `CancellationError` when the task is cancelled while it waits.
    nonisolated(nonsending) func take(asStream: Bool = false) async throws -> Bool {
        let task = withUnsafeCurrentTask { $0?.hashValue }
        if let task, state.withLock({ $0.streamReader == task }) { return false }
        if let ticket = takeOrDraw() { try await waitInQueue(ticket) }
        if asStream { state.withLock { $0.streamReader = task } }
        return true
    }

    private nonisolated(nonsending) func waitInQueue(_ ticket: UInt64) async throws {
        let isMine = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                enqueue(ticket, continuation)
                // The handler may have run before there was something to find.
                if Task.isCancelled { leave(ticket) }
            }
        } onCancel: {
            leave(ticket)
        }
        guard isMine else { throw CancellationError() }
    }

    /// The stream that has the turn is not read any more; it gives the turn back once it is cleaned up.
    func stopReading() {
        state.withLock { $0.streamReader = nil }
    }

    /// Waits for the turn, cancelled or not; for cleaning up.
    nonisolated(nonsending) func takeRegardless() async {
        guard let ticket = takeOrDraw() else { return }
        _ = await withCheckedContinuation { enqueue(ticket, $0) }
    }

    /// Passes the turn on to the task that has waited longest.
    func release() {
        let next = state.withLock { state -> CheckedContinuation<Bool, Never>? in
            state.streamReader = nil
            guard !state.queue.isEmpty else {
                state.isTaken = false
                return nil
            }
            return state.queue.removeFirst().continuation
        }
        next?.resume(returning: true)
    }

    /// Takes a free turn at once (`nil`), or draws a ticket for the queue.
    private func takeOrDraw() -> UInt64? {
        state.withLock { state in
            guard state.isTaken else {
                state.isTaken = true
                return nil
            }
            state.lastTicket += 1
            return state.lastTicket
        }
    }

    private func enqueue(_ ticket: UInt64, _ continuation: CheckedContinuation<Bool, Never>) {
        let isFree = state.withLock { state -> Bool in
            guard state.isTaken else {
                state.isTaken = true
                return true
            }
            state.queue.append((ticket, continuation))
            return false
        }
        if isFree { continuation.resume(returning: true) }
    }

    private func leave(_ ticket: UInt64) {
        let leaving = state.withLock { state -> CheckedContinuation<Bool, Never>? in
            guard let index = state.queue.firstIndex(where: { $0.ticket == ticket }) else { return nil }
            return state.queue.remove(at: index).continuation
        }
        leaving?.resume(returning: false)
    }
}
