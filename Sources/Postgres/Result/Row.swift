import CLibPQ

/// One row of a result. It keeps the result it belongs to in memory.
public struct Row: Sendable {
    let result: ServerResult
    let index: Int32

    /// Number of columns.
    public var columnCount: Int { result.columnCount }

    /// The columns in order.
    public var columns: [Column] {
        (0..<result.columnCount).map { Column(name: result.columnName($0), type: result.columnType($0)) }
    }

    /// Reads the columns from the first on, one for each type.
    ///
    ///     let (id, name) = try row.decode(Int64.self, String?.self)
    ///
    /// - Throws: ``PostgresDecodingError``, which names the column.
    public func decode<each T: PostgresDecodable>(_ types: repeat (each T).Type) throws -> (repeat each T) {
        var column = 0
        return (repeat try next((each T).self, &column))
    }

    /// Reads the column at a position from 0.
    ///
    /// - Throws: ``PostgresDecodingError``, which names the column.
    public subscript<T: PostgresDecodable>(_ index: Int) -> T {
        get throws { try value(at: index) }
    }

    /// Reads the first column of that name.
    ///
    /// - Throws: ``PostgresDecodingError``, which names the column.
    public subscript<T: PostgresDecodable>(_ column: String) -> T {
        get throws { try get(column, as: T.self) }
    }

    /// Reads the first column of that name.
    ///
    /// - Throws: ``PostgresDecodingError``, which names the column.
    public func get<T: PostgresDecodable>(_ column: String, as type: T.Type = T.self) throws -> T {
        guard let index = result.columnIndex(column) else {
            throw PostgresDecodingError(.noSuchColumn, type: .unspecified, swiftType: T.self, column: column)
        }
        return try value(at: index)
    }

    private func next<T: PostgresDecodable>(_: T.Type, _ column: inout Int) throws -> T {
        defer { column += 1 }
        return try value(at: column)
    }

    private func value<T: PostgresDecodable>(at column: Int) throws -> T {
        guard column >= 0, column < result.columnCount else {
            throw PostgresDecodingError(
                .columnCount(result.columnCount), type: .unspecified, swiftType: T.self, column: "\(column)")
        }
        let position = Int32(column)
        let type = result.columnType(column)
        let length = Int(PQgetlength(result.pointer, index, position))
        // A NULL has length 0, so that most values need one question less.
        if length == 0, PQgetisnull(result.pointer, index, position) == 1 {
            if let null = T.valueOfNull { return null }
            throw PostgresDecodingError(
                .unexpectedNull, type: type, swiftType: T.self, column: result.columnName(column))
        }
        let bytes = UnsafeRawBufferPointer(start: PQgetvalue(result.pointer, index, position), count: length)
        do {
            return try withExtendedLifetime(result) { try T(decoding: bytes, type: type) }
        } catch var error as PostgresDecodingError {
            error.column = result.columnName(column)
            throw error
        }
    }
}
