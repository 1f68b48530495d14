/// What a schema takes, in words: `a whole number from 1 to 1024`.
struct ArgumentExpectation: CustomStringConvertible {
    private let schema: JSONValue

    init(_ schema: JSONValue) {
        self.schema = schema
    }

    /// The types that are allowed; nil when any is.
    var types: [String]? {
        switch schema["type"] {
        case .string(let type)?: [type]
        case .array(let types)?: types.compactMap(\.string)
        default: nil
        }
    }

    /// What to give instead of a value that does not fit.
    func wayOut(insteadOf value: JSONValue) -> String {
        guard value == .null, let usual = schema["default"] else { return "give \(self)" }
        return "leave it out for \(usual.shown), or give \(self)"
    }

    /// The words, with limits and parts.
    var description: String { words(inFull: true) }

    /// The words without limits and parts: `a whole number`.
    var kind: String { words(inFull: false) }

    private func words(inFull: Bool) -> String {
        if let choices = schema["enum"]?.elements ?? schema["const"].map({ [$0] }) {
            return Self.list(choices.map(\.shown), or: "or")
        }
        if let alternatives = schema["anyOf"]?.elements {
            return Self.list(alternatives.map { ArgumentExpectation($0).words(inFull: inFull) }, or: "or")
        }
        guard let types else { return "a value" }
        return Self.list(types.map { noun(for: $0) + (inFull ? details(for: $0) : "") }, or: "or")
    }

    private func noun(for type: String) -> String {
        switch type {
        case "integer": "a whole number"
        case "number": "a number"
        case "boolean": "true or false"
        case "null": "null"
        case "array": "a list"
        case "object": "an object"
        case "string":
            switch schema["format"]?.string {
            case "uuid": "a UUID"
            case "uri": "a URL"
            case "date-time": "an instant"
            default: schema["contentEncoding"] == "base64" ? "a text in Base64" : "a text"
            }
        default: "a value of type \(type)"
        }
    }

    private func details(for type: String) -> String {
        switch type {
        case "integer", "number": range
        case "string": schema["format"] == "date-time" ? " such as \"2026-03-29T03:00:00+02:00\"" : ""
        case "array":
            schema["items"].map { $0 == [:] ? "" : " of which each is \(ArgumentExpectation($0))" } ?? ""
        case "object": members
        default: ""
        }
    }

    private var members: String {
        guard let names = schema["properties"]?.members?.map(\.key), !names.isEmpty else { return "" }
        return " with \(Self.list(names, or: "and"))"
    }

    private var range: String {
        switch (schema["minimum"]?.number?.text, schema["maximum"]?.number?.text) {
        case (let minimum?, let maximum?): " from \(minimum) to \(maximum)"
        case (let minimum?, nil): " of at least \(minimum)"
        case (nil, let maximum?): " of at most \(maximum)"
        case (nil, nil): exclusiveRange
        }
    }

    private var exclusiveRange: String {
        switch (schema["exclusiveMinimum"]?.number?.text, schema["exclusiveMaximum"]?.number?.text) {
        case (let minimum?, let maximum?): " between \(minimum) and \(maximum)"
        case (let minimum?, nil): " above \(minimum)"
        case (nil, let maximum?): " below \(maximum)"
        case (nil, nil): ""
        }
    }

    /// `a, b or c`; long lists are cut after twelve.
    static func list(_ words: [String], or conjunction: String) -> String {
        let shown = words.count > 12 ? words.prefix(12) + ["\(words.count - 12) others"] : words[...]
        guard shown.count > 1, let last = shown.last else { return shown.first ?? "nothing" }
        return "\(shown.dropLast().joined(separator: ", ")) \(conjunction) \(last)"
    }
}
