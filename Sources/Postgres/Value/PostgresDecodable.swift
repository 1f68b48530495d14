/// A value that can be read from a column, from PostgreSQL's binary format.
///
/// A type of your own that wraps one value needs no code: make it `RawRepresentable` and conform.
public protocol PostgresDecodable {
    /// Reads a value that is not NULL.
    ///
    /// - Parameters:
    ///   - bytes: the binary form; valid during the call only.
    ///   - type: what the server says the column is.
    /// - Throws: ``PostgresDecodingError``; the row adds the column's name.
    init(decoding bytes: UnsafeRawBufferPointer, type: PostgresType) throws

    /// What NULL reads as; `nil` (the default) makes NULL an error.
    static var valueOfNull: Self? { get }

    /// Reads an array of this type; the default reads PostgreSQL's one-dimensional arrays.
    static func decodeArray(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws -> [Self]
}

extension PostgresDecodable {
    /// NULL is an error.
    public static var valueOfNull: Self? { nil }

    /// Reads a one-dimensional array.
    public static func decodeArray(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws -> [Self] {
        try ArrayFormat.decode(bytes, type: type)
    }
}

extension PostgresDecodable where Self: RawRepresentable, RawValue: PostgresDecodable {
    /// Reads the raw value and makes the value from it.
    public init(decoding bytes: UnsafeRawBufferPointer, type: PostgresType) throws {
        let raw = try RawValue(decoding: bytes, type: type)
        guard let value = Self(rawValue: raw) else {
            throw PostgresDecodingError(.invalid("is no \(Self.self)"), type: type, swiftType: Self.self)
        }
        self = value
    }
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    /// Reads the wrapped value.
    public init(decoding bytes: UnsafeRawBufferPointer, type: PostgresType) throws {
        self = .some(try Wrapped(decoding: bytes, type: type))
    }

    /// NULL reads as `nil`.
    public static var valueOfNull: Wrapped?? { .some(.none) }
}

/// A column that could not be read as the Swift type asked for.
public struct PostgresDecodingError: Error, CustomStringConvertible {
    /// What stood in the way.
    public enum Problem: Sendable, Equatable {
        /// The server's type is none that the Swift type reads.
        case wrongType
        /// NULL, and the Swift type has no place for it.
        case unexpectedNull
        /// The bytes are not what the type promises, or the Swift type cannot hold the value.
        case invalid(String)
        /// The result has no such column.
        case noSuchColumn
        /// More values were asked for than there are columns.
        case columnCount(Int)
    }

    /// What stood in the way.
    public let problem: Problem
    /// The server's type of the column.
    public let type: PostgresType
    /// The Swift type asked for.
    public let swiftType: String
    /// The column's name; `nil` only inside of a value's own decoding.
    public internal(set) var column: String?

    /// Says why a value cannot be read; the row adds the column's name.
    public init(_ problem: Problem, type: PostgresType, swiftType: any Any.Type, column: String? = nil) {
        self.problem = problem
        self.type = type
        self.swiftType = String(describing: swiftType)
        self.column = column
    }

    /// What happened and the way out; never the value.
    public var description: String {
        let place = column.map { "column \"\($0)\"" } ?? "a value"
        return switch problem {
        case .wrongType:
            "\(place) is \(type) and cannot be read as \(swiftType) "
                + "→ read it as the Swift type of \(type), or cast it in the SQL"
        case .unexpectedNull:
            "\(place) (\(type)) is NULL and was read as \(swiftType) "
                + "→ read it as \(swiftType)?, or use coalesce() in the SQL"
        case .invalid(let reason):
            "\(place) (\(type)) \(reason) and cannot be read as \(swiftType) "
                + "→ cast it in the SQL or read it as another type"
        case .noSuchColumn:
            "the result has no \(place) → compare with the names in the SELECT list or give it that name with AS"
        case .columnCount(let count):
            "\(place) was asked for, the result has \(count) columns → ask for as many values as the SELECT list has"
        }
    }
}
