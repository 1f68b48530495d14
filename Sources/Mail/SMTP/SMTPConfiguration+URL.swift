public import Foundation

extension SMTPConfiguration {
    /// The environment variable that holds the password when the URL has none.
    public static let passwordVariable = "SMTP_PASSWORD"

    /// Reads `smtp://user:password@host:port?tls=starttls` or `smtps://…`.
    ///
    /// The query may hold `tls` (`starttls`, `implicit`, `opportunistic`, `none`), `ca` (a PEM file), `tls-name` (the
    /// name the certificate bears), `ehlo` (this client's name), and `connect-timeout`, `command-timeout` and
    /// `final-timeout` in seconds. Without a port: 465 with implicit TLS, 587 with a user, else 25.
    ///
    /// - Parameters:
    ///   - url: user and password percent-encoded. A user without a password takes it from ``passwordVariable``.
    ///   - environment: where the password is looked for.
    /// - Throws: ``SMTPConfigurationError``; its text never shows the URL, which may hold a password.
    public init(
        url: String, environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(SMTPConfigurationError) {
        guard let parts = URLComponents(string: url, encodingInvalidCharacters: false) else { throw .unreadable }
        let query = try SMTPURLQuery(items: parts.queryItems ?? [])
        let scheme = parts.scheme?.lowercased() ?? ""
        guard ["smtp", "smtps"].contains(scheme) else { throw .scheme(parts.host == nil ? "" : scheme) }
        guard let bracketed = parts.host, !bracketed.isEmpty else { throw .missingHost }
        guard ["", "/"].contains(parts.path), parts.fragment == nil else { throw .unreadable }
        guard scheme == "smtp" || query.encryption == nil || query.encryption == .implicit else {
            throw .value(key: "tls", expected: "implicit, or nothing, with smtps://")
        }
        let host =
            bracketed.hasPrefix("[") && bracketed.hasSuffix("]") ? String(bracketed.dropFirst().dropLast()) : bracketed
        let credentials = try Self.credentials(parts, environment: environment)
        let encryption = scheme == "smtps" ? .implicit : query.encryption
        let port = parts.port ?? (encryption == .implicit ? 465 : credentials == nil ? 25 : 587)
        guard (1...65535).contains(port) else { throw .value(key: "port", expected: "1…65535") }
        self.init(
            host: host, port: port, credentials: credentials, encryption: encryption,
            trust: query.trustFile.map(SMTPTrust.file) ?? .system, tlsServerName: query.tlsServerName,
            ehloName: query.ehloName, connectTimeout: query.connectTimeout ?? .seconds(10),
            commandTimeout: query.commandTimeout ?? .seconds(60),
            finalReplyTimeout: query.finalReplyTimeout ?? .seconds(600))
    }

    private static func credentials(
        _ parts: URLComponents, environment: [String: String]
    ) throws(SMTPConfigurationError) -> SMTPCredentials? {
        guard let user = parts.user, !user.isEmpty else {
            if parts.password != nil { throw .missingUser }
            return nil
        }
        guard let password = parts.password ?? environment[passwordVariable] else { throw .missingPassword(user: user) }
        guard !(user + password).unicodeScalars.contains("\0") else { throw .unreadable }
        return SMTPCredentials(user: user, password: password)
    }
}

/// The part of an SMTP URL after the question mark.
private struct SMTPURLQuery {
    var encryption: SMTPEncryption?
    var trustFile: String?
    var tlsServerName: String?
    var ehloName: String?
    var connectTimeout: Duration?
    var commandTimeout: Duration?
    var finalReplyTimeout: Duration?

    init(items: [URLQueryItem]) throws(SMTPConfigurationError) {
        for item in items {
            let value = item.value ?? ""
            switch item.name {
            case "tls":
                encryption = SMTPEncryption(rawValue: value)
                guard encryption != nil else {
                    throw .value(key: "tls", expected: SMTPEncryption.allCases.map(\.rawValue).joined(separator: ", "))
                }
            case "ca": trustFile = try Self.nonEmpty(value, "ca", "the path of a PEM file")
            case "tls-name": tlsServerName = try Self.hostName(value, "tls-name")
            case "ehlo": ehloName = try Self.hostName(value, "ehlo")
            case "connect-timeout": connectTimeout = try Self.seconds(value, "connect-timeout")
            case "command-timeout": commandTimeout = try Self.seconds(value, "command-timeout")
            case "final-timeout": finalReplyTimeout = try Self.seconds(value, "final-timeout")
            default: throw .unknownKey(item.name)
            }
        }
    }

    private static func nonEmpty(
        _ value: String, _ key: String, _ expected: String
    ) throws(SMTPConfigurationError) -> String {
        guard !value.isEmpty else { throw .value(key: key, expected: expected) }
        return value
    }

    private static func hostName(_ value: String, _ key: String) throws(SMTPConfigurationError) -> String {
        let isName = value.utf8.allSatisfy { $0 < 0x80 } && EmailAddress.problem(inDomain: value) == nil
        guard isName else { throw .value(key: key, expected: "a host name, or an address such as [192.0.2.1]") }
        return value
    }

    private static func seconds(_ value: String, _ key: String) throws(SMTPConfigurationError) -> Duration {
        guard let seconds = Double(value), seconds > 0, seconds <= 86_400 else {
            throw .value(key: key, expected: "seconds, above 0 and at most 86400")
        }
        return .seconds(seconds)
    }
}
