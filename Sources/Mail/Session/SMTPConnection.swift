import NIOCore
import NIOPosix
import NIOSSL

/// One open connection: the bridge from tasks to the handler on its event loop.
struct SMTPConnection: Sendable {
    private let channel: any Channel
    private let handler: NIOLoopBound<SMTPChannelHandler>
    let capabilities: SMTPCapabilities
    let isEncrypted: Bool

    /// Connects, greets, encrypts and logs in.
    ///
    /// - Throws: ``SMTPFailure``, or `CancellationError` as soon as the task is cancelled.
    static func open(_ configuration: SMTPConfiguration, tls: NIOSSLContext?) async throws -> SMTPConnection {
        try Task.checkCancellation()
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let opened = loop.makePromise(of: SMTPConnection.self)
        let attempt = SMTPConnectionAttempt(opened)
        return try await withTaskCancellationHandler {
            // On the loop, so that `connected` is told before the first reply can come, and not some time after.
            loop.execute { connect(configuration, tls: tls, on: loop, attempt: attempt) }
            return try await opened.futureResult.get()
        } onCancel: {
            attempt.cancel()
        }
    }

    private static func connect(
        _ configuration: SMTPConfiguration, tls: NIOSSLContext?, on loop: any EventLoop, attempt: SMTPConnectionAttempt
    ) {
        ClientBootstrap(group: loop)
            .connectTimeout(TimeAmount(configuration.connectTimeout))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if configuration.encryption == .implicit, let tls {
                        try channel.pipeline.syncOperations.addHandler(
                            NIOSSLClientHandler(configuration: configuration, context: tls))
                    }
                    try channel.pipeline.syncOperations.addHandler(
                        SMTPChannelHandler(configuration: configuration, tls: tls))
                }
            }
            .connect(host: configuration.host, port: configuration.port)
            .whenComplete { result in
                switch result {
                case .success(let channel): attempt.connected(channel, configuration)
                case .failure(let error):
                    let loss = SMTPConnectionLoss(error)
                    attempt.finish(.failure(SMTPFailure(stage: .connect, loss: loss, server: configuration.server)))
                }
            }
    }

    init(channel: any Channel, handler: SMTPChannelHandler) {
        self.channel = channel
        self.handler = NIOLoopBound(handler, eventLoop: channel.eventLoop)
        capabilities = handler.capabilities
        isEncrypted = handler.isEncrypted
    }

    /// Whether another message can be sent over it, as far as is known.
    var isOpen: Bool {
        get async throws { try await channel.eventLoop.submit { handler.value.isOpen }.get() }
    }

    /// Sends one message; several calls at once take turns.
    func send(_ message: RenderedMessage, _ envelope: SMTPEnvelope) async throws -> SMTPReceipt {
        try Task.checkCancellation()
        let ticket = SendTicket()
        let load = SMTPEnvelope.Load(size: message.bytes.count, requiresSMTPUTF8: message.requiresSMTPUTF8)
        let lines = DotStuffing.apply(to: message.bytes)
        let promise = channel.eventLoop.makePromise(of: SMTPReceipt.self)
        return try await withTaskCancellationHandler {
            channel.eventLoop.execute {
                handler.value.send(envelope, load, lines: lines, ticket: ticket, promise: promise)
            }
            return try await promise.futureResult.get()
        } onCancel: {
            ticket.cancel()
            channel.eventLoop.execute { handler.value.cancel(ticket) }
        }
    }

    /// Says QUIT and waits until the connection is closed; a server that does not answer is left after 5 s.
    func quit() async throws {
        let closed = channel.eventLoop.makePromise(of: Void.self)
        channel.eventLoop.execute { handler.value.quit(closed) }
        try await closed.futureResult.get()
    }

    /// Closes at once, without QUIT.
    func abort() { channel.eventLoop.execute { handler.value.abort() } }
}
