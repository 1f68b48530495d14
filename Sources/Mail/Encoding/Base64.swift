import Foundation

/// The base64 content transfer encoding (RFC 2045 §6.8) and the bare form of RFC 4648.
enum Base64 {
    /// One unbroken line.
    static func encode(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

    /// Lines of at most 76 characters, separated by CRLF, without a CRLF at the end.
    static func encodeLines(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString(
            options: [.lineLength76Characters, .endLineWithCarriageReturn, .endLineWithLineFeed])
    }
}
