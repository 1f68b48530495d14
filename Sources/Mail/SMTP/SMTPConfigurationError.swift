/// An SMTP URL that cannot be used, and why. Its text never shows the URL.
public enum SMTPConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The text is no URL, or has parts an SMTP URL has not.
    case unreadable
    /// The scheme is neither `smtp` nor `smtps`.
    case scheme(String)
    /// There is no host.
    case missingHost
    /// There is a password but no user.
    case missingUser
    /// There is a user but no password, neither in the URL nor in the environment.
    case missingPassword(user: String)
    /// The query holds a key nobody knows.
    case unknownKey(String)
    /// A value does not fit its key.
    case value(key: String, expected: String)

    /// One line: what is wrong, and the way out.
    public var description: String {
        let form = "smtp://user:password@host:port?tls=starttls"
        return switch self {
        case .unreadable:
            "the SMTP URL cannot be read → write \(form), with characters such as @ : / # in user or password as %40 %3A %2F %23"
        case .scheme(let scheme):
            "the SMTP URL begins with \(scheme.isEmpty ? "no scheme" : "\(scheme):") → write \(form) or smtps://host"
        case .missingHost: "the SMTP URL has no host → write \(form)"
        case .missingUser: "the SMTP URL has a password but no user → write \(form)"
        case .missingPassword(let user):
            "the SMTP URL has the user \(user.debugDescription) but no password → set "
                + "\(SMTPConfiguration.passwordVariable) in the environment"
        case .unknownKey(let key):
            "the SMTP URL has the unknown key \(key.debugDescription) → known are tls, ca, tls-name, ehlo, "
                + "connect-timeout, command-timeout, final-timeout"
        case .value(let key, let expected): "the SMTP URL's \(key) does not fit → give \(expected)"
        }
    }
}
