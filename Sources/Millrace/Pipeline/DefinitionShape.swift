import Postgres

/// A part of a stored definition that has another shape.
struct DefinitionShapeError: Error {
    let problem: String
}

/// How stored definitions are written and read.
extension JSONValue {
    /// A member that has to be there.
    func required<Value>(_ key: String, _ read: (JSONValue) -> Value?) throws(DefinitionShapeError) -> Value {
        guard let value = self[key].flatMap(read) else {
            throw DefinitionShapeError(problem: "\"\(key)\" is missing or has another type")
        }
        return value
    }

    /// A member that may be left out or null.
    func optional<Value>(_ key: String, _ read: (JSONValue) -> Value?) throws(DefinitionShapeError) -> Value? {
        self[key] == nil || self[key] == .null ? nil : try required(key, read)
    }

    /// The elements, when it is a list of which each can be read.
    func list<Value>(of read: (JSONValue) -> Value?) -> [Value]? {
        guard let elements else { return nil }
        let values = elements.compactMap(read)
        return values.count == elements.count ? values : nil
    }

    /// The members by name, when it is an object of which each can be read.
    func dictionary<Value>(of read: (JSONValue) -> Value?) -> [String: Value]? {
        guard let members else { return nil }
        let values = members.compactMap { member in read(member.value).map { (member.key, $0) } }
        guard values.count == members.count else { return nil }
        return Dictionary(values) { first, _ in first }
    }

    /// The length of time that a whole number of milliseconds stands for.
    var duration: Duration? {
        number?.whole(as: Int64.self).map { .milliseconds($0) }
    }

    static func milliseconds(_ duration: Duration) -> JSONValue {
        .number(JSONNumber(duration.wholeMilliseconds))
    }

    /// An object with its keys in alphabetical order.
    static func sorted(_ members: [String: JSONValue]) -> JSONValue {
        JSONValue.object(members.map { JSONMember($0.key, $0.value) }).sorted
    }

    /// A JSON text in the form in which equal values are equal texts. Text that is no JSON is kept as a string, which every
    /// later check refuses.
    static func normalForm(_ text: JSONText) -> JSONValue {
        do {
            return try JSONValue(parsing: text).sorted
        } catch {
            return .string(text.text)
        }
    }
}
