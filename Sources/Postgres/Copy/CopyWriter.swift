import Synchronization

/// Takes the data of a COPY to the server. Small pieces are gathered; a write waits while the socket is full.
public final class CopyWriter: Sendable {
    /// Bytes gathered before they are handed to the connection.
    private static let chunkSize = 64 * 1024

    private struct State {
        var gathered: [UInt8] = []
        var isClosed = false
    }

    private let connection: Connection
    private let state = Mutex(State())
    /// One hand-over at a time, for writers in several tasks.
    private let turn = Turn()

    init(_ connection: Connection) {
        self.connection = connection
    }

    /// Adds bytes in the format the COPY statement names; a row may begin and end anywhere.
    ///
    /// - Throws: ``ConnectionError``, or `CancellationError`.
    public nonisolated(nonsending) func write(_ bytes: [UInt8]) async throws {
        let isFull = try state.withLock { state in
            guard !state.isClosed else { throw ConnectionError.closed(endpoint: connection.endpoint) }
            state.gathered.append(contentsOf: bytes)
            return state.gathered.count >= CopyWriter.chunkSize
        }
        if isFull { try await handOver() }
    }

    /// Lets a hand-over under way finish and refuses later writes: the connection's next operation is not theirs.
    nonisolated(nonsending) func close() async {
        await turn.takeRegardless()
        state.withLock { $0.isClosed = true }
        turn.release()
    }

    /// Hands over what is gathered.
    nonisolated(nonsending) func handOver() async throws {
        _ = try await turn.take()
        defer { turn.release() }
        let bytes = state.withLock { state in
            defer { state.gathered = [] }
            return state.isClosed ? [] : state.gathered
        }
        if !bytes.isEmpty { try await connection.putCopyData(bytes) }
    }
}
