import Mail

/// What became of a mail that was leased, as the outbox keeps it.
struct MailOutcome: Sendable, Equatable {
    enum State: String, Sendable {
        case sent, bounced, failed, unknown
        /// Certainly not sent; to be tried again.
        case planned
    }

    var state: State
    /// A few words that are the same for equal causes.
    var reason: String?
    /// The server's own words, or what happened to the connection.
    var reply: String?
    /// Whether it used up one of the mail's attempts.
    var countsAttempt = true
    /// Whether the address gets nothing from now on.
    var suppresses = false

    /// Tries before a mail that is put off again and again is given up.
    static let mostAttempts = 6

    static func sent(_ receipt: SMTPReceipt) -> MailOutcome {
        MailOutcome(state: .sent, reply: receipt.reply.description)
    }

    /// Certainly not sent, and through no fault of its own.
    static func givenBack(_ reason: String, reply: String? = nil) -> MailOutcome {
        MailOutcome(state: .planned, reason: reason, reply: reply, countsAttempt: false)
    }

    /// What a failure means for the mail it happened to.
    ///
    /// - Parameter attempts: tries of this mail, this one included.
    init(_ failure: SMTPFailure, attempts: Int) {
        let words = failure.reply?.description ?? failure.problem
        let code = failure.reply.map {
            [String($0.code), $0.enhancedCode?.description].compactMap { $0 }.joined(separator: " ")
        }
        if failure.isAboutEveryMail {
            self = .givenBack("the server takes no mail", reply: words)
            return
        }
        switch failure.kind {
        case .unknownOutcome:
            self.init(state: .unknown, reason: "the connection broke after the final dot", reply: words)
        case .transient where attempts >= Self.mostAttempts:
            self.init(
                state: .failed, reason: "given up after \(attempts) attempts (\(code ?? "connection lost"))",
                reply: words)
        case .transient:
            self.init(state: .planned, reason: "put off (\(code ?? "connection lost"))", reply: words)
        case .permanent where failure.stage == .rcptTo && failure.reply != nil:
            self.init(
                state: .bounced, reason: "address refused (\(code ?? ""))", reply: words,
                suppresses: failure.saysAddressIsDead)
        case .permanent:
            self.init(
                state: .failed, reason: code.map { "mail refused (\($0))" } ?? "the server cannot take it", reply: words
            )
        }
    }

    init(
        state: State, reason: String? = nil, reply: String? = nil, countsAttempt: Bool = true, suppresses: Bool = false
    ) {
        self.state = state
        self.reason = reason
        self.reply = reply
        self.countsAttempt = countsAttempt
        self.suppresses = suppresses
    }
}

extension SMTPFailure {
    /// Whether the next mail would fail in the same way: there is no session, or the sender is refused. A mail that is too
    /// large for the server (552) is a matter of that mail.
    var isAboutEveryMail: Bool {
        stage.precedesMessage || (stage == .mailFrom && reply?.code != 552 && (reply != nil || kind == .transient))
    }

    /// Whether a refused recipient does not exist or takes mail no more. A full mailbox, or a server that does not want
    /// *our* mail (5.7.x), is refused as well but may take mail another day.
    ///
    /// - Source: RFC 3463 §3.2, §3.3; RFC 5321 §4.2.3 where the server gives no enhanced code.
    var saysAddressIsDead: Bool {
        guard let reply else { return false }
        guard let code = reply.enhancedCode else { return [550, 551, 553].contains(reply.code) }
        return code.subject == 1 || (code.subject == 2 && code.detail == 1)
    }
}
