/// A value whose arrays can be sent as a parameter.
///
/// The protocol stands beside ``PostgresEncodable`` because an empty array must know its element's type without
/// an element, and because `Optional` is an element (NULL inside of an array) but no parameter of its own.
public protocol PostgresArrayElement: Sendable {
    /// The server's type of one element.
    static var postgresElementType: PostgresType { get }

    /// The server's type of the array; the default looks the element's type up and leaves others to the server.
    static var postgresArrayType: PostgresType { get }

    /// Whether this element is NULL; the default says no.
    var isNullElement: Bool { get }

    /// Appends the binary form of an element that is not NULL.
    func encode(into bytes: inout [UInt8]) throws

    /// Appends the binary form of an array; the default writes PostgreSQL's one-dimensional arrays.
    static func encodeArray(_ elements: [Self], into bytes: inout [UInt8]) throws
}

extension PostgresArrayElement {
    /// The array type of ``postgresElementType``.
    public static var postgresArrayType: PostgresType { postgresElementType.array ?? .unspecified }

    /// No NULL.
    public var isNullElement: Bool { false }

    /// Writes a one-dimensional array.
    public static func encodeArray(_ elements: [Self], into bytes: inout [UInt8]) throws {
        try ArrayFormat.encode(elements, into: &bytes)
    }
}

extension PostgresArrayElement where Self: RawRepresentable, RawValue: PostgresArrayElement {
    /// The element type of the raw value.
    public static var postgresElementType: PostgresType { RawValue.postgresElementType }
    /// The array type of the raw value.
    public static var postgresArrayType: PostgresType { RawValue.postgresArrayType }
}

extension Optional: PostgresArrayElement where Wrapped: PostgresArrayElement {
    /// The type of the wrapped element.
    public static var postgresElementType: PostgresType { Wrapped.postgresElementType }
    /// The array type of the wrapped element.
    public static var postgresArrayType: PostgresType { Wrapped.postgresArrayType }
    /// `nil` is NULL.
    public var isNullElement: Bool { self == nil }
    /// Appends the wrapped element.
    public func encode(into bytes: inout [UInt8]) throws {
        try self?.encode(into: &bytes)
    }
}
