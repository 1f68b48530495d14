import Postgres
import Testing

@Suite("Cancellation", .database, .serialized)
struct CancellationTests {
    @Test("cancelling the task stops the statement on the server, and the connection goes on")
    func cancelSleep() async throws {
        let connection = try await TestDatabase.connect()
        let observer = try await TestDatabase.connect()
        for _ in 0..<3 {
            let started = ContinuousClock.now
            let sleep = Task { try await connection.execute("SELECT pg_sleep(600)") }
            try await untilBusy(connection.backendPID, seenBy: observer)
            sleep.cancel()
            _ = try await failure(CancellationError.self) { _ = try await sleep.value }
            #expect(ContinuousClock.now - started < .seconds(120))
            let answer: Int = try #require(try await connection.first("SELECT 42::int8"))[0]
            #expect(answer == 42)
        }
    }

    @Test("a task that was cancelled before sends nothing")
    func cancelledBefore() async throws {
        let connection = try await TestDatabase.connect()
        try await connection.execute("CREATE TABLE untouched (n int8)")
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await connection.execute("INSERT INTO untouched VALUES (1)")
        }
        _ = try await failure(CancellationError.self) { try await task.value }
        #expect(try await connection.first("SELECT 1 FROM untouched") == nil)
    }

    @Test("a task that waits for its turn leaves the queue when it is cancelled")
    func cancelWaiter() async throws {
        let connection = try await TestDatabase.connect()
        let observer = try await TestDatabase.connect()
        let sleep = Task { try await connection.execute("SELECT pg_sleep(600)") }
        try await untilBusy(connection.backendPID, seenBy: observer)
        let waiter = Task { try await connection.execute("SELECT 1") }
        waiter.cancel()
        _ = try await failure(CancellationError.self) { _ = try await waiter.value }
        sleep.cancel()
        _ = try await failure(CancellationError.self) { _ = try await sleep.value }
        #expect(try await connection.first("SELECT 1") != nil)
    }

    @Test("a timeout of the server is an error of the server, not a cancellation")
    func statementTimeout() async throws {
        let connection = try await TestDatabase.connect { $0.sessionParameters["statement_timeout"] = "50ms" }
        let error = try await failure(PostgresError.self) { try await connection.execute("SELECT pg_sleep(600)") }
        #expect(error.sqlState == .queryCanceled)
        #expect(try await connection.first("SELECT 1") != nil)
    }

    @Test("cancelling inside of a transaction rolls it back, and the connection goes on")
    func cancelTransaction() async throws {
        let connection = try await TestDatabase.connect()
        let observer = try await TestDatabase.connect()
        try await connection.execute("CREATE TABLE half (n int8)")
        let work = Task {
            try await connection.transaction { transaction in
                try await transaction.execute("INSERT INTO half VALUES (1)")
                try await transaction.execute("SELECT pg_sleep(600)")
            }
        }
        try await untilBusy(connection.backendPID, seenBy: observer)
        work.cancel()
        _ = try await failure(CancellationError.self) { _ = try await work.value }
        #expect(try await connection.first("SELECT 1 FROM half") == nil)
    }

    @Test("a task cancelled at the end of its transaction does not commit")
    func cancelBeforeCommit() async throws {
        let connection = try await TestDatabase.connect()
        try await connection.execute("CREATE TABLE almost (n int8)")
        let work = Task {
            try await connection.transaction { transaction in
                try await transaction.execute("INSERT INTO almost VALUES (1)")
                withUnsafeCurrentTask { $0?.cancel() }
            }
        }
        _ = try await failure(CancellationError.self) { try await work.value }
        #expect(try await connection.first("SELECT 1 FROM almost") == nil)
    }

    @Test("random cancellations never leave one statement's answer to the next")
    func answersMatch() async throws {
        var random = SeededRandom()
        let connection = try await TestDatabase.connect()
        for number in 0..<300 {
            let task = Task {
                try await connection.first("SELECT $1::int8, pg_sleep(0.001)", number)?.get("int8", as: Int.self)
            }
            let yields = Int.random(in: 0..<60, using: &random)
            for _ in 0..<yields { await Task.yield() }
            task.cancel()
            switch await task.result {
            case .success(let answer): #expect(answer == number, "seed \(random.seed)")
            case .failure(let error): #expect(error is CancellationError, "seed \(random.seed)")
            }
        }
        #expect(await connection.isUsable)
    }

    @Test("aborting a connection ends the statement it waits for")
    func closeUnderWaiter() async throws {
        let pool = Pool(try TestDatabase.configuration(), maximumConnections: 1)
        let observer = try await TestDatabase.connect()
        let sleep = Task {
            try await pool.withConnection { connection in
                try await connection.execute("SELECT pg_sleep(600), 'close under waiter'")
            }
        }
        try await eventually("the sleeper never ran") {
            try await observer.first(
                "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%close under waiter%' AND wait_event = 'PgSleep'")
                != nil
        }
        await pool.close(grace: .milliseconds(10))
        let error = try await failure(ConnectionError.self) { _ = try await sleep.value }
        guard case .closed = error else { throw error }
    }
}
