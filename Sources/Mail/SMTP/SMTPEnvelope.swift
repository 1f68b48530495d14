/// Who a message goes to and where its bounces go, apart from what its header says.
public struct SMTPEnvelope: Sendable, Hashable {
    /// Where bounces go; `nil` is the empty path of mail that must not bounce.
    public var sender: EmailAddress?
    /// Who gets the message, at least one.
    public var recipients: [EmailAddress]

    /// An envelope for these recipients.
    public init(sender: EmailAddress?, recipients: [EmailAddress]) {
        self.sender = sender
        self.recipients = recipients
    }

    /// What is sent under this envelope: its size on the wire and whether it needs SMTPUTF8.
    struct Load: Hashable {
        var size: Int
        var requiresSMTPUTF8: Bool
    }
}
