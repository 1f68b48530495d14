/// A body part: its own header fields, an empty line, and encoded content.
///
/// - Source: RFC 2045 and RFC 2046 §5.1.
indirect enum MIMEPart {
    case text(String, String)
    case attachment(EmailAttachment)
    case multipart(String, boundary: String, [MIMEPart])

    /// The part with CRLF line ends. The CRLF after it belongs to what follows, so that the content stays as it is.
    var rendered: String {
        switch self {
        case .text(let subtype, let text):
            let bytes = Self.canonicalLines(text)
            let quoted = QuotedPrintable.encode(bytes)
            let isQuoted = quoted.utf8.count <= (bytes.count + 2) / 3 * 4 * 78 / 76
            return HeaderFolding.field("Content-Type", ["text/\(subtype);", "charset=utf-8"])
                + HeaderFolding.field("Content-Transfer-Encoding", [isQuoted ? "quoted-printable" : "base64"])
                + "\r\n" + (isQuoted ? quoted : Base64.encodeLines(bytes))
        case .attachment(let attachment):
            let filename = MIMEParameter.pieces(name: "filename", value: attachment.filename)
            let last = filename.count - 1
            return HeaderFolding.field("Content-Type", [attachment.contentType])
                + HeaderFolding.field("Content-Transfer-Encoding", ["base64"])
                + HeaderFolding.field(
                    "Content-Disposition", ["attachment;"] + filename.enumerated().map { $1 + ($0 < last ? ";" : "") })
                + "\r\n" + Base64.encodeLines(attachment.content)
        case .multipart(let subtype, let boundary, let parts):
            let header = HeaderFolding.field("Content-Type", ["multipart/\(subtype);", "boundary=\"\(boundary)\""])
            let body = parts.map { "--\(boundary)\r\n\($0.rendered)\r\n" }.joined()
            return header + "\r\n" + body + "--\(boundary)--"
        }
    }

    /// The text in UTF-8 with every kind of line end turned into CRLF.
    private static func canonicalLines(_ text: String) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.utf8.count)
        var previous: UInt8 = 0
        for byte in text.utf8 {
            switch byte {
            case .carriageReturn: result += [.carriageReturn, .lineFeed]
            case .lineFeed: if previous != .carriageReturn { result += [.carriageReturn, .lineFeed] }
            default: result.append(byte)
            }
            previous = byte
        }
        return result
    }
}
