import NIOCore

/// The opening of a connection, which ends once: with a connection, a failure, or a cancellation.
struct SMTPConnectionAttempt: Sendable {
    private let promise: EventLoopPromise<SMTPConnection>
    private let state: NIOLoopBoundBox<State>

    private struct State {
        var isFinished = false
        var channel: (any Channel)?
    }

    init(_ promise: EventLoopPromise<SMTPConnection>) {
        self.promise = promise
        state = .makeBoxSendingValue(State(), eventLoop: promise.futureResult.eventLoop)
    }

    /// Waits for the session to open. On the event loop.
    func connected(_ channel: any Channel, _ configuration: SMTPConfiguration) {
        guard !state.value.isFinished else { return channel.close(promise: nil) }
        state.value.channel = channel
        do {
            let handler = try channel.pipeline.syncOperations.handler(type: SMTPChannelHandler.self)
            let opened = channel.eventLoop.makePromise(of: Void.self)
            opened.futureResult.assumeIsolated().whenComplete { result in
                finish(result.map { SMTPConnection(channel: channel, handler: handler) })
            }
            handler.whenOpen(opened)
        } catch {
            // The handler is gone: the server closed the connection in the same moment.
            finish(.failure(SMTPFailure(stage: .greeting, loss: .closedByServer, server: configuration.server)))
        }
    }

    /// Ends the attempt, if it has not ended. On the event loop.
    func finish(_ result: Result<SMTPConnection, any Error>) {
        guard !state.value.isFinished else { return }
        state.value.isFinished = true
        promise.completeWith(result)
    }

    /// Ends the attempt from any thread.
    func cancel() {
        promise.futureResult.eventLoop.execute {
            finish(.failure(CancellationError()))
            state.value.channel?.close(promise: nil)
        }
    }
}
