/// JSON as text, sent as `jsonb`. The server checks that it is JSON.
public struct JSONText: Sendable, Hashable, CustomStringConvertible {
    /// The JSON.
    public var text: String

    /// Wraps JSON text.
    public init(_ text: String) {
        self.text = text
    }

    /// The JSON.
    public var description: String { text }
}

extension JSONText: PostgresEncodable, PostgresArrayElement, PostgresDecodable {
    /// `jsonb`
    public static var postgresElementType: PostgresType { .jsonb }
    /// `jsonb`
    public var postgresType: PostgresType { .jsonb }

    /// Appends the version byte 1 and the text.
    public func encode(into bytes: inout [UInt8]) {
        bytes.append(1)
        bytes.append(contentsOf: text.utf8)
    }

    /// Reads `json` and `jsonb`.
    public init(decoding bytes: UnsafeRawBufferPointer, type: PostgresType) throws {
        switch type {
        case .json:
            text = String(decoding: bytes, as: UTF8.self)
        case .jsonb:
            guard bytes.first == 1 else {
                throw PostgresDecodingError(.invalid("has an unknown version"), type: type, swiftType: JSONText.self)
            }
            text = String(decoding: bytes.dropFirst(), as: UTF8.self)
        default: throw PostgresDecodingError(.wrongType, type: type, swiftType: JSONText.self)
        }
    }
}
