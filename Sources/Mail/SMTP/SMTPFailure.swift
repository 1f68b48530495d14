/// A message that was not sent, or may not have been, and at which step of the dialogue it failed.
public struct SMTPFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// The step of the dialogue that failed, in the order of the dialogue.
    public enum Stage: String, Sendable, Hashable, CaseIterable {
        /// Name resolution and TCP.
        case connect
        /// The server's first reply.
        case greeting
        /// EHLO or HELO.
        case ehlo
        /// STARTTLS and the TLS handshake.
        case tls
        /// AUTH.
        case auth
        /// MAIL FROM, and what is checked before it (size, SMTPUTF8).
        case mailFrom
        /// RCPT TO.
        case rcptTo
        /// DATA, before the first line of the message.
        case data
        /// The message itself, before its final dot.
        case body
        /// After the final dot was sent.
        case finalResponse

        /// Whether the step comes before any message, so that the failure says nothing about a message or recipient.
        public var precedesMessage: Bool {
            switch self {
            case .connect, .greeting, .ehlo, .tls, .auth: true
            case .mailFrom, .rcptTo, .data, .body, .finalResponse: false
            }
        }
    }

    /// What may be done next.
    public enum Kind: String, Sendable, Hashable {
        /// The message was not accepted; a later attempt can succeed.
        case transient
        /// The message was not accepted; the same attempt would fail again.
        case permanent
        /// The message may have been accepted. It must not be sent again blindly.
        case unknownOutcome
    }

    /// The step that failed.
    public let stage: Stage
    /// What may be done next.
    public let kind: Kind
    /// The server as `host:port`.
    public let server: String
    /// The server's words, if it was a reply that ended the attempt.
    public let reply: SMTPReply?
    /// The refused recipient, at ``Stage/rcptTo``.
    public let recipient: EmailAddress?
    /// Whether the connection is gone with it; the session opens a new one for the next message.
    public let closesConnection: Bool
    /// What happened, without the server's name.
    public let problem: String
    /// What to do about it.
    public let wayOut: String

    /// One line: server, step, what happened, the way out. Never a credential.
    public var description: String { "smtp \(server): \(stage): \(problem) → \(wayOut)" }
}

extension SMTPFailure.Stage: CustomStringConvertible {
    /// The step as the protocol names it.
    public var description: String {
        switch self {
        case .connect: "connect"
        case .greeting: "greeting"
        case .ehlo: "EHLO"
        case .tls: "TLS"
        case .auth: "AUTH"
        case .mailFrom: "MAIL FROM"
        case .rcptTo: "RCPT TO"
        case .data: "DATA"
        case .body: "message body"
        case .finalResponse: "after the final dot"
        }
    }
}
