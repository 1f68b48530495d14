/// Puts header fields on lines of at most 76 characters where their words allow it, and never over 998 octets.
///
/// - Source: RFC 5322 §2.2.3 (folding), RFC 2047 §2 (76 characters where encoded-words stand).
enum HeaderFolding {
    static let preferredLimit = 76
    static let hardLimit = 998

    /// One header field with its final CRLF.
    ///
    /// - Parameter words: unbreakable pieces; a single space or a fold goes between them.
    static func field(_ name: String, _ words: [String]) -> String {
        var result = "\(name):"
        var column = result.utf8.count
        for word in words {
            if column + 1 + word.utf8.count > preferredLimit, column > 0 {
                result += "\r\n"
                column = 0
            }
            result += " " + word
            column += 1 + word.utf8.count
        }
        return result + "\r\n"
    }

    /// The words of a free-text value: its own words where they are plain, else encoded-words.
    static func unstructured(_ value: String, after name: String) -> [String] {
        let words = value.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        let isPlain =
            value.utf8.allSatisfy { (0x20...0x7E).contains($0) } && !value.contains("=?")
            && words.allSatisfy { !$0.isEmpty && $0.utf8.count <= 900 }
        if isPlain || value.isEmpty { return words }
        return EncodedWord.words(of: value, firstLimit: preferredLimit - name.utf8.count - 2)
    }

    /// The words of a comma-separated list of mailboxes (RFC 5322 §3.4).
    static func mailboxes(_ mailboxes: [Mailbox]) -> [String] {
        var words: [String] = []
        for (index, mailbox) in mailboxes.enumerated() {
            let comma = index + 1 < mailboxes.count ? "," : ""
            if let name = mailbox.name, !name.isEmpty {
                words += phrase(name)
                words.append("<\(mailbox.address)>\(comma)")
            } else {
                words.append("\(mailbox.address)\(comma)")
            }
        }
        return words
    }

    /// A display name: atoms, a quoted string, or encoded-words for anything long or outside ASCII.
    private static func phrase(_ name: String) -> [String] {
        let words = name.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        let isPrintable = name.utf8.allSatisfy { (0x20...0x7E).contains($0) } && !name.contains("=?")
        let isAtoms =
            isPrintable
            && words.allSatisfy { !$0.isEmpty && $0.utf8.count <= 60 && $0.unicodeScalars.allSatisfy(\.isAtomText) }
        if isAtoms { return words }
        guard isPrintable, name.utf8.count <= 60 else { return EncodedWord.words(of: name) }
        let escaped = name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return ["\"\(escaped)\""]
    }
}
