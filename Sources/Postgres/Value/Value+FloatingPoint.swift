extension Float: PostgresEncodable, PostgresArrayElement, PostgresDecodable {
    /// `float4`
    public static var postgresElementType: PostgresType { .float4 }
    /// `float4`
    public var postgresType: PostgresType { .float4 }
    /// Appends four bytes.
    public func encode(into bytes: inout [UInt8]) { IntegerFormat.append(bitPattern, to: &bytes) }
    /// Reads `float4`.
    public init(decoding bytes: UnsafeRawBufferPointer, type: PostgresType) throws {
        guard type == .float4 else { throw PostgresDecodingError(.wrongType, type: type, swiftType: Float.self) }
        self.init(bitPattern: try IntegerFormat.read(bytes, type: type))
    }
}

extension Double: PostgresEncodable, PostgresArrayElement, PostgresDecodable {
    /// `float8`
    public static var postgresElementType: PostgresType { .float8 }
    /// `float8`
    public var postgresType: PostgresType { .float8 }
    /// Appends eight bytes.
    public func encode(into bytes: inout [UInt8]) { IntegerFormat.append(bitPattern, to: &bytes) }
    /// Reads `float4`, `float8`, and `numeric` as the nearest `Double`.
    public init(decoding bytes: UnsafeRawBufferPointer, type: PostgresType) throws {
        switch type {
        case .float8: self.init(bitPattern: try IntegerFormat.read(bytes, type: type))
        case .float4: self.init(Float(bitPattern: try IntegerFormat.read(bytes, type: type)))
        case .numeric:
            let digits = try NumericFormat.decode(bytes)
            guard let value = Double(digits) else {
                throw PostgresDecodingError(.invalid("is no number"), type: type, swiftType: Double.self)
            }
            self = value
        default: throw PostgresDecodingError(.wrongType, type: type, swiftType: Double.self)
        }
    }
}
