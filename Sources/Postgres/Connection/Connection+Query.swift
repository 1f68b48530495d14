import CLibPQ

extension Connection {
    /// Runs one statement and returns its rows, all of them in memory.
    public func query(_ statement: Statement, parameters: [(any PostgresEncodable)?]) async throws -> RowSet {
        let arguments = try Arguments(parameters)
        return try await occupy(turn) { try await self.run(statement.text, arguments) }
    }

    /// Runs statements separated by semicolons, without parameters and without results, such as a migration file.
    ///
    /// They are one transaction unless the script itself says `BEGIN` or `COMMIT`.
    ///
    /// - Throws: ``PostgresError`` of the statement that failed; those after it did not run.
    public func script(_ statement: Statement) async throws {
        try await occupy(turn) { _ = try await self.command(statement.text) }
    }

    /// Runs `body` when it is this caller's turn.
    func occupy<T>(_ turn: Turn, _ body: nonisolated(nonsending) () async throws -> T) async throws -> T {
        try await take(turn)
        defer { turn.release() }
        return try await body()
    }

    /// Waits for the turn, unless waiting would never end because this task holds it.
    func take(_ turn: Turn, asStream: Bool = false) async throws {
        if turn === self.turn, TransactionScope.current(on: self) != nil {
            throw ConnectionError.occupied(endpoint: endpoint, by: "a transaction")
        }
        guard try await turn.take(asStream: asStream) else {
            throw ConnectionError.occupied(endpoint: endpoint, by: "a stream")
        }
    }

    /// Runs SQL by the simple protocol, which takes several statements and no parameters.
    func command(_ sql: String, stop: Activity.Stop = .cancelStatement) async throws -> ServerResult {
        try await perform(sql, stop: stop) { wire in
            try self.sent(PQsendQuery(wire.pointer, sql), wire)
            return try await self.collect(wire)
        }
    }

    /// Runs one statement with parameters; the caller has the turn.
    func run(_ text: String, _ arguments: Arguments) async throws -> RowSet {
        let name = prepared.name(for: text, arguments)
        do {
            return try await runOnce(text, arguments, preparedAs: name)
        } catch let error as PostgresError where name != nil && error.saysPlanIsStale {
            // Somebody changed a table or deallocated the statement: prepare it anew. A transaction is lost by then.
            let stale = prepared.forget(text)
            guard wire?.transactionStatus == PQTRANS_IDLE else { throw error }
            if error.sqlState == .featureNotSupported { try await deallocate(stale) }
            return try await runOnce(text, arguments, preparedAs: nil)
        }
    }

    private func runOnce(_ text: String, _ arguments: Arguments, preparedAs name: String?) async throws -> RowSet {
        try await perform(text) { wire in
            if let name {
                try self.sendPrepared(name, arguments, wire)
            } else {
                try await self.sendQuery(text, arguments, wire)
            }
            return RowSet(try await self.collect(wire))
        }
    }

    /// Sends a statement with its parameters, prepared before if the configuration says so.
    func sendQuery(_ text: String, _ arguments: Arguments, _ wire: Wire) async throws {
        guard configuration.preparesStatements else {
            return try sendUnprepared(text, arguments, wire)
        }
        if let name = prepared.name(for: text, arguments) {
            return try sendPrepared(name, arguments, wire)
        }
        for name in prepared.makeRoom() {
            try sent(PQsendQuery(wire.pointer, "DEALLOCATE \(name)"), wire)
            _ = try await collect(wire)
        }
        let name = prepared.nextName()
        try sendPrepare(name, text, arguments, wire)
        _ = try await collect(wire)
        prepared.insert(name, for: text, arguments.types)
        try sendPrepared(name, arguments, wire)
    }

    func sendPrepare(_ name: String, _ text: String, _ arguments: Arguments, _ wire: Wire) throws {
        try sent(PQsendPrepare(wire.pointer, name, text, Int32(arguments.count), arguments.types), wire)
    }

    func sendPrepared(_ name: String, _ arguments: Arguments, _ wire: Wire) throws {
        let code = arguments.withCArrays { count, _, values, lengths, formats in
            PQsendQueryPrepared(wire.pointer, name, count, values, lengths, formats, 1)
        }
        try sent(code, wire)
    }

    func sendUnprepared(_ text: String, _ arguments: Arguments, _ wire: Wire) throws {
        let code = arguments.withCArrays { count, types, values, lengths, formats in
            PQsendQueryParams(wire.pointer, text, count, types, values, lengths, formats, 1)
        }
        try sent(code, wire)
    }

    private func deallocate(_ names: [String]) async throws {
        for name in names { _ = try await command("DEALLOCATE \(name)") }
    }
}

extension PostgresError {
    /// A prepared statement no longer exists, or its plan would give other columns than before
    /// (RevalidateCachedQuery in src/backend/utils/cache/plancache.c).
    package var saysPlanIsStale: Bool {
        sqlState == .invalidStatementName || (sqlState == .featureNotSupported && routine == "RevalidateCachedQuery")
    }
}
