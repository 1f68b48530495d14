import Foundation

/// What a type asks for when it is decoded, as a JSON Schema.
struct ArgumentReflection {
    /// The schema; `{}`, which takes any value, where the type cannot be seen through.
    private(set) var schema: JSONValue
    /// A value of the type; nil when none could be made.
    private(set) var sample: Any?
    /// Why the type cannot be seen through.
    private(set) var failure: String?

    /// - Parameters:
    ///   - example: a value that the type can be decoded from, where one is known.
    ///   - enclosing: the types that are being reflected around this one, against endless recursion.
    init<Value: Decodable>(of type: Value.Type, example: JSONValue?, within enclosing: [ObjectIdentifier] = []) {
        self = Self.find(type, example: example, within: enclosing)
        guard let example else { return }
        // An example of another type is no failure: the type may have been asked for on trial.
        if let decoded = try? example.text.decode(type) { sample = decoded }
    }

    private static func find<Value: Decodable>(
        _ type: Value.Type, example: JSONValue?, within enclosing: [ObjectIdentifier]
    ) -> ArgumentReflection {
        if let known = knownSchema(of: type) {
            return ArgumentReflection(schema: known.schema, sample: known.sample)
        }
        if let wrapper = type as? any ReflectedWrapper.Type {
            return wrapper.reflection(example: example, within: enclosing)
        }
        if let choice = type as? any (CaseIterable & RawRepresentable).Type, let known = self.choice(of: choice) {
            return ArgumentReflection(schema: known.schema, sample: known.sample)
        }
        guard !enclosing.contains(ObjectIdentifier(type)) else { return ArgumentReflection(schema: [:], sample: nil) }
        return ArgumentRecorder(example: example, within: enclosing + [ObjectIdentifier(type)]).reflect(type)
    }

    init(schema: JSONValue, sample: Any?, failure: String? = nil) {
        self.schema = schema
        self.sample = sample
        self.failure = failure
    }

    /// Types that JSON has, or that the coders of Foundation write in a form of their own.
    private static func knownSchema(of type: any Any.Type) -> (schema: JSONValue, sample: Any)? {
        if let integer = type as? any FixedWidthInteger.Type { return integerSchema(integer) }
        switch type {
        case is Bool.Type: return (["type": "boolean"], false)
        case is String.Type: return (["type": "string"], "")
        case is Double.Type: return (["type": "number"], 0.0)
        case is Float.Type: return (["type": "number"], Float(0))
        case is Decimal.Type: return (["type": "number"], Decimal(0))
        case is Date.Type: return (["type": "string", "format": "date-time"], Date(timeIntervalSince1970: 0))
        case is URL.Type: return (["type": "string", "format": "uri"], URL(filePath: "/"))
        case is UUID.Type: return (["type": "string", "format": "uuid"], UUID())
        case is Data.Type: return (["type": "string", "contentEncoding": "base64"], Data())
        default: return nil
        }
    }

    private static func integerSchema<Integer: FixedWidthInteger>(_ type: Integer.Type) -> (JSONValue, Any) {
        var schema: JSONValue = ["type": "integer"]
        if Integer.bitWidth >= 64 {
            if !Integer.isSigned { schema["minimum"] = 0 }
            schema["format"] = Integer.isSigned ? "int64" : "uint64"
        } else {
            schema["minimum"] = .number(JSONNumber(Integer.min))
            schema["maximum"] = .number(JSONNumber(Integer.max))
        }
        return (schema, Integer.zero)
    }

    /// The raw values of an enumeration; nil when they are neither texts nor whole numbers.
    private static func choice<Choice: CaseIterable & RawRepresentable>(
        of type: Choice.Type
    ) -> (schema: JSONValue, sample: Any)? {
        let rawValues = Choice.allCases.map { $0.rawValue as Any }
        guard let sample = Choice.allCases.first else { return nil }
        let texts = rawValues.compactMap { $0 as? String }
        if texts.count == rawValues.count {
            return (["type": "string", "enum": .array(texts.map(JSONValue.string))], sample)
        }
        let numbers = rawValues.compactMap { ($0 as? any FixedWidthInteger).map { JSONNumber($0) } }
        guard numbers.count == rawValues.count else { return nil }
        return (["type": "integer", "enum": .array(numbers.map(JSONValue.number))], sample)
    }

    /// A schema that also takes `null`.
    static func nullable(_ schema: JSONValue) -> JSONValue {
        var schema = schema
        if let alternatives = schema["anyOf"]?.elements {
            schema["anyOf"] = .array(alternatives + [["type": "null"]])
        } else if let type = schema["type"] {
            let types = type.elements ?? [type]
            guard !types.contains("null") else { return schema }
            schema["type"] = .array(types + ["null"])
            if let choices = schema["enum"]?.elements { schema["enum"] = .array(choices + [.null]) }
        }
        return schema
    }
}

/// A type of the standard library around others, which are what matters.
private protocol ReflectedWrapper {
    static func reflection(example: JSONValue?, within enclosing: [ObjectIdentifier]) -> ArgumentReflection
}

extension Optional: ReflectedWrapper where Wrapped: Decodable {
    static func reflection(example: JSONValue?, within enclosing: [ObjectIdentifier]) -> ArgumentReflection {
        let wrapped = ArgumentReflection(
            of: Wrapped.self, example: example == .null ? nil : example, within: enclosing)
        return ArgumentReflection(schema: ArgumentReflection.nullable(wrapped.schema), sample: Wrapped?.none as Any)
    }
}

extension Array: ReflectedWrapper where Element: Decodable {
    static func reflection(example: JSONValue?, within enclosing: [ObjectIdentifier]) -> ArgumentReflection {
        let element = ArgumentReflection(of: Element.self, example: example?.elements?.first, within: enclosing)
        return ArgumentReflection(schema: ["type": "array", "items": element.schema], sample: [Element]())
    }
}

extension Set: ReflectedWrapper where Element: Decodable {
    static func reflection(example: JSONValue?, within enclosing: [ObjectIdentifier]) -> ArgumentReflection {
        let element = ArgumentReflection(of: Element.self, example: example?.elements?.first, within: enclosing)
        return ArgumentReflection(schema: ["type": "array", "items": element.schema], sample: Set<Element>())
    }
}

extension Dictionary: ReflectedWrapper where Key: Decodable, Value: Decodable {
    static func reflection(example: JSONValue?, within enclosing: [ObjectIdentifier]) -> ArgumentReflection {
        guard Key.self is String.Type || Key.self is Int.Type || Key.self is any CodingKeyRepresentable.Type else {
            return ArgumentReflection(schema: ["type": "array"], sample: [Key: Value]())
        }
        let value = ArgumentReflection(of: Value.self, example: example?.members?.first?.value, within: enclosing)
        return ArgumentReflection(
            schema: ["type": "object", "additionalProperties": value.schema], sample: [Key: Value]())
    }
}
