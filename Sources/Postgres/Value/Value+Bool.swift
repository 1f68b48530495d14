extension Bool: PostgresEncodable, PostgresArrayElement, PostgresDecodable {
    /// `bool`
    public static var postgresElementType: PostgresType { .bool }
    /// `bool`
    public var postgresType: PostgresType { .bool }
    /// Appends one byte.
    public func encode(into bytes: inout [UInt8]) { bytes.append(self ? 1 : 0) }
    /// Reads `bool`.
    public init(decoding bytes: UnsafeRawBufferPointer, type: PostgresType) throws {
        guard type == .bool else { throw PostgresDecodingError(.wrongType, type: type, swiftType: Bool.self) }
        self = try IntegerFormat.read(bytes, as: UInt8.self, type: type) != 0
    }
}
