import Dispatch
import Synchronization

/// A bounded hand-over from one reading thread, which may block, to one task, which must not.
final class ByteSourceHandOver: Sendable {
    private struct State {
        var waiting: [ByteSource.Chunk] = []
        var consumer: CheckedContinuation<ByteSource.Chunk?, any Error>?
        var isFinished = false
        var error: ByteSourceError?
        var isAbandoned = false
    }

    private let state = Mutex(State())
    /// One unit per chunk that may still be sent. Starts at zero and is raised, since Dispatch traps when a semaphore
    /// is released below its starting value.
    private let room = DispatchSemaphore(value: 0)

    init(depth: Int) {
        for _ in 0..<depth { room.signal() }
    }

    var isAbandoned: Bool { state.withLock { $0.isAbandoned } }

    /// Called by the reading thread; blocks while `depth` chunks wait. Does nothing once the consumer is gone.
    func send(_ chunk: ByteSource.Chunk) {
        room.wait()
        let consumer = state.withLock { state -> CheckedContinuation<ByteSource.Chunk?, any Error>? in
            guard !state.isAbandoned else {
                // The reader may have more to send before it looks up: nothing holds it any longer.
                room.signal()
                return nil
            }
            if let consumer = state.consumer {
                state.consumer = nil
                return consumer
            }
            state.waiting.append(chunk)
            return nil
        }
        if let consumer {
            room.signal()
            consumer.resume(returning: chunk)
        }
    }

    /// Called by the reading thread as its last act.
    func finish(_ error: ByteSourceError?) {
        let consumer = state.withLock { state in
            state.isFinished = true
            state.error = error
            defer { state.consumer = nil }
            return state.consumer
        }
        guard let consumer else { return }
        if let error { consumer.resume(throwing: error) } else { consumer.resume(returning: nil) }
    }

    /// The next chunk; `nil` at the end; the reader's error after the chunks that came before it.
    func next() async throws -> ByteSource.Chunk? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let answer = state.withLock { state -> Result<ByteSource.Chunk?, any Error>? in
                    if state.isAbandoned { return .failure(CancellationError()) }
                    if !state.waiting.isEmpty { return .success(state.waiting.removeFirst()) }
                    if let error = state.error { return .failure(error) }
                    if state.isFinished { return .success(nil) }
                    state.consumer = continuation
                    return nil
                }
                guard let answer else { return }
                if case .success(.some) = answer { room.signal() }
                continuation.resume(with: answer)
            }
        } onCancel: {
            abandon()
        }
    }

    /// The consumer takes no more: a blocked reader is let go and sees ``isAbandoned``.
    func abandon() {
        let consumer = state.withLock { state in
            state.isAbandoned = true
            state.waiting = []
            defer { state.consumer = nil }
            return state.consumer
        }
        room.signal()
        consumer?.resume(throwing: CancellationError())
    }
}
