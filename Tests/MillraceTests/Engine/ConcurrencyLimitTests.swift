import Postgres
import TestSupport
import Testing

@testable import Millrace

@Suite("Concurrency limits", .database)
struct ConcurrencyLimitTests {
    @Test("a limit holds for its queue, its plugin, or all jobs, over all workers")
    func scopes() async throws {
        let database = try TestDatabase.current
        let pool = database.pool
        try await pool.setLimit(Limit("queue", .concurrency(2), queue: "q"))
        try await pool.setLimit(Limit("plugin", .concurrency(3), plugin: "scripted"))
        try await pool.setLimit(Limit("all", .concurrency(5)))
        _ = try await pool.enqueue(
            (0..<8).map { _ in .bare(queue: "q") } + (0..<8).map { _ in .bare(queue: "other") }
                + (0..<8).map { _ in .bare(queue: "other", plugin: "add") })
        let one = try await ManualWorker("one", plugins: ["scripted", "add"], on: database)
        let two = try await ManualWorker("two", plugins: ["scripted", "add"], on: database)
        let claimed = try await one.claim(4) + two.claim(20)
        #expect(claimed.count == 5)
        #expect(claimed.filter { $0.plugin == "scripted" }.count <= 3)
        #expect(claimed.filter { $0.queue == "q" }.count <= 2)
        #expect(try await one.claim(20).isEmpty)
        let ended = try #require(claimed.first)
        try await one.complete(ended)
        #expect(try await one.claim(20).count == 1)
    }

    @Test("claims at the same moment do not exceed a limit together")
    func concurrentClaims() async throws {
        let database = try TestDatabase.current
        try await database.pool.setLimit(Limit("few", .concurrency(3)))
        _ = try await database.pool.enqueue((0..<40).map { _ in .bare() })
        var workers: [ManualWorker] = []
        for number in 0..<6 { workers.append(try await ManualWorker("w\(number)", on: database)) }
        for _ in 0..<5 {
            let claims = try await withThrowingTaskGroup(of: [ClaimedJob].self) { [workers] group in
                for worker in workers { group.addTask { try await worker.claim(4) } }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(claims.count == 3)
            for job in claims { try await workers[0].complete(job) }
        }
    }

    @Test("a job takes as many permits as it weighs, and lighter ones do not starve a heavy one")
    func weights() async throws {
        let database = try TestDatabase.current
        try await database.pool.setLimit(Limit("four", .concurrency(4)))
        let ids = try await database.pool.enqueue(
            [.bare(weight: 3), .bare(weight: 2), .bare(), .bare(), .bare(weight: 2)])
        let worker = try await ManualWorker("w", on: database)
        let first = try await worker.claim()
        #expect(first.map(\.id) == [ids[0]], "the second one does not fit, and none passes it by")
        try await worker.complete(try #require(first.first))
        #expect(try await worker.claim().map(\.id) == [ids[1], ids[2], ids[3]])
    }

    @Test("a tenant with few jobs is not behind one with many")
    func fairTurns() async throws {
        let database = try TestDatabase.current
        try await database.pool.setLimit(Limit("one", .concurrency(1)))
        try await database.pool.setLimit(Limit("tenant", .concurrency(100), by: "tenant"))
        _ = try await database.pool.enqueue((0..<200).map { _ in .ofTenant("large") })
        let small = Set(try await database.pool.enqueue((0..<5).map { _ in .ofTenant("small") }))
        let worker = try await ManualWorker("w", on: database)
        let order = try await worker.workOff(atOnce: 1).map(\.id)
        #expect(order.count == 205)
        let last = try #require(order.lastIndex { small.contains($0) })
        // With chances of one half each, the fifth turn comes after the hundredth with a probability below 10⁻²⁰.
        #expect(last < 100)
    }

    @Test("a tenant with a larger share gets more turns")
    func shares() async throws {
        let database = try TestDatabase.current
        try await database.pool.setLimit(Limit("tenant", .concurrency(100), by: "tenant"))
        try await database.pool.setLimit("tenant", key: "gold", share: 3)
        _ = try await database.pool.enqueue((0..<60).map { _ in .ofTenant("plain") })
        let gold = Set(try await database.pool.enqueue((0..<60).map { _ in .ofTenant("gold") }))
        let claimed = try await ManualWorker("w", on: database).claim(40)
        #expect(claimed.count == 40)
        let share = claimed.filter { gold.contains($0.id) }.count
        #expect((27...33).contains(share), "three of four")
    }

    @Test("a limit that is set while jobs wait and run counts those that run")
    func setMeanwhile() async throws {
        let database = try TestDatabase.current
        _ = try await database.pool.enqueue((0..<10).map { _ in .bare() })
        let worker = try await ManualWorker("w", on: database)
        let running = try await worker.claim(4)
        try await database.pool.setLimit(Limit("two", .concurrency(2)))
        #expect(try await worker.claim().isEmpty)
        for job in running.prefix(2) { try await worker.complete(job) }
        #expect(try await worker.claim().isEmpty)
        try await worker.complete(running[2])
        #expect(try await worker.claim().count == 1)
        try await database.pool.setLimit(Limit("two", .concurrency(5)))
        #expect(try await worker.claim().count == 3)
        #expect(try await database.pool.removeLimit("two"))
        #expect(try await worker.claim().count == 2)
        #expect(try await database.pool.removeLimit("two") == false)
    }

    @Test("where permits are looked for is forgotten when they are back, and those in use still count")
    func forgetting() async throws {
        let database = try TestDatabase.current
        func known() async throws -> [[JobID]] {
            let rows = try await database.pool.query("SELECT job_ids FROM millrace.limit_claim ORDER BY epoch")
            return try rows.map { row in
                let ids: [Int64] = try row[0]
                return ids.map { JobID($0) }
            }
        }
        try await database.pool.setLimit(Limit("five", .concurrency(5)))
        _ = try await database.pool.enqueue((0..<10).map { _ in .bare() })
        let worker = try await ManualWorker("w", on: database)
        let first = try await worker.claim(4)
        for job in first.prefix(3) { try await worker.complete(job) }
        try await database.pool.forgetLimitClaims()
        #expect(try await known() == [[first[3].id]])
        let second = try await worker.claim(10)
        #expect(second.count == 4)
        for job in second { try await worker.complete(job) }
        try await database.pool.forgetLimitClaims()
        #expect(try await known() == [[first[3].id]])
        #expect(try await worker.claim(10).count == 2, "the two that are left, beside the one that runs")
        // A claim that has to count forgets as well.
        try await worker.complete(first[3])
        _ = try await database.pool.enqueue((0..<10).map { _ in .bare() })
        #expect(try await worker.claim(10).count == 3)
        #expect(try await known().map(\.count) == [2, 3])
    }

    @Test("a limit waits for the claims that are on their way, and counts them")
    func setDuringAClaim() async throws {
        let database = try TestDatabase.current
        _ = try await database.pool.enqueue((0..<10).map { _ in .bare() })
        let worker = try await ManualWorker("w", on: database)
        let claiming = try await Connection.connect(database.configuration, logger: TestDatabase.logger)
        try await claiming.execute("BEGIN")
        #expect(try await claiming.claim(for: worker.id, upTo: 3, offer: worker.offer).count == 3)
        async let setting = database.pool.setLimit(Limit("two", .concurrency(2)))
        try await database.someoneWaitsForALock()
        try await claiming.execute("COMMIT")
        _ = try await setting
        await claiming.close()
        #expect(try await worker.claim().isEmpty)
    }

    @Test("a limit by key that comes after the jobs sorts those that wait, are put off, and run")
    func sorting() async throws {
        let database = try TestDatabase.current
        let later = JobRequest.bare(#"{"tenant": "a"}"#, delay: .seconds(60))
        let ids = try await database.pool.enqueue(
            (0..<6).map { .ofTenant($0 < 3 ? "a" : "b") } + [later])
        let worker = try await ManualWorker("w", on: database)
        #expect(try await worker.claim(1).map(\.id) == [ids[0]])
        let answer = try await database.pool.setLimit(Limit("tenant", .concurrency(1), by: "tenant"))
        #expect(answer.contains("7 jobs were sorted by tenant"))
        #expect(try await worker.claim().map(\.id) == [ids[3]], "a has its one job already")
        try await database.pool.reschedule(later: ids[6])
        _ = try await database.pool.promoteDue()
        for table in try await database.pool.query(
            """
            SELECT count(*) FILTER (WHERE job.lane_id <> place.lane_id), count(DISTINCT place.lane_id)
            FROM (SELECT job_id, lane_id FROM millrace.ready UNION ALL SELECT job_id, lane_id FROM millrace.lease) AS place
            JOIN millrace.job ON job.id = place.job_id
            """)
        {
            let (wrong, lanes) = try table.decode(Int.self, Int.self)
            #expect(wrong == 0)
            #expect(lanes == 2)
        }
    }

    @Test("a job that is put off while a limit by key is set arrives in the lane it belongs to")
    func movedMeanwhile() async throws {
        let database = try TestDatabase.current
        let id = try await database.pool.enqueue(.ofTenant("a"))
        let claimed = try #require(try await ManualWorker("w", on: database).claim().first)
        let worker = try await Connection.connect(database.configuration, logger: TestDatabase.logger)
        try await worker.execute("BEGIN")
        #expect(try await worker.snooze(id, epoch: claimed.epoch, for: .zero))
        async let setting = database.pool.setLimit(Limit("tenant", .concurrency(1), by: "tenant"))
        try await database.someoneWaitsForALock()
        try await worker.execute("COMMIT")
        _ = try await setting
        await worker.close()
        #expect(
            try await Invariants.broken(Invariants.always.filter { $0.name.hasPrefix("lane") }, on: database.pool) == []
        )
        try await eventually("the job is promoted") { try await database.pool.promoteDue() == 1 }
        #expect(try await database.pool.cancel(id) == .cancelled)
    }

    @Test("a job that ended before a limit by key came is counted by it when it is tried again")
    func retriedUnderNewLimit() async throws {
        let database = try TestDatabase.current
        let ids = try await database.pool.enqueue([.ofTenant("a"), .ofTenant("a")])
        for id in ids { _ = try await database.pool.discard(id) }
        try await database.pool.setLimit(Limit("tenant", .concurrency(1), by: "tenant"))
        for id in ids { try await database.pool.retry(id) }
        #expect(try await ManualWorker("w", on: database).claim().count == 1)
    }

    @Test("what a killed worker held is free once it counts as lost")
    func killedWorker() async throws {
        let database = try TestDatabase.current
        try await database.pool.setLimit(Limit("two", .concurrency(2)))
        _ = try await database.pool.enqueue((0..<3).map { _ in .bare() })
        let dead = try await ManualWorker("dead", on: database)
        #expect(try await dead.claim().count == 2)
        let alive = try await ManualWorker("alive", on: database)
        #expect(try await alive.claim().isEmpty)
        try await dead.fallSilent()
        #expect(try await database.pool.rescueJobs() == 2)
        #expect(try await alive.claim().count == 2)
    }

    @Test("keys come from the request before they come from the arguments, and a job without one is free")
    func keySources() async throws {
        let database = try TestDatabase.current
        try await database.pool.setLimit(Limit("tenant", .concurrency(1), by: "tenant"))
        var named = JobRequest.ofTenant("a")
        named.keys = ["tenant": "b"]
        let ids = try await database.pool.enqueue(
            [.ofTenant("a"), named, .ofTenant("b"), .ofTenant("a"), .bare(), .bare()])
        let claimed = Set(try await ManualWorker("w", on: database).claim().map(\.id))
        #expect(claimed.isSuperset(of: [ids[0], ids[4], ids[5]]))
        #expect(claimed.count == 4)
        #expect(claimed.intersection([ids[1], ids[2]]).count == 1)
    }
}

extension Session {
    fileprivate func reschedule(later job: JobID) async throws {
        try await reschedule(job, in: .milliseconds(-1))
    }
}
