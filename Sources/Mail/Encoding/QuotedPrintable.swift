/// The quoted-printable content transfer encoding.
///
/// - Source: RFC 2045 §6.7.
enum QuotedPrintable {
    /// Encodes text whose lines end in CRLF; every line of the result has at most 76 characters.
    static func encode(_ text: [UInt8]) -> String {
        var result: [UInt8] = []
        result.reserveCapacity(text.count + text.count / 8)
        var column = 0
        var index = 0
        while index < text.count {
            let byte = text[index]
            if byte == .carriageReturn, index + 1 < text.count, text[index + 1] == .lineFeed {
                result += [.carriageReturn, .lineFeed]
                column = 0
                index += 2
                continue
            }
            let token = token(byte, endsLine: endsLine(text, at: index))
            if column + token.count > 75 && !(column + token.count == 76 && endsLine(text, at: index)) {
                result += [UInt8(ascii: "="), .carriageReturn, .lineFeed]
                column = 0
            }
            result += token
            column += token.count
            index += 1
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func endsLine(_ text: [UInt8], at index: Int) -> Bool {
        index + 1 == text.count
            || (text[index + 1] == .carriageReturn && index + 2 < text.count && text[index + 2] == .lineFeed)
    }

    private static func token(_ byte: UInt8, endsLine: Bool) -> [UInt8] {
        let isLiteral =
            switch byte {
            case 0x20, 0x09: !endsLine
            case UInt8(ascii: "="): false
            default: (0x21...0x7E).contains(byte)
            }
        return isLiteral ? [byte] : Array("=\(byte.hexadecimal)".utf8)
    }
}

extension UInt8 {
    static let carriageReturn: UInt8 = 0x0D
    static let lineFeed: UInt8 = 0x0A
    static let dot: UInt8 = 0x2E
}
