/// A message that cannot be rendered, and why.
public enum EmailMessageError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A header value holds a carriage return, line feed, NUL or another control character.
    case controlCharacter(field: String, Unicode.Scalar)
    /// A header name that is empty or holds a character no name can hold.
    case headerName(String)
    /// A header field that the message writes itself, or that may not be in a message.
    case reservedHeader(String)
    /// A header line would be longer than 998 octets.
    case headerTooLong(field: String)
    /// There is nobody in `To`.
    case noRecipient
    /// There is neither text nor HTML.
    case noBody
    /// An identity that is not `left@right`.
    case messageID(String)
    /// An unusable `List-Unsubscribe`.
    case unsubscribe(String)
    /// A media type that is not `type/subtype`.
    case contentType(String)
    /// A date outside the years 1900 to 9999.
    case dateOutOfRange

    /// One line: what is wrong, and the way out.
    public var description: String {
        switch self {
        case .controlCharacter(let field, let scalar):
            "header \(field) holds the control character \(scalar.codePoint) → remove line breaks and controls from it"
        case .headerName(let name):
            "\(name.debugDescription) is no header name → use letters, digits and hyphens, as in X-Campaign"
        case .reservedHeader(let name):
            "header \(name) is written by the message itself → set the message's own property, or use an X- name"
        case .headerTooLong(let field): "header \(field) has a line over 998 octets → shorten its value"
        case .noRecipient: "the message has no recipient → fill `to`"
        case .noBody: "the message has neither text nor HTML → fill `text`, `html` or both"
        case .messageID(let text): "\(text.debugDescription) is no Message-ID → give left@right without spaces"
        case .unsubscribe(let problem): "List-Unsubscribe: \(problem) → give an https: or mailto: address"
        case .contentType(let type): "\(type.debugDescription) is no media type → give one such as text/csv"
        case .dateOutOfRange: "the message's date is outside the years 1900 to 9999 → give the time of sending"
        }
    }
}
