import Foundation
import Testing

@testable import Mail

@Suite struct SMTPBrokenServerTests {
    private func configuration(_ port: Int, _ query: String = "") throws -> SMTPConfiguration {
        try SMTPConfiguration(url: "smtp://127.0.0.1:\(port)\(query)", environment: [:])
    }

    private func failure(_ port: Int, _ query: String = "") async throws -> SMTPFailure {
        let client = SMTPClient(try configuration(port, query))
        let message = try sampleMessage()
        return try #require(
            await #expect(throws: SMTPFailure.self) { try await client.withConnection { try await $0.send(message) } })
    }

    @Test("a server that is down is a transient failure with the way out")
    func down() async throws {
        var freed = 0
        try await ScriptedServer.run(ScriptedServer.wellBehaved) { _, port in freed = port }
        let failure = try await failure(freed)
        #expect(failure.stage == .connect && failure.kind == .transient)
        #expect(
            "\(failure)"
                == "smtp 127.0.0.1:\(freed): connect: nothing listens on 127.0.0.1:\(freed) → start the server "
                + "or set the SMTP URL to one that runs")
    }

    @Test("a host without an address is named as such")
    func unknownHost() async throws {
        let configuration = try SMTPConfiguration(url: "smtp://no-such-host.invalid", environment: [:])
        let failure = await #expect(throws: SMTPFailure.self) {
            try await SMTPClient(configuration).withConnection { _ in }
        }
        #expect(failure?.stage == .connect && failure?.kind == .transient)
        #expect(failure?.problem.contains("cannot be resolved") == true)
    }

    @Test(
        "a server that closes or falls silent before the final dot leaves a message that may be sent again",
        arguments: [
            ("CONN", .greeting), ("EHLO", .ehlo), ("MAIL", .mailFrom), ("RCPT", .rcptTo), ("DATA", .data),
        ] as [(String, SMTPFailure.Stage)], [true, false])
    func beforeTheDot(_ step: (String, SMTPFailure.Stage), _ closes: Bool) async throws {
        try await ScriptedServer.run({ line in
            if line.hasPrefix(step.0) { return closes ? .close : .silence }
            return line.hasPrefix("EHLO") ? .say("250 test") : ScriptedServer.wellBehaved(line)
        }) { _, port in
            let failure = try await failure(port, closes ? "" : "?command-timeout=2")
            #expect(failure.stage == step.1 && failure.kind == .transient && failure.closesConnection)
            #expect(failure.problem == (closes ? "the server closed the connection" : "no answer within 2 s"))
        }
    }

    @Test("a server that dies or falls silent after the final dot leaves an unknown outcome", arguments: [true, false])
    func afterTheDot(_ closes: Bool) async throws {
        try await ScriptedServer.run({ line in
            line == "." ? (closes ? .close : .silence) : ScriptedServer.wellBehaved(line)
        }) { server, port in
            let failure = try await failure(port, closes ? "" : "?final-timeout=0.2")
            #expect(failure.stage == .finalResponse && failure.kind == .unknownOutcome && failure.closesConnection)
            #expect(failure.wayOut.contains("may have been delivered"))
            #expect(server.lines.last == ".")
        }
    }

    @Test("after an unknown outcome the next message goes over a new connection")
    func goesOn() async throws {
        let isFirst = Flag(true)
        try await ScriptedServer.run({ line in
            line == "." && isFirst.exchange(false) ? .close : ScriptedServer.wellBehaved(line)
        }) { server, port in
            try await SMTPClient(configuration(port)).withConnection { session in
                let message = try sampleMessage()
                let failure = await #expect(throws: SMTPFailure.self) { try await session.send(message) }
                #expect(failure?.kind == .unknownOutcome)
                #expect(try await session.send(message).reply.text == "queued as 1")
            }
            #expect(server.lines.filter { $0.hasPrefix("EHLO") }.count == 2)
            #expect(server.lines.filter { $0 == "QUIT" }.count == 1)
        }
    }

    @Test("a connection the server closed between two messages is opened again", arguments: [true, false])
    func reopened(_ saysGoodbye: Bool) async throws {
        try await ScriptedServer.run(ScriptedServer.wellBehaved) { server, port in
            try await SMTPClient(configuration(port)).withConnection { session in
                _ = try await session.send(try sampleMessage())
                if saysGoodbye { try await server.speak("421 4.4.2 idle too long") } else { try await server.hangUp() }
                try await waitUntil("the client has noticed") { try await !session.isOpen }
                _ = try await session.send(try sampleMessage())
            }
            #expect(server.lines.filter { $0 == "." }.count == 2)
            #expect(server.lines.filter { $0.hasPrefix("EHLO") }.count == 2)
        }
    }

    @Test("something that is no SMTP server is told apart from one that is down")
    func notSMTP() async throws {
        try await ScriptedServer.run({ _ in .say("HTTP/1.1 400 Bad Request") }) { _, port in
            let failure = try await failure(port)
            #expect(failure.stage == .greeting && failure.kind == .permanent)
            #expect(failure.problem.contains("HTTP/1.1 400"))
        }
    }

    @Test("bytes injected between STARTTLS and the handshake end the connection")
    func injection() async throws {
        try await ScriptedServer.run({ line in
            switch line.prefix(4) {
            case "EHLO": .say("250-test\r\n250 STARTTLS")
            case "STAR": .say("220 go\r\n250-injected\r\n250 AUTH PLAIN")
            default: ScriptedServer.wellBehaved(line)
            }
        }) { _, port in
            let failure = try await failure(port, "?tls=starttls")
            #expect(failure.stage == .tls && failure.kind == .permanent)
        }
    }

    @Test(
        "cancellation while the server is silent closes the connection and is no failure", arguments: ["CONN", "MAIL"])
    func cancelledBefore(_ step: String) async throws {
        try await ScriptedServer.run({ line in
            line.hasPrefix(step)
                ? .silence : line.hasPrefix("EHLO") ? .say("250 test") : ScriptedServer.wellBehaved(line)
        }) { server, port in
            let client = SMTPClient(try configuration(port))
            let message = try sampleMessage()
            let task = Task { try await client.withConnection { try await $0.send(message) } }
            try await waitUntil("the server is asked") {
                step == "CONN" ? server.openConnections == 1 : server.lines.contains { $0.hasPrefix(step) }
            }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            try await waitUntil("the connection is closed") { server.openConnections == 0 }
            #expect(!server.lines.contains("QUIT"))
        }
    }

    @Test("cancellation after the final dot is an unknown outcome, not just a cancellation")
    func cancelledAfter() async throws {
        try await ScriptedServer.run({ $0 == "." ? .silence : ScriptedServer.wellBehaved($0) }) { server, port in
            let client = SMTPClient(try configuration(port))
            let message = try sampleMessage()
            let task = Task { try await client.withConnection { try await $0.send(message) } }
            try await waitUntil("the final dot has arrived") { server.lines.contains(".") }
            task.cancel()
            let failure = await #expect(throws: SMTPFailure.self) { try await task.value }
            #expect(failure?.kind == .unknownOutcome)
            try await waitUntil("the connection is closed") { server.openConnections == 0 }
        }
    }

    @Test("cancelling a message that waits for its turn leaves the one under way alone")
    func cancelledWaiting() async throws {
        try await ScriptedServer.run({ $0 == "." ? .silence : ScriptedServer.wellBehaved($0) }) { server, port in
            try await SMTPClient(configuration(port)).withConnection { session in
                let message = try sampleMessage()
                let first = Task { try await session.send(message) }
                try await waitUntil("the final dot has arrived") { server.lines.contains(".") }
                for turns in 0..<10 {
                    let waiting = Task { try await session.send(message) }
                    // Lets it come further each time; right at any point.
                    for _ in 0..<turns { _ = try await session.isOpen }
                    waiting.cancel()
                    await #expect(throws: CancellationError.self) { try await waiting.value }
                }
                try await server.speak("250 2.0.0 queued at last")
                #expect(try await first.value.reply.text == "queued at last")
            }
            #expect(server.lines.filter { $0 == "." }.count == 1 && server.lines.last == "QUIT")
        }
    }

    @Test("a session ends with QUIT, also when its work fails")
    func quits() async throws {
        struct Unrelated: Error {}
        try await ScriptedServer.run(ScriptedServer.wellBehaved) { server, port in
            let client = SMTPClient(try configuration(port))
            await #expect(throws: Unrelated.self) { try await client.withConnection { _ in throw Unrelated() } }
            #expect(server.lines.last == "QUIT")
            try await waitUntil("the connection is closed") { server.openConnections == 0 }
        }
    }
}
