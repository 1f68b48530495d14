import Foundation
import Postgres
import Synchronization
import Testing

@Suite("The thread of the connections", .database)
struct ConnectionThreadTests {
    @Test("a task that prefers it stays on one thread, whatever it waits for")
    func oneThread() async throws {
        let threads = Threads()
        try await TestDatabase.withPool(maximumConnections: 4) { pool in
            try await withTaskExecutorPreference(ConnectionThread.executor) {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in 0..<40 {
                        group.addTask {
                            threads.note()
                            #expect(try await pool.query("SELECT $1 + 1", number)[0][0] == number + 1)
                            threads.note()
                            try await Task.sleep(for: .milliseconds(number % 4))
                            threads.note()
                            await Task.yield()
                            threads.note()
                        }
                    }
                    try await group.waitForAll()
                }
            }
        }
        #expect(threads.count == 1)
    }

    @Test("what others queue there while it waits is run at once")
    func wakesUp() async throws {
        try await TestDatabase.withPool(maximumConnections: 1) { pool in
            let sleeping = Task { try await pool.execute("SELECT pg_sleep(0.5)") }
            for number in 0..<2000 {
                let value = await Task(executorPreference: ConnectionThread.executor) { number * 2 }.value
                #expect(value == number * 2)
            }
            _ = try await sleeping.value
        }
    }

    /// The threads that it was noted on.
    private final class Threads: Sendable {
        private let seen = Mutex<Set<UInt>>([])

        var count: Int { seen.withLock(\.count) }

        func note() {
            let thread = UInt(pthread_self())
            seen.withLock { _ = $0.insert(thread) }
        }
    }
}
