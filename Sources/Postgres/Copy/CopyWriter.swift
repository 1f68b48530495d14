import Synchronization

/// Takes the data of a COPY to the server. Small pieces are gathered; a write waits while the socket is full.
public final class CopyWriter: Sendable {
    /// Bytes gathered before they are handed to the connection.
    private static let chunkSize = 64 * 1024

    private let connection: Connection
    private let gathered = Mutex<[UInt8]>([])
    /// One hand-over at a time, for writers in several tasks.
    private let turn = Turn()

    init(_ connection: Connection) {
        self.connection = connection
    }

    /// Adds bytes in the format the COPY statement names; a row may begin and end anywhere.
    ///
    /// - Throws: ``ConnectionError``, or `CancellationError`.
    public nonisolated(nonsending) func write(_ bytes: [UInt8]) async throws {
        let isFull = gathered.withLock { gathered in
            gathered.append(contentsOf: bytes)
            return gathered.count >= CopyWriter.chunkSize
        }
        if isFull { try await handOver() }
    }

    /// Hands over what is gathered.
    nonisolated(nonsending) func handOver() async throws {
        _ = try await turn.take()
        defer { turn.release() }
        let bytes = gathered.withLock { gathered in
            defer { gathered = [] }
            return gathered
        }
        if !bytes.isEmpty { try await connection.putCopyData(bytes) }
    }
}
