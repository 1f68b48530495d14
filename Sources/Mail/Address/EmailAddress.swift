/// One address as SMTP carries it: `local-part@domain`, without a display name.
///
/// A value of this type is well formed: the local part is a dot-atom or a quoted string, the domain is a host name or an
/// address literal such as `[127.0.0.1]`, and all length limits of RFC 5321 hold. Text outside ASCII is accepted when it
/// is made of visible characters; such an address can only be sent to a server that offers SMTPUTF8
/// (``requiresSMTPUTF8``).
///
/// - Source: RFC 5321 §4.1.2 (grammar) and §4.5.3.1 (limits), RFC 6531 §3.3 (characters outside ASCII).
public struct EmailAddress: Sendable, Hashable, CustomStringConvertible {
    /// What stands before the `@`, as written (a quoted string keeps its quotes).
    public let localPart: String
    /// What stands after the `@`, as written.
    public let domain: String

    /// Reads and checks one address.
    ///
    /// - Parameter text: `local-part@domain`, without angle brackets or surrounding spaces.
    /// - Throws: ``EmailAddressError`` with the first thing that is wrong.
    public init(_ text: String) throws(EmailAddressError) {
        guard !text.isEmpty else { throw EmailAddressError(text: text, problem: .empty) }
        if let control = text.unicodeScalars.first(where: \.isControl) {
            throw EmailAddressError(text: text, problem: .controlCharacter(control))
        }
        let scalars = text.unicodeScalars
        guard let at = scalars.lastIndex(of: "@") else { throw EmailAddressError(text: text, problem: .noAtSign) }
        let localPart = String(scalars[..<at])
        let domain = String(scalars[scalars.index(after: at)...])
        if let problem = Self.problem(inLocalPart: localPart) ?? Self.problem(inDomain: domain) {
            throw EmailAddressError(text: text, problem: problem)
        }
        guard text.utf8.count <= 254 else {
            throw EmailAddressError(text: text, problem: .tooLong(part: "it", limit: 254))
        }
        self.localPart = localPart
        self.domain = domain
    }

    /// Whether the address holds characters outside ASCII and so needs a server with SMTPUTF8 (RFC 6531).
    public var requiresSMTPUTF8: Bool {
        !(localPart.utf8.allSatisfy { $0 < 0x80 } && domain.utf8.allSatisfy { $0 < 0x80 })
    }

    /// The address as written, `local-part@domain`.
    public var description: String { "\(localPart)@\(domain)" }

    private static func problem(inLocalPart local: String) -> EmailAddressError.Problem? {
        if local.isEmpty { return .missing(part: "local part") }
        if local.utf8.count > 64 { return .tooLong(part: "its local part", limit: 64) }
        if local.hasPrefix("\"") { return problem(inQuotedString: local) }
        if local.hasPrefix(".") || local.hasSuffix(".") || local.contains("..") { return .misplacedDot }
        for scalar in local.unicodeScalars where scalar != "." && !scalar.isAtomText {
            return .unexpectedCharacter(scalar, part: "local part")
        }
        return nil
    }

    private static func problem(inQuotedString local: String) -> EmailAddressError.Problem? {
        let inner = local.unicodeScalars.dropFirst().dropLast()
        guard local.unicodeScalars.count >= 3, local.hasSuffix("\"") else { return .unclosedQuote }
        var isEscaped = false
        for scalar in inner {
            if isEscaped {
                isEscaped = false
            } else if scalar == "\\" {
                isEscaped = true
            } else if scalar == "\"" || (scalar != " " && !scalar.isVisible) {
                return .unexpectedCharacter(scalar, part: "local part")
            }
        }
        return isEscaped ? .unclosedQuote : nil
    }

    static func problem(inDomain domain: String) -> EmailAddressError.Problem? {
        if domain.isEmpty { return .missing(part: "domain") }
        if domain.utf8.count > 255 { return .tooLong(part: "its domain", limit: 255) }
        if domain.hasPrefix("[") { return problem(inLiteral: domain) }
        let labels = domain.unicodeScalars.split(separator: ".", omittingEmptySubsequences: false)
        for label in labels {
            guard let first = label.first, let last = label.last else { return .misplacedDot }
            if String(label).utf8.count > 63 { return .tooLong(part: "a label of its domain", limit: 63) }
            for scalar in label where !scalar.isLabelText {
                return .unexpectedCharacter(scalar, part: "domain")
            }
            if first == "-" || last == "-" { return .unexpectedCharacter("-", part: "domain") }
        }
        let isNumeric = labels.last?.allSatisfy { ("0"..."9").contains($0) } ?? false
        return isNumeric ? .bareIPAddress(domain) : nil
    }

    private static func problem(inLiteral domain: String) -> EmailAddressError.Problem? {
        guard domain.hasSuffix("]"), domain.utf8.count > 2 else { return .unclosedBracket }
        let content = domain.unicodeScalars.dropFirst().dropLast()
        for scalar in content {
            guard scalar.isASCII, scalar.isVisible, !"[]\\".unicodeScalars.contains(scalar) else {
                return .unexpectedCharacter(scalar, part: "domain")
            }
        }
        return nil
    }
}

extension Unicode.Scalar {
    /// C0 and C1 control characters and DEL.
    var isControl: Bool { value < 0x20 || (0x7F...0x9F).contains(value) }

    /// Printable and no space; outside ASCII no separators, formatting marks, surrogates or private characters.
    var isVisible: Bool {
        if isASCII { return (0x21...0x7E).contains(value) }
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .spaceSeparator, .lineSeparator,
            .paragraphSeparator:
            return false
        default: return true
        }
    }

    /// `atext` of RFC 5322 §3.2.3, with the characters outside ASCII of RFC 6532.
    var isAtomText: Bool {
        guard isASCII else { return isVisible }
        return isASCIILetterOrDigit || "!#$%&'*+-/=?^_`{|}~".unicodeScalars.contains(self)
    }

    /// A letter, digit or hyphen of a host name, or a visible character outside ASCII.
    fileprivate var isLabelText: Bool { isASCII ? isASCIILetterOrDigit || self == "-" : isVisible }

    var isASCIILetterOrDigit: Bool {
        switch self {
        case "a"..."z", "A"..."Z", "0"..."9": true
        default: false
        }
    }
}
