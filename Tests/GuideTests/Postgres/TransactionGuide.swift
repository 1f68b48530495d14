import Postgres
import TestSupport
import Testing

private struct TooPoor: Error {}

@Suite("Guide: transactions of PostgreSQL", .emptyDatabase)
struct TransactionGuide {
    private func accounts() async throws -> Pool {
        let pool = try TestDatabase.current.pool
        try await pool.execute("CREATE TABLE account (id bigint PRIMARY KEY, cents bigint NOT NULL CHECK (cents >= 0))")
        try await pool.execute("INSERT INTO account VALUES (1, 100), (2, 0)")
        return pool
    }

    private func balance(_ id: Int, _ pool: Pool) async throws -> Int {
        try await pool.query("SELECT cents FROM account WHERE id = $1", id)[0][0]
    }

    @Test("what the closure did is committed when it returns, and undone when it throws")
    func transfer() async throws {
        let pool = try await accounts()
        // region: transfer
        try await pool.transaction { transaction in
            try await transaction.execute("UPDATE account SET cents = cents - 60 WHERE id = 1")
            try await transaction.execute("UPDATE account SET cents = cents + 60 WHERE id = 2")
        }
        // endregion: transfer
        #expect(try await balance(2, pool) == 60)
        await #expect(throws: TooPoor.self) {
            try await pool.transaction { transaction in
                try await transaction.execute("UPDATE account SET cents = 0")
                throw TooPoor()
            }
        }
        #expect(try await balance(2, pool) == 60)
    }

    @Test("serializable transactions that meet are run again")
    func serializable() async throws {
        let pool = try await accounts()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    // region: serializable
                    try await pool.transaction(.serializable, retries: 20) { transaction in
                        let cents: Int = try await transaction.query("SELECT cents FROM account WHERE id = 1")[0][0]
                        try await transaction.execute("UPDATE account SET cents = $1 WHERE id = 1", cents - 10)
                    }
                    // endregion: serializable
                }
            }
            try await group.waitForAll()
        }
        #expect(try await balance(1, pool) == 60)
    }

    @Test("a savepoint keeps a failed statement from failing the transaction")
    func savepoint() async throws {
        let pool = try await accounts()
        // region: savepoint
        try await pool.transaction { transaction in
            do {
                try await transaction.savepoint { transaction in
                    try await transaction.execute("UPDATE account SET cents = cents - 500 WHERE id = 1")
                }
            } catch let error as PostgresError where error.sqlState == .checkViolation {
                try await transaction.execute("UPDATE account SET cents = 0 WHERE id = 1")
            }
        }
        // endregion: savepoint
        #expect(try await balance(1, pool) == 0)
    }
}
