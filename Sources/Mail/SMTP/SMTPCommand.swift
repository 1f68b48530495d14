/// One line a client sends. Its description never shows a credential.
enum SMTPCommand: Hashable, CustomStringConvertible {
    case ehlo(String)
    case helo(String)
    case startTLS
    case authPlain(SMTPCredentials)
    case authLogin
    case authUser(SMTPCredentials)
    case authPassword(SMTPCredentials)
    case mailFrom(EmailAddress?, parameters: [String])
    case rcptTo(EmailAddress)
    case data
    case endOfData
    case reset
    case quit

    /// The line without its CRLF, as it goes to the server.
    var line: String {
        switch self {
        case .authPlain(let credentials):
            "AUTH PLAIN \(Base64.encode([0] + Array(credentials.user.utf8) + [0] + Array(credentials.password.utf8)))"
        case .authUser(let credentials): Base64.encode(Array(credentials.user.utf8))
        case .authPassword(let credentials): Base64.encode(Array(credentials.password.utf8))
        default: description
        }
    }

    var description: String {
        switch self {
        case .ehlo(let name): "EHLO \(name)"
        case .helo(let name): "HELO \(name)"
        case .startTLS: "STARTTLS"
        case .authPlain: "AUTH PLAIN ***"
        case .authLogin: "AUTH LOGIN"
        case .authUser, .authPassword: "***"
        case .mailFrom(let sender, let parameters):
            (["MAIL FROM:<\(sender?.description ?? "")>"] + parameters).joined(separator: " ")
        case .rcptTo(let recipient): "RCPT TO:<\(recipient)>"
        case .data: "DATA"
        case .endOfData: "."
        case .reset: "RSET"
        case .quit: "QUIT"
        }
    }
}
