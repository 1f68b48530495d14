import CLibPQ

/// The rows of a statement one by one, for results too large for memory.
///
/// The socket is read as rows are asked for. The connection belongs to the stream from the first row asked for to the
/// last; ending the loop early cancels the statement. One iterator runs the statement once.
public struct RowStream: AsyncSequence, Sendable {
    /// One row.
    public typealias Element = Row

    let connection: Connection
    let scope: TransactionScope?
    let statement: Statement
    let parameters: [(any PostgresEncodable)?]

    /// Prepares to run the statement; it is sent when the first row is asked for.
    public func makeAsyncIterator() -> AsyncIterator {
        let (scope, text, parameters) = (scope, statement.text, parameters)
        return AsyncIterator(
            stream: ServerStream(on: connection, turn: scope?.turn ?? connection.turn) { connection in
                try await connection.beginRows(text, parameters, scope)
            } fetch: { connection in
                try await connection.fetchRows()
            })
    }

    /// Reads one row after another.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let stream: ServerStream<Row>

        /// The next row; `nil` after the last.
        public mutating func next() async throws -> Row? {
            try await stream.next()
        }

        /// The next row; `nil` after the last.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws -> Row? {
            try await stream.next()
        }
    }
}

extension Connection {
    /// Runs one statement and hands its rows out one by one.
    public nonisolated func stream(_ statement: Statement, _ parameters: (any PostgresEncodable)?...) -> RowStream {
        RowStream(connection: self, scope: nil, statement: statement, parameters: parameters)
    }

    /// Most rows taken from libpq at a time.
    private static let rowsPerFetch = 256

    fileprivate func beginRows(
        _ text: String, _ parameters: [(any PostgresEncodable)?], _ scope: TransactionScope?
    ) async throws {
        if let scope, !scope.isOpen { throw ConnectionError.closed(endpoint: endpoint) }
        let arguments = try Arguments(parameters)
        let wire = try begin(text)
        do {
            try await sendQuery(text, arguments, wire)
        } catch {
            if let error = error as? PostgresError, error.saysPlanIsStale { _ = prepared.forget(text) }
            throw error
        }
        PQsetSingleRowMode(wire.pointer)
        try await flush(wire)
    }

    /// Waits for a row and takes those that have arrived with it; an empty array is the end.
    fileprivate func fetchRows() async throws -> [Row] {
        guard let wire else { throw ConnectionError.closed(endpoint: endpoint) }
        var rows: [Row] = []
        while rows.isEmpty || (rows.count < Connection.rowsPerFetch && !wire.isBusy) {
            guard let result = try await nextResult(wire) else {
                // Rows may have been dropped: a stream cut short must not look complete.
                if activity?.isCancelled == true { throw CancellationError() }
                break
            }
            switch result.status {
            case PGRES_SINGLE_TUPLE:
                // After cancellation the rest is received to be forgotten.
                if activity?.isCancelled != true { rows.append(Row(result: result, index: 0)) }
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: break
            case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
                let error = wrongCall("copyIn or copyOut")
                abort()
                throw error
            default:
                let error = failure(result)
                if self.wire != nil { try await drain(wire) }
                throw error
            }
        }
        return rows
    }
}
