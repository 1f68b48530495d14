import Synchronization

/// A bell that remembers one ring: whoever waits next is woken at once, however often it rang before.
final class Signal: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation
    private let isRung = Atomic(false)

    init() {
        (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Cheap when it rings already.
    func ring() {
        if !isRung.exchange(true, ordering: .acquiringAndReleasing) { continuation.yield() }
    }

    /// Whether it was rung and nobody has heard it yet.
    var isPending: Bool { isRung.load(ordering: .acquiring) }

    /// Ends the waiting for good.
    func finish() {
        continuation.finish()
    }

    /// Each ring, or several as one. To be used by one waiter.
    var rings: some AsyncSequence<Void, Never> {
        stream.map { self.isRung.store(false, ordering: .releasing) }
    }
}
