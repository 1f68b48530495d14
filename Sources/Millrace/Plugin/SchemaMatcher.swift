import Foundation

/// A schema made ready to be asked very often whether a value fits.
///
/// A worker asks for each job. What does not fit is told by ``ArgumentValidation``, which takes its time over it; the two
/// agree on every value.
final class SchemaMatcher: Sendable {
    private struct Types: OptionSet {
        let rawValue: UInt8
        static let null = Types(rawValue: 1)
        static let bool = Types(rawValue: 2)
        static let number = Types(rawValue: 4)
        static let integer = Types(rawValue: 8)
        static let string = Types(rawValue: 16)
        static let array = Types(rawValue: 32)
        static let object = Types(rawValue: 64)

        static let byName: [String: Types] = [
            "null": .null, "boolean": .bool, "number": .number, "integer": .integer, "string": .string, "array": .array,
            "object": .object,
        ]
    }

    private enum Format {
        case int64, uint64, uuid, uri, dateTime
    }

    /// `false`: nothing fits.
    private let isImpossible: Bool
    private let choices: [JSONValue]?
    private let alternatives: [SchemaMatcher]?
    private let types: Types?
    private let minimum: Double?, maximum: Double?, exclusiveMinimum: Double?, exclusiveMaximum: Double?
    private let format: Format?
    private let lengths: ClosedRange<Int>?
    private let counts: ClosedRange<Int>?
    private let items: SchemaMatcher?
    private let properties: [(name: String, matcher: SchemaMatcher)]
    /// What other members must fit; nil when all do.
    private let others: SchemaMatcher?
    private let required: [String]

    init(_ schema: JSONValue) {
        isImpossible = schema == false
        choices = schema["enum"]?.elements ?? schema["const"].map { [$0] }
        alternatives = schema["anyOf"]?.elements?.map { SchemaMatcher($0) }
        types = ArgumentExpectation(schema).types.map { names in
            names.reduce(into: Types()) { $0.formUnion(Types.byName[$1] ?? []) }
        }
        func bound(_ key: String, _ otherwise: Double) -> Double? { schema[key]?.number.map { $0.double ?? otherwise } }
        minimum = bound("minimum", -.infinity)
        maximum = bound("maximum", .infinity)
        exclusiveMinimum = bound("exclusiveMinimum", -.infinity)
        exclusiveMaximum = bound("exclusiveMaximum", .infinity)
        format =
            switch schema["format"]?.string {
            case "int64": .int64
            case "uint64": .uint64
            case "uuid": .uuid
            case "uri": .uri
            case "date-time": .dateTime
            default: nil
            }
        lengths = Self.range(schema, "minLength", "maxLength")
        counts = Self.range(schema, "minItems", "maxItems")
        items = schema["items"].map { SchemaMatcher($0) }
        properties = (schema["properties"]?.members ?? []).map { ($0.key, SchemaMatcher($0.value)) }
        others = schema["additionalProperties"].flatMap { $0 == true ? nil : SchemaMatcher($0) }
        required = schema["required"]?.elements?.compactMap(\.string) ?? []
    }

    private static func range(_ schema: JSONValue, _ least: String, _ most: String) -> ClosedRange<Int>? {
        let least = schema[least]?.number?.whole(as: Int.self)
        let most = schema[most]?.number?.whole(as: Int.self)
        guard least != nil || most != nil else { return nil }
        // An empty one lets nothing pass, as both limits together would.
        guard least ?? 0 <= most ?? .max else { return Int.min...Int.min }
        return (least ?? 0)...(most ?? .max)
    }

    /// Whether the value fits the schema.
    func matches(_ value: JSONValue) -> Bool {
        if isImpossible { return false }
        if let choices, !choices.contains(value) { return false }
        if let alternatives { return alternatives.contains { $0.matches(value) } }
        switch value {
        case .null: return allows(.null)
        case .bool: return allows(.bool)
        case .number(let number): return matches(number)
        case .string(let string): return allows(.string) && matches(string)
        case .array(let elements):
            guard allows(.array), counts?.contains(elements.count) ?? true else { return false }
            guard let items else { return true }
            return elements.allSatisfy { items.matches($0) }
        case .object(let members): return allows(.object) && matches(members)
        }
    }

    private func allows(_ type: Types) -> Bool { types.map { !$0.isDisjoint(with: type) } ?? true }

    private func matches(_ number: JSONNumber) -> Bool {
        if let types, !types.contains(.number), !(types.contains(.integer) && number.isWhole) { return false }
        if minimum != nil || maximum != nil || exclusiveMinimum != nil || exclusiveMaximum != nil {
            let value = number.double ?? (number.text.hasPrefix("-") ? -.infinity : .infinity)
            if let minimum, value < minimum { return false }
            if let maximum, value > maximum { return false }
            if let exclusiveMinimum, value <= exclusiveMinimum { return false }
            if let exclusiveMaximum, value >= exclusiveMaximum { return false }
        }
        switch format {
        case .int64: return !number.isWhole || number.whole(as: Int64.self) != nil
        case .uint64: return !number.isWhole || number.whole(as: UInt64.self) != nil
        default: return true
        }
    }

    private func matches(_ string: String) -> Bool {
        if let lengths, !lengths.contains(string.unicodeScalars.count) { return false }
        switch format {
        case .uuid: return UUID(uuidString: string) != nil
        case .uri: return URL(string: string) != nil && !string.isEmpty
        case .dateTime: return (try? RFC3339.date(string)) != nil
        default: return true
        }
    }

    private func matches(_ members: [JSONMember]) -> Bool {
        for member in members {
            if let property = properties.first(where: { $0.name == member.key }) {
                guard property.matcher.matches(member.value) else { return false }
            } else if let others, !others.matches(member.value) {
                return false
            }
        }
        return required.allSatisfy { name in members.contains { $0.key == name } }
    }
}
