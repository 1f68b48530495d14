import Testing

@testable import Mail

@Suite struct SMTPTransactionTests {
    @Test("with PIPELINING the envelope goes in one go, the message only after 354, the dot only after the message")
    func pipelined() throws {
        var dialogue = try Dialogue(offering: ["PIPELINING", "SIZE 1000"])
        let action = try dialogue.send(to: ["a@b.c", "d@e.f"])
        #expect(
            action.lines == ["MAIL FROM:<shop@example.com> SIZE=100", "RCPT TO:<a@b.c>", "RCPT TO:<d@e.f>", "DATA"])
        #expect(try dialogue.hear("250 ok") == .wait)
        #expect(try dialogue.hear("250 ok") == .wait)
        #expect(try dialogue.hear("251 will forward") == .wait)
        #expect(try dialogue.hear("354 go") == .writeBody)
        #expect(dialogue.machine.bodyWritten().lines == ["."])
        guard case .delivered(let receipt) = try dialogue.hear("250 2.0.0 queued as 7") else {
            Issue.record("not delivered")
            return
        }
        #expect(receipt.reply.text == "queued as 7" && receipt.accepted.count == 2 && receipt.rejected.isEmpty)
        #expect(dialogue.machine.state == .ready(needsReset: false))
    }

    @Test("without PIPELINING each command waits for the reply before it")
    func oneByOne() throws {
        var dialogue = try Dialogue(offering: [])
        #expect(try dialogue.send(to: ["a@b.c", "d@e.f"]).lines == ["MAIL FROM:<shop@example.com>"])
        #expect(try dialogue.hear("250 ok").lines == ["RCPT TO:<a@b.c>"])
        #expect(try dialogue.hear("250 ok").lines == ["RCPT TO:<d@e.f>"])
        #expect(try dialogue.hear("250 ok").lines == ["DATA"])
        #expect(try dialogue.hear("354 go") == .writeBody)
    }

    @Test("without PIPELINING a refused sender or recipient ends the attempt before DATA")
    func oneByOneRefused() throws {
        var dialogue = try Dialogue(offering: [])
        _ = try dialogue.send(to: ["a@b.c"])
        #expect(try dialogue.hear("550 5.7.1 not you").failure?.stage == .mailFrom)
        #expect(try dialogue.send(to: ["a@b.c"]).lines == ["RSET"])
        #expect(try dialogue.hear("250 ok").lines == ["MAIL FROM:<shop@example.com>"])
        #expect(try dialogue.hear("250 ok").lines == ["RCPT TO:<a@b.c>"])
        let failure = try #require(try dialogue.hear("550 5.1.1 no such user").failure)
        #expect(failure.stage == .rcptTo && failure.kind == .permanent && !failure.closesConnection)
        #expect(failure.recipient == (try EmailAddress("a@b.c")))
        #expect(failure.reply?.enhancedCode?.description == "5.1.1")
        #expect(dialogue.machine.state == .ready(needsReset: true))
    }

    @Test("with PIPELINING a refused recipient is known once all replies are in, and the next message starts with RSET")
    func pipelinedRefused() throws {
        var dialogue = try Dialogue(offering: ["PIPELINING"])
        _ = try dialogue.send(to: ["a@b.c"])
        #expect(try dialogue.hear("250 ok") == .wait)
        #expect(try dialogue.hear("451 4.7.1 later") == .wait)
        let failure = try #require(try dialogue.hear("503 no recipients").failure)
        #expect(failure.stage == .rcptTo && failure.kind == .transient)
        #expect(try dialogue.send(to: ["d@e.f"]).lines.first == "RSET")
    }

    @Test(
        "only a refusal of the mailbox itself is a hard bounce",
        arguments: [
            ("550 5.1.1 nobody", true), ("550 no such user", true), ("552 5.2.2 full", true),
            ("550 5.7.1 policy", false),
            ("503 out of order", false), ("450 4.2.1 greylisted", false), ("554 go away", false),
        ])
    func hardBounce(_ reply: String, _ isHardBounce: Bool) throws {
        var dialogue = try Dialogue(offering: [])
        _ = try dialogue.send(to: ["a@b.c"])
        _ = try dialogue.hear("250 ok")
        #expect(try dialogue.hear(reply).failure?.isHardBounce == isHardBounce)
    }

    @Test("DATA accepted for nobody is ended by a lone dot, and its reply cannot turn the failure into a success")
    func loneDot() throws {
        var dialogue = try Dialogue(offering: ["PIPELINING"])
        _ = try dialogue.send(to: ["a@b.c"])
        _ = try dialogue.hear("250 ok")
        _ = try dialogue.hear("550 5.1.1 nobody")
        #expect(try dialogue.hear("354 go").lines == ["."])
        let failure = try #require(try dialogue.hear("250 took the empty message").failure)
        #expect(failure.stage == .rcptTo && failure.kind == .permanent)
    }

    @Test("a refused sender counts, not the refusals that follow from it")
    func refusedSender() throws {
        var dialogue = try Dialogue(offering: ["PIPELINING"])
        _ = try dialogue.send(to: ["a@b.c"])
        _ = try dialogue.hear("452 4.3.1 disk full")
        _ = try dialogue.hear("503 need MAIL")
        let failure = try #require(try dialogue.hear("503 need RCPT").failure)
        #expect(failure.stage == .mailFrom && failure.kind == .transient && failure.reply?.code == 452)
    }

    @Test("a message to several goes to those accepted, and the receipt names the others")
    func partly() throws {
        var dialogue = try Dialogue(offering: ["PIPELINING"])
        _ = try dialogue.send(to: ["a@b.c", "d@e.f", "g@h.i"])
        for reply in ["250 ok", "550 5.1.1 nobody", "250 ok", "452 4.5.3 too many"] {
            #expect(try dialogue.hear(reply) == .wait)
        }
        #expect(try dialogue.hear("354 go") == .writeBody)
        _ = dialogue.machine.bodyWritten()
        guard case .delivered(let receipt) = try dialogue.hear("250 ok") else {
            Issue.record("not delivered")
            return
        }
        #expect(receipt.accepted == [try EmailAddress("d@e.f")])
        #expect(receipt.rejected.map(\.kind) == [.permanent, .transient])
    }

    @Test(
        "a connection lost before the final dot is transient, after it unknown",
        arguments: [
            ([], false, .mailFrom, .transient), (["250"], false, .rcptTo, .transient),
            (["250", "250"], false, .data, .transient), (["250", "250", "354"], false, .body, .transient),
            (["250", "250", "354"], true, .finalResponse, .unknownOutcome),
        ] as [([String], Bool, SMTPFailure.Stage, SMTPFailure.Kind)])
    func lost(_ replies: [String], _ dotIsOut: Bool, _ stage: SMTPFailure.Stage, _ kind: SMTPFailure.Kind) throws {
        for loss in [SMTPConnectionLoss.closedByServer, .timedOut(.seconds(1)), .network("reset"), .cancelled] {
            var dialogue = try Dialogue(offering: ["PIPELINING"])
            _ = try dialogue.send(to: ["a@b.c"])
            for reply in replies { _ = try dialogue.hear(reply) }
            if dotIsOut { _ = dialogue.machine.bodyWritten() }
            let failure = try #require(dialogue.machine.lost(loss).failure)
            #expect(failure.stage == stage && failure.kind == kind && failure.closesConnection)
        }
    }

    @Test("a refusal already heard is not lost with the connection")
    func lostAfterRefusal() throws {
        var dialogue = try Dialogue(offering: ["PIPELINING"])
        _ = try dialogue.send(to: ["a@b.c"])
        _ = try dialogue.hear("250 ok")
        _ = try dialogue.hear("550 5.1.1 nobody")
        let failure = try #require(dialogue.machine.lost(.closedByServer).failure)
        #expect(failure.stage == .rcptTo && failure.kind == .permanent && failure.closesConnection)
    }

    @Test(
        "the answer to the final dot decides",
        arguments: [
            ("554 5.6.0 spam", .permanent, false), ("451 4.3.0 later", .transient, false),
            ("421 4.3.0 closing", .transient, true), ("354 go on", .unknownOutcome, true),
        ] as [(String, SMTPFailure.Kind, Bool)])
    func finalReply(_ reply: String, _ kind: SMTPFailure.Kind, _ closes: Bool) throws {
        var dialogue = try Dialogue(offering: ["PIPELINING"])
        _ = try dialogue.send(to: ["a@b.c"])
        for reply in ["250 ok", "250 ok", "354 go"] { _ = try dialogue.hear(reply) }
        _ = dialogue.machine.bodyWritten()
        let failure = try #require(try dialogue.hear(reply).failure)
        #expect(failure.stage == .finalResponse && failure.kind == kind && failure.closesConnection == closes)
    }

    @Test("a server that talks into the message ends the connection, since the rest can neither go nor be taken back")
    func interrupted() throws {
        var dialogue = try Dialogue(offering: ["PIPELINING"])
        _ = try dialogue.send(to: ["a@b.c"])
        for reply in ["250 ok", "250 ok", "354 go"] { _ = try dialogue.hear(reply) }
        let failure = try #require(try dialogue.hear("552 5.3.4 too big").failure)
        #expect(failure.stage == .body && failure.kind == .permanent && failure.closesConnection)
        #expect(dialogue.machine.bodyWritten() == .wait)
    }

    @Test("421 at any step closes the connection")
    func closing() throws {
        for count in 0..<3 {
            var dialogue = try Dialogue(offering: ["PIPELINING"])
            _ = try dialogue.send(to: ["a@b.c"])
            for _ in 0..<count { _ = try dialogue.hear("250 ok") }
            let failure = try #require(try dialogue.hear("421 4.3.2 going down").failure)
            #expect(failure.kind == .transient && failure.closesConnection)
            #expect(failure.stage == [.mailFrom, .rcptTo, .data][count])
            #expect(dialogue.machine.state == .closed)
        }
    }

    @Test("what the server cannot take is refused before a byte is sent, and the connection lives on")
    func violations() throws {
        var dialogue = try Dialogue(offering: ["SIZE 1000"])
        #expect(try dialogue.send(to: ["a@b.c"], size: 1001).failure?.stage == .mailFrom)
        let nonASCII = try #require(try dialogue.send(to: ["小明@b.c"]).failure)
        #expect(nonASCII.stage == .rcptTo && nonASCII.kind == .permanent && nonASCII.problem.contains("SMTPUTF8"))
        #expect(try dialogue.send(to: ["a@b.c"], from: "店@b.c").failure?.stage == .mailFrom)
        #expect(try dialogue.send(to: ["a@b.c"], requiresSMTPUTF8: true).failure?.stage == .mailFrom)
        #expect(try dialogue.send(to: []).failure?.stage == .rcptTo)
        #expect(dialogue.machine.state == .ready(needsReset: false))
        #expect(try dialogue.send(to: ["a@b.c"], size: 1000).lines.count == 1)
    }

    @Test("an address outside ASCII is sent with SMTPUTF8 where it is offered")
    func internationalized() throws {
        var dialogue = try Dialogue(offering: ["SMTPUTF8"])
        #expect(
            try dialogue.send(to: ["小明@b.c"]).lines == ["MAIL FROM:<shop@example.com> SMTPUTF8 BODY=8BITMIME"])
    }

    @Test("mail that must not bounce has the empty path")
    func emptyPath() throws {
        var dialogue = try Dialogue(offering: [])
        let envelope = SMTPEnvelope(sender: nil, recipients: [try EmailAddress("a@b.c")])
        let action = dialogue.machine.send(envelope, SMTPEnvelope.Load(size: 1, requiresSMTPUTF8: false))
        #expect(action.lines == ["MAIL FROM:<>"])
    }

    @Test("a farewell between two messages closes without a failure")
    func farewell() throws {
        var dialogue = try Dialogue(offering: [])
        #expect(try dialogue.hear("421 idle too long") == .close)
        #expect(dialogue.machine.state == .closed)
    }
}
