import Millrace
import MillraceTesting
import Postgres
import TestSupport
import Testing

struct Fragile: Plugin {
    struct Arguments: Codable, Sendable {}

    static let name = "fragile"

    func run(_ job: JobContext<Arguments>) async throws {
        throw PermanentFailure("the disk is full")
    }
}

@Suite("Guide: operating", .database)
struct OperatingGuide {
    private func withJobs(_ body: (JobTester) async throws -> Void) async throws {
        var registry = PluginRegistry()
        try registry.register(Fragile())
        try await JobTester.with(TestDatabase.current.configuration, registry: registry, body)
    }

    @Test("a failed job is found, explained and tried again")
    func failed() async throws {
        try await withJobs { jobs in
            let pool = jobs.pool
            let job = try await pool.enqueue(JobRequest(Fragile.self, .init()))
            try await jobs.drain()
            // region: look
            let failed = try await pool.jobs(JobFilter(state: .failed))
            let attempts = try await pool.failedAttempts(of: job)
            // endregion: look
            #expect(failed.rows.count == 1)
            #expect(attempts.rows.count == 1)
            // region: retry
            try await pool.retry(job)
            // endregion: retry
            #expect(try await pool.standing(of: job)?.state == .ready)
            // region: cancel
            switch try await pool.cancel(job, by: "ada") {
            case .cancelled: print("it had not begun")
            case .requested: print("its worker was asked to stop it")
            case .alreadyEnded(let state): print("it had ended as \(state)")
            }
            // endregion: cancel
            #expect(try await pool.standing(of: job)?.state == .cancelled)
        }
    }

    @Test("a paused queue keeps its jobs, and v_why says so")
    func paused() async throws {
        try await withJobs { jobs in
            let pool = jobs.pool
            // region: queue
            try await pool.pause(queue: "default", by: "ada")
            // endregion: queue
            let job = try await pool.enqueue(JobRequest(Fragile.self, .init()))
            #expect(try await jobs.drain().isEmpty)
            let reasons = try await pool.query(
                """
                -- region: why
                SELECT id, plugin, state, reason FROM millrace.v_why ORDER BY id;
                -- endregion: why
                """)
            let reason = try #require(try reasons.map { try $0["reason"] as String }.first)
            #expect(reason.contains("paused"))
            // region: resume
            try await pool.resume(queue: "default")
            // endregion: resume
            #expect(try await jobs.drain() == [job])
        }
    }

    @Test("health, queues and workers can be listed")
    func health() async throws {
        try await withJobs { jobs in
            let pool = jobs.pool
            // region: health
            let checks = try await pool.health()
            let queues = try await pool.queues()
            let workers = try await pool.workers()
            // endregion: health
            #expect(!checks.rows.isEmpty)
            #expect(checks.columns.map(\.name).contains("status"))
            #expect(queues.columns.map(\.name).contains("oldest_ready"))
            #expect(workers.columns.map(\.name).contains("silent_for"))
            let rows = try await pool.query(
                """
                -- region: health-sql
                SELECT check_name, status, value, way_out FROM millrace.v_health WHERE status <> 'ok';
                -- endregion: health-sql
                """)
            #expect(rows.columns.count == 4)
        }
    }
}
