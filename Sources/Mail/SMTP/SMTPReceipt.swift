/// A server's word that it took over a message.
public struct SMTPReceipt: Sendable, Hashable {
    /// The reply to the end of the message; its text usually holds the server's queue id.
    public let reply: SMTPReply
    /// Recipients the server takes the message for.
    public let accepted: [EmailAddress]
    /// Recipients it refused while it took the message for others; empty for a single recipient.
    public let rejected: [SMTPRejection]
}

/// One recipient a server refused.
public struct SMTPRejection: Sendable, Hashable {
    /// The refused recipient.
    public let recipient: EmailAddress
    /// The server's words.
    public let reply: SMTPReply
    /// Whether a later attempt can succeed.
    public let kind: SMTPFailure.Kind
}
