import Foundation
import Postgres
import Testing

@Suite("The pool", .database, .serialized)
struct PoolTests {
    @Test("never more connections than the maximum, and they are reused")
    func bounds() async throws {
        let observer = try await TestDatabase.connect()
        let database = try TestDatabase.place().name
        try await TestDatabase.withPool(maximumConnections: 3) { pool in
            try await withThrowingTaskGroup { group in
                for _ in 0..<60 {
                    group.addTask {
                        try await pool.withConnection { connection in
                            let statistics = pool.statistics
                            #expect(statistics.inUse + statistics.idle + statistics.opening <= 3)
                            try await connection.execute("SELECT pg_sleep(0.005)")
                        }
                    }
                }
                try await group.waitForAll()
            }
            let statistics = pool.statistics
            #expect(statistics.opened <= 3 && statistics.acquired == 60 && statistics.inUse == 0)
            #expect(statistics.idle == statistics.opened && statistics.dropped == 0)
        }
        // Closed means closed on the server's side too; the observer's own suite neighbours use other application names.
        try await eventually("connections stayed open") {
            try await observer.first(
                "SELECT 1 FROM pg_stat_activity WHERE datname = $1 AND query = 'SELECT pg_sleep(0.005)'", database)
                == nil
        }
    }

    @Test("waiters are served in the order of arrival")
    func fifo() async throws {
        try await TestDatabase.withPool(maximumConnections: 1) { pool in
            let order = Order()
            try await pool.withConnection { _ in
                for number in 0..<20 {
                    await order.add(
                        Task { try await pool.withConnection { _ in await order.served(number) } })
                    try await eventually("a waiter never queued") { pool.statistics.waiting == number + 1 }
                }
            }
            for task in await order.tasks { try await task.value }
            #expect(await order.numbers == Array(0..<20))
        }
    }

    actor Order {
        private(set) var numbers: [Int] = []
        private(set) var tasks: [Task<Void, any Error>] = []
        func served(_ number: Int) { numbers.append(number) }
        func add(_ task: Task<Void, any Error>) { tasks.append(task) }
    }

    @Test("who waits too long is told so, with the maximum in the text")
    func timeout() async throws {
        try await TestDatabase.withPool(maximumConnections: 1, acquireTimeout: .milliseconds(100)) { pool in
            // On a busy machine opening the first connection may itself take longer than that.
            try await eventually("no connection was opened") {
                do {
                    try await pool.execute("SELECT 1")
                    return true
                } catch is PoolError {
                    return false
                }
            }
            try await pool.withConnection { _ in
                let error = try await failure(PoolError.self) { try await pool.execute("SELECT 1") }
                #expect(error == .timedOut(waited: .milliseconds(100), maximum: 1))
                #expect(error.description.contains("1 at most") && error.description.contains("→"))
            }
            #expect(pool.statistics.timedOut >= 1)
            try await pool.execute("SELECT 1")
        }
    }

    @Test("a waiter that is cancelled leaves the queue at once")
    func cancelledWaiter() async throws {
        try await TestDatabase.withPool(maximumConnections: 1) { pool in
            try await pool.withConnection { _ in
                let waiter = Task { try await pool.execute("SELECT 1") }
                try await eventually("never queued") { pool.statistics.waiting == 1 }
                waiter.cancel()
                _ = try await failure(CancellationError.self) { _ = try await waiter.value }
                #expect(pool.statistics.waiting == 0)
            }
            #expect(try await pool.first("SELECT 1") != nil)
        }
    }

    @Test("a connection whose backend was terminated while idle is replaced before it is handed out")
    func brokenWhileIdle() async throws {
        let observer = try await TestDatabase.connect()
        try await TestDatabase.withPool(maximumConnections: 1) { pool in
            let first = try await pool.withConnection { $0.backendPID }
            try await observer.execute("SELECT pg_terminate_backend($1)", first)
            try await eventually("the backend never went") {
                try await observer.first("SELECT 1 FROM pg_stat_activity WHERE pid = $1", first) == nil
            }
            let second = try await pool.withConnection { connection in
                try await connection.execute("SELECT 1")
                return connection.backendPID
            }
            #expect(first != second && pool.statistics.dropped == 1)
        }
    }

    @Test("a connection that broke, was left in a transaction, or listens is not handed on")
    func uncleanConnections() async throws {
        try await TestDatabase.withPool(maximumConnections: 1) { pool in
            let first = try await pool.withConnection { connection in
                try await connection.execute("BEGIN")
                return connection.backendPID
            }
            // The stream must outlive the loan: when it goes, the connection stops listening and is clean again.
            let (second, stream) = try await pool.withConnection { connection in
                #expect(try await connection.first("SELECT 1 WHERE pg_current_xact_id_if_assigned() IS NULL") != nil)
                return (connection.backendPID, try await connection.listen("left"))
            }
            let third = try await pool.withConnection { connection in
                await #expect(throws: (any Error).self) {
                    try await connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
                }
                return connection.backendPID
            }
            let fourth = try await pool.withConnection { $0.backendPID }
            #expect(Set([first, second, third, fourth]).count == 4)
            var notifications = stream.makeAsyncIterator()
            #expect(try await notifications.next() == nil)
            #expect(pool.statistics.idle == 1)
        }
    }

    @Test("a stream left open is cleaned up before the next user gets the connection")
    func abandonedStream() async throws {
        try await TestDatabase.withPool(maximumConnections: 1) { pool in
            let first = try await pool.withConnection { connection in
                var iterator = connection.stream("SELECT generate_series(1, 1000000000)").makeAsyncIterator()
                _ = try await iterator.next()
                return connection.backendPID
            }
            let row = try #require(try await pool.first("SELECT pg_backend_pid(), 3::int8"))
            #expect(try row.decode(Int32.self, Int.self) == (first, 3))
        }
    }

    @Test("a closed pool refuses, wakes its waiters, and waits for borrowed connections")
    func close() async throws {
        let pool = Pool(try TestDatabase.configuration(), maximumConnections: 1)
        let order = Order()
        let gate = AsyncStream<Void>.makeStream()
        let borrower = Task {
            try await pool.withConnection { connection in
                for await _ in gate.stream { break }
                try await connection.execute("SELECT 1")
                await order.served(1)
            }
        }
        try await eventually("never borrowed") { pool.statistics.inUse == 1 }
        let waiter = Task { try await pool.execute("SELECT 1") }
        try await eventually("never queued") { pool.statistics.waiting == 1 }
        let closing = Task {
            await pool.close()
            await order.served(2)
        }
        _ = try await failure(PoolError.self) { _ = try await waiter.value }
        gate.continuation.finish()
        try await borrower.value
        await closing.value
        await pool.close()
        #expect(await order.numbers == [1, 2])
        let error = try await failure(PoolError.self) { try await pool.execute("SELECT 1") }
        #expect(error == .closed)
    }

    @Test("forty sleeps on forty connections take no longer than one: nothing blocks the cooperative threads")
    func sleepsTogether() async throws {
        try await TestDatabase.withPool(maximumConnections: 40) { pool in
            // Each sleeper waits until all forty hold a lock at the same time; blocked threads would never let them.
            let together = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<40 {
                    group.addTask {
                        try await pool.withConnection { connection in
                            try await connection.execute("SELECT pg_advisory_lock_shared(4040)")
                            var holders = 0
                            let deadline = ContinuousClock.now + .seconds(60)
                            while holders < 40, ContinuousClock.now < deadline {
                                holders = try #require(
                                    try await connection.first(
                                        """
                                        SELECT count(*)::int8 FROM pg_locks, pg_sleep(0.5)
                                        WHERE locktype = 'advisory' AND objid = 4040
                                        """))[0]
                            }
                            return holders
                        }
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(together == Array(repeating: 40, count: 40))
            #expect(pool.statistics.opened == 40)
        }
    }

    @Test("connections idle for too long are closed down to the number kept ready")
    func idleTimeout() async throws {
        let pool = Pool(
            try TestDatabase.configuration(), maximumConnections: 4, minimumIdle: 1, idleTimeout: .milliseconds(100))
        try await withThrowingTaskGroup { group in
            for _ in 0..<4 { group.addTask { try await pool.execute("SELECT pg_sleep(0.05)") } }
            try await group.waitForAll()
        }
        try await eventually("idle connections stayed") { pool.statistics.idle == 1 }
        await pool.close()
    }

    @Test("a connection beyond its lifetime is closed when it comes back")
    func lifetime() async throws {
        let pool = Pool(
            try TestDatabase.configuration(), maximumConnections: 1, maximumLifetime: .milliseconds(1))
        let first = try await pool.withConnection { connection in
            try await Task.sleep(for: .milliseconds(5))
            return connection.backendPID
        }
        let second = try await pool.withConnection { $0.backendPID }
        #expect(first != second && pool.statistics.dropped == 0)
        await pool.close()
    }

    @Test("the minimum is opened before anybody asks")
    func minimumIdle() async throws {
        let pool = Pool(try TestDatabase.configuration(), maximumConnections: 4, minimumIdle: 2)
        try await eventually("nothing was opened") { pool.statistics.idle == 2 }
        await pool.close()
    }
}
