import Testing

@testable import Mail

@Suite struct SMTPOpeningTests {
    private let login = SMTPCredentials(user: "ann", password: "pw")

    @Test("without encryption and login the session is open after EHLO")
    func plain() throws {
        var dialogue = Dialogue()
        #expect(dialogue.machine.connected(ehloName: "[127.0.0.1]") == .wait)
        #expect(try dialogue.hear("220 mx ESMTP").lines == ["EHLO [127.0.0.1]"])
        #expect(try dialogue.hear("250-mx\r\n250 PIPELINING") == .opened)
        #expect(dialogue.machine.state == .ready(needsReset: false))
        #expect(dialogue.machine.timeout == nil)
        #expect(dialogue.machine.quit().lines == ["QUIT"])
        #expect(try dialogue.hear("221 bye") == .close)
    }

    @Test("a server that knows no EHLO gets HELO")
    func helo() throws {
        var dialogue = Dialogue()
        _ = dialogue.machine.connected(ehloName: "me")
        _ = try dialogue.hear("220 mx")
        #expect(try dialogue.hear("502 what?").lines == ["HELO me"])
        #expect(try dialogue.hear("250 mx") == .opened)
        #expect(dialogue.machine.capabilities == SMTPCapabilities())
    }

    @Test("after STARTTLS the client asks again and forgets what was said in clear text")
    func startTLS() throws {
        var dialogue = Dialogue(encryption: .startTLS, credentials: login)
        _ = dialogue.machine.connected(ehloName: "me")
        _ = try dialogue.hear("220 mx")
        #expect(try dialogue.hear("250-mx\r\n250-AUTH PLAIN\r\n250 STARTTLS").lines == ["STARTTLS"])
        #expect(try dialogue.hear("220 go") == .startTLSHandshake)
        #expect(dialogue.machine.tlsEstablished().lines == ["EHLO me"])
        #expect(dialogue.machine.capabilities.authenticationMechanisms.isEmpty)
        #expect(try dialogue.hear("250-mx\r\n250 AUTH LOGIN").lines == ["AUTH LOGIN"])
        #expect(try dialogue.hear("334 VXNlcm5hbWU6").lines == ["YW5u"])
        #expect(try dialogue.hear("334 UGFzc3dvcmQ6").lines == ["cHc="])
        #expect(try dialogue.hear("235 2.7.0 welcome") == .opened)
        #expect(dialogue.machine.isEncrypted)
    }

    @Test("required encryption that is not offered ends the session before any login")
    func startTLSMissing() throws {
        var dialogue = Dialogue(encryption: .startTLS, credentials: login)
        _ = dialogue.machine.connected(ehloName: "me")
        _ = try dialogue.hear("220 mx")
        let failure = try #require(try dialogue.hear("250-mx\r\n250 AUTH PLAIN").failure)
        #expect(failure.stage == .tls && failure.kind == .permanent && failure.stage.precedesMessage)
        #expect(dialogue.machine.state == .closed)
    }

    @Test("opportunistic encryption goes on in clear text when the server cannot")
    func opportunistic() throws {
        var dialogue = Dialogue(host: "localhost", encryption: .opportunistic)
        _ = dialogue.machine.connected(ehloName: "me")
        _ = try dialogue.hear("220 mx")
        #expect(try dialogue.hear("250-mx\r\n250 STARTTLS").lines == ["STARTTLS"])
        #expect(try dialogue.hear("454 4.7.0 not now") == .opened)
        #expect(!dialogue.machine.isEncrypted)
    }

    @Test("with implicit TLS the greeting counts after the handshake only")
    func implicit() throws {
        var dialogue = Dialogue(encryption: .implicit)
        #expect(dialogue.machine.connected(ehloName: "me") == .wait)
        #expect(dialogue.machine.state == .handshake(implicit: true))
        #expect(dialogue.machine.tlsEstablished() == .wait)
        #expect(try dialogue.hear("220 mx").lines == ["EHLO me"])
        #expect(try dialogue.hear("250 mx") == .opened)
    }

    @Test("a password never crosses the network in clear text, only loopback")
    func clearText() throws {
        for (host, isAllowed) in [("mail.example", false), ("127.0.0.1", true)] {
            var dialogue = Dialogue(host: host, encryption: .none, credentials: login)
            _ = dialogue.machine.connected(ehloName: "me")
            _ = try dialogue.hear("220 mx")
            let action = try dialogue.hear("250-mx\r\n250 AUTH PLAIN LOGIN")
            #expect(action.lines == (isAllowed ? ["AUTH PLAIN AGFubgBwdw=="] : []))
            #expect(action.failure?.stage == (isAllowed ? nil : .auth))
        }
    }

    @Test(
        "a refusal while opening says the step and whether waiting helps",
        arguments: [
            (["554 go away"], .greeting, .permanent),
            (["421 too busy"], .greeting, .transient),
            (["220 mx", "550 who?"], .ehlo, .permanent),
            (["220 mx", "421 not now"], .ehlo, .transient),
            (["220 mx", "250-mx\r\n250 AUTH CRAM-MD5"], .auth, .permanent),
            (["220 mx", "250-mx\r\n250 AUTH PLAIN", "535 5.7.8 wrong"], .auth, .permanent),
            (["220 mx", "250-mx\r\n250 AUTH PLAIN", "454 4.7.0 later"], .auth, .transient),
            (["220 mx", "250-mx\r\n250 AUTH LOGIN", "334 VXNlcg==", "500 what"], .auth, .permanent),
        ] as [([String], SMTPFailure.Stage, SMTPFailure.Kind)])
    func refusals(_ replies: [String], _ stage: SMTPFailure.Stage, _ kind: SMTPFailure.Kind) throws {
        var dialogue = Dialogue(host: "localhost", credentials: login)
        _ = dialogue.machine.connected(ehloName: "me")
        for reply in replies.dropLast() { #expect(try dialogue.hear(reply).failure == nil) }
        let failure = try #require(try dialogue.hear(replies[replies.count - 1]).failure)
        #expect(failure.stage == stage && failure.kind == kind && failure.closesConnection)
        #expect("\(failure)".contains(" → "))
        #expect(dialogue.machine.state == .closed)
    }

    @Test("a connection lost while opening is a transient failure of the step it was in")
    func losses() throws {
        var connecting = Dialogue()
        #expect(connecting.machine.lost(.refused).failure?.stage == .connect)
        var greeting = Dialogue()
        _ = greeting.machine.connected(ehloName: "me")
        let failure = greeting.machine.lost(.timedOut(.seconds(60))).failure
        #expect(failure?.stage == .greeting && failure?.kind == .transient)
        #expect(greeting.machine.lost(.closedByServer) == .wait)
        var handshake = Dialogue(encryption: .implicit)
        _ = handshake.machine.connected(ehloName: "me")
        let untrusted = handshake.machine.lost(.tls("untrusted")).failure
        #expect(untrusted?.stage == .tls && untrusted?.kind == .permanent)
    }

    @Test("every wait has a limit, the final reply a longer one")
    func timeouts() throws {
        var dialogue = try Dialogue(offering: ["PIPELINING"])
        _ = try dialogue.send(to: ["a@b.c"])
        #expect(dialogue.machine.timeout == .seconds(60))
        for reply in ["250 ok", "250 ok", "354 go"] { _ = try dialogue.hear(reply) }
        #expect(dialogue.machine.timeout == .seconds(60))
        _ = dialogue.machine.bodyWritten()
        #expect(dialogue.machine.timeout == .seconds(600))
    }
}
