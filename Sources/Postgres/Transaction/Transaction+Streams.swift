extension Transaction {
    /// Runs one statement and hands its rows out one by one; see ``Connection/stream(_:_:)``.
    public func stream(_ statement: Statement, _ parameters: (any PostgresEncodable)?...) -> RowStream {
        RowStream(connection: connection, scope: scope, statement: statement, parameters: parameters)
    }

    /// Runs `COPY … TO STDOUT` and hands its data out; see ``Connection/copyOut(_:)``.
    public func copyOut(_ statement: Statement) -> CopyOutStream {
        CopyOutStream(connection: connection, scope: scope, statement: statement)
    }

    /// Runs `COPY … FROM STDIN` with what `write` writes; see ``Connection/copyIn(_:write:)``.
    public func copyIn(
        _ statement: Statement, write: @Sendable (CopyWriter) async throws -> Void
    ) async throws -> Int {
        try await connection.copyIn(statement, scope, write)
    }

    /// Runs `COPY … FROM STDIN` with the bytes of a sequence; see ``Connection/copyIn(_:_:)``.
    public func copyIn(
        _ statement: Statement, _ chunks: some AsyncSequence<[UInt8], any Error> & Sendable
    ) async throws -> Int {
        try await copyIn(statement) { writer in
            for try await chunk in chunks { try await writer.write(chunk) }
        }
    }

    /// Sends many statements in one round trip; see ``Connection/pipeline(_:)``.
    ///
    /// After a failure the whole transaction is failed, as after any statement's.
    public nonisolated(nonsending) func pipeline(
        _ body: (inout PipelineBatch) -> Void
    ) async throws -> [Result<RowSet, PostgresError>] {
        var batch = PipelineBatch()
        body(&batch)
        let filled = batch
        return try await connection.inTransaction(scope) { connection in
            try await connection.exchangePipeline(filled)
        }
    }
}

extension Connection {
    fileprivate func copyIn(
        _ statement: Statement, _ scope: TransactionScope, _ write: @Sendable (CopyWriter) async throws -> Void
    ) async throws -> Int {
        try await occupy(scope.turn) {
            guard scope.isOpen else { throw ConnectionError.closed(endpoint: self.endpoint) }
            return try await self.runCopyIn(statement, write)
        }
    }
}
