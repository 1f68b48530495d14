/// A value that can be sent as a parameter, in PostgreSQL's binary format.
///
/// A type of your own that wraps one value needs no code: make it `RawRepresentable` and conform.
/// To be sent in arrays as well, let it conform to ``PostgresArrayElement``.
public protocol PostgresEncodable: Sendable {
    /// The type the server is told.
    var postgresType: PostgresType { get }

    /// Appends the value's binary form.
    ///
    /// - Throws: ``PostgresEncodingError`` when the type cannot hold the value.
    func encode(into bytes: inout [UInt8]) throws
}

extension PostgresEncodable where Self: RawRepresentable, RawValue: PostgresEncodable {
    /// The type of the raw value.
    public var postgresType: PostgresType { rawValue.postgresType }

    /// Appends the raw value's binary form.
    public func encode(into bytes: inout [UInt8]) throws {
        try rawValue.encode(into: &bytes)
    }
}

/// A parameter that could not be put into PostgreSQL's binary format.
public enum PostgresEncodingError: Error, Equatable, CustomStringConvertible {
    /// The value is outside of what the server's type can hold.
    case outOfRange(swiftType: String, type: PostgresType)
    /// One statement takes at most 65,535 parameters.
    case tooManyParameters(Int)
    /// One value takes at most 2 GiB.
    case valueTooLong(bytes: Int)

    /// What happened and the way out; never the value.
    public var description: String {
        switch self {
        case .outOfRange(let swiftType, let type):
            "a \(swiftType) is outside of what \(type) can hold → check the value before it is sent"
        case .tooManyParameters(let count):
            "\(count) parameters in one statement, 65535 are possible → send arrays with unnest(), or use COPY"
        case .valueTooLong(let bytes):
            "a parameter of \(bytes) bytes, 2 GiB are possible → send it in parts, or use COPY"
        }
    }
}
