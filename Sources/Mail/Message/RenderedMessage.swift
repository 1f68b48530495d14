/// A message as bytes, ready for SMTP's DATA: CRLF line ends, no line over 998 octets, not yet dot-stuffed.
///
/// Only ``EmailMessage/rendered()`` makes one, so that no bare line feed can reach a server.
public struct RenderedMessage: Sendable, Hashable {
    /// Header and body; ends in CRLF.
    public let bytes: [UInt8]
    /// The message's identity.
    public let messageID: MessageID
    /// Whether a header holds an address outside ASCII, so that the server must offer SMTPUTF8.
    public let requiresSMTPUTF8: Bool

    let from: EmailAddress
    let recipients: [EmailAddress]
}
