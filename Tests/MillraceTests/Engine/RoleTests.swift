import Postgres
import TestSupport
import Testing

@testable import Millrace

@Suite("Roles", .database)
struct RoleTests {
    private func asRole<Result: Sendable>(
        _ role: Statement, _ body: @Sendable (Connection) async throws -> Result
    ) async throws -> Result {
        let connection = try await Connection.connect(
            try TestDatabase.current.configuration, logger: TestDatabase.logger)
        do {
            try await connection.execute(role)
            let result = try await body(connection)
            await connection.close()
            return result
        } catch {
            await connection.close()
            throw error
        }
    }

    private func isRefused(_ connection: Connection, _ statement: Statement) async throws {
        let error = await #expect(throws: PostgresError.self) { try await connection.execute(statement) }
        #expect(error?.sqlState == .insufficientPrivilege)
    }

    @Test("a producer may enqueue and cancel, and reads and writes no table")
    func producer() async throws {
        try await asRole("SET ROLE millrace_producer") { connection in
            let id = try await connection.enqueue(try Scripted.request())
            #expect(try await connection.cancel(id) == .cancelled)
            try await isRefused(connection, "SELECT * FROM millrace.job")
            try await isRefused(connection, "SELECT * FROM millrace.v_job")
            try await isRefused(connection, "DELETE FROM millrace.finished")
            try await isRefused(connection, "SELECT millrace.promote()")
        }
    }

    @Test("a reader sees the views and nothing else")
    func reader() async throws {
        let database = try TestDatabase.current
        try await database.pool.enqueue(try Scripted.request())
        try await asRole("SET ROLE millrace_reader") { connection in
            let views: [Statement] = [
                "SELECT * FROM millrace.v_job", "SELECT * FROM millrace.v_queue", "SELECT * FROM millrace.v_running",
                "SELECT * FROM millrace.v_worker", "SELECT * FROM millrace.v_schedule",
                "SELECT * FROM millrace.v_pipeline",
                "SELECT * FROM millrace.v_step", "SELECT * FROM millrace.v_failure", "SELECT * FROM millrace.v_limit",
                "SELECT * FROM millrace.v_health", "SELECT * FROM millrace.v_why",
            ]
            for view in views { try await connection.execute(view) }
            #expect(try await connection.query("SELECT * FROM millrace.v_job").count == 1)
            try await isRefused(connection, "SELECT * FROM millrace.job")
            try await isRefused(connection, "SELECT millrace.enqueue('scripted')")
        }
    }

    @Test("a worker's role can do all that a worker and a coordinator do")
    func worker() async throws {
        let database = try TestDatabase.current
        try await database.pool.enqueue(try Scripted.request())
        try await asRole("SET ROLE millrace_worker") { connection in
            let descriptions = try PluginRegistry.scripted { _ in }.descriptions
            try await connection.publish(descriptions)
            let id = try await connection.register(WorkerOptions(name: "role"), offering: descriptions)
            let offer = Offer(queues: nil, plugins: ["scripted"], versions: [1])
            let job = try #require(try await connection.claim(for: id, upTo: 1, offer: offer).first)
            #expect(try await connection.confirmAlive(worker: id, staleOutcomes: 0) != nil)
            #expect(try await connection.complete([Completion(job: job.id, epoch: job.epoch, result: nil)]) == [job.id])
            _ = try await connection.promoteDue()
            _ = try await connection.rescueJobs()
            _ = try await connection.rotatePartitions()
            try await isRefused(connection, "DROP TABLE millrace.job")
            try await isRefused(connection, "DELETE FROM millrace.migration")
        }
    }
}
