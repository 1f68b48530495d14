import Logging
import Postgres
import TestSupport
import Testing

@Suite("Guide: the pool", .emptyDatabase)
struct PoolGuide {
    @Test("statements take connections of the pool, up to its maximum")
    func lends() async throws {
        let configuration = try TestDatabase.current.configuration
        let logger = TestDatabase.logger
        // region: make
        let pool = Pool(configuration, maximumConnections: 4, acquireTimeout: .seconds(5), logger: logger)
        let answers = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 1...20 {
                group.addTask { try await pool.query("SELECT $1 * 2", number)[0][0] }
            }
            return try await group.reduce(0, +)
        }
        // endregion: make
        #expect(answers == 420)
        #expect(pool.statistics.opened <= 4)

        // region: connection
        let backend = try await pool.withConnection { connection in
            try await connection.execute("SELECT pg_advisory_lock(7)")
            let backend = connection.backendPID
            try await connection.execute("SELECT pg_advisory_unlock(7)")
            return backend
        }
        // endregion: connection
        #expect(backend > 0)
        // region: close
        let statistics = pool.statistics
        await pool.close(grace: .seconds(5))
        // endregion: close
        #expect(statistics.acquired >= 21)
        await #expect(throws: PoolError.closed) { try await pool.execute("SELECT 1") }
    }

    @Test("a task may stay on the thread that waits for the connections")
    func stays() async throws {
        let pool = try TestDatabase.current.pool
        // region: thread
        let sum = try await withTaskExecutorPreference(ConnectionThread.executor) {
            var sum = 0
            for number in 1...100 { sum += try await pool.query("SELECT $1 * 2", number)[0][0] }
            return sum
        }
        // endregion: thread
        #expect(sum == 10_100)
    }

    @Test("who waits too long is told so")
    func timesOut() async throws {
        let pool = Pool(
            try TestDatabase.current.configuration, maximumConnections: 1, acquireTimeout: .seconds(2),
            logger: TestDatabase.logger)
        try await pool.withConnection { _ in
            // region: timeout
            do {
                try await pool.execute("SELECT 1")
            } catch PoolError.timedOut(let waited, let maximum) {
                print("\(maximum) connections stayed in use for \(waited)")
            }
            // endregion: timeout
        }
        #expect(pool.statistics.timedOut == 1)
        await pool.close()
    }
}
