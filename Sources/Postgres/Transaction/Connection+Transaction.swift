import CLibPQ
import Logging

extension Connection {
    /// Runs `body` in a transaction: commits when it returns, rolls back when it throws.
    ///
    /// The connection belongs to the transaction until it has ended; others wait. When the task is cancelled before
    /// COMMIT is sent, the transaction is rolled back.
    ///
    /// - Parameters:
    ///   - isolation: how far the transaction is kept apart from others.
    ///   - readOnly: whether writing is refused.
    ///   - retries: how often `body` may run again after a serialization failure or a deadlock (40001, 40P01);
    ///     by default never for read committed and 3 times for the others. `body` must then be repeatable.
    ///   - body: gets the transaction, which ends with it.
    /// - Returns: what `body` returned.
    /// - Throws: what `body` threw, or why the transaction could not begin or commit. After
    ///   ``ConnectionError/lost(endpoint:during:)`` during COMMIT it is not known whether it took effect.
    @discardableResult
    public func transaction<T: Sendable>(
        _ isolation: Isolation = .readCommitted, readOnly: Bool = false, retries: Int? = nil,
        _ body: @Sendable (Transaction) async throws -> T
    ) async throws -> T {
        try await take(turn)
        defer { turn.release() }
        var retriesLeft = retries ?? isolation.defaultRetries
        var pause = 10.0
        while true {
            do {
                return try await runTransaction(isolation, readOnly: readOnly, body)
            } catch let error as PostgresError where error.isWorthRetrying && retriesLeft > 0 {
                retriesLeft -= 1
                logger.debug("running a transaction again", metadata: ["sqlState": "\(error.sqlState)"])
                // Transactions that met once should not meet again.
                try await Task.sleep(for: .milliseconds(Double.random(in: 0.5...1) * pause))
                pause = min(pause * 2, 500)
            }
        }
    }

    private func runTransaction<T: Sendable>(
        _ isolation: Isolation, readOnly: Bool, _ body: @Sendable (Transaction) async throws -> T
    ) async throws -> T {
        guard wire?.transactionStatus != PQTRANS_INTRANS, wire?.transactionStatus != PQTRANS_INERROR else {
            throw ConnectionError.occupied(endpoint: endpoint, by: "a transaction begun by hand")
        }
        let scope = TransactionScope(on: self)
        do {
            _ = try await command("BEGIN ISOLATION LEVEL \(isolation.sql)\(readOnly ? " READ ONLY" : "")")
            let value = try await TransactionScope.$enclosing.withValue(TransactionScope.enclosing + [scope]) {
                try await body(Transaction(connection: self, scope: scope))
            }
            await scope.end()
            guard wire?.transactionStatus != PQTRANS_INERROR else {
                throw PostgresError(
                    .inFailedTransaction, "the transaction was rolled back because a statement in it had failed",
                    hint: "let the statement's error leave the closure, or run it in a savepoint",
                    statement: "COMMIT")
            }
            _ = try await command("COMMIT", stop: .letFinish)
            return value
        } catch {
            await scope.end()
            await rollback()
            throw error
        }
    }

    /// Rolls back if a transaction is open; a connection on which that fails is closed.
    private func rollback() async {
        guard let wire, wire.transactionStatus != PQTRANS_IDLE else { return }
        do {
            _ = try await command("ROLLBACK", stop: .shielded)
        } catch {
            logger.warning("closing a connection that could not roll back", metadata: ["error": "\(error)"])
            abort()
        }
    }
}
