import Postgres
import TestSupport
import Testing

@testable import Millrace

@Suite("Completing, as PostgreSQL plans it", .database)
struct CompletionPlanTests {
    @Test("each lease is looked up by its key, also by a plan that was made when the table was empty")
    func plan() async throws {
        let database = try TestDatabase.current
        let pool = database.pool
        _ = try await pool.enqueue(try (0..<2001).map { try Scripted.request("\($0)") })
        let worker = try await ManualWorker("a", on: database)
        let first = try await worker.claim(1)
        try await pool.execute("VACUUM (ANALYZE) millrace.lease")
        // The plan is kept by its connection, so all completions go over the same one. It tells what it read when it ends.
        let connection = try await Connection.connect(database.configuration, logger: TestDatabase.logger)
        _ = try await connection.complete(first.map { Completion(job: $0.id, epoch: $0.epoch, result: nil) })

        let claimed = try await worker.claim(2000)
        let before = try await readOfKey(pool)
        let ended = try await connection.complete(
            claimed.prefix(100).map { Completion(job: $0.id, epoch: $0.epoch, result: nil) })
        #expect(ended.count == 100)
        await connection.close()
        try await eventually("the connection's reads are counted") { try await readOfKey(pool) >= before + 100 }
        #expect(try await readOfKey(pool) <= before + 110)
    }

    /// Entries of the leases' key that were read since the database was made.
    private func readOfKey(_ pool: Pool) async throws -> Int64 {
        try await pool.query("SELECT idx_tup_read FROM pg_stat_user_indexes WHERE indexrelname = 'lease_pkey'")[0][0]
    }
}
