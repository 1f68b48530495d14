public import Postgres

extension JSONText {
    /// The text with `"(secret)"` in the place of each sealed value, at any depth: for listings.
    ///
    /// A secret that was stored without being sealed is not recognised.
    public var redacted: JSONText {
        // A key may also be written with escapes.
        guard text.contains("millrace.sealed") || text.contains("\\") else { return self }
        do {
            let value = try JSONValue(parsing: self)
            let redacted = value.redacted
            return redacted == value ? self : redacted.text
        } catch {
            // What cannot be read cannot be redacted either.
            return JSONValue.secret.text
        }
    }
}

extension JSONValue {
    fileprivate static let secret: JSONValue = "(secret)"

    fileprivate var redacted: JSONValue {
        if SealedValue.isMarked(self) { return .secret }
        switch self {
        case .null, .bool, .number, .string: return self
        case .array(let elements): return .array(elements.map(\.redacted))
        case .object(let members): return .object(members.map { JSONMember($0.key, $0.value.redacted) })
        }
    }
}
