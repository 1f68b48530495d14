/// Header text outside ASCII as RFC 2047 encoded-words.
enum EncodedWord {
    /// The longest encoded-word RFC 2047 §2 allows.
    static let limit = 75
    private static let frame = "=?UTF-8?B?".count + "?=".count

    /// The text as encoded-words, to be joined by a single space or a fold; decoders drop that white space again.
    ///
    /// Q or B is chosen by length. The Q form keeps to the characters that are safe in a display name too (RFC 2047
    /// §5 rule 3). No word splits a character.
    ///
    /// - Parameters:
    ///   - text: any text; control characters are the caller's to refuse.
    ///   - firstLimit: room for the first word in octets, less than ``limit`` when it follows a header name.
    static func words(of text: String, firstLimit: Int = limit) -> [String] {
        let bytes = Array(text.utf8)
        let isQuoted = bytes.reduce(0) { $0 + quotedCost($1) } <= (bytes.count + 2) / 3 * 4
        var words: [String] = []
        var pending: [UInt8] = []
        var cost = 0

        func flush() {
            guard !pending.isEmpty else { return }
            words.append(isQuoted ? "=?UTF-8?Q?\(quoted(pending))?=" : "=?UTF-8?B?\(Base64.encode(pending))?=")
            pending = []
            cost = 0
        }
        for piece in pieces(of: text) {
            let room = (words.isEmpty ? max(firstLimit, 28) : limit) - frame
            let addition = isQuoted ? piece.reduce(0) { $0 + quotedCost($1) } : piece.count
            let total = isQuoted ? cost + addition : (cost + addition + 2) / 3 * 4
            if total > room { flush() }
            pending += piece
            cost += addition
        }
        flush()
        return words
    }

    /// Characters, or single scalars of a character that is too long to stay whole.
    private static func pieces(of text: String) -> [[UInt8]] {
        text.flatMap { character in
            let bytes = Array(character.utf8)
            return bytes.count <= 16 ? [bytes] : character.unicodeScalars.map { Array(String($0).utf8) }
        }
    }

    private static func quotedCost(_ byte: UInt8) -> Int { isSafe(byte) || byte == 0x20 ? 1 : 3 }

    private static func isSafe(_ byte: UInt8) -> Bool {
        let scalar = Unicode.Scalar(byte)
        return scalar.isASCII && (scalar.isASCIILetterOrDigit || "!*+-/".unicodeScalars.contains(scalar))
    }

    private static func quoted(_ bytes: [UInt8]) -> String {
        var result = ""
        for byte in bytes {
            if byte == 0x20 {
                result += "_"
            } else if isSafe(byte) {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                result += "=" + byte.hexadecimal
            }
        }
        return result
    }
}

extension UInt8 {
    /// Two upper-case hexadecimal digits.
    var hexadecimal: String {
        let digits = String(self, radix: 16, uppercase: true)
        return self < 16 ? "0" + digits : digits
    }
}
