/// PostgreSQL's binary arrays (array_send in src/backend/utils/adt/arrayfuncs.c).
enum ArrayFormat {
    static func encode<Element: PostgresArrayElement>(_ elements: [Element], into bytes: inout [UInt8]) throws {
        guard let count = Int32(exactly: elements.count) else {
            throw PostgresEncodingError.outOfRange(swiftType: "\([Element].self)", type: Element.postgresArrayType)
        }
        let hasNull = elements.contains { $0.isNullElement }
        IntegerFormat.append(Int32(elements.isEmpty ? 0 : 1), to: &bytes)
        IntegerFormat.append(Int32(hasNull ? 1 : 0), to: &bytes)
        IntegerFormat.append(Element.postgresElementType.oid, to: &bytes)
        guard !elements.isEmpty else { return }
        IntegerFormat.append(count, to: &bytes)
        IntegerFormat.append(Int32(1), to: &bytes)
        for element in elements {
            if element.isNullElement {
                IntegerFormat.append(Int32(-1), to: &bytes)
                continue
            }
            // The length stands before the value: leave room, write the value, fill the length in.
            let place = bytes.count
            IntegerFormat.append(Int32(0), to: &bytes)
            try element.encode(into: &bytes)
            guard let length = Int32(exactly: bytes.count - place - 4) else {
                throw PostgresEncodingError.valueTooLong(bytes: bytes.count - place - 4)
            }
            withUnsafeBytes(of: length.bigEndian) { source in
                bytes.withUnsafeMutableBytes { target in
                    UnsafeMutableRawBufferPointer(rebasing: target[place..<place + 4]).copyMemory(from: source)
                }
            }
        }
    }

    static func decode<Element: PostgresDecodable>(
        _ bytes: UnsafeRawBufferPointer, type: PostgresType
    ) throws -> [Element] {
        func malformed(_ reason: String) -> PostgresDecodingError {
            PostgresDecodingError(.invalid(reason), type: type, swiftType: [Element].self)
        }
        func integer(_ offset: Int) throws -> Int32 {
            guard offset >= 0, offset + 4 <= bytes.count else { throw malformed("is no array") }
            return Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self))
        }
        guard type.mayBeArray else {
            throw PostgresDecodingError(.wrongType, type: type, swiftType: [Element].self)
        }
        let dimensions = try integer(0)
        let elementType = PostgresType(oid: UInt32(bitPattern: try integer(8)))
        if dimensions == 0 { return [] }
        guard dimensions == 1 else { throw malformed("has \(dimensions) dimensions") }
        let count = Int(try integer(12))
        guard count >= 0, count <= bytes.count / 4 else { throw malformed("is no array") }
        var elements: [Element] = []
        elements.reserveCapacity(count)
        var offset = 20
        for _ in 0..<count {
            let length = Int(try integer(offset))
            offset += 4
            if length < 0 {
                guard let null = Element.valueOfNull else {
                    throw PostgresDecodingError(.unexpectedNull, type: elementType, swiftType: Element.self)
                }
                elements.append(null)
                continue
            }
            guard offset + length <= bytes.count else { throw malformed("is no array") }
            let value = UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + length])
            elements.append(try Element(decoding: value, type: elementType))
            offset += length
        }
        return elements
    }
}

extension Array: PostgresEncodable where Element: PostgresArrayElement {
    /// The element's array type; `bytea` for `[UInt8]`.
    public var postgresType: PostgresType { Element.postgresArrayType }

    /// Appends a one-dimensional array; the bare bytes for `[UInt8]`.
    public func encode(into bytes: inout [UInt8]) throws {
        try Element.encodeArray(self, into: &bytes)
    }
}

extension Array: PostgresDecodable where Element: PostgresDecodable {
    /// Reads a one-dimensional array; `bytea` for `[UInt8]`.
    public init(decoding bytes: UnsafeRawBufferPointer, type: PostgresType) throws {
        self = try Element.decodeArray(bytes, type: type)
    }
}

/// `[[UInt8]]` is an array of `bytea`; other nested arrays have no element type and are left to the server.
extension Array: PostgresArrayElement where Element: PostgresArrayElement {
    /// `bytea` for `[UInt8]`.
    public static var postgresElementType: PostgresType { Element.postgresArrayType }
}
