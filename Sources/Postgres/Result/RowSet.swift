/// A column of a result.
public struct Column: Sendable, Hashable {
    /// Its name in the SELECT list.
    public let name: String
    /// Its type.
    public let type: PostgresType
}

/// The rows of one statement, all in memory; values are decoded when they are asked for.
public struct RowSet: Sendable, RandomAccessCollection {
    let result: ServerResult
    /// Number of rows.
    public let count: Int

    init(_ result: ServerResult) {
        self.result = result
        count = result.rowCount
    }

    /// The columns in order.
    public var columns: [Column] {
        (0..<result.columnCount).map { Column(name: result.columnName($0), type: result.columnType($0)) }
    }

    /// Rows inserted, updated, deleted, selected or copied; 0 for a statement that has no such number (DDL).
    public var affectedRows: Int { result.affectedRows }

    /// 0.
    public var startIndex: Int { 0 }
    /// ``count``.
    public var endIndex: Int { count }

    /// The row at a position from 0.
    public subscript(position: Int) -> Row {
        precondition(position >= 0 && position < count, "row \(position) of \(count)")
        return Row(result: result, index: Int32(position))
    }
}
