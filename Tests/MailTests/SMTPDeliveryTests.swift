import Foundation
import Testing

@testable import Mail

@Suite struct SMTPDeliveryTests {
    @Test("an accepted message arrives byte for byte, and the receipt carries the queue id")
    func accepted() async throws {
        try await withSMTPServer { server in
            let message = try sampleMessage(subject: "小明，本周精选")
            let receipt = try await SMTPClient(server.configuration()).withConnection { session in
                #expect(await session.capabilities.offersPipelining)
                return try await session.send(message)
            }
            #expect(receipt.reply.code == 250 && receipt.reply.text.contains("queued as"))
            let trace = "Return-Path: <hello@shop.example>\r\nDelivered-To: ann@example.com\r\n"
            #expect(try server.messages == [Array(trace.utf8) + (try message.rendered().bytes)])
        }
    }

    @Test("many messages go over one connection, with and without PIPELINING", arguments: [[], ["--no-pipelining"]])
    func many(_ arguments: [String]) async throws {
        try await withSMTPServer(arguments) { server in
            try await SMTPClient(server.configuration()).withConnection { session in
                for index in 0..<50 {
                    let isRefused = index % 5 == 0
                    let message = try sampleMessage(to: isRefused ? "bounce@example.com" : "ann\(index)@example.com")
                    if isRefused {
                        await #expect(throws: SMTPFailure.self) { try await session.send(message) }
                    } else {
                        _ = try await session.send(message)
                    }
                }
            }
            #expect(try server.messages.count == 40)
        }
    }

    @Test("messages sent from several tasks take turns on the connection")
    func concurrent() async throws {
        try await withSMTPServer { server in
            try await SMTPClient(server.configuration()).withConnection { session in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for index in 0..<20 {
                        group.addTask { _ = try await session.send(try sampleMessage(to: "ann\(index)@example.com")) }
                    }
                    try await group.waitForAll()
                }
            }
            #expect(try server.messages.count == 20)
        }
    }

    @Test("refusals carry their stage, kind and codes, and a deferred recipient is accepted later")
    func refusals() async throws {
        try await withSMTPServer(["--defer-times", "2"]) { server in
            try await SMTPClient(server.configuration()).withConnection { session in
                func refusal(of recipient: String) async throws -> SMTPFailure {
                    let message = try sampleMessage(to: recipient)
                    return try #require(await #expect(throws: SMTPFailure.self) { try await session.send(message) })
                }
                let bounce = try await refusal(of: "bounce.1@example.com")
                #expect(bounce.stage == .rcptTo && bounce.kind == .permanent && bounce.reply?.code == 550)
                #expect(bounce.reply?.enhancedCode?.description == "5.1.1" && !bounce.closesConnection)
                let full = try await refusal(of: "full@example.com")
                #expect(full.kind == .permanent && full.reply?.code == 552)
                for _ in 0..<2 {
                    let deferred = try await refusal(of: "defer@example.com")
                    #expect(deferred.stage == .rcptTo && deferred.kind == .transient && deferred.reply?.code == 451)
                }
                _ = try await session.send(try sampleMessage(to: "defer@example.com"))
                #expect(
                    "\(bounce)" == "smtp 127.0.0.1:\(server.port): RCPT TO: <bounce.1@example.com>: 550 5.1.1 "
                        + "<bounce.1@example.com>: no such user → correct or drop the address: do not send to it again")
            }
            #expect(try server.messages.count == 1)
        }
    }

    @Test("a message to several recipients reaches those accepted")
    func partly() async throws {
        try await withSMTPServer { server in
            let message = try sampleMessage()
            let envelope = SMTPEnvelope(
                sender: nil,
                recipients: [try EmailAddress("bounce@example.com"), try EmailAddress("bob@example.com")])
            let receipt = try await SMTPClient(server.configuration()).withConnection { session in
                try await session.send(message, envelope: envelope)
            }
            #expect(receipt.accepted.map(\.description) == ["bob@example.com"])
            #expect(receipt.rejected.map(\.recipient.description) == ["bounce@example.com"])
            let arrived = String(decoding: try #require(server.messages.first), as: UTF8.self)
            #expect(arrived.hasPrefix("Return-Path: <>\r\nDelivered-To: bob@example.com\r\n"))
        }
    }

    @Test("a message over the server's size limit is refused before it is sent")
    func size() async throws {
        try await withSMTPServer(["--size", "2000"]) { server in
            try await SMTPClient(server.configuration()).withConnection { session in
                var long = try sampleMessage()
                long.text = String(repeating: "long ", count: 1000)
                let message = long
                let failure = await #expect(throws: SMTPFailure.self) { try await session.send(message) }
                #expect(failure?.stage == .mailFrom && failure?.kind == .permanent)
                _ = try await session.send(try sampleMessage())
            }
            #expect(try server.messages.count == 1)
        }
    }

    @Test("a large message of many slices arrives whole")
    func large() async throws {
        try await withSMTPServer { server in
            var message = try sampleMessage()
            var random = SeededGenerator(seed: 7)
            let content = (0..<3_000_000).map { _ in UInt8.random(in: 0...255, using: &random) }
            message.attachments = [
                EmailAttachment(filename: "noise", contentType: "application/octet-stream", content: content)
            ]
            let sent = message
            _ = try await SMTPClient(server.configuration()).withConnection { try await $0.send(sent) }
            let arrived = try #require(server.messages.first)
            #expect(arrived.suffix(1000) == (try message.rendered().bytes.suffix(1000)))
            #expect(try DecodedMail(arrived).parts[1].contentBytes == content)
        }
    }

    @Test("an address outside ASCII needs SMTPUTF8")
    func internationalized() async throws {
        let message = try sampleMessage(to: "小明@example.com")
        try await withSMTPServer { server in
            _ = try await SMTPClient(server.configuration()).withConnection { try await $0.send(message) }
            #expect(String(decoding: try server.messages[0], as: UTF8.self).contains("To: Ann <小明@example.com>\r\n"))
        }
        try await withSMTPServer(["--no-utf8"]) { server in
            let failure = await #expect(throws: SMTPFailure.self) {
                try await SMTPClient(server.configuration()).withConnection { try await $0.send(message) }
            }
            #expect(failure?.stage == .rcptTo && failure?.kind == .permanent)
            #expect(failure?.problem == "<小明@example.com> is outside ASCII and the server offers no SMTPUTF8")
        }
    }

    @Test("a message that cannot be rendered leaves the connection as it was")
    func unrenderable() async throws {
        try await withSMTPServer { server in
            try await SMTPClient(server.configuration()).withConnection { session in
                let broken = try sampleMessage(subject: "a\r\nBcc: b")
                await #expect(throws: EmailMessageError.self) { try await session.send(broken) }
                _ = try await session.send(try sampleMessage())
            }
            #expect(try server.messages.count == 1)
        }
    }
}
