public import Logging
import Synchronization

/// Connections that are opened when needed, shared, and kept for the next user.
///
/// Who comes first gets the next free connection. A connection that broke, or was left inside of a transaction or
/// listening, is closed and not handed on. When the server cannot be reached, connecting is tried again with growing
/// pauses (100 ms to 5 s) as long as somebody waits; a wrong password or database fails at once.
///
/// Settings made with `SET` and advisory locks of the session stay with the connection: use `SET LOCAL` and
/// `pg_advisory_xact_lock`, or ``Configuration/sessionParameters``.
public final class Pool: Session {
    let configuration: Configuration
    let acquireTimeout: Duration
    let idleTimeout: Duration
    let maximumLifetime: Duration
    let logger: Logger
    let state: Mutex<PoolState>
    private let maintenance = Mutex<Task<Void, Never>?>(nil)

    /// Makes a pool; connections are opened when they are needed, or at once up to `minimumIdle`.
    ///
    /// - Parameters:
    ///   - configuration: where and how to connect.
    ///   - maximumConnections: most connections open at a time.
    ///   - minimumIdle: connections kept ready.
    ///   - acquireTimeout: how long a task waits for a connection.
    ///   - idleTimeout: after this long without use a connection is closed.
    ///   - maximumLifetime: after this long a connection is closed when its user gives it back.
    ///   - logger: gets warnings of connections that were lost or dropped.
    public init(
        _ configuration: Configuration, maximumConnections: Int = 8, minimumIdle: Int = 0,
        acquireTimeout: Duration = .seconds(30), idleTimeout: Duration = .seconds(300),
        maximumLifetime: Duration = .seconds(3600), logger: Logger = Logger(label: "millrace.postgres")
    ) {
        self.configuration = configuration
        self.acquireTimeout = acquireTimeout
        self.idleTimeout = idleTimeout
        self.maximumLifetime = maximumLifetime
        self.logger = logger
        state = Mutex(PoolState(maximum: maximumConnections, minimumIdle: minimumIdle))
        openIfNeeded()
        let pause = min(max(min(idleTimeout, maximumLifetime) / 4, .milliseconds(100)), .seconds(30))
        let task = Task { [weak self] in
            while !Task.isCancelled {
                do { try await Task.sleep(for: pause) } catch { return }
                guard let self else { return }
                await self.retireIdle()
            }
        }
        maintenance.withLock { $0 = task }
    }

    deinit {
        maintenance.withLock { $0?.cancel() }
    }

    /// What the pool is doing, and has done.
    public var statistics: PoolStatistics { state.withLock { $0.statistics } }

    /// Lends a connection to `body`.
    ///
    /// - Throws: what `body` threw; ``PoolError``; ``ConnectionError`` when no connection can be made;
    ///   `CancellationError` when the task is cancelled while it waits.
    @discardableResult
    public func withConnection<T: Sendable>(_ body: @Sendable (Connection) async throws -> T) async throws -> T {
        let connection = try await acquire()
        do {
            let value = try await body(connection)
            await giveBack(connection)
            return value
        } catch {
            await giveBack(connection)
            throw error
        }
    }

    /// Runs `body` in a transaction on a connection of the pool; see
    /// ``Connection/transaction(_:readOnly:retries:_:)``.
    @discardableResult
    public func transaction<T: Sendable>(
        _ isolation: Isolation = .readCommitted, readOnly: Bool = false, retries: Int? = nil,
        _ body: @Sendable (Transaction) async throws -> T
    ) async throws -> T {
        try await withConnection { connection in
            try await connection.transaction(isolation, readOnly: readOnly, retries: retries, body)
        }
    }

    /// Runs one statement on a connection of the pool.
    public func query(_ statement: Statement, parameters: [(any PostgresEncodable)?]) async throws -> RowSet {
        try await withConnection { try await $0.query(statement, parameters: parameters) }
    }

    /// Refuses new users, waits for the connections in use, and closes all.
    ///
    /// Closing twice does nothing but wait.
    ///
    /// - Parameter grace: how long connections may stay in use; then they are closed under their users.
    public func close(grace: Duration = .seconds(10)) async {
        let (idle, waiters, openers) = state.withLock { state in
            defer {
                state.isClosed = true
                state.idle = []
                state.waiters = []
            }
            return (state.idle, state.waiters, state.openers.values)
        }
        maintenance.withLock { $0?.cancel() }
        for opener in openers { opener.cancel() }
        for waiter in waiters { waiter.continuation.resume(throwing: PoolError.closed) }
        for entry in idle { await entry.connection.close() }
        let reaper = Task {
            do { try await Task.sleep(for: grace) } catch { return }
            for connection in self.state.withLock({ $0.inUse.values }) { await connection.abort() }
        }
        await withCheckedContinuation { continuation in
            let isEmpty = state.withLock { state in
                guard !state.inUse.isEmpty else { return true }
                state.closers.append(continuation)
                return false
            }
            if isEmpty { continuation.resume() }
        }
        reaper.cancel()
    }
}
