/// What the client itself refuses, by its configuration or by what the server does not offer.
enum SMTPPolicyViolation: Hashable {
    case startTLSNotOffered
    case authenticationNotOffered(offered: [String])
    case passwordInClearText
    case tooLarge(size: Int, limit: Int)
    case addressNeedsSMTPUTF8(EmailAddress)
    case headerNeedsSMTPUTF8
    case noRecipient
}

extension SMTPFailure {
    /// The failure of an attempt that the client ended itself; the server has seen nothing of a message.
    init(violation: SMTPPolicyViolation, stage: Stage, server: String) {
        var recipient: EmailAddress?
        if case .addressNeedsSMTPUTF8(let address) = violation, stage == .rcptTo { recipient = address }
        self.init(
            stage: stage, kind: .permanent, server: server, reply: nil, recipient: recipient,
            closesConnection: stage.precedesMessage, problem: violation.problem, wayOut: violation.wayOut)
    }
}

extension SMTPPolicyViolation {
    fileprivate var problem: String {
        switch self {
        case .startTLSNotOffered: "the server offers no encryption, which the configuration requires"
        case .authenticationNotOffered(let offered):
            "the server offers \(offered.isEmpty ? "no login" : "only \(offered.joined(separator: ", ")) as login")"
        case .passwordInClearText: "the password would cross the network in clear text"
        case .tooLarge(let size, let limit): "the message has \(size) octets, the server takes \(limit)"
        case .addressNeedsSMTPUTF8(let address): "<\(address)> is outside ASCII and the server offers no SMTPUTF8"
        case .headerNeedsSMTPUTF8:
            "an address in the message's header is outside ASCII and the server offers no SMTPUTF8"
        case .noRecipient: "the envelope has no recipient"
        }
    }

    fileprivate var wayOut: String {
        switch self {
        case .startTLSNotOffered: "use a server with STARTTLS, or set tls=none if the network is trusted"
        case .authenticationNotOffered:
            "this client knows PLAIN and LOGIN: enable one, or drop the user from the SMTP URL"
        case .passwordInClearText: "set tls=starttls or tls=implicit in the SMTP URL"
        case .tooLarge: "make the message smaller or raise the server's limit"
        case .addressNeedsSMTPUTF8, .headerNeedsSMTPUTF8:
            "use the address's ASCII form (xn--… for the domain), or a server with SMTPUTF8"
        case .noRecipient: "give at least one recipient"
        }
    }
}
