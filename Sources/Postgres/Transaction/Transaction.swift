import Logging

/// A transaction under way, valid inside of the closure it was handed to.
public struct Transaction: Session {
    let connection: Connection
    let scope: TransactionScope

    /// Process number of the server's side.
    public var backendPID: Int32 { connection.backendPID }
    /// The server's version as a number: 150018 is 15.18.
    public var serverVersion: Int { connection.serverVersion }

    /// Runs one statement and returns its rows, all of them in memory.
    public func query(_ statement: Statement, parameters: [(any PostgresEncodable)?]) async throws -> RowSet {
        let arguments = try Arguments(parameters)
        return try await connection.inTransaction(scope) { connection in
            try await connection.run(statement.text, arguments)
        }
    }

    /// Runs statements separated by semicolons, without parameters and without results.
    public func script(_ statement: Statement) async throws {
        try await connection.inTransaction(scope) { connection in
            _ = try await connection.command(statement.text)
        }
    }

    /// Runs `body` in a savepoint: when it throws, what it did is undone and the transaction goes on.
    ///
    /// - Returns: what `body` returned.
    /// - Throws: what `body` threw.
    @discardableResult
    public nonisolated(nonsending) func savepoint<T>(
        _ body: nonisolated(nonsending) (Transaction) async throws -> T
    ) async throws -> T {
        let name = scope.nextSavepoint()
        try await command("SAVEPOINT \(name)")
        do {
            let value = try await body(self)
            try await command("RELEASE SAVEPOINT \(name)")
            return value
        } catch {
            // The error of the body matters more; a rollback that fails leaves the transaction failed or lost,
            // and that shows at the next statement and at COMMIT.
            do {
                try await command("ROLLBACK TO SAVEPOINT \(name); RELEASE SAVEPOINT \(name)", stop: .shielded)
            } catch let rollbackError {
                connection.logger.warning("a savepoint was not undone", metadata: ["error": "\(rollbackError)"])
            }
            throw error
        }
    }

    private nonisolated(nonsending) func command(
        _ sql: String, stop: Activity.Stop = .cancelStatement
    ) async throws {
        try await connection.inTransaction(scope, isShielded: stop == .shielded) { connection in
            _ = try await connection.command(sql, stop: stop)
        }
    }
}

extension Connection {
    /// Runs `body` when it is this caller's turn inside of the transaction.
    func inTransaction<T: Sendable>(
        _ scope: TransactionScope, isShielded: Bool = false,
        _ body: @Sendable (isolated Connection) async throws -> T
    ) async throws -> T {
        if isShielded { await scope.turn.takeRegardless() } else { try await take(scope.turn) }
        defer { scope.turn.release() }
        guard scope.isOpen else { throw ConnectionError.closed(endpoint: endpoint) }
        return try await body(self)
    }
}
