import Postgres
import TestSupport
import Testing

@testable import Millrace

@Suite("Rate limits", .database)
struct RateLimitTests {
    /// How many of a worker's claims succeed at a time, by the engine's clock.
    private func starts(_ wanted: Int = 50, at offset: String, by worker: ManualWorker) async throws -> Int {
        try await TestDatabase.current.withClock(movedBy: offset) { pool in
            try await pool.claim(for: worker.id, upTo: wanted, offer: worker.offer).count
        }
    }

    @Test("after a rest as many start as the burst allows, then the rate decides")
    func burst() async throws {
        let database = try TestDatabase.current
        try await database.pool.setLimit(Limit("api", .rate(60, per: .seconds(3600), burst: 5)))
        _ = try await database.pool.enqueue((0..<50).map { _ in .bare() })
        let worker = try await ManualWorker("w", lease: .seconds(600_000), on: database)
        #expect(try await starts(at: "0s", by: worker) == 5)
        #expect(try await starts(at: "10s", by: worker) == 0)
        #expect(try await starts(at: "150s", by: worker) == 2)
        #expect(try await starts(at: "2h", by: worker) == 5, "the bucket holds no more than the burst")
        let opens = try #require(try await database.withClock(movedBy: "2h") { try await $0.rateLimitOpens() })
        #expect(opens > .seconds(30) && opens <= .seconds(60))
    }

    @Test("each key has a bucket of its own, and one may have a rate of its own")
    func keys() async throws {
        let database = try TestDatabase.current
        try await database.pool.setLimit(Limit("api", .rate(1, per: .seconds(3600), burst: 1), by: "tenant"))
        try await database.pool.setLimit("api", key: "gold", maximum: 3600)
        _ = try await database.pool.enqueue(
            ["a", "a", "b", "b", "gold", "gold", "gold"].map { .ofTenant($0) } + [.bare(), .bare()])
        let worker = try await ManualWorker("w", lease: .seconds(600_000), on: database)
        #expect(try await starts(at: "0s", by: worker) == 5, "one of each tenant, and both without one")
        #expect(try await starts(at: "30s", by: worker) == 1, "gold has a token again, and its bucket holds one")
        #expect(try await starts(at: "2h", by: worker) == 3)
    }

    @Test("claims at the same moment take each token once")
    func concurrentClaims() async throws {
        let database = try TestDatabase.current
        try await database.pool.setLimit(Limit("api", .rate(10, per: .seconds(36_000), burst: 10)))
        _ = try await database.pool.enqueue((0..<50).map { _ in .bare() })
        var workers: [ManualWorker] = []
        for number in 0..<6 { workers.append(try await ManualWorker("w\(number)", on: database)) }
        let started = try await withThrowingTaskGroup(of: Int.self) { [workers] group in
            for worker in workers { group.addTask { try await worker.claim(4).count } }
            return try await group.reduce(0, +)
        }
        #expect(started == 10)
    }

    @Test("a worker wakes by itself when a token is there")
    func wakes() async throws {
        let database = try TestDatabase.current
        try await database.pool.setLimit(Limit("api", .rate(20, per: .seconds(1), burst: 1)))
        let ids = try await database.pool.enqueue((0..<5).map { _ in .bare() })
        let options = WorkerOptions(name: "w", slots: 4, pollInterval: .seconds(600))
        try await database.withWorker(try .scripted { _ in }, options: options) {
            for id in ids {
                let standing = try await database.end(of: id)
                #expect(standing.state == .succeeded)
            }
        }
    }

    @Test("a rate that becomes a concurrency forgets its tokens, and back")
    func changedKind() async throws {
        let database = try TestDatabase.current
        try await database.pool.setLimit(Limit("x", .rate(1, per: .seconds(3600), burst: 1)))
        _ = try await database.pool.enqueue((0..<9).map { _ in .bare() })
        let worker = try await ManualWorker("w", on: database)
        #expect(try await worker.workOff().count == 1)
        try await database.pool.setLimit(Limit("x", .concurrency(2)))
        #expect(try await worker.claim().count == 2)
        try await database.pool.setLimit(Limit("x", .rate(1, per: .seconds(3600), burst: 3)))
        #expect(try await worker.claim().count == 3)
    }
}
