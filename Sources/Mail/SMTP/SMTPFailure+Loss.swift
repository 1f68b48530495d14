/// Why a connection ended before its dialogue did.
enum SMTPConnectionLoss: Hashable {
    case refused
    case unresolvedHost(String)
    case network(String)
    case closedByServer
    case timedOut(Duration)
    case tls(String)
    case trustUnreadable(String)
    case notSMTP(String)
    case injectedBeforeTLS
    case cancelled
}

extension SMTPFailure {
    /// The failure a lost connection means at a stage; after the final dot nobody knows what became of the message.
    init(stage: Stage, loss: SMTPConnectionLoss, server: String) {
        let kind: Kind =
            switch loss {
            case .notSMTP: .outOfStep(at: stage)
            case _ where stage == .finalResponse: .unknownOutcome
            case .tls, .trustUnreadable, .injectedBeforeTLS: .permanent
            default: .transient
            }
        self.init(
            stage: stage, kind: kind, server: server, reply: nil, recipient: nil, closesConnection: true,
            problem: loss.problem(server: server),
            wayOut: kind == .unknownOutcome ? Self.doubtWayOut : loss.wayOut)
    }
}

extension SMTPConnectionLoss {
    fileprivate func problem(server: String) -> String {
        switch self {
        case .refused: "nothing listens on \(server)"
        case .unresolvedHost(let detail): "the host name cannot be resolved (\(detail))"
        case .network(let detail): "the connection broke: \(detail)"
        case .closedByServer: "the server closed the connection"
        case .timedOut(let limit): "no answer within \(limit.formattedSeconds)"
        case .tls(let detail): detail
        case .trustUnreadable(let detail): "the trusted certificates cannot be read: \(detail)"
        case .notSMTP(let detail): "the server does not speak SMTP: \(detail)"
        case .injectedBeforeTLS: "bytes came in clear text after STARTTLS, as an attacker would inject them"
        case .cancelled: "cancelled"
        }
    }

    fileprivate var wayOut: String {
        switch self {
        case .refused: "start the server or set the SMTP URL to one that runs"
        case .unresolvedHost: "correct the host in the SMTP URL"
        case .network, .closedByServer: "try again later; if it stays so, look into the server's log"
        case .timedOut: "check the network and the server, or raise the timeout"
        case .tls: "give the server a certificate for its name, or its authority with ca=FILE in the SMTP URL"
        case .trustUnreadable: "name a readable PEM file with ca=FILE in the SMTP URL"
        case .notSMTP: "check that host and port are those of an SMTP server"
        case .injectedBeforeTLS: "do not send over this network; ask the server's operator"
        case .cancelled: "run it again"
        }
    }
}

extension Duration {
    /// Seconds for people, such as `10 s` or `0.25 s`.
    var formattedSeconds: String {
        let milliseconds = components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
        let seconds = Double(milliseconds) / 1000
        return seconds == seconds.rounded() ? "\(Int(seconds)) s" : "\(seconds) s"
    }
}
