/// A decoder that gives sample values and writes down what was asked for.
///
/// A type that tries several shapes (`if let count = try? container.decode(Int.self) …`) asks for the second only when
/// the first fails. So it is decoded again and again, each time with one of the answers given before refused, until it
/// asks for nothing new.
final class ArgumentRecorder: Decoder {
    /// A question that was answered: the type asked for, under this key, or as the value itself when the key is nil.
    struct Question: Hashable {
        let key: String?
        let type: ObjectIdentifier
    }

    /// What is known of one key.
    struct Property {
        var schemas: [JSONValue] = []
        var isNullable = false
        var nested: ArgumentRecorder?
    }

    let codingPath: [any CodingKey] = []
    let userInfo: [CodingUserInfoKey: Any] = [:]
    let example: JSONValue?
    private let enclosing: [ObjectIdentifier]

    private var reflections: [Question: ArgumentReflection] = [:]
    private var answered: [Question] = []
    private var refused: Question?
    private var isFirstPass = true

    private var names: [String] = []
    private var properties: [String: Property] = [:]
    private var required: Set<String> = []
    private var failure: String?
    private var isKeyed = false, isUnkeyed = false, hasDynamicKeys = false
    private var single = Property()

    init(example: JSONValue?, within enclosing: [ObjectIdentifier]) {
        self.example = example
        self.enclosing = enclosing
    }

    func reflect<Value: Decodable>(_ type: Value.Type) -> ArgumentReflection {
        var sample: Value?
        var reason: String?
        do {
            sample = try Value(from: self)
        } catch {
            reason = failure ?? "\(Value.self) cannot be decoded from a sample value"
        }
        isFirstPass = false
        var next = 0
        while next < answered.count {
            let question = answered[next]
            refused = question
            if let value = try? Value(from: self) {
                sample = sample ?? value
                if let key = question.key { required.remove(key) }
            }
            next += 1
        }
        // Something that reads one value is known by what it asked for, even when it liked none of the samples.
        if sample == nil, isKeyed || isUnkeyed || single.schemas.isEmpty {
            return ArgumentReflection(schema: [:], sample: nil, failure: reason)
        }
        return ArgumentReflection(schema: schema, sample: sample, failure: sample == nil ? reason : nil)
    }

    /// What was asked for so far.
    var schema: JSONValue {
        var alternatives = single.schemas
        if isUnkeyed { alternatives.append(["type": "array"]) }
        if hasDynamicKeys {
            alternatives.append(["type": "object"])
        } else if isKeyed || alternatives.isEmpty {
            let members = names.map { name in
                JSONMember(name, Self.schema(of: properties[name] ?? Property()))
            }
            var object: JSONValue = ["type": "object", "additionalProperties": false]
            let needed = names.filter(required.contains)
            if !needed.isEmpty { object["required"] = .array(needed.map(JSONValue.string)) }
            object["properties"] = .object(members)
            alternatives.append(object)
        }
        let union = Self.union(alternatives)
        return single.isNullable ? ArgumentReflection.nullable(union) : union
    }

    // MARK: Answers

    /// A value of the type that is asked for.
    func answer<Value: Decodable>(_ type: Value.Type, forKey key: (any CodingKey)?) throws -> Value {
        guard let sample = try sample(of: type, forKey: key, isOptional: false) else {
            throw DecodingError.typeMismatch(type, .init(codingPath: [], debugDescription: "no sample of this type"))
        }
        return sample
    }

    /// A value of the type that is asked for; nil where the example has none, or none can be made.
    func answerIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: any CodingKey) throws -> Value? {
        let sample = try sample(of: type, forKey: key, isOptional: true)
        return example == nil || (example?[key.stringValue] ?? .null) != .null ? sample : nil
    }

    private func sample<Value: Decodable>(
        of type: Value.Type, forKey key: (any CodingKey)?, isOptional: Bool
    ) throws -> Value? {
        let name = key?.stringValue
        let question = Question(key: name, type: ObjectIdentifier(type))
        let known: ArgumentReflection
        if let earlier = reflections[question] {
            known = earlier
        } else {
            let part = name.map { example?[$0] } ?? example
            known = ArgumentReflection(of: type, example: part == .null ? nil : part, within: enclosing)
            reflections[question] = known
            note(known.schema, forKey: name, isOptional: isOptional)
            failure = failure ?? known.failure.map { reason in name.map { "\($0): \(reason)" } ?? reason }
        }
        guard question != refused else {
            throw DecodingError.typeMismatch(type, .init(codingPath: [], debugDescription: "refused to see more"))
        }
        guard let sample = known.sample as? Value else { return nil }
        if !answered.contains(question) { answered.append(question) }
        return sample
    }

    /// Whether the sample has the key; without an example it has all.
    func hasValue(forKey key: any CodingKey) -> Bool {
        guard let example else { return true }
        return example[key.stringValue] != nil
    }

    /// Whether the sample is null there.
    func isNull(forKey key: (any CodingKey)?) -> Bool {
        guard let key else {
            single.isNullable = true
            return example == .null
        }
        property(key.stringValue) { $0.isNullable = true }
        guard let example else { return false }
        return (example[key.stringValue] ?? .null) == .null
    }

    /// The keys of the sample. A type that asks for them has keys of its own making.
    func dynamicKeys() -> [String] {
        hasDynamicKeys = true
        return example?.members?.map(\.key) ?? []
    }

    /// A recorder for what stands under a key.
    func nested(forKey key: any CodingKey) -> ArgumentRecorder {
        if let known = properties[key.stringValue]?.nested { return known }
        let recorder = ArgumentRecorder(example: example?[key.stringValue], within: enclosing)
        property(key.stringValue) { $0.nested = recorder }
        if isFirstPass { required.insert(key.stringValue) }
        return recorder
    }

    /// A recorder for an element of a list, of which nothing is kept.
    func element(_ index: Int) -> ArgumentRecorder {
        ArgumentRecorder(example: example?.elements?.dropFirst(index).first, within: enclosing)
    }

    private func note(_ schema: JSONValue, forKey name: String?, isOptional: Bool) {
        guard let name else {
            if !single.schemas.contains(schema) { single.schemas.append(schema) }
            return
        }
        property(name) { property in
            if !property.schemas.contains(schema) { property.schemas.append(schema) }
            if isOptional { property.isNullable = true }
        }
        if isFirstPass, !isOptional { required.insert(name) }
    }

    private func property(_ name: String, _ change: (inout Property) -> Void) {
        if properties[name] == nil { names.append(name) }
        change(&properties[name, default: Property()])
    }

    private static func schema(of property: Property) -> JSONValue {
        let union = union(property.schemas + (property.nested.map { [$0.schema] } ?? []))
        return property.isNullable ? ArgumentReflection.nullable(union) : union
    }

    /// A schema that takes what any of these takes.
    private static func union(_ schemas: [JSONValue]) -> JSONValue {
        if schemas.count == 1 { return schemas[0] }
        if schemas.isEmpty || schemas.contains([:]) { return [:] }
        return ["anyOf": .array(schemas)]
    }

    // MARK: Decoder

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        isKeyed = true
        return KeyedDecodingContainer(KeyedArgumentRecorder<Key>(recorder: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        isUnkeyed = true
        return UnkeyedArgumentRecorder(recorder: self)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        SingleArgumentRecorder(recorder: self)
    }
}
