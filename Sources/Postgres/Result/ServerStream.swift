import Logging

/// Reads one operation's answer piece by piece: rows, or COPY data. It has the connection's turn until the answer ends.
///
/// The socket is read only when elements are asked for. When it goes away before the end, the operation is cancelled.
final class ServerStream<Element: Sendable> {
    private enum Phase {
        case new
        case open
        case ended
    }

    private let connection: Connection
    private let turn: Turn
    private let begin: @Sendable (isolated Connection) async throws -> Void
    private let fetch: @Sendable (isolated Connection) async throws -> [Element]
    private var batch: ArraySlice<Element> = []
    private var phase = Phase.new

    /// - Parameters:
    ///   - turn: the connection's turn, or that of the transaction around.
    ///   - begin: sends the statement.
    ///   - fetch: waits for elements and returns those at hand; an empty array is the end.
    init(
        on connection: Connection, turn: Turn, begin: @escaping @Sendable (isolated Connection) async throws -> Void,
        fetch: @escaping @Sendable (isolated Connection) async throws -> [Element]
    ) {
        self.connection = connection
        self.turn = turn
        self.begin = begin
        self.fetch = fetch
    }

    deinit {
        guard phase == .open else { return }
        turn.stopReading()
        let (connection, turn) = (connection, turn)
        Task { await connection.abandonStream(turn) }
    }

    nonisolated(nonsending) func next() async throws -> Element? {
        if let element = batch.popFirst() { return element }
        do {
            switch phase {
            case .ended: return nil
            case .new:
                try await connection.beginStream(turn, begin)
                phase = .open
            case .open: break
            }
            batch = try await connection.fetchFromStream(turn, fetch)[...]
        } catch {
            // The connection has cleaned up and given the turn back.
            phase = .ended
            throw error
        }
        if batch.isEmpty { phase = .ended }
        return batch.popFirst()
    }
}

extension Connection {
    /// Takes the turn and sends a stream's statement; keeps the turn unless that fails.
    func beginStream(
        _ turn: Turn, _ begin: @Sendable (isolated Connection) async throws -> Void
    ) async throws {
        try await take(turn, asStream: true)
        do {
            try await begin(self)
        } catch {
            let seen = finish(failing: error)
            turn.release()
            throw seen
        }
    }

    /// Receives a stream's next elements; gives the turn back at the end and after an error.
    func fetchFromStream<Element: Sendable>(
        _ turn: Turn, _ fetch: @Sendable (isolated Connection) async throws -> [Element]
    ) async throws -> [Element] {
        do {
            try await noteCancellation()
            let elements = try await fetch(self)
            if elements.isEmpty {
                finish()
                turn.release()
            }
            return elements
        } catch {
            let seen = finish(failing: error)
            turn.release()
            throw seen
        }
    }

    /// Stops a stream nobody reads any more, and gives the turn back.
    func abandonStream(_ turn: Turn) async {
        defer { turn.release() }
        guard let wire, activity != nil else { return }
        do {
            try await requestCancel()
            try await drain(wire)
        } catch {
            logger.debug("closed a connection whose stream did not end", metadata: ["error": "\(error)"])
            abort()
        }
        finish()
    }
}
