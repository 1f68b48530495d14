/// A text that is no email address, and why.
public struct EmailAddressError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What can be wrong with an address.
    public enum Problem: Sendable, Hashable {
        /// There is no text at all.
        case empty
        /// There is no `@`.
        case noAtSign
        /// The named part is empty.
        case missing(part: String)
        /// The named part is longer than `limit` octets.
        case tooLong(part: String, limit: Int)
        /// A carriage return, line feed, NUL or another control character: the usual sign of header injection.
        case controlCharacter(Unicode.Scalar)
        /// A character that the named part cannot hold.
        case unexpectedCharacter(Unicode.Scalar, part: String)
        /// A dot at the start, at the end, or next to another dot.
        case misplacedDot
        /// A quoted local part that does not end in a quote.
        case unclosedQuote
        /// An address literal that does not end in a bracket.
        case unclosedBracket
        /// A numeric address without brackets.
        case bareIPAddress(String)
        /// A mailbox text with angle brackets in the wrong place.
        case misplacedAngleBracket
    }

    /// The text as it was given.
    public let text: String
    /// The first thing that is wrong with it.
    public let problem: Problem

    /// One line: the text with control characters escaped, what is wrong, and the way out.
    public var description: String { "\(text.debugDescription) is no email address: \(problem.explanation)" }
}

extension EmailAddressError.Problem {
    fileprivate var explanation: String {
        switch self {
        case .empty: "it is empty → give local-part@domain"
        case .noAtSign: "it has no @ → give local-part@domain"
        case .missing(let part): "its \(part) is missing → give local-part@domain"
        case .tooLong(let part, let limit): "\(part) is longer than \(limit) octets → shorten it"
        case .controlCharacter(let scalar): "it holds the control character \(scalar.codePoint) → remove it"
        case .unexpectedCharacter(let scalar, let part):
            "its \(part) cannot hold \(scalar.isVisible ? "\"\(scalar)\"" : scalar.codePoint) → remove it"
        case .misplacedDot: "a dot stands at an end or next to another dot → remove it"
        case .unclosedQuote: "its quoted local part does not end → close the quote"
        case .unclosedBracket: "its address literal does not end → write [127.0.0.1] or [IPv6:::1]"
        case .bareIPAddress(let domain): "its domain is a number → write [\(domain)]"
        case .misplacedAngleBracket: "its angle brackets do not enclose an address → write Name <local-part@domain>"
        }
    }
}

extension Unicode.Scalar {
    /// The code point as Unicode writes it, such as `U+000A`.
    var codePoint: String {
        let hex = String(value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex
    }
}
