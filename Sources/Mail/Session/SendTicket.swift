import Synchronization

/// Tells one call of `send` from all others, and whether its task was cancelled before its message got a turn.
final class SendTicket: Sendable {
    private let cancelled = Atomic<Bool>(false)

    var isCancelled: Bool { cancelled.load(ordering: .acquiring) }

    func cancel() { cancelled.store(true, ordering: .releasing) }
}
