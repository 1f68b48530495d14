/// `UInt8` is the element of `[UInt8]`, which is `bytea`; the server has no unsigned byte of its own.
extension UInt8: PostgresArrayElement, PostgresDecodable {
    /// `"char"`, the only type of one byte.
    public static var postgresElementType: PostgresType { .char }
    /// `bytea`
    public static var postgresArrayType: PostgresType { .bytea }
    /// Appends the byte.
    public func encode(into bytes: inout [UInt8]) { bytes.append(self) }
    /// Appends the bytes as they are: the binary form of `bytea`.
    public static func encodeArray(_ elements: [UInt8], into bytes: inout [UInt8]) {
        bytes.append(contentsOf: elements)
    }

    /// Reads `"char"`.
    public init(decoding bytes: UnsafeRawBufferPointer, type: PostgresType) throws {
        guard type == .char else { throw PostgresDecodingError(.wrongType, type: type, swiftType: UInt8.self) }
        self = try IntegerFormat.read(bytes, type: type)
    }

    /// Reads `bytea`.
    public static func decodeArray(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws -> [UInt8] {
        guard type == .bytea else { throw PostgresDecodingError(.wrongType, type: type, swiftType: [UInt8].self) }
        return [UInt8](bytes)
    }
}
