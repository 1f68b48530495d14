public import Foundation

/// A message before it is put on the wire: who, what, and the headers a mailing needs.
///
/// It holds plain values in any script; ``rendered()`` checks and encodes them. With both `text` and `html` the message
/// becomes `multipart/alternative`, with attachments `multipart/mixed` around it.
public struct EmailMessage: Sendable, Hashable {
    /// The author, shown to the reader.
    public var from: Mailbox
    /// The recipients, shown to the reader; also the default envelope.
    public var to: [Mailbox]
    /// Where answers go, if not to `from`.
    public var replyTo: [Mailbox]
    /// The subject in any script; folded and encoded when rendered.
    public var subject: String
    /// The time of writing; rendered in UTC with a precision of one second.
    public var date: Date
    /// The message's identity; a message that is sent again keeps it, so that receivers can see the double.
    public var messageID: MessageID
    /// The body for readers of plain text; any line ending.
    public var text: String?
    /// The body as HTML; any line ending.
    public var html: String?
    /// Files that come with the message.
    public var attachments: [EmailAttachment]
    /// How a reader leaves the list (RFC 2369, RFC 8058).
    public var listUnsubscribe: ListUnsubscribe?
    /// Further header fields, such as `X-Campaign`; fields the message writes itself are refused.
    public var headers: [HeaderField]

    /// A message of the given parts; nothing is checked before ``rendered()``.
    public init(
        from: Mailbox,
        to: [Mailbox],
        replyTo: [Mailbox] = [],
        subject: String,
        date: Date,
        messageID: MessageID,
        text: String? = nil,
        html: String? = nil,
        attachments: [EmailAttachment] = [],
        listUnsubscribe: ListUnsubscribe? = nil,
        headers: [HeaderField] = []
    ) {
        self.from = from
        self.to = to
        self.replyTo = replyTo
        self.subject = subject
        self.date = date
        self.messageID = messageID
        self.text = text
        self.html = html
        self.attachments = attachments
        self.listUnsubscribe = listUnsubscribe
        self.headers = headers
    }
}

/// A header field of the caller's own.
public struct HeaderField: Sendable, Hashable {
    /// The field's name, such as `X-Campaign`; visible ASCII without a colon.
    public var name: String
    /// The value in any script, without line breaks.
    public var value: String

    /// A field of this name and value; both are checked when the message is rendered.
    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}
