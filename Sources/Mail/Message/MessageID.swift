/// The identity of a message, `<left@right>`.
///
/// - Source: RFC 5322 §3.6.4.
public struct MessageID: Sendable, Hashable, CustomStringConvertible {
    /// The identity without its angle brackets.
    public let value: String

    /// An identity made elsewhere, with or without angle brackets.
    ///
    /// - Throws: ``EmailMessageError/messageID(_:)`` unless both sides of the `@` are dot-atoms, 250 octets in all.
    public init(_ text: String) throws(EmailMessageError) {
        let bare = text.hasPrefix("<") && text.hasSuffix(">") ? String(text.dropFirst().dropLast()) : text
        let sides = bare.unicodeScalars.split(separator: "@", omittingEmptySubsequences: false)
        let isDotAtom = { (side: Substring.UnicodeScalarView) in
            side.split(separator: ".", omittingEmptySubsequences: false).allSatisfy {
                !$0.isEmpty && $0.allSatisfy { $0.isASCII && $0.isAtomText }
            }
        }
        guard sides.count == 2, sides.allSatisfy(isDotAtom), bare.utf8.count <= 250 else { throw .messageID(text) }
        self.value = bare
    }

    /// The identity that belongs to a key: the same key and domain always give the same identity.
    ///
    /// - Parameters:
    ///   - key: what makes the message unique, such as campaign and customer; only its hash is visible.
    ///   - domain: a domain of the sender.
    /// - Throws: ``EmailMessageError/messageID(_:)`` when the domain is none.
    public init(key: String, domain: String) throws(EmailMessageError) {
        try self.init("\(StableHash.hexadecimal(of: Array(key.utf8)))@\(domain)")
    }

    /// The identity in angle brackets, as the header shows it.
    public var description: String { "<\(value)>" }
}

/// FNV-1a with 128 bits: the same on every machine and in every release, unlike `Hasher`.
///
/// - Source: draft-eastlake-fnv, parameters for 128 bits.
enum StableHash {
    private static let offset: UInt128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d
    private static let prime: UInt128 = 0x0000_0000_0100_0000_0000_0000_0000_013b

    /// 32 lower-case hexadecimal digits.
    static func hexadecimal(of bytes: [UInt8]) -> String {
        let hash = bytes.reduce(offset) { ($0 ^ UInt128($1)) &* prime }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 32 - digits.count) + digits
    }
}
