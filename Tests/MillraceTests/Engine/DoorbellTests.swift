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
        let listener = try await Connection.connect(database.configuration, logger: TestDatabase.logger)
        let rings = try await listener.listen("millrace_ready")
        let heard = Atomic(0)
        let listening = Task {
            for try await _ in rings { heard.add(1, ordering: .relaxed) }
        }
        for _ in 0..<1000 { doorbell.ring() }
        let ringing = Task { await doorbell.run() }
        try await eventually("a ring is heard") { heard.load(ordering: .relaxed) > 0 }
        doorbell.ring()
        try await eventually("a later ring is heard, too") { heard.load(ordering: .relaxed) > 1 }
        #expect(heard.load(ordering: .relaxed) == 2, "the thousand came as one")
        ringing.cancel()
        await ringing.value
        listening.cancel()
        await listener.close()
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
        let doorbell = Doorbell(over: database.pool, logger: TestDatabase.logger)
        let listener = try await Connection.connect(database.configuration, logger: TestDatabase.logger)
        let rings = try await listener.listen("millrace_ready")
        let heard = Atomic(0)
        let listening = Task {
            for try await _ in rings { heard.add(1, ordering: .relaxed) }
        }
        // Nobody runs the doorbell: what is heard came with the jobs.
        let first = try await doorbell.enqueue(.bare())
        try await eventually("a ring is heard") { heard.load(ordering: .relaxed) == 1 }
        try await Task.sleep(for: .milliseconds(20))
        let more = try await doorbell.enqueue([.bare(), .bare(queue: "other")])
        try await eventually("another ring is heard") { heard.load(ordering: .relaxed) == 2 }
        #expect(try await doorbell.enqueue([]).isEmpty)

        try await Task.sleep(for: .milliseconds(20))
        var refused = JobRequest.bare()
        refused.maxAttempts = 0
        let error = await #expect(throws: PostgresError.self) { try await doorbell.enqueue(refused) }
        #expect(error?.message == "job 1 has max_attempts 0")

        let ringing = Task { await doorbell.run() }
        let start = ContinuousClock.now
        let before = heard.load(ordering: .relaxed)
        var ids = [first] + more
        for _ in 0..<200 { ids.append(try await doorbell.enqueue(.bare())) }
        #expect(ids == ids.sorted())
        #expect(try await database.pool.query("SELECT FROM millrace.ready").count == 203)
        try await eventually("the last ring is heard") { heard.load(ordering: .relaxed) > before }
        let most = Int(start.duration(to: .now) / .milliseconds(5)) + 2
        #expect(heard.load(ordering: .relaxed) - before <= most)
        ringing.cancel()
        await ringing.value
        listening.cancel()
        await listener.close()
    }
}
