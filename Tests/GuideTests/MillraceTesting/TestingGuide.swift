import Foundation
import Millrace
import MillraceTesting
import Postgres
import TestSupport
import Testing

struct Remind: Plugin {
    struct Arguments: Codable, Sendable { var customer: Int }

    static let name = "remind"
    static let defaults = JobDefaults(maxAttempts: 3, backoff: Backoff(base: .seconds(60), cap: .seconds(600)))

    func run(_ job: JobContext<Arguments>) async throws {
        guard job.arguments.customer > 0 else { throw PermanentFailure("there is no such customer") }
        if job.attempt == 1 { throw RetryLater(after: .seconds(3600), "the mailbox is full") }
        try await job.complete(result: "reminded") { transaction in
            try await transaction.enqueue(JobRequest(Survey.self, .init(customer: job.arguments.customer)))
        }
    }
}

struct Survey: Plugin {
    struct Arguments: Codable, Sendable { var customer: Int }

    static let name = "survey"

    func run(_ job: JobContext<Arguments>) async throws {}
}

/// The server of the tests.
private func testServer() throws -> Configuration {
    try TestDatabase.current.configuration
}

// region: suite
@Suite("Reminders")
struct ReminderTests {
    private func withJobs(_ body: (JobTester) async throws -> Void) async throws {
        var registry = PluginRegistry()
        try registry.register(Remind())
        try registry.register(Survey())
        try await ScratchDatabase.with(on: testServer()) { configuration in
            try await JobTester.with(configuration, registry: registry, body)
        }
    }
    // endregion: suite

    @Test("one attempt is run inline", .database)
    func inline() async throws {
        try await withJobs { jobs in
            // region: inline
            let refused = try await jobs.run(Remind.self, .init(customer: 0))
            #expect(refused.state == .failed)
            #expect(refused.reason?.contains("no such customer") == true)
            // endregion: inline
        }
    }

    @Test("the clock is the test's", .database)
    func clock() async throws {
        try await withJobs { jobs in
            // region: clock
            let first = try await jobs.run(Remind.self, .init(customer: 7))
            #expect(first.state == .scheduled)

            try await jobs.advance(by: .seconds(3599))
            #expect(try await jobs.drain().isEmpty)

            try await jobs.advance(by: .seconds(2))
            try await jobs.drain()
            #expect(try await jobs.jobs(of: "remind").map(\.state) == [.succeeded])
            // endregion: clock
        }
    }

    @Test("whatever is ready is drained, with what it makes", .database)
    func drained() async throws {
        try await withJobs { jobs in
            // region: drain
            let reminder = try await jobs.pool.enqueue(JobRequest(Remind.self, .init(customer: 7)))
            #expect(try await jobs.drain() == [reminder])

            try await jobs.advance(by: .seconds(3601))
            let ran = try await jobs.drain()
            #expect(ran.count == 2)
            #expect(try await jobs.standing(of: reminder).result?.decode(String.self) == "reminded")
            // endregion: drain
        }
    }

    @Test("what was enqueued is looked for by its arguments", .database)
    func assertions() async throws {
        try await withJobs { jobs in
            _ = try await jobs.pool.enqueue(JobRequest(Remind.self, .init(customer: 7)))
            // region: assertions
            let reminder = try await jobs.requireEnqueued(Remind.self) { $0.customer == 7 }
            #expect(reminder.queue == "default")
            #expect(try await jobs.enqueued(Remind.self).map(\.customer) == [7])
            try await jobs.refuseEnqueued(Survey.self)
            // endregion: assertions
            await #expect(throws: ExpectationError.self) { try await jobs.refuseEnqueued(Remind.self) }
        }
    }
}
