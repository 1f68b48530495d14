import Foundation
import Postgres
import Synchronization
import TestSupport
import Testing

@Suite("The thread of the connections", .emptyDatabase)
struct ConnectionThreadTests {
    @Test("a task that prefers it stays on one thread, whatever it waits for")
    func oneThread() async throws {
        let pool = try TestDatabase.current.pool
        let threads = Mutex<Set<UInt64>>([])
        @Sendable func note() { threads.withLock { _ = $0.insert(threadID()) } }
        try await withTaskExecutorPreference(ConnectionThread.executor) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<40 {
                    group.addTask {
                        note()
                        #expect(try await pool.query("SELECT $1 + 1", number)[0][0] == number + 1)
                        note()
                        try await Task.sleep(for: .milliseconds(number % 4))
                        note()
                        await Task.yield()
                        note()
                    }
                }
                try await group.waitForAll()
            }
        }
        #expect(threads.withLock(\.count) == 1)
    }

    @Test("what others queue there while it waits is run at once, and a deadline passes meanwhile")
    func wakesUp() async throws {
        let database = try TestDatabase.current
        let sleeping = Task { try await database.pool.execute("SELECT pg_sleep(0.5)") }
        for number in 0..<2000 {
            let value = await Task(executorPreference: ConnectionThread.executor) { number * 2 }.value
            #expect(value == number * 2)
        }
        try await sleeping.value
        await #expect(throws: PoolError.self) {
            let narrow = Pool(
                database.configuration, maximumConnections: 1, acquireTimeout: .milliseconds(200),
                logger: TestDatabase.logger)
            try await narrow.withConnection { _ in
                try await withTaskExecutorPreference(ConnectionThread.executor) { try await narrow.execute("SELECT 1") }
            }
        }
    }

    private func threadID() -> UInt64 {
        UInt64(pthread_self())
    }
}
