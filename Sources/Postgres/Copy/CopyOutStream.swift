import CLibPQ

/// The data of `COPY … TO STDOUT`: one message of the server, which is one row, per element.
///
/// The socket is read as elements are asked for. The connection belongs to the stream from the first element asked for
/// to the last; ending the loop early cancels the statement. One iterator runs the statement once.
public struct CopyOutStream: AsyncSequence, Sendable {
    /// One message, in the format the statement names.
    public typealias Element = [UInt8]

    let connection: Connection
    let scope: TransactionScope?
    let statement: Statement

    /// Prepares to run the statement; it is sent when the first element is asked for.
    public func makeAsyncIterator() -> AsyncIterator {
        let (scope, text) = (scope, statement.text)
        return AsyncIterator(
            stream: ServerStream(on: connection, turn: scope?.turn ?? connection.turn) { connection in
                try await connection.beginCopyOut(text, scope)
            } fetch: { connection in
                try await connection.fetchCopyData()
            })
    }

    /// Reads one message after another.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let stream: ServerStream<[UInt8]>

        /// The next message; `nil` after the last.
        public mutating func next() async throws -> [UInt8]? {
            try await stream.next()
        }

        /// The next message; `nil` after the last.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws -> [UInt8]? {
            try await stream.next()
        }
    }
}

extension Connection {
    /// Runs `COPY … TO STDOUT` and hands its data out.
    public nonisolated func copyOut(_ statement: Statement) -> CopyOutStream {
        CopyOutStream(connection: self, scope: nil, statement: statement)
    }

    /// Most messages taken from libpq at a time.
    private static let messagesPerFetch = 256

    fileprivate func beginCopyOut(_ text: String, _ scope: TransactionScope?) async throws {
        if let scope, !scope.isOpen { throw ConnectionError.closed(endpoint: endpoint) }
        let wire = try begin(text)
        try sent(PQsendQuery(wire.pointer, text), wire)
        try await flush(wire)
        try await awaitCopy(PGRES_COPY_OUT, instead: "query, execute or copyIn", wire)
    }

    /// Waits for a message and takes those that have arrived with it; an empty array is the end.
    fileprivate func fetchCopyData() async throws -> [[UInt8]] {
        guard let wire else { throw ConnectionError.closed(endpoint: endpoint) }
        var messages: [[UInt8]] = []
        while messages.count < Connection.messagesPerFetch {
            if !messages.isEmpty {
                guard case .data(let bytes) = wire.copyMessage() else { return messages }
                messages.append(bytes)
                continue
            }
            guard let bytes = try await copyMessage(wire) else {
                _ = try await collect(wire)
                // Messages may have been dropped: a stream cut short must not look complete.
                if activity?.isCancelled == true { throw CancellationError() }
                return []
            }
            if activity?.isCancelled != true { messages.append(bytes) }
        }
        return messages
    }
}
