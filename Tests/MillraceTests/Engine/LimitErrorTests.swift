import Postgres
import TestSupport
import Testing

@testable import Millrace

@Suite("Limits that make no sense", .database)
struct LimitErrorTests {
    @Test(
        "figures that would let nothing run are refused, with the way out",
        arguments: [
            (Limit("x", .concurrency(0)), "nothing would ever run"),
            (Limit("x", .concurrency(-3)), "nothing would ever run"),
            (Limit("x", .rate(0, per: .seconds(1), burst: nil)), "nothing would ever run"),
            (Limit("x", .rate(5, per: .zero, burst: nil)), "a rate in 00:00:00"),
            (Limit("x", .rate(5, per: .microseconds(100), burst: nil)), "a rate in 00:00:00"),
            (Limit("x", .rate(5, per: .seconds(1), burst: 0)), "has burst 0"),
            (Limit("Big Name", .concurrency(1)), "limit name 'Big Name'"),
        ])
    func figures(_ limit: Limit, _ message: String) async throws {
        let database = try TestDatabase.current
        let error = await #expect(throws: PostgresError.self) { try await database.pool.setLimit(limit) }
        #expect(error?.message.contains(message) == true)
        #expect(error?.hint?.isEmpty == false)
        #expect(try await database.pool.query("SELECT FROM millrace.limit_rule").isEmpty)
    }

    @Test("a limit that needs both or neither of a concurrency and a rate is refused")
    func kinds() async throws {
        let database = try TestDatabase.current
        await #expect(throws: PostgresError.self) { try await database.pool.query("SELECT millrace.set_limit('x')") }
        await #expect(throws: PostgresError.self) {
            try await database.pool.query(
                "SELECT millrace.set_limit('x', concurrency => 1, rate => 1, per => interval '1 s')")
        }
    }

    @Test("a job that weighs more than a limit allows is refused, and a limit below a waiting job's weight too")
    func weights() async throws {
        let database = try TestDatabase.current
        try await database.pool.enqueue(.bare(weight: 3))
        let low = await #expect(throws: PostgresError.self) {
            try await database.pool.setLimit(Limit("two", .concurrency(2)))
        }
        #expect(low?.message.contains("weighs 3") == true)
        try await database.pool.setLimit(Limit("three", .concurrency(3)))
        let heavy = await #expect(throws: PostgresError.self) {
            try await database.pool.enqueue([.bare(), .bare(weight: 4)])
        }
        #expect(heavy?.message.contains("job 2 weighs 4") == true)
        #expect(heavy?.message.contains("three") == true)
        let jobs: Int = try await database.pool.query("SELECT count(*) FROM millrace.job")[0][0]
        #expect(jobs == 1)
    }

    @Test("figures of one key are refused below a waiting job's weight, or without a limit by key")
    func keys() async throws {
        let database = try TestDatabase.current
        try await database.pool.setLimit(Limit("tenant", .concurrency(3), by: "tenant"))
        try await database.pool.setLimit(Limit("plain", .concurrency(30)))
        try await database.pool.enqueue(.ofTenant("a", weight: 2))
        await #expect(throws: PostgresError.self) {
            try await database.pool.setLimit("tenant", key: "a", maximum: 1)
        }
        try await database.pool.setLimit("tenant", key: "b", maximum: 1)
        await #expect(throws: PostgresError.self) { try await database.pool.setLimit("plain", key: "a", maximum: 1) }
        await #expect(throws: PostgresError.self) { try await database.pool.setLimit("none", key: "a", maximum: 1) }
        await #expect(throws: PostgresError.self) { try await database.pool.setLimit("tenant", key: "b", maximum: 0) }
        #expect(try await ManualWorker("w", on: database).claim().count == 1)
    }
}
