/// How far one message has come.
struct SMTPTransaction: Hashable {
    enum Step: Hashable {
        case reset
        case mail
        case recipient(EmailAddress)
        case data
    }

    enum Phase: Hashable {
        /// Replies to RSET, MAIL, RCPT and DATA are still to come.
        case envelope
        /// The message's lines are on their way.
        case body
        /// The final dot is sent.
        case finalReply
        /// DATA was accepted for nobody: a lone dot ends it (RFC 2920 §3.1), and its reply does not matter.
        case abandoned
    }

    var phase = Phase.envelope
    /// Steps whose replies are still to come, in order.
    var awaited: ArraySlice<Step>
    /// Steps not yet sent; empty when the server takes them in one go.
    var unsent: ArraySlice<Step>
    let mailCommand: SMTPCommand
    var accepted: [EmailAddress] = []
    var rejected: [SMTPRejection] = []
    /// What the attempt will end with, once the replies under way are in.
    var failure: SMTPFailure?

    func command(for step: Step) -> SMTPCommand {
        switch step {
        case .reset: .reset
        case .mail: mailCommand
        case .recipient(let address): .rcptTo(address)
        case .data: .data
        }
    }

    /// The step a lost connection belongs to.
    var stage: SMTPFailure.Stage {
        switch phase {
        case .envelope: awaited.first.map(Self.stage) ?? .data
        case .body: .body
        case .finalReply: .finalResponse
        case .abandoned: .data
        }
    }

    static func stage(of step: Step) -> SMTPFailure.Stage {
        switch step {
        case .reset, .mail: .mailFrom
        case .recipient: .rcptTo
        case .data: .data
        }
    }
}
