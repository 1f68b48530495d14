import Testing

@testable import Mail

/// A state machine under test, with replies given as the server's own lines.
struct Dialogue {
    var machine: SMTPStateMachine

    init(
        host: String = "mail.example", encryption: SMTPEncryption = .none, credentials: SMTPCredentials? = nil
    ) {
        machine = SMTPStateMachine(
            configuration: SMTPConfiguration(host: host, port: 25, credentials: credentials, encryption: encryption))
    }

    /// A dialogue that is open for messages.
    init(offering extensions: [String]) throws {
        self.init()
        _ = machine.connected(ehloName: "me.example")
        _ = try hear("220 hi")
        #expect(
            try hear((["250-mx"] + extensions.map { "250-\($0)" } + ["250 HELP"]).joined(separator: "\r\n")) == .opened)
    }

    mutating func hear(_ text: String) throws -> SMTPStateMachine.Action {
        var parser = SMTPReplyParser()
        parser.append((text + "\r\n").utf8)
        return machine.received(try #require(try parser.next()))
    }

    /// The lines the machine sends on starting a message to these recipients.
    mutating func send(
        to recipients: [String], from sender: String = "shop@example.com", size: Int = 100,
        requiresSMTPUTF8: Bool = false
    ) throws -> SMTPStateMachine.Action {
        machine.send(
            SMTPEnvelope(sender: try EmailAddress(sender), recipients: try recipients.map { try EmailAddress($0) }),
            SMTPEnvelope.Load(size: size, requiresSMTPUTF8: requiresSMTPUTF8))
    }
}

extension SMTPStateMachine.Action {
    /// The lines of a write, else nothing.
    var lines: [String] {
        if case .write(let commands) = self { commands.map(\.line) } else { [] }
    }

    var failure: SMTPFailure? {
        if case .failed(let failure) = self { failure } else { nil }
    }
}
