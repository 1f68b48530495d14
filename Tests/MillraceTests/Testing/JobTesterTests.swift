import Foundation
import Millrace
import MillraceTesting
import Postgres
import TestSupport
import Testing

@Suite("The test kit", .database)
struct JobTesterTests {
    private func withTester(
        _ body: @escaping @Sendable (JobContext<Scripted.Arguments>) async throws -> Void,
        _ test: (JobTester) async throws -> Void
    ) async throws {
        var registry = try PluginRegistry.scripted(body)
        try registry.register(Add())
        try await JobTester.with(TestDatabase.current.configuration, registry: registry, test)
    }

    @Test("a job is run at once and says how it ended")
    func inline() async throws {
        try await withTester { _ in
        } _: { jobs in
            let sum = try await jobs.run(Add.self, .init(left: 2, right: 3))
            #expect(sum.state == .succeeded)
            #expect(try sum.result?.decode(Int.self) == 5)
        }
    }

    @Test("an inline run leaves other jobs alone, and a drain runs them in their order with what they make")
    func drain() async throws {
        let notes = Notes()
        try await withTester { job in
            notes.add(job.arguments.word)
            if job.arguments.word == "parent" {
                try await job.complete(
                    result: 1, spawning: [try Scripted.request("child")], then: try Scripted.request("last"))
            }
        } _: { jobs in
            let ids = try await jobs.pool.enqueue([try Scripted.request("parent"), try Scripted.request("other")])
            _ = try await jobs.run(Scripted.self, .init(word: "inline"))
            #expect(notes.all == ["inline"])
            let ran = try await jobs.drain()
            #expect(notes.all == ["inline", "parent", "other", "child", "last"])
            #expect(ran.prefix(2) == ids.prefix(2))
            #expect(ran.count == 4)
        }
    }

    @Test("back-off passes when the clock is moved, and not before")
    func backoff() async throws {
        let notes = Notes()
        try await withTester { job in
            notes.add("attempt \(job.attempt)")
            if job.attempt < 3 { throw RetryLater(after: .seconds(3600), "not yet") }
        } _: { jobs in
            let first = try await jobs.run(Scripted.self, .init())
            #expect(first.state == .scheduled)
            try await jobs.advance(by: .seconds(3500))
            #expect(try await jobs.drain().isEmpty)
            try await jobs.advance(by: .seconds(101))
            #expect(try await jobs.drain().count == 1)
            try await jobs.advance(by: .seconds(3601))
            try await jobs.drain()
            #expect(notes.all == ["attempt 1", "attempt 2", "attempt 3"])
            #expect(try await jobs.jobs(of: "scripted").map(\.state) == [.succeeded])
        }
    }

    @Test("a schedule fires when the clock passes its slot, with the slot as the logical time")
    func schedule() async throws {
        let notes = Notes()
        try await withTester { job in
            notes.add(RFC3339.text(job.logicalTime))
        } _: { jobs in
            let now: Date = try await jobs.pool.query("SELECT date_trunc('hour', clock_timestamp())")[0][0]
            let definition = PipelineDefinition(
                name: "hourly", steps: [PipelineStep(name: "only", plugin: "scripted")],
                schedule: ScheduleDefinition(cron: try CronExpression("0 * * * *"), misfire: .all(maximum: 10)))
            try await jobs.pool.transaction { try await $0.apply([definition], sources: ["test"]) }
            try await jobs.advance(by: .seconds(2 * 3600))
            try await jobs.drain()
            #expect(notes.all == [1, 2].map { RFC3339.text(now.addingTimeInterval($0 * 3600)) })
        }
    }

    @Test("what was enqueued can be required, and what is missing is told with what is there")
    func assertions() async throws {
        try await withTester { job in
            try await job.database.enqueue(try JobRequest(Add.self, .init(left: 1, right: 2)))
        } _: { jobs in
            try await jobs.refuseEnqueued(Add.self)
            _ = try await jobs.run(Scripted.self, .init())
            let found = try await jobs.requireEnqueued(Add.self) { $0.left == 1 }
            #expect(found.state == .ready)
            #expect(try await jobs.enqueued(Add.self).map(\.right) == [2])
            let error = await #expect(throws: ExpectationError.self) {
                try await jobs.requireEnqueued(Add.self) { $0.left == 9 }
            }
            #expect(error?.description.contains("found 0 among 1\n  job \(found.id), ready: ") == true)
            await #expect(throws: ExpectationError.self) { try await jobs.refuseEnqueued(Add.self) }
        }
    }

    @Test("a drain that never ends is an error")
    func endless() async throws {
        try await withTester { job in
            try await job.database.enqueue(try Scripted.request())
        } _: { jobs in
            try await jobs.pool.enqueue(try Scripted.request())
            await #expect(throws: DrainError.self) { try await jobs.drain(limit: 20) }
        }
    }

    @Test("a scratch database is migrated, and gone afterwards, also when the body fails")
    func scratch() async throws {
        struct Stop: Error {}
        let server = try TestDatabase.current.configuration
        var made: Configuration?
        await #expect(throws: Stop.self) {
            try await ScratchDatabase.with(on: server) { configuration in
                made = configuration
                let connection = try await Connection.connect(configuration, logger: TestDatabase.logger)
                #expect(try await connection.query("SELECT * FROM millrace.v_job").isEmpty)
                await connection.close()
                throw Stop()
            }
        }
        let configuration = try #require(made)
        await #expect(throws: ConnectionError.self) {
            _ = try await Connection.connect(configuration, logger: TestDatabase.logger)
        }
    }
}
