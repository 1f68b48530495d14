/// A server and how to talk to it.
public struct SMTPConfiguration: Sendable, Hashable, CustomStringConvertible {
    /// Host name or numeric address, without brackets.
    public var host: String
    /// TCP port, 1…65535.
    public var port: Int
    /// The login, if the server wants one.
    public var credentials: SMTPCredentials?
    /// How the connection is encrypted.
    public var encryption: SMTPEncryption
    /// Whose word the certificate must have.
    public var trust: SMTPTrust
    /// The name the certificate must bear, if it is not `host`.
    public var tlsServerName: String?
    /// The name this client gives itself; `nil` gives the address it connects from, as `[192.0.2.1]`.
    public var ehloName: String?
    /// Longest wait for name resolution and TCP together.
    public var connectTimeout: Duration
    /// Longest wait for the reply to a command, for the TLS handshake, and for each 64 KiB of a message.
    public var commandTimeout: Duration
    /// Longest wait for the reply to the final dot. Too short a wait makes unknown outcomes: RFC 5321 §4.5.3.2.6 asks
    /// for ten minutes.
    public var finalReplyTimeout: Duration

    /// A configuration in values.
    ///
    /// - Parameter encryption: `nil` requires STARTTLS, and takes it where offered if `host` is loopback.
    public init(
        host: String,
        port: Int,
        credentials: SMTPCredentials? = nil,
        encryption: SMTPEncryption? = nil,
        trust: SMTPTrust = .system,
        tlsServerName: String? = nil,
        ehloName: String? = nil,
        connectTimeout: Duration = .seconds(10),
        commandTimeout: Duration = .seconds(60),
        finalReplyTimeout: Duration = .seconds(600)
    ) {
        self.host = host
        self.port = port
        self.credentials = credentials
        self.encryption = encryption ?? (Self.isLoopback(host) ? .opportunistic : .startTLS)
        self.trust = trust
        self.tlsServerName = tlsServerName
        self.ehloName = ehloName
        self.connectTimeout = connectTimeout
        self.commandTimeout = commandTimeout
        self.finalReplyTimeout = finalReplyTimeout
    }

    /// `host:port`, with brackets around an IPv6 address.
    public var server: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Whether the host is this machine itself.
    public var isLoopback: Bool { Self.isLoopback(host) }

    /// The configuration as a URL with the password hidden.
    public var description: String {
        let login = credentials.map { "\($0)@" } ?? ""
        return encryption == .implicit
            ? "smtps://\(login)\(server)" : "smtp://\(login)\(server)?tls=\(encryption.rawValue)"
    }

    static func isLoopback(_ host: String) -> Bool {
        let name = host.lowercased()
        if name == "localhost" || name.hasSuffix(".localhost") || name == "::1" { return true }
        let numbers = name.split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == 4 && numbers[0] == "127" && numbers.allSatisfy { UInt8($0) != nil }
    }
}
