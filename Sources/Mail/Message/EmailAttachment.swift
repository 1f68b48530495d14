/// A file that comes with a message.
public struct EmailAttachment: Sendable, Hashable {
    /// The name the reader saves it under, in any script, without line breaks.
    public var filename: String
    /// The media type, such as `text/csv`.
    public var contentType: String
    /// The file's bytes.
    public var content: [UInt8]

    /// An attachment; name and type are checked when the message is rendered.
    public init(filename: String, contentType: String, content: [UInt8]) {
        self.filename = filename
        self.contentType = contentType
        self.content = content
    }
}
