/// The keyed container of ``ArgumentRecorder``.
struct KeyedArgumentRecorder<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let recorder: ArgumentRecorder

    var codingPath: [any CodingKey] { [] }
    var allKeys: [Key] { recorder.dynamicKeys().compactMap { Key(stringValue: $0) } }

    func contains(_ key: Key) -> Bool {
        recorder.hasValue(forKey: key)
    }

    func decodeNil(forKey key: Key) throws -> Bool {
        recorder.isNull(forKey: key)
    }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try recorder.answer(type, forKey: key)
    }

    func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
        try recorder.answerIfPresent(type, forKey: key)
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<NestedKey> {
        try recorder.nested(forKey: key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try recorder.nested(forKey: key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder {
        recorder.nested(forKey: SuperKey())
    }

    func superDecoder(forKey key: Key) throws -> any Decoder {
        recorder.nested(forKey: key)
    }

    // The standard library's versions for these types would go through `contains` and `decode`, and make them required.
    func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? {
        try recorder.answerIfPresent(type, forKey: key)
    }
    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? {
        try recorder.answerIfPresent(type, forKey: key)
    }
    func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? {
        try recorder.answerIfPresent(type, forKey: key)
    }
    func decodeIfPresent(_ type: Float.Type, forKey key: Key) throws -> Float? {
        try recorder.answerIfPresent(type, forKey: key)
    }
    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? {
        try recorder.answerIfPresent(type, forKey: key)
    }
    func decodeIfPresent(_ type: Int8.Type, forKey key: Key) throws -> Int8? {
        try recorder.answerIfPresent(type, forKey: key)
    }
    func decodeIfPresent(_ type: Int16.Type, forKey key: Key) throws -> Int16? {
        try recorder.answerIfPresent(type, forKey: key)
    }
    func decodeIfPresent(_ type: Int32.Type, forKey key: Key) throws -> Int32? {
        try recorder.answerIfPresent(type, forKey: key)
    }
    func decodeIfPresent(_ type: Int64.Type, forKey key: Key) throws -> Int64? {
        try recorder.answerIfPresent(type, forKey: key)
    }
    func decodeIfPresent(_ type: UInt.Type, forKey key: Key) throws -> UInt? {
        try recorder.answerIfPresent(type, forKey: key)
    }
    func decodeIfPresent(_ type: UInt8.Type, forKey key: Key) throws -> UInt8? {
        try recorder.answerIfPresent(type, forKey: key)
    }
    func decodeIfPresent(_ type: UInt16.Type, forKey key: Key) throws -> UInt16? {
        try recorder.answerIfPresent(type, forKey: key)
    }
    func decodeIfPresent(_ type: UInt32.Type, forKey key: Key) throws -> UInt32? {
        try recorder.answerIfPresent(type, forKey: key)
    }
    func decodeIfPresent(_ type: UInt64.Type, forKey key: Key) throws -> UInt64? {
        try recorder.answerIfPresent(type, forKey: key)
    }
}

/// The key under which a subclass keeps what its superclass writes.
private struct SuperKey: CodingKey {
    var stringValue: String { "super" }
    var intValue: Int? { 0 }

    init() {}
    init?(stringValue: String) { nil }
    init?(intValue: Int) { nil }
}

/// The unkeyed container of ``ArgumentRecorder``: a list of one element, or of as many as are asked for.
struct UnkeyedArgumentRecorder: UnkeyedDecodingContainer {
    let recorder: ArgumentRecorder
    private(set) var currentIndex = 0

    init(recorder: ArgumentRecorder) {
        self.recorder = recorder
    }

    var codingPath: [any CodingKey] { [] }
    var count: Int? { recorder.example?.elements?.count }
    var isAtEnd: Bool { currentIndex >= count ?? 1 }

    mutating func decodeNil() throws -> Bool {
        guard recorder.example?.elements?.dropFirst(currentIndex).first == .null else { return false }
        currentIndex += 1
        return true
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try next().answer(type, forKey: nil)
    }

    mutating func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type
    ) throws -> KeyedDecodingContainer<NestedKey> {
        try next().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try next().unkeyedContainer()
    }

    mutating func superDecoder() throws -> any Decoder {
        next()
    }

    /// The elements of a list that is read one by one may differ, so what they ask for is not kept.
    private mutating func next() -> ArgumentRecorder {
        defer { currentIndex += 1 }
        return recorder.element(currentIndex)
    }
}

/// The single-value container of ``ArgumentRecorder``.
struct SingleArgumentRecorder: SingleValueDecodingContainer {
    let recorder: ArgumentRecorder

    var codingPath: [any CodingKey] { [] }

    func decodeNil() -> Bool {
        recorder.isNull(forKey: nil)
    }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try recorder.answer(type, forKey: nil)
    }
}
