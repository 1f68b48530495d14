import NIOCore
import NIOPosix
import Synchronization

/// A server that does what a test tells it, also what no real server should.
final class ScriptedServer: Sendable {
    enum Answer: Sendable {
        case say(String)
        case close
        case silence
    }

    typealias Script = @Sendable (String) -> Answer

    private let received = Mutex<[String]>([])
    private let channels = Mutex<[any Channel]>([])

    /// Every line the server got, a message's own lines left out, its final dot included.
    var lines: [String] { received.withLock { $0 } }
    /// How many connections are open now.
    var openConnections: Int { channels.withLock { $0.count } }

    /// Says something to every client, unasked.
    func speak(_ text: String) async throws {
        for channel in channels.withLock({ $0 }) { try await channel.writeAndFlush(ByteBuffer(string: text + "\r\n")) }
    }

    /// Closes every connection.
    func hangUp() async throws {
        for channel in channels.withLock({ $0 }) { try await channel.close() }
    }

    /// Runs a server on a free port of loopback for the length of `test`.
    ///
    /// - Parameter script: the answer to each line; to `CONNECT` at the start, to `DATA`, and to `.` after a message.
    nonisolated(nonsending) static func run(
        _ script: @escaping Script, _ test: nonisolated(nonsending) (ScriptedServer, Int) async throws -> Void
    ) async throws {
        let server = ScriptedServer()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(server, script))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        do { try await test(server, channel.localAddress?.port ?? 0) } catch {
            try await channel.close()
            throw error
        }
        try await channel.close()
    }

    /// The answers of a server without faults.
    static func wellBehaved(_ line: String) -> Answer {
        switch line.prefix(4) {
        case "CONN": .say("220 test ESMTP")
        case "EHLO": .say("250-test\r\n250 PIPELINING")
        case "DATA": .say("354 go on")
        case ".": .say("250 2.0.0 queued as 1")
        case "QUIT": .say("221 bye")
        default: .say("250 ok")
        }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let server: ScriptedServer
        private let script: Script
        private var buffer = ""
        private var isInMessage = false

        init(_ server: ScriptedServer, _ script: @escaping Script) {
            self.server = server
            self.script = script
        }

        func channelActive(context: ChannelHandlerContext) {
            server.channels.withLock { $0.append(context.channel) }
            answer("CONNECT", context)
        }

        func channelInactive(context: ChannelHandlerContext) {
            server.channels.withLock { $0.removeAll { $0 === context.channel } }
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            buffer += String(buffer: unwrapInboundIn(data))
            while let end = buffer.firstIndex(of: "\r\n") {
                let line = String(buffer[..<end])
                buffer.removeSubrange(...end)
                if isInMessage && line != "." { continue }
                isInMessage = false
                server.received.withLock { $0.append(line) }
                answer(line, context)
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

        private func answer(_ line: String, _ context: ChannelHandlerContext) {
            switch script(line) {
            case .silence: break
            case .close: context.close(promise: nil)
            case .say(let text):
                isInMessage = text.hasPrefix("354")
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text + "\r\n")), promise: nil)
            }
        }
    }
}
