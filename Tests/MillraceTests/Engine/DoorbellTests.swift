import Postgres
import Synchronization
import TestSupport
import Testing

@testable import Millrace

@Suite("The doorbell", .database)
struct DoorbellTests {
    @Test("rings wake idle workers beside the enqueuing, a thousand as a few")
    func gathered() async throws {
        let database = try TestDatabase.current
        let doorbell = Doorbell(over: database.pool, logger: TestDatabase.logger)
        let listener = try await Connection.connect(database.configuration, logger: TestDatabase.logger)
        let rings = try await listener.listen("millrace_ready")
        let heard = Atomic(0)
        let listening = Task {
            for try await _ in rings { heard.add(1, ordering: .relaxed) }
        }
        let ringing = Task { await doorbell.run() }
        for _ in 0..<1000 { doorbell.ring() }
        try await eventually("a ring is heard") { heard.load(ordering: .relaxed) > 0 }
        try await Task.sleep(for: .milliseconds(200))
        #expect(heard.load(ordering: .relaxed) <= 3, "they came within a few milliseconds")
        let before = heard.load(ordering: .relaxed)
        doorbell.ring()
        try await eventually("a later ring is heard, too") { heard.load(ordering: .relaxed) > before }
        ringing.cancel()
        await ringing.value
        listening.cancel()
        await listener.close()
    }
}
