import Postgres
import Testing

@Suite("Transactions", .database, .serialized)
struct TransactionTests {
    struct Refusal: Error, Equatable {}

    @Test("what the body does is committed when it returns and undone when it throws")
    func commitAndRollback() async throws {
        let connection = try await TestDatabase.connect()
        try await connection.execute("CREATE TABLE ledger (n int8)")
        let value = try await connection.transaction { transaction in
            try await transaction.execute("INSERT INTO ledger VALUES (1)")
            return "done"
        }
        #expect(value == "done")
        _ = try await failure(Refusal.self) {
            try await connection.transaction { transaction in
                try await transaction.execute("INSERT INTO ledger VALUES (2)")
                throw Refusal()
            }
        }
        let sum: Int = try #require(try await connection.first("SELECT sum(n)::int8 FROM ledger"))[0]
        #expect(sum == 1)
    }

    @Test("a body that swallows a statement's error does not commit silently")
    func swallowedError() async throws {
        let connection = try await TestDatabase.connect()
        try await connection.execute("CREATE TABLE lost (n int8)")
        let error = try await failure(PostgresError.self) {
            try await connection.transaction { transaction in
                try await transaction.execute("INSERT INTO lost VALUES (1)")
                do { try await transaction.execute("SELECT 1/0") } catch {}
            }
        }
        #expect(error.sqlState == .inFailedTransaction)
        #expect(try await connection.first("SELECT 1 FROM lost") == nil)
    }

    @Test("a deferred constraint that fails at COMMIT is the transaction's error")
    func failingCommit() async throws {
        let connection = try await TestDatabase.connect()
        try await connection.script(
            "CREATE TABLE parent (id int8 PRIMARY KEY); CREATE TABLE child (id int8 REFERENCES parent DEFERRABLE INITIALLY DEFERRED)"
        )
        let error = try await failure(PostgresError.self) {
            try await connection.transaction { try await $0.execute("INSERT INTO child VALUES (1)") }
        }
        #expect(error.sqlState == .foreignKeyViolation)
        #expect(try await connection.first("SELECT 1") != nil)
    }

    @Test("a read-only transaction refuses to write, and the isolation is the one asked for")
    func modes() async throws {
        let connection = try await TestDatabase.connect()
        let error = try await failure(PostgresError.self) {
            try await connection.transaction(readOnly: true) { try await $0.execute("CREATE TABLE never (n int8)") }
        }
        #expect(error.sqlState == .readOnlyTransaction)
        for (isolation, name) in [
            (Isolation.readCommitted, "read committed"), (.repeatableRead, "repeatable read"),
            (.serializable, "serializable"),
        ] {
            let seen = try await connection.transaction(isolation) { transaction -> String in
                try #require(try await transaction.first("SELECT current_setting('transaction_isolation')"))[0]
            }
            #expect(seen == name)
        }
    }

    @Test("serialization failures of two real transactions are retried until both have counted")
    func serializationRetry() async throws {
        try await TestDatabase.withPool(maximumConnections: 2) { pool in
            try await pool.execute("CREATE TABLE counter (n int8)")
            try await pool.execute("INSERT INTO counter VALUES (0)")
            let attempts = Attempts()
            try await withThrowingTaskGroup { group in
                for _ in 0..<2 {
                    group.addTask {
                        try await pool.transaction(.serializable, retries: 20) { transaction in
                            let n: Int = try #require(try await transaction.first("SELECT n FROM counter"))[0]
                            // Both have read before either writes, so that the first round must fail for one.
                            await attempts.arrive()
                            try await transaction.execute("UPDATE counter SET n = $1", n + 1)
                        }
                    }
                }
                try await group.waitForAll()
            }
            let n: Int = try #require(try await pool.first("SELECT n FROM counter"))[0]
            #expect(n == 2)
            #expect(await attempts.count >= 3)
        }
    }

    /// Lets the first two arrivals go on together.
    actor Attempts {
        private(set) var count = 0
        private var first: CheckedContinuation<Void, Never>?

        func arrive() async {
            count += 1
            if count == 1 {
                await withCheckedContinuation { first = $0 }
            } else {
                first?.resume()
                first = nil
            }
        }
    }

    @Test("read committed is not retried unless asked, and the error is the server's")
    func deadlock() async throws {
        try await TestDatabase.withPool(maximumConnections: 2) { pool in
            try await pool.execute("CREATE TABLE pair (id int8 PRIMARY KEY, n int8)")
            try await pool.execute("INSERT INTO pair VALUES (1, 0), (2, 0)")
            let meeting = Attempts()
            let errors = await withTaskGroup(of: (any Error)?.self) { group in
                for (mine, theirs) in [(1, 2), (2, 1)] {
                    group.addTask {
                        do {
                            try await pool.transaction { transaction in
                                try await transaction.execute("SET LOCAL deadlock_timeout = '20ms'")
                                try await transaction.execute("UPDATE pair SET n = n + 1 WHERE id = $1", mine)
                                await meeting.arrive()
                                try await transaction.execute("UPDATE pair SET n = n + 1 WHERE id = $1", theirs)
                            }
                            return nil
                        } catch {
                            return error
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }.compactMap { $0 as? PostgresError }
            }
            #expect(errors.map(\.sqlState) == [.deadlockDetected])
            let sum: Int = try #require(try await pool.first("SELECT sum(n)::int8 FROM pair"))[0]
            #expect(sum == 2)
        }
    }

    @Test("a savepoint undoes its part only, nested ones too")
    func savepoints() async throws {
        let connection = try await TestDatabase.connect()
        try await connection.execute("CREATE TABLE layers (name text)")
        try await connection.transaction { transaction in
            try await transaction.execute("INSERT INTO layers VALUES ('outer')")
            _ = try await failure(PostgresError.self) {
                try await transaction.savepoint { inner in
                    try await inner.execute("INSERT INTO layers VALUES ('undone')")
                    try await inner.execute("SELECT 1/0")
                }
            }
            try await transaction.savepoint { inner in
                try await inner.execute("INSERT INTO layers VALUES ('kept')")
                _ = try await failure(Refusal.self) {
                    try await inner.savepoint { innermost in
                        try await innermost.execute("INSERT INTO layers VALUES ('undone too')")
                        throw Refusal()
                    }
                }
            }
        }
        let names: [String] = try await connection.query("SELECT name FROM layers ORDER BY name").map { try $0[0] }
        #expect(names == ["kept", "outer"])
    }

    @Test("using the connection inside of its own transaction is an error instead of a wait without end")
    func misuse() async throws {
        let connection = try await TestDatabase.connect()
        try await connection.transaction { transaction in
            let error = try await failure(ConnectionError.self) { try await connection.execute("SELECT 1") }
            guard case .occupied = error else { throw error }
            #expect(try await transaction.first("SELECT 1") != nil)
        }
        #expect(try await connection.first("SELECT 1") != nil)
    }

    @Test("a transaction that has ended refuses statements")
    func afterTheEnd() async throws {
        let connection = try await TestDatabase.connect()
        let escaped = try await connection.transaction { $0 }
        let error = try await failure(ConnectionError.self) { try await escaped.execute("SELECT 1") }
        guard case .closed = error else { throw error }
        await #expect(throws: ConnectionError.self) { for try await _ in escaped.stream("SELECT 1") {} }
        #expect(try await connection.first("SELECT 1") != nil)
    }

    @Test("others wait for the connection until the transaction has ended")
    func exclusive() async throws {
        let connection = try await TestDatabase.connect()
        try await connection.execute("CREATE TABLE turns (name text)")
        let meeting = Attempts()
        let work = Task {
            try await connection.transaction { transaction in
                await meeting.arrive()
                for _ in 0..<5 {
                    try await transaction.execute("INSERT INTO turns VALUES ('inside')")
                    await Task.yield()
                }
            }
        }
        try await eventually("the transaction never began") { await meeting.count == 1 }
        let outsider = Task { try await connection.query("SELECT count(*) FROM turns").first?.decode(Int.self) }
        await meeting.arrive()
        try await work.value
        #expect(try await outsider.value == 5)
    }

    @Test("calls from several tasks inside of one transaction take turns")
    func concurrentCalls() async throws {
        let connection = try await TestDatabase.connect()
        let sum = try await connection.transaction { transaction in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 1...50 {
                    group.addTask { try #require(try await transaction.first("SELECT $1::int8", number))[0] }
                }
                return try await group.reduce(0, +)
            }
        }
        #expect(sum == 1275)
    }
}
