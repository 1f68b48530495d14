import NIOCore
import NIOSSL
import NIOTLS

/// Drives an ``SMTPStateMachine`` with the events of one channel. Everything runs on the channel's event loop.
final class SMTPChannelHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// A message on its way or waiting for its turn.
    private struct Sending {
        let ticket: SendTicket
        let envelope: SMTPEnvelope
        let load: SMTPEnvelope.Load
        let lines: [UInt8]
        let promise: EventLoopPromise<SMTPReceipt>
    }

    private static let sliceSize = 65_536

    private var machine: SMTPStateMachine
    private let tls: NIOSSLContext?
    private var parser = SMTPReplyParser()
    private var context: ChannelHandlerContext?
    private var deadline: Scheduled<Void>?
    private var opening: EventLoopPromise<Void>?
    private var openingResult: Result<Void, any Error>?
    private var current: Sending?
    private var waiting: [Sending] = []
    private var isCancelling = false
    private var closing: [EventLoopPromise<Void>] = []

    init(configuration: SMTPConfiguration, tls: NIOSSLContext?) {
        machine = SMTPStateMachine(configuration: configuration)
        self.tls = tls
    }

    // MARK: What the connection asks

    var capabilities: SMTPCapabilities { machine.capabilities }
    var isEncrypted: Bool { machine.isEncrypted }
    var isOpen: Bool { machine.state != .closed && machine.state != .quitting }

    /// Completes the promise when messages may be sent, or when that failed.
    func whenOpen(_ promise: EventLoopPromise<Void>) {
        if let openingResult { promise.completeWith(openingResult) } else { opening = promise }
    }

    func send(
        _ envelope: SMTPEnvelope, _ load: SMTPEnvelope.Load, lines: [UInt8], ticket: SendTicket,
        promise: EventLoopPromise<SMTPReceipt>
    ) {
        if ticket.isCancelled { return promise.fail(CancellationError()) }
        waiting.append(Sending(ticket: ticket, envelope: envelope, load: load, lines: lines, promise: promise))
        startNext()
    }

    /// Gives up a message: one that waits is dropped, one under way takes the connection with it.
    func cancel(_ ticket: SendTicket) {
        if current?.ticket === ticket {
            isCancelling = true
            perform(machine.lost(.cancelled))
        } else if let index = waiting.firstIndex(where: { $0.ticket === ticket }) {
            waiting.remove(at: index).promise.fail(CancellationError())
        }
    }

    /// Says goodbye and completes the promise when the channel is closed.
    func quit(_ promise: EventLoopPromise<Void>) {
        guard context != nil else { return promise.succeed() }
        closing.append(promise)
        perform(machine.quit())
    }

    /// Closes at once.
    func abort() { perform(machine.lost(.cancelled)) }

    // MARK: What the channel tells

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { start(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        start(context)
        context.fireChannelActive()
    }

    private func start(_ context: ChannelHandlerContext) {
        guard machine.state == .connecting else { return }
        perform(machine.connected(ehloName: Self.addressLiteral(context.localAddress)))
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        parser.append(unwrapInboundIn(data).readableBytesView)
        do {
            while let reply = try parser.next() { perform(machine.received(reply)) }
        } catch {
            perform(machine.lost(.notSMTP(error.explanation)))
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent { perform(machine.tlsEstablished()) }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        perform(machine.lost(SMTPConnectionLoss(error, isHandshaking: isHandshaking)))
    }

    func channelInactive(context: ChannelHandlerContext) {
        perform(machine.lost(.closedByServer))
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        // Also reached when the channel never became active, as the losers of a connection race do.
        perform(machine.lost(.closedByServer))
        for promise in closing { promise.succeed() }
        closing = []
    }

    private var isHandshaking: Bool { if case .handshake = machine.state { true } else { false } }

    // MARK: Actions

    private func perform(_ action: SMTPStateMachine.Action) {
        switch action {
        case .wait: break
        case .write(let commands): write(commands)
        case .startTLSHandshake: startTLS()
        case .opened:
            finishOpening(.success(()))
            startNext()
        case .writeBody: writeBody()
        case .delivered(let receipt): finishCurrent(.success(receipt))
        case .failed(let failure):
            finishOpening(.failure(failure))
            // A cancelled message is a failure only where the server has refused it or may have taken it.
            let isHarmless = failure.kind != .unknownOutcome && failure.reply == nil
            finishCurrent(.failure(isCancelling && isHarmless ? CancellationError() : failure))
        case .close: break
        }
        if machine.state == .closed { close() }
        setDeadline()
    }

    private func write(_ commands: [SMTPCommand]) {
        guard let context else { return }
        var buffer = context.channel.allocator.buffer(capacity: 128 * commands.count)
        for command in commands { buffer.writeString(command.line + "\r\n") }
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    }

    private func startTLS() {
        guard let context, let tls else { return }
        guard !parser.hasLeftover else { return perform(machine.lost(.injectedBeforeTLS)) }
        do {
            let handler = try NIOSSLClientHandler(configuration: machine.configuration, context: tls)
            try context.pipeline.syncOperations.addHandler(handler, position: .first)
        } catch {
            perform(machine.lost(.tls("TLS cannot start: \(error)")))
        }
    }

    /// Writes the message in slices, each with a deadline of its own; the dot waits until the last one is out.
    private func writeBody() {
        guard let context, let lines = current?.lines else { return }
        for start in stride(from: 0, to: max(lines.count, 1), by: Self.sliceSize) {
            let end = min(start + Self.sliceSize, lines.count)
            let promise = context.eventLoop.makePromise(of: Void.self)
            promise.futureResult.assumeIsolated().whenComplete { result in
                switch result {
                case .success where end == lines.count: self.perform(self.machine.bodyWritten())
                case .success: self.setDeadline()
                case .failure(let error): self.perform(self.machine.lost(SMTPConnectionLoss(error)))
                }
            }
            context.write(wrapOutboundOut(ByteBuffer(bytes: lines[start..<end])), promise: promise)
        }
        context.flush()
    }

    private func finishOpening(_ result: Result<Void, any Error>) {
        guard openingResult == nil else { return }
        openingResult = result
        opening?.completeWith(result)
        opening = nil
    }

    private func finishCurrent(_ result: Result<SMTPReceipt, any Error>) {
        let finished = current
        current = nil
        isCancelling = false
        finished?.promise.completeWith(result)
        startNext()
    }

    private func startNext() {
        guard current == nil, !waiting.isEmpty, openingResult != nil else { return }
        let next = waiting.removeFirst()
        current = next
        perform(machine.send(next.envelope, next.load))
    }

    private func close() {
        context?.close(promise: nil)
    }

    private func setDeadline() {
        deadline?.cancel()
        deadline = nil
        guard let context, let timeout = machine.timeout else { return }
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(timeout)) {
            self.perform(self.machine.lost(.timedOut(timeout)))
        }
    }

    /// The address this client connects from as RFC 5321 §4.1.3 writes it.
    private static func addressLiteral(_ address: SocketAddress?) -> String {
        switch address {
        case .v4: "[\(address?.ipAddress ?? "127.0.0.1")]"
        case .v6: "[IPv6:\(address?.ipAddress ?? "::1")]"
        default: "localhost"
        }
    }
}
