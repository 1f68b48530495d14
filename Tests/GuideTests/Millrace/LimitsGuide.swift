import Millrace
import MillraceTesting
import Postgres
import TestSupport
import Testing

struct Call: Plugin {
    struct Arguments: Codable, Sendable { var tenant: String }

    static let name = "call"

    func run(_ job: JobContext<Arguments>) async throws {}
}

@Suite("Guide: limits", .database)
struct LimitsGuide {
    private func withJobs(_ body: (JobTester) async throws -> Void) async throws {
        var registry = PluginRegistry()
        try registry.register(Call())
        try await JobTester.with(TestDatabase.current.configuration, registry: registry, body)
    }

    @Test("a rate lets so many start, and more when its period has passed")
    func rate() async throws {
        try await withJobs { jobs in
            try await setRate(on: jobs.pool)
            let requests = try (0..<5).map { _ in try JobRequest(Call.self, .init(tenant: "acme")) }
            _ = try await jobs.pool.enqueue(requests)
            #expect(try await jobs.drain().count == 2)
            try await jobs.advance(by: .seconds(61))
            #expect(try await jobs.drain().count == 2)
        }
    }

    private func setRate(on pool: Pool) async throws {
        // region: rate
        try await pool.setLimit(Limit("calls", .rate(2, per: .seconds(60), burst: nil), plugin: "call"))
        // endregion: rate
    }

    @Test("each value of a key has the limit for itself, and may have figures of its own")
    func keys() async throws {
        try await withJobs { jobs in
            let pool = jobs.pool
            // region: concurrency
            try await pool.setLimit(Limit("tenants", .concurrency(4), plugin: "call", by: "tenant"), by: "ada")
            try await pool.setLimit("tenants", key: "acme", maximum: 8, share: 2)
            // endregion: concurrency
            // region: weight
            var request = try JobRequest(Call.self, .init(tenant: "acme"))
            request.weight = 3
            try await pool.enqueue(request)
            // endregion: weight
            // region: look
            let limits = try await pool.limits()
            // endregion: look
            let row = try #require(limits.rows.first { $0[5] == "acme" })
            #expect(row[6] == "8")
            #expect(try await jobs.drain().count == 1)
            // region: remove
            let wasThere = try await pool.removeLimit("tenants")
            // endregion: remove
            #expect(wasThere)
        }
    }

    @Test("the same limits in SQL")
    func sql() async throws {
        try await withJobs { jobs in
            try await jobs.pool.withConnection { connection in
                try await connection.script(
                    """
                    -- region: sql
                    SELECT millrace.set_limit('tenants', concurrency => 4, plugin => 'call', by_key => 'tenant');
                    SELECT millrace.set_limit('calls', rate => 2, per => '1 minute', plugin => 'call');
                    SELECT limit_name, key, in_use, capacity, waiting FROM millrace.v_limit;
                    -- endregion: sql
                    """)
            }
            let names = Set(try await jobs.pool.limits().rows.compactMap { $0[0] })
            #expect(names == ["tenants", "calls"])
        }
    }
}
