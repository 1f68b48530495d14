import Synchronization

/// A bell that remembers one ring: whoever waits next is woken at once, however often it rang before.
final class Signal: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func ring() {
        continuation.yield()
    }

    /// Ends the waiting for good.
    func finish() {
        continuation.finish()
    }

    /// Each ring, or several as one. To be used by one waiter.
    var rings: AsyncStream<Void> { stream }
}
