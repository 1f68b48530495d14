/// What a server offers in its answer to EHLO.
///
/// - Source: RFC 5321 §4.1.1.1 and the extensions named below.
public struct SMTPCapabilities: Sendable, Hashable {
    /// The name the server gives itself.
    public internal(set) var serverName = ""
    /// Whether SIZE is offered (RFC 1870).
    public internal(set) var offersSize = false
    /// The largest message in octets, if the server names one (RFC 1870).
    public internal(set) var maximumSize: Int?
    /// Whether commands may be sent without waiting for each reply (RFC 2920).
    public internal(set) var offersPipelining = false
    /// Whether the connection can be encrypted (RFC 3207).
    public internal(set) var offersStartTLS = false
    /// Whether addresses outside ASCII are accepted (RFC 6531).
    public internal(set) var offersSMTPUTF8 = false
    /// Whether replies carry enhanced status codes (RFC 2034).
    public internal(set) var offersEnhancedStatusCodes = false
    /// Mechanisms for AUTH in upper case (RFC 4954).
    public internal(set) var authenticationMechanisms: Set<String> = []

    /// No extension at all: what a server has that only knows HELO.
    init() {}

    init(ehloReply: SMTPReply) {
        serverName = ehloReply.lines.first?.split(separator: " ").first.map(String.init) ?? ""
        for line in ehloReply.lines.dropFirst() {
            // Old servers write "AUTH=LOGIN".
            let words = line.uppercased().split { $0 == " " || $0 == "=" }
            switch words.first {
            case "SIZE":
                offersSize = true
                if let limit = words.dropFirst().first.flatMap({ Int($0) }), limit > 0 { maximumSize = limit }
            case "PIPELINING": offersPipelining = true
            case "STARTTLS": offersStartTLS = true
            case "SMTPUTF8": offersSMTPUTF8 = true
            case "ENHANCEDSTATUSCODES": offersEnhancedStatusCodes = true
            case "AUTH": authenticationMechanisms.formUnion(words.dropFirst().map(String.init))
            default: break
            }
        }
    }
}
