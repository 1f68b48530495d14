/// An address with the name a reader sees: `Blue Shop <hello@example.com>`.
public struct Mailbox: Sendable, Hashable, CustomStringConvertible {
    /// The display name, in any script; `nil` or empty shows the bare address.
    public var name: String?
    /// The address.
    public var address: EmailAddress

    /// A mailbox of an address that is already checked.
    ///
    /// The name is checked when the message is rendered (no control characters) and encoded there as RFC 2047 asks.
    public init(name: String? = nil, address: EmailAddress) {
        self.name = name
        self.address = address
    }

    /// Reads `local@domain`, `Name <local@domain>` or `"Name, with marks" <local@domain>`.
    ///
    /// - Throws: ``EmailAddressError`` when the address is malformed or the angle brackets do not enclose it.
    public init(_ text: String) throws(EmailAddressError) {
        let scalars = text.unicodeScalars
        guard let open = scalars.lastIndex(of: "<") else {
            guard !scalars.contains(">") else { throw EmailAddressError(text: text, problem: .misplacedAngleBracket) }
            self.init(address: try EmailAddress(text.trimmed))
            return
        }
        guard text.trimmed.hasSuffix(">"), let close = scalars.lastIndex(of: ">"), open < close else {
            throw EmailAddressError(text: text, problem: .misplacedAngleBracket)
        }
        let address = try EmailAddress(String(scalars[scalars.index(after: open)..<close]))
        let name = Self.unquoted(String(scalars[..<open]).trimmed)
        self.init(name: name.isEmpty ? nil : name, address: address)
    }

    /// The mailbox for people: `Name <local@domain>`, unencoded.
    public var description: String {
        guard let name, !name.isEmpty else { return address.description }
        return "\(name) <\(address)>"
    }

    private static func unquoted(_ name: String) -> String {
        guard name.count >= 2, name.hasPrefix("\""), name.hasSuffix("\"") else { return name }
        var result = String.UnicodeScalarView()
        var isEscaped = false
        for scalar in name.dropFirst().dropLast().unicodeScalars {
            if scalar == "\\", !isEscaped {
                isEscaped = true
            } else {
                result.append(scalar)
                isEscaped = false
            }
        }
        return String(result)
    }
}

extension String {
    /// The text without spaces and tabs at its ends.
    var trimmed: String {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        let head = drop(while: isSpace)
        guard let last = head.lastIndex(where: { !isSpace($0) }) else { return "" }
        return String(head[...last])
    }
}
