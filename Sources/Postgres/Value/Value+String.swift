extension String: PostgresEncodable, PostgresArrayElement, PostgresDecodable {
    /// `text`
    public static var postgresElementType: PostgresType { .text }
    /// `text`
    public var postgresType: PostgresType { .text }
    /// Appends the UTF-8 bytes.
    public func encode(into bytes: inout [UInt8]) { bytes.append(contentsOf: utf8) }

    /// Reads the text types, `name`, `json`, `jsonb`, `xml`, enums and other user types whose binary form is text,
    /// and `numeric` as its exact decimal text.
    public init(decoding bytes: UnsafeRawBufferPointer, type: PostgresType) throws {
        switch type {
        case .text, .varchar, .bpchar, .name, .unknown, .json, .xml, .char, .void:
            self = String(decoding: bytes, as: UTF8.self)
        case .jsonb:
            self = try JSONText(decoding: bytes, type: type).text
        case .numeric:
            self = try NumericFormat.decode(bytes)
        case let type where type.oid >= PostgresType.firstUserOID:
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw PostgresDecodingError(.invalid("holds no text"), type: type, swiftType: String.self)
            }
            self = text
        default: throw PostgresDecodingError(.wrongType, type: type, swiftType: String.self)
        }
    }
}
