/// What a NOTIFY sent.
public struct Notification: Sendable, Hashable {
    /// The channel's name.
    public let channel: String
    /// The text that came with it; empty when there was none.
    public let payload: String
    /// Process number of the server's side of the sender.
    public let senderPID: Int32
}

/// The notifications of one channel, from the moment ``Connection/listen(_:)`` returned.
///
/// It ends when the connection is closed and throws ``ConnectionError/lost(endpoint:during:)`` when that breaks.
/// A reader that falls 65,536 notifications behind loses the oldest ones. When the stream is no longer read,
/// the connection stops listening.
public struct NotificationStream: AsyncSequence, Sendable {
    /// One notification.
    public typealias Element = Notification
    typealias Base = AsyncThrowingStream<Notification, any Error>

    let base: Base

    /// Starts reading.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(base: base.makeAsyncIterator())
    }

    /// Reads one notification after another.
    public struct AsyncIterator: AsyncIteratorProtocol {
        var base: Base.AsyncIterator

        /// The next notification; `nil` when the connection was closed or the task cancelled.
        public mutating func next() async throws -> Notification? {
            try await base.next()
        }

        /// The next notification; `nil` when the connection was closed or the task cancelled.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws -> Notification? {
            try await base.next(isolation: actor)
        }
    }
}
