import Millrace
import MillraceTesting
import Postgres
import TestSupport
import Testing

struct Rebuild: Plugin {
    struct Arguments: Codable, Sendable {
        var shop: String
        var reason: String?
    }

    static let name = "rebuild"

    func run(_ job: JobContext<Arguments>) async throws {}
}

@Suite("Guide: unique jobs", .database)
struct UniqueJobsGuide {
    private func withJobs(_ body: (JobTester) async throws -> Void) async throws {
        var registry = PluginRegistry()
        try registry.register(Rebuild())
        try await JobTester.with(TestDatabase.current.configuration, registry: registry, body)
    }

    @Test("a newcomer gets the id of the job that is there, until that has ended")
    func reject() async throws {
        try await withJobs { jobs in
            let pool = jobs.pool
            // region: reject
            var request = try JobRequest(Rebuild.self, .init(shop: "berlin", reason: "new prices"))
            request.unique = Unique(by: .arguments(["shop"]))
            let enqueued = try await pool.enqueue(reporting: [request])[0]
            // endregion: reject
            let second = try await pool.enqueue(reporting: [request])[0]
            #expect(enqueued.isNew && !second.isNew)
            #expect(second.id == enqueued.id)
            try await jobs.drain()
            #expect(try await pool.enqueue(reporting: [request])[0].isNew)
        }
    }

    @Test("a period holds the key after the job has ended")
    func period() async throws {
        try await withJobs { jobs in
            var request = try JobRequest(Rebuild.self, .init(shop: "berlin", reason: nil))
            // region: period
            request.unique = Unique(by: .key("berlin, daily"), byQueue: false, for: .seconds(86_400))
            // endregion: period
            try await jobs.pool.enqueue(request)
            try await jobs.drain()
            try await jobs.advance(by: .seconds(86_000))
            #expect(try await !jobs.pool.enqueue(reporting: [request])[0].isNew)
            try await jobs.advance(by: .seconds(500))
            #expect(try await jobs.pool.enqueue(reporting: [request])[0].isNew)
        }
    }

    @Test("a burst becomes one job, the newest")
    func debounce() async throws {
        try await withJobs { jobs in
            let pool = jobs.pool
            for reason in ["first", "second", "third"] {
                // region: debounce
                var request = try JobRequest(Rebuild.self, .init(shop: "berlin", reason: reason))
                request.delay = .seconds(10)
                request.unique = Unique(
                    by: .arguments(["shop"]), onConflict: .debounce, maximumWait: .seconds(60))
                try await pool.enqueue(request)
                // endregion: debounce
            }
            let waiting = try await jobs.jobs(of: "rebuild").filter { $0.state == .scheduled }
            #expect(try waiting.map { try $0.arguments.decode(Rebuild.Arguments.self).reason } == ["third"])
            try await jobs.advance(by: .seconds(11))
            #expect(try await jobs.drain().count == 1)
        }
    }

    @Test("the key can be asked for in SQL")
    func sql() async throws {
        try await withJobs { jobs in
            let statement: Statement = """
                -- region: sql
                SELECT millrace.enqueue(
                    'rebuild', '{"shop": "berlin"}', options => '{"unique": {"args": ["shop"], "conflict": "reject"}}');
                -- endregion: sql
                """
            let first: Int64 = try await jobs.pool.query(statement)[0][0]
            let second: Int64 = try await jobs.pool.query(statement)[0][0]
            #expect(first == second)
        }
    }
}
