import Mail
import NIOCore
import NIOPosix
import Synchronization

/// An SMTP server that does what a test tells it: it can fall silent, break off, and answer later.
final class RehearsedServer: Sendable {
    enum Answer: Sendable {
        case say(String)
        case breakOff
        case silence
    }

    private struct State {
        var lines: [String] = []
        var silent: [any Channel] = []
    }

    private let state = Mutex(State())

    /// Commands so far; a mail's final dot is `.`, and its own lines are left out.
    var lines: [String] { state.withLock(\.lines) }
    /// Connections that wait for an answer.
    var silent: Int { state.withLock(\.silent.count) }
    /// Recipients named so far.
    var recipients: [String] {
        lines.filter { $0.hasPrefix("RCPT TO:<") }.map { String($0.dropFirst(9).prefix { $0 != ">" }) }
    }

    /// Gives every connection that waits its answer.
    func answer(_ text: String) async throws {
        let waiting = state.withLock { state in
            defer { state.silent = [] }
            return state.silent
        }
        for channel in waiting { try await channel.writeAndFlush(ByteBuffer(string: text + "\r\n")) }
    }

    /// What a server without faults answers.
    static func accept(_ line: String) -> Answer {
        switch line.prefix(4) {
        case "CONN": .say("220 rehearsed ESMTP")
        case "DATA": .say("354 go on")
        case ".": .say("250 2.0.0 queued")
        case "QUIT": .say("221 bye")
        default: .say("250 ok")
        }
    }

    /// Runs a server on a free port of loopback for the length of the test.
    ///
    /// - Parameter script: the answer to a command, with the number of commands like it before, over all connections;
    ///   `CONNECT` is the start of a connection.
    nonisolated(nonsending) static func run(
        _ script: @escaping @Sendable (_ line: String, _ before: Int) -> Answer,
        _ test: nonisolated(nonsending) (RehearsedServer, SMTPConfiguration) async throws -> Void
    ) async throws {
        let server = RehearsedServer()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { child in
                child.eventLoop.makeCompletedFuture {
                    try child.pipeline.syncOperations.addHandler(Part(server, script))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let configuration = SMTPConfiguration(
            host: "127.0.0.1", port: channel.localAddress?.port ?? 0, encryption: SMTPEncryption.none)
        do {
            try await test(server, configuration)
        } catch {
            try await channel.close()
            throw error
        }
        try await channel.close()
    }

    /// One connection.
    private final class Part: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let server: RehearsedServer
        private let script: @Sendable (String, Int) -> Answer
        private var received = ""
        private var isInMail = false

        init(_ server: RehearsedServer, _ script: @escaping @Sendable (String, Int) -> Answer) {
            self.server = server
            self.script = script
        }

        func channelActive(context: ChannelHandlerContext) { perform("CONNECT", context) }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            received += String(buffer: unwrapInboundIn(data))
            while let end = received.firstIndex(of: "\r\n") {
                let line = String(received[..<end])
                received.removeSubrange(...end)
                if isInMail, line != "." { continue }
                isInMail = false
                perform(line, context)
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

        private func perform(_ line: String, _ context: ChannelHandlerContext) {
            let verb = line.prefix(4)
            let before = server.state.withLock { state in
                defer { state.lines.append(line) }
                return state.lines.count { $0.prefix(4) == verb }
            }
            switch script(line, before) {
            case .silence: server.state.withLock { $0.silent.append(context.channel) }
            case .breakOff: context.close(promise: nil)
            case .say(let text):
                isInMail = text.hasPrefix("354")
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text + "\r\n")), promise: nil)
            }
        }
    }
}
