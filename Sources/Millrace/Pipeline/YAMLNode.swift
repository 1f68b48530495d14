/// A value of a YAML document with the line it begins on.
package struct YAMLNode {
    /// The kinds of values.
    package enum Content {
        /// A scalar, read as YAML's core schema does, and its text as written.
        case scalar(JSONValue, text: String)
        case list([YAMLNode])
        case mapping([YAMLMember])
    }

    package let line: Int
    package let content: Content

    /// The members when it is a mapping.
    package var members: [YAMLMember]? {
        guard case .mapping(let members) = content else { return nil }
        return members
    }

    /// The elements when it is a list.
    package var elements: [YAMLNode]? {
        guard case .list(let elements) = content else { return nil }
        return elements
    }

    /// The value when it is a scalar.
    package var scalar: JSONValue? {
        guard case .scalar(let value, _) = content else { return nil }
        return value
    }

    /// The text as written when it is a scalar other than null.
    package var text: String? {
        guard case .scalar(let value, let text) = content, value != .null else { return nil }
        return text
    }

    /// The same value as JSON.
    var json: JSONValue {
        switch content {
        case .scalar(let value, _): value
        case .list(let elements): .array(elements.map(\.json))
        case .mapping(let members): .object(members.map { JSONMember($0.key, $0.value.json) })
        }
    }

    /// What it is, for a message.
    package var shown: String {
        switch content {
        case .scalar(.null, _): "empty"
        case .scalar(let value, _): value.shown
        case .list: "a list"
        case .mapping: "a mapping"
        }
    }

    /// Reads a plain scalar as YAML 1.2's core schema does, with two exceptions for safety: a number with leading zeros
    /// and one that JSON does not have, such as `.inf`, stay text.
    static func value(ofPlain text: String) -> JSONValue {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return true
        case "false", "False", "FALSE": return false
        default: break
        }
        let isNegative = text.hasPrefix("-")
        let magnitude = isNegative || text.hasPrefix("+") ? text.dropFirst() : text[...]
        for (prefix, radix) in [("0x", 16), ("0o", 8)] where text.hasPrefix(prefix) {
            let digits = text.dropFirst(2)
            guard digits.first?.isHexDigit == true, let number = UInt64(digits, radix: radix) else { break }
            return .number(JSONNumber(number))
        }
        // YAML lets a number begin or end with its point; JSON does not.
        guard magnitude.contains(where: { $0.isASCII && $0.isNumber }) else { return .string(text) }
        let mantissa = magnitude.prefix { $0 != "e" && $0 != "E" }
        let whole = mantissa.hasPrefix(".") ? "0" : ""
        let lexeme =
            (isNegative ? "-" : "") + whole + (mantissa.hasSuffix(".") ? mantissa.dropLast() : mantissa)
            + magnitude.dropFirst(mantissa.count)
        return JSONNumber(reading: lexeme).map(JSONValue.number) ?? .string(text)
    }
}

/// A key of a YAML mapping with its value.
package struct YAMLMember {
    package let key: String
    /// The line of the key.
    package let line: Int
    package let value: YAMLNode
}
