extension SMTPFailure {
    /// The failure a server's refusal means.
    ///
    /// A reply that fits no step (a 2xx or 3xx out of place) leaves the dialogue out of step: the connection goes, and
    /// after the final dot the outcome is unknown.
    init(stage: Stage, reply: SMTPReply, recipient: EmailAddress? = nil, server: String) {
        let isRefusal = reply.isTransient || reply.isPermanent
        let subject = recipient.map { "<\($0)>: " } ?? ""
        self.init(
            stage: stage,
            kind: isRefusal ? (reply.isPermanent ? .permanent : .transient) : .outOfStep(at: stage),
            server: server, reply: reply, recipient: recipient,
            closesConnection: reply.closesChannel || !isRefusal || stage.precedesMessage,
            problem: isRefusal ? "\(subject)\(reply)" : "\(subject)the server answered out of step: \(reply)",
            wayOut: isRefusal ? Self.wayOut(stage: stage, reply: reply) : Self.outOfStepWayOut(at: stage))
    }

    /// The same failure on a connection that goes with it.
    var closing: SMTPFailure {
        SMTPFailure(
            stage: stage, kind: kind, server: server, reply: reply, recipient: recipient, closesConnection: true,
            problem: problem, wayOut: wayOut)
    }

    private static func wayOut(stage: Stage, reply: SMTPReply) -> String {
        if reply.code == 530 {
            return reply.text.uppercased().contains("STARTTLS")
                ? "the server wants encryption: set tls=starttls in the SMTP URL"
                : "the server wants a login: give user and password in the SMTP URL"
        }
        if (500...504).contains(reply.code) && stage != .auth {
            return "the server does not understand this client: look into the server's log"
        }
        if reply.isTransient {
            return stage == .auth ? "the server cannot check logins now: try again later" : "try again later"
        }
        switch stage {
        case .connect, .greeting: return "the server takes no mail from here: ask its operator, or use another one"
        case .ehlo: return "set ehlo= in the SMTP URL to this host's name in the DNS"
        case .tls: return "the server's encryption is broken: ask its operator"
        case .auth: return "check user and password of the SMTP server"
        case .mailFrom: return "check the sender address and what the server lets it send"
        case .rcptTo:
            return reply.code == 552 || reply.enhancedCode?.subject == 2
                ? "the mailbox takes no mail: do not send to it again before its owner has cleared it"
                : "correct or drop the address: do not send to it again"
        case .data, .body, .finalResponse: return "the server refuses this content: change the message"
        }
    }

    static func outOfStepWayOut(at stage: Stage) -> String {
        switch stage {
        case .finalResponse: doubtWayOut
        default: "check that host and port are those of an SMTP server"
        }
    }

    static let doubtWayOut =
        "the message may have been delivered: look for its Message-ID in the server's log before it is sent again"
}

extension SMTPFailure {
    /// Whether the server said for good that this mailbox does not exist or takes no mail: a hard bounce.
    ///
    /// Other permanent refusals of a recipient, such as those of a policy (5.7.1), say nothing about the mailbox.
    public var isHardBounce: Bool {
        guard stage == .rcptTo, kind == .permanent, let reply else { return false }
        if let enhancedCode = reply.enhancedCode { return [1, 2].contains(enhancedCode.subject) }
        return [550, 551, 552, 553].contains(reply.code)
    }
}

extension SMTPFailure.Kind {
    /// What a dialogue out of step means: the server is the wrong one, the message is untouched, or nobody knows.
    static func outOfStep(at stage: SMTPFailure.Stage) -> Self {
        switch stage {
        case .finalResponse: .unknownOutcome
        default: stage.precedesMessage ? .permanent : .transient
        }
    }
}
