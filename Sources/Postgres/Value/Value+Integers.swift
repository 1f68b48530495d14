/// Reading and writing of fixed-width big-endian integers.
enum IntegerFormat {
    @inline(__always)
    static func append<T: FixedWidthInteger>(_ value: T, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    @inline(__always)
    static func read<T: FixedWidthInteger>(
        _ bytes: UnsafeRawBufferPointer, as: T.Type = T.self, type: PostgresType
    ) throws -> T {
        guard bytes.count == MemoryLayout<T>.size else {
            throw PostgresDecodingError(.invalid("has \(bytes.count) bytes"), type: type, swiftType: T.self)
        }
        return T(bigEndian: bytes.loadUnaligned(as: T.self))
    }

    /// Reads int2, int4, int8 and oid into an integer that is at least as wide.
    @inline(__always)
    static func readWidening<T: FixedWidthInteger & SignedInteger>(
        _ bytes: UnsafeRawBufferPointer, type: PostgresType
    ) throws -> T {
        let width = MemoryLayout<T>.size
        switch type {
        case .int8 where width >= 8: return T(try read(bytes, as: Int64.self, type: type))
        case .int4 where width >= 4: return T(try read(bytes, as: Int32.self, type: type))
        case .int2: return T(try read(bytes, as: Int16.self, type: type))
        case .oid where width >= 8: return T(try read(bytes, as: UInt32.self, type: type))
        default: throw PostgresDecodingError(.wrongType, type: type, swiftType: T.self)
        }
    }
}

extension Int16: PostgresEncodable, PostgresArrayElement, PostgresDecodable {
    /// `int2`
    public static var postgresElementType: PostgresType { .int2 }
    /// `int2`
    public var postgresType: PostgresType { .int2 }
    /// Appends two bytes.
    public func encode(into bytes: inout [UInt8]) { IntegerFormat.append(self, to: &bytes) }
    /// Reads `int2`.
    public init(decoding bytes: UnsafeRawBufferPointer, type: PostgresType) throws {
        self = try IntegerFormat.readWidening(bytes, type: type)
    }
}

extension Int32: PostgresEncodable, PostgresArrayElement, PostgresDecodable {
    /// `int4`
    public static var postgresElementType: PostgresType { .int4 }
    /// `int4`
    public var postgresType: PostgresType { .int4 }
    /// Appends four bytes.
    public func encode(into bytes: inout [UInt8]) { IntegerFormat.append(self, to: &bytes) }
    /// Reads `int2` and `int4`.
    public init(decoding bytes: UnsafeRawBufferPointer, type: PostgresType) throws {
        self = try IntegerFormat.readWidening(bytes, type: type)
    }
}

extension Int64: PostgresEncodable, PostgresArrayElement, PostgresDecodable {
    /// `int8`
    public static var postgresElementType: PostgresType { .int8 }
    /// `int8`
    public var postgresType: PostgresType { .int8 }
    /// Appends eight bytes.
    public func encode(into bytes: inout [UInt8]) { IntegerFormat.append(self, to: &bytes) }
    /// Reads `int2`, `int4`, `int8` and `oid`.
    public init(decoding bytes: UnsafeRawBufferPointer, type: PostgresType) throws {
        self = try IntegerFormat.readWidening(bytes, type: type)
    }
}

extension Int: PostgresEncodable, PostgresArrayElement, PostgresDecodable {
    /// `int8`
    public static var postgresElementType: PostgresType { .int8 }
    /// `int8`
    public var postgresType: PostgresType { .int8 }
    /// Appends eight bytes.
    public func encode(into bytes: inout [UInt8]) { IntegerFormat.append(Int64(self), to: &bytes) }
    /// Reads `int2`, `int4`, `int8` and `oid`.
    public init(decoding bytes: UnsafeRawBufferPointer, type: PostgresType) throws {
        self = try IntegerFormat.readWidening(bytes, type: type)
    }
}
