import Postgres
import Synchronization
import TestSupport
import Testing

@testable import Millrace

@Suite("The doorbell", .database)
struct DoorbellTests {
    @Test("rings wake idle workers beside the enqueuing, a thousand as one")
    func gathered() async throws {
        let database = try TestDatabase.current
        let doorbell = Doorbell(over: database.pool, logger: TestDatabase.logger)
        let ear = try await Ear(on: database)
        for _ in 0..<1000 { doorbell.ring() }
        let ringing = Task { await doorbell.run() }
        try await eventually("a ring is heard") { ear.heard > 0 }
        doorbell.ring()
        try await eventually("a later ring is heard, too") { ear.heard > 1 }
        #expect(ear.heard == 2, "the thousand came as one")
        ringing.cancel()
        await ringing.value
        await ear.close()
    }

    @Test("a ring is not lost when the program ends right after it")
    func last() async throws {
        let database = try TestDatabase.current
        let doorbell = Doorbell(over: database.pool, logger: TestDatabase.logger)
        let listener = try await Connection.connect(database.configuration, logger: TestDatabase.logger)
        let rings = try await listener.listen("millrace_ready")
        for _ in 0..<20 {
            let ringing = Task { await doorbell.run() }
            doorbell.ring()
            ringing.cancel()
            await ringing.value
        }
        // One that was asked for twice may have been sent once; without any the test would wait for ever.
        for try await _ in rings { break }
        await listener.close()
    }

    @Test("jobs take a ring along, and those that follow soon share one; jobs that are refused are an error")
    func alongWithJobs() async throws {
        let database = try TestDatabase.current
        func quiet() -> Doorbell { Doorbell(over: database.pool, logger: TestDatabase.logger) }
        let ear = try await Ear(on: database)
        // Nobody runs these doorbells: what is heard came with the jobs.
        let first = try await quiet().enqueue(.bare())
        try await eventually("a ring is heard") { ear.heard == 1 }
        let more = try await quiet().enqueue([.bare(), .bare(queue: "other")])
        try await eventually("another ring is heard") { ear.heard == 2 }
        #expect(try await quiet().enqueue([]).isEmpty)
        var refused = JobRequest.bare()
        refused.maxAttempts = 0
        let error = await #expect(throws: PostgresError.self) { try await quiet().enqueue(refused) }
        #expect(error?.message == "job 1 has max_attempts 0")

        let doorbell = quiet()
        let ringing = Task { await doorbell.run() }
        let start = ContinuousClock.now
        let before = ear.heard
        var ids = [first] + more
        for _ in 0..<200 { ids.append(try await doorbell.enqueue(.bare())) }
        #expect(ids == ids.sorted())
        #expect(try await database.pool.query("SELECT FROM millrace.ready").count == 203)
        try await eventually("a ring is heard") { ear.heard > before }
        // One more for the refused job, which had not been heard yet perhaps.
        let most = Int(start.duration(to: .now) / .milliseconds(5)) + 3
        #expect(ear.heard - before <= most)
        ringing.cancel()
        await ringing.value
        await ear.close()
    }
}

/// Counts the rings that are heard.
private final class Ear: Sendable {
    private let listener: Connection
    private let count = Atomic(0)
    private let listening = Mutex<Task<Void, any Error>?>(nil)

    init(on database: TestDatabase) async throws {
        listener = try await Connection.connect(database.configuration, logger: TestDatabase.logger)
        let rings = try await listener.listen("millrace_ready")
        listening.withLock { task in
            task = Task { for try await _ in rings { self.count.add(1, ordering: .relaxed) } }
        }
    }

    var heard: Int { count.load(ordering: .relaxed) }

    func close() async {
        listening.withLock { $0?.cancel() }
        await listener.close()
    }
}
