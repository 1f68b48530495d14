import Foundation
import Postgres

extension JSONValue {
    /// Reads a value of a Swift type, as `JSONText.decode` would read it from text, without the text between.
    ///
    /// - Throws: `DecodingError` when it has another shape.
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try JSONValueDecoder(value: self, outerPath: [], lastKey: nil).read(type)
    }
}

/// Decodes a `JSONValue`. Dates are in RFC 3339, data in Base64, as `JSONText` writes them.
private struct JSONValueDecoder: Decoder {
    let value: JSONValue
    /// The path without its last key, so that no list has to be made for each member of an object.
    let outerPath: [any CodingKey]
    let lastKey: (any CodingKey)?
    var codingPath: [any CodingKey] { lastKey.map { outerPath + [$0] } ?? outerPath }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard let members = value.members else { throw mismatch([String: JSONValue].self) }
        return KeyedDecodingContainer(KeyedReader(members: members, path: codingPath))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard let elements = value.elements else { throw mismatch([JSONValue].self) }
        return UnkeyedReader(elements: elements, path: codingPath)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { SingleReader(decoder: self) }

    func context(_ problem: String) -> DecodingError.Context {
        DecodingError.Context(codingPath: codingPath, debugDescription: problem)
    }

    func mismatch<T>(_ type: T.Type) -> DecodingError {
        value == .null
            ? .valueNotFound(type, context("there is no value"))
            : .typeMismatch(type, context("\(value.shown) is not of type \(type)"))
    }

    func read<T: Decodable>(_ type: T.Type) throws -> T {
        // Types that have a form of their own in JSON.
        if type == Date.self {
            let text = try text()
            do { return try RFC3339.date(text) as! T } catch { throw DecodingError.dataCorrupted(context("\(error)")) }
        }
        if type == Data.self {
            guard let data = Data(base64Encoded: try text()) else {
                throw DecodingError.dataCorrupted(context("the text is not in Base64"))
            }
            return data as! T
        }
        if type == URL.self {
            guard let url = URL(string: try text()) else {
                throw DecodingError.dataCorrupted(context("the text is no URL"))
            }
            return url as! T
        }
        if type == Decimal.self {
            guard let number = value.number, let decimal = Decimal(string: number.text) else { throw mismatch(type) }
            return decimal as! T
        }
        return try T(from: self)
    }

    func text() throws -> String {
        guard let text = value.string else { throw mismatch(String.self) }
        return text
    }

    func bool() throws -> Bool {
        guard case .bool(let value) = value else { throw mismatch(Bool.self) }
        return value
    }

    func double() throws -> Double {
        guard let number = value.number else { throw mismatch(Double.self) }
        guard let double = number.double else {
            throw DecodingError.dataCorrupted(context("\(number.text) is beyond all numbers of type Double"))
        }
        return double
    }

    func whole<Integer: FixedWidthInteger>(_ type: Integer.Type) throws -> Integer {
        guard let number = value.number else { throw mismatch(type) }
        guard let whole = number.whole(as: type) else {
            throw DecodingError.dataCorrupted(context("\(number.text) does not fit in \(type)"))
        }
        return whole
    }
}

private struct KeyedReader<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let members: [JSONMember]
    let path: [any CodingKey]
    var codingPath: [any CodingKey] { path }
    var allKeys: [Key] { members.compactMap { Key(stringValue: $0.key) } }

    func contains(_ key: Key) -> Bool { index(of: key) != nil }

    private func index(of key: Key) -> Int? {
        let name = key.stringValue
        return members.firstIndex { $0.key == name }
    }

    private func at(_ key: Key) throws -> JSONValueDecoder {
        guard let index = index(of: key) else {
            throw DecodingError.keyNotFound(key, .init(codingPath: path, debugDescription: "the key is missing"))
        }
        return JSONValueDecoder(value: members[index].value, outerPath: path, lastKey: key)
    }

    /// Most members are whole numbers and texts that fit; a decoder of their own is made to say what does not.
    private func whole<Integer: FixedWidthInteger>(_ type: Integer.Type, _ key: Key) throws -> Integer {
        if let index = index(of: key), case .number(let number) = members[index].value,
            let whole = number.whole(as: type)
        {
            return whole
        }
        return try at(key).whole(type)
    }

    private func text(_ key: Key) throws -> String {
        if let index = index(of: key), case .string(let text) = members[index].value { return text }
        return try at(key).text()
    }

    func decodeNil(forKey key: Key) throws -> Bool { try at(key).value == .null }
    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try at(key).bool() }
    func decode(_ type: String.Type, forKey key: Key) throws -> String { try text(key) }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try at(key).double() }
    func decode(_ type: Float.Type, forKey key: Key) throws -> Float { Float(try at(key).double()) }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try whole(type, key) }
    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try whole(type, key) }
    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try whole(type, key) }
    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try whole(type, key) }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try whole(type, key) }
    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try whole(type, key) }
    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try whole(type, key) }
    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try whole(type, key) }
    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try whole(type, key) }
    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try whole(type, key) }
    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T { try at(key).read(type) }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> { try at(key).container(keyedBy: type) }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try at(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder {
        JSONValueDecoder(
            value: members.first { $0.key == "super" }?.value ?? .null, outerPath: path,
            lastKey: IndexKey(stringValue: "super"))
    }

    func superDecoder(forKey key: Key) throws -> any Decoder { try at(key) }
}

private struct UnkeyedReader: UnkeyedDecodingContainer {
    let elements: [JSONValue]
    let path: [any CodingKey]
    var currentIndex = 0
    var codingPath: [any CodingKey] { path }
    var count: Int? { elements.count }
    var isAtEnd: Bool { currentIndex == elements.count }

    init(elements: [JSONValue], path: [any CodingKey]) {
        self.elements = elements
        self.path = path
    }

    private mutating func next<T>(_ body: (JSONValueDecoder) throws -> T) throws -> T {
        let key = IndexKey(intValue: currentIndex)
        guard !isAtEnd else {
            throw DecodingError.valueNotFound(
                T.self, .init(codingPath: codingPath + [key], debugDescription: "the list has ended"))
        }
        let value = try body(JSONValueDecoder(value: elements[currentIndex], outerPath: path, lastKey: key))
        currentIndex += 1
        return value
    }

    mutating func decodeNil() throws -> Bool {
        guard !isAtEnd, elements[currentIndex] == .null else { return false }
        currentIndex += 1
        return true
    }

    mutating func decode(_ type: Bool.Type) throws -> Bool { try next { try $0.bool() } }
    mutating func decode(_ type: String.Type) throws -> String { try next { try $0.text() } }
    mutating func decode(_ type: Double.Type) throws -> Double { try next { try $0.double() } }
    mutating func decode(_ type: Float.Type) throws -> Float { try next { Float(try $0.double()) } }
    mutating func decode(_ type: Int.Type) throws -> Int { try next { try $0.whole(type) } }
    mutating func decode(_ type: Int8.Type) throws -> Int8 { try next { try $0.whole(type) } }
    mutating func decode(_ type: Int16.Type) throws -> Int16 { try next { try $0.whole(type) } }
    mutating func decode(_ type: Int32.Type) throws -> Int32 { try next { try $0.whole(type) } }
    mutating func decode(_ type: Int64.Type) throws -> Int64 { try next { try $0.whole(type) } }
    mutating func decode(_ type: UInt.Type) throws -> UInt { try next { try $0.whole(type) } }
    mutating func decode(_ type: UInt8.Type) throws -> UInt8 { try next { try $0.whole(type) } }
    mutating func decode(_ type: UInt16.Type) throws -> UInt16 { try next { try $0.whole(type) } }
    mutating func decode(_ type: UInt32.Type) throws -> UInt32 { try next { try $0.whole(type) } }
    mutating func decode(_ type: UInt64.Type) throws -> UInt64 { try next { try $0.whole(type) } }
    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T { try next { try $0.read(type) } }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> { try next { try $0.container(keyedBy: type) } }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try next { try $0.unkeyedContainer() }
    }

    mutating func superDecoder() throws -> any Decoder { try next { $0 } }
}

private struct SingleReader: SingleValueDecodingContainer {
    let decoder: JSONValueDecoder
    var codingPath: [any CodingKey] { decoder.codingPath }

    func decodeNil() -> Bool { decoder.value == .null }
    func decode(_ type: Bool.Type) throws -> Bool { try decoder.bool() }
    func decode(_ type: String.Type) throws -> String { try decoder.text() }
    func decode(_ type: Double.Type) throws -> Double { try decoder.double() }
    func decode(_ type: Float.Type) throws -> Float { Float(try decoder.double()) }
    func decode(_ type: Int.Type) throws -> Int { try decoder.whole(type) }
    func decode(_ type: Int8.Type) throws -> Int8 { try decoder.whole(type) }
    func decode(_ type: Int16.Type) throws -> Int16 { try decoder.whole(type) }
    func decode(_ type: Int32.Type) throws -> Int32 { try decoder.whole(type) }
    func decode(_ type: Int64.Type) throws -> Int64 { try decoder.whole(type) }
    func decode(_ type: UInt.Type) throws -> UInt { try decoder.whole(type) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try decoder.whole(type) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try decoder.whole(type) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try decoder.whole(type) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try decoder.whole(type) }
    func decode<T: Decodable>(_ type: T.Type) throws -> T { try decoder.read(type) }
}

/// A place in a list.
private struct IndexKey: CodingKey {
    private let name: String?
    let intValue: Int?
    var stringValue: String { name ?? intValue.map { "Index \($0)" } ?? "" }

    init(stringValue: String) {
        name = stringValue
        intValue = nil
    }

    init(intValue: Int) {
        name = nil
        self.intValue = intValue
    }
}
