import Foundation
import Postgres
import TestSupport
import Testing

@testable import Millrace

@Suite("Fan-out", .database)
struct FanOutTests {
    private static let definition = #"""
        {"steps": [
            {"name": "list", "plugin": "scripted", "args": {}, "needs": []},
            {"name": "each", "plugin": "scripted", "args": {"word": "${item.name}", "all": "${item}"},
                "needs": [{"step": "list"}], "for_each": {"step": "list", "items": "$.items[*]"}},
            {"name": "sum", "plugin": "scripted", "args": {"outputs": "${steps.each.output}"}, "needs": [{"step": "each"}]}
        ]}
        """#

    @Test(
        "a step makes one job for each item, and the next one reads their outputs in order", arguments: [0, 3, 10_000])
    func forEach(_ count: Int) async throws {
        let database = try TestDatabase.current
        try await database.pool.define("p", Self.definition)
        let run = try await database.pool.startRun(of: "p")
        let worker = try await ManualWorker("w", on: database)
        let items = (0..<count).map { #"{"name": "n\#($0)"}"# }.joined(separator: ",")
        try await worker.complete(try #require(try await worker.claim().first), result: #"{"items": [\#(items)]}"#)
        var last: ClaimedJob?
        var children = 0
        while case let claimed = try await worker.claim(500), !claimed.isEmpty {
            children += claimed.filter { $0.step == "each" }.count
            last = claimed.first { $0.step == "sum" } ?? last
            let ended = try await database.pool.complete(
                try claimed.map { job in
                    let word = job.step == "each" ? try job.arguments.decode(Scripted.Arguments.self).word : nil
                    return Completion(job: job.id, epoch: job.epoch, result: word.map { JSONText("\"\($0)\"") })
                })
            #expect(ended.count == claimed.count)
            _ = try await database.pool.releaseGathered()
        }
        #expect(children == count)
        let outputs = try #require(try last?.arguments.decode([String: [String]].self)["outputs"])
        #expect(outputs == (0..<count).map { "n\($0)" })
        #expect(try await database.pool.runState(run) == "succeeded")
        #expect(try await database.pool.query("SELECT FROM millrace.deferred").isEmpty)
    }

    @Test("a job that was asked to stop hands no work on, and nobody who asks has to wait")
    func stopped() async throws {
        let database = try TestDatabase.current
        let pool = database.pool
        let id = try await pool.enqueue(.bare())
        let worker = try await ManualWorker("w", on: database)
        let job = try #require(try await worker.claim().first)
        let error = await #expect(throws: PostgresError.self) {
            try await pool.transaction { transaction in
                try await transaction.hold(job)
                #expect(try await pool.cancel(id, by: "ann") == .requested)
                _ = try await transaction.handOver(job, result: nil, children: [.bare()], successor: nil)
            }
        }
        #expect(error?.message == "job \(id) was asked to stop by ann, and hands no work on")
        #expect(try await pool.state(of: id) == .running)
        try await worker.fail(job)
        #expect(try await pool.state(of: id) == .cancelled)
        #expect(try await pool.query("SELECT FROM millrace.job").count == 1)
    }

    @Test("cancelling a run reaches the children of a job that hands its work on at that moment")
    func cancelledMeanwhile() async throws {
        let database = try TestDatabase.current
        let pool = database.pool
        try await pool.define("p", #"{"steps": [{"name": "a", "plugin": "scripted", "needs": []}]}"#)
        let run = try await pool.startRun(of: "p")
        let worker = try await ManualWorker("w", on: database)
        let job = try #require(try await worker.claim().first)
        let cancelling = try await pool.transaction { transaction in
            _ = try await transaction.handOver(job, result: nil, children: [.bare(), .bare()], successor: nil)
            let cancelling = Task { try await pool.cancelRun(run, by: "ann") }
            try await database.someoneWaitsForALock()
            return cancelling
        }
        #expect(try await cancelling.value == 2)
        #expect(try await worker.claim().isEmpty)
        #expect(try await pool.runState(run) == "cancelled")
    }

    @Test("an item that fails fails the step and cancels what needs it, when all items have ended")
    func failedItem() async throws {
        let database = try TestDatabase.current
        try await database.pool.define("p", Self.definition)
        let run = try await database.pool.startRun(of: "p")
        let worker = try await ManualWorker("w", on: database)
        try await worker.complete(
            try #require(try await worker.claim().first), result: #"{"items": [{"name": 1}, {"name": 2}]}"#)
        let children = try await worker.claim()
        #expect(children.count == 2)
        try await worker.fail(children[0])
        #expect(try await database.pool.stepStates(of: run)["sum"] == "blocked")
        try await worker.complete(children[1])
        #expect(try await database.pool.stepStates(of: run)["sum"] == "cancelled")
        #expect(try await database.pool.runState(run) == "failed")
    }

    @Test("a fan-out wider than is allowed is refused with the way out, and one as wide as allowed is not")
    func tooWide() async throws {
        let database = try TestDatabase.current
        try await database.pool.execute("UPDATE millrace.setting SET value = '3' WHERE name = 'max_children'")
        try await database.pool.define("p", Self.definition)
        let worker = try await ManualWorker("w", on: database)
        let wide = try await database.pool.startRun(of: "p")
        try await worker.complete(
            try #require(try await worker.claim().first), result: #"{"items": [{}, {}, {}, {}]}"#)
        #expect(try await database.pool.runState(wide) == "failed")
        let reason: String = try await database.pool.query(
            "SELECT reason FROM millrace.v_step WHERE run_id = $1 AND step = 'each'", wide)[0][0]
        #expect(reason.hasPrefix("could not be released: a fan-out into 4 jobs, and 3 are allowed  →  Give each child"))

        let narrow = try await database.pool.startRun(of: "p")
        try await worker.complete(
            try #require(try await worker.claim().first),
            result: #"{"items": [{"name": "a"}, {"name": "b"}, {"name": "c"}]}"#)
        #expect(try await worker.claim().count == 3)
        #expect(try await database.pool.runState(narrow) == "running")

        let parent = try await database.pool.enqueue(.bare())
        let claimed = try #require(try await worker.claim().first)
        let error = await #expect(throws: PostgresError.self) {
            try await database.pool.handOver(
                claimed, result: nil, children: (0..<4).map { _ in .bare() }, successor: nil)
        }
        #expect(error?.message == "a fan-out into 4 jobs, and 3 are allowed")
        #expect(error?.hint?.contains("max_children") == true)
        #expect(try await database.pool.state(of: parent) == .running)
        #expect(
            try await database.pool.handOver(
                claimed, result: nil, children: (0..<3).map { _ in .bare() }, successor: nil)?.count == 4)
    }

    @Test("a plugin that spawns far too many fails at once, and says how many are allowed")
    func tooManySpawned() async throws {
        let database = try TestDatabase.current
        try await database.pool.execute("UPDATE millrace.setting SET value = '10000' WHERE name = 'max_children'")
        let registry = try PluginRegistry.scripted { job in
            let children = (0..<10_001).map { _ in JobRequest.bare() }
            try await job.complete(result: "spread", spawning: children, then: nil)
        }
        let standing = try await database.withWorker(registry) {
            try await database.end(of: try await database.pool.enqueue(try Scripted.request()))
        }
        #expect(standing.state == .failed)
        #expect(standing.attempt == 1)
        #expect(standing.reason?.hasPrefix("a fan-out into 10001 jobs, and 10000 are allowed  →") == true)
    }

    @Test("ten thousand children that end on four connections never queue for the job that waits for them")
    func noLockQueue() async throws {
        let database = try TestDatabase.current
        let parent = try await database.pool.enqueue(.bare())
        let waiter = try await database.pool.enqueue(.bare(#"{"word": "waiter"}"#, parents: [parent]))
        let first = try await ManualWorker("first", on: database)
        let claimed = try #require(try await first.claim().first)
        _ = try await database.pool.handOver(
            claimed, result: nil, children: (0..<10_000).map { .bare(#"{"word": "\#($0)"}"#) }, successor: nil)
        let queued = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<4 {
                group.addTask {
                    let worker = try await ManualWorker("w\(number)", on: database)
                    // Claimed one by one they would be ended one by one as well; twenty at a time is what workers do.
                    while case let jobs = try await worker.claim(20), !jobs.isEmpty {
                        guard !jobs.contains(where: { $0.id == waiter }) else {
                            try await worker.complete(jobs[0])
                            break
                        }
                        _ = try await database.pool.complete(
                            jobs.map { Completion(job: $0.id, epoch: $0.epoch, result: nil) })
                    }
                    return 0
                }
            }
            group.addTask { try await Self.queuedForRows(on: database) }
            return try await group.reduce(0, +)
        }
        #expect(queued == 0)
        // The last ones may have ended unseen by each other; then the duty releases the barrier.
        _ = try await database.pool.releaseGathered()
        try await first.workOff()
        #expect(try await database.pool.state(of: waiter) == .succeeded)
        #expect(try await database.pool.query("SELECT FROM millrace.dependency").isEmpty)
    }

    /// How often a session waited for another's row while many edges were left.
    private static func queuedForRows(on database: TestDatabase) async throws -> Int {
        var queued = 0
        var samples = 0
        while true {
            let (edges, waiting) = try await database.pool.query(
                """
                SELECT (SELECT count(*) FROM millrace.dependency),
                    (SELECT count(*) FROM pg_locks JOIN pg_stat_activity AS session USING (pid)
                     WHERE NOT granted AND locktype IN ('tuple', 'transactionid') AND session.datname = current_database())
                """)[0].decode(Int.self, Int.self)
            guard edges > 1000 else { break }
            queued += waiting
            samples += 1
        }
        #expect(samples > 10, "too few looks to mean anything")
        return queued
    }
}
