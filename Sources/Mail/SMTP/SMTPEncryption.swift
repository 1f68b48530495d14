/// How a connection is encrypted.
public enum SMTPEncryption: String, Sendable, Hashable, CaseIterable {
    /// STARTTLS must be offered, and the certificate must be valid; no mail otherwise.
    case startTLS = "starttls"
    /// TLS from the first byte (`smtps`, port 465), with a valid certificate.
    case implicit
    /// STARTTLS where the server offers it, whatever its certificate; clear text otherwise. Protects against no attacker
    /// (RFC 7435), so it is the default for loopback hosts only.
    case opportunistic
    /// Clear text.
    case none
}

/// Whose word a server's certificate must have.
public enum SMTPTrust: Sendable, Hashable {
    /// The authorities of the operating system.
    case system
    /// The certificates in a PEM file: a private authority, or the server's own self-signed certificate.
    case file(String)
}
