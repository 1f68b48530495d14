/// Anything statements can be run on: a ``Pool`` (takes a connection for each call), a ``Connection``,
/// a ``Transaction``.
public protocol Session: Sendable {
    /// Runs one statement and returns its rows, all of them in memory.
    ///
    /// - Parameters:
    ///   - statement: one SQL command; parameters stand in it as `$1`, `$2`, ….
    ///   - parameters: the values in order; `nil` is NULL, whose type the server infers.
    /// - Throws: ``PostgresError`` when the server refuses, ``ConnectionError`` when it cannot be reached,
    ///   `CancellationError` when the task was cancelled before the statement was done.
    func query(_ statement: Statement, parameters: [(any PostgresEncodable)?]) async throws -> RowSet
}

extension Session {
    /// Runs one statement and returns its rows, all of them in memory.
    public func query(_ statement: Statement, _ parameters: (any PostgresEncodable)?...) async throws -> RowSet {
        try await query(statement, parameters: parameters)
    }

    /// Runs one statement and returns the number of affected rows; 0 for a statement that has no such number (DDL).
    @discardableResult
    public func execute(_ statement: Statement, _ parameters: (any PostgresEncodable)?...) async throws -> Int {
        try await query(statement, parameters: parameters).affectedRows
    }

    /// Runs one statement and returns its first row, or `nil` when there is none.
    public func first(_ statement: Statement, _ parameters: (any PostgresEncodable)?...) async throws -> Row? {
        try await query(statement, parameters: parameters).first
    }
}
