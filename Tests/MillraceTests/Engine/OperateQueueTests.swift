import Postgres
import TestSupport
import Testing

@testable import Millrace

@Suite("What people do to queues and workers", .database)
struct OperateQueueTests {
    @Test("a queue that drains refuses new jobs and takes the children of its own; others go on")
    func drainQueue() async throws {
        let database = try TestDatabase.current
        let pool = database.pool
        let id = try await pool.enqueue(.bare(queue: "q"))
        try await pool.drain(queue: "q", by: "ann")
        let error = await #expect(throws: PostgresError.self) {
            try await pool.enqueue([.bare(queue: "other"), .bare(queue: "q")])
        }
        #expect(error?.message.contains("job 2 is for queue q, which ann lets drain") == true)
        let other = try await pool.enqueue(.bare(queue: "other"))
        let worker = try await ManualWorker("w", on: database)
        let claimed = try await worker.claim()
        #expect(claimed.map(\.id) == [id, other])
        let children = try await pool.handOver(
            claimed[0], result: nil, children: [.bare(#"{"word": "child"}"#, queue: "q")], successor: nil)
        #expect(try await worker.claim().map(\.id) == children.map { [$0[0]] })
        try await pool.resume(queue: "q")
        try await pool.enqueue(.bare(queue: "q"))
    }

    @Test("a queue that nobody knows is an error that names the known ones, unless it is said to be new")
    func unknownQueue() async throws {
        let pool = try TestDatabase.current.pool
        try await pool.enqueue(.bare(queue: "mail"))
        for attempt in [
            { try await pool.pause(queue: "mial") }, { try await pool.drain(queue: "mial") },
            { try await pool.resume(queue: "mial") }, { try await pool.setAging(queue: "mial", every: .seconds(60)) },
        ] as [@Sendable () async throws -> Void] {
            let error = await #expect(throws: PostgresError.self) { try await attempt() }
            #expect(error?.message == "no queue mial")
            #expect(error?.hint?.hasPrefix("There are: mail. A queue comes with its first job") == true)
        }
        try await pool.pause(queue: "mial", isNew: true)
        try await pool.enqueue(.bare(queue: "mial"))
        try await pool.pause(queue: "default")
    }

    @Test("a paused queue is not claimed from, and its jobs are shown as parked")
    func pauseQueue() async throws {
        let database = try TestDatabase.current
        let id = try await database.pool.enqueue(.bare(queue: "q"))
        try await database.pool.pause(queue: "q")
        let worker = try await ManualWorker("w", on: database)
        #expect(try await worker.claim().isEmpty)
        #expect(try await database.pool.state(of: id) == .parked)
        try await database.pool.resume(queue: "q")
        #expect(try await worker.claim().map(\.id) == [id])
    }

    @Test("a job of low priority overtakes newer ones when it has waited long enough")
    func aging() async throws {
        let database = try TestDatabase.current
        let pool = database.pool
        let low = try await pool.enqueue(.bare(queue: "q", priority: 3))
        try await pool.setAging(queue: "q", every: .seconds(60))
        #expect(try await pool.ageWaiting() == 0)
        #expect(try await database.withClock(movedBy: "150s") { try await $0.ageWaiting() } == 1)
        #expect(try await database.withClock(movedBy: "150s") { try await $0.ageWaiting() } == 0)
        let high = try await pool.enqueue(.bare(queue: "q", priority: 0))
        let worker = try await ManualWorker("w", lease: .seconds(60_000), on: database)
        let priority: Int16 = try await pool.query("SELECT priority FROM millrace.job WHERE id = $1", low.rawValue)[0][
            0]
        #expect(priority == 1)
        // Both gain while they wait, and the older one has gained for longer.
        #expect(try await database.withClock(movedBy: "250s") { try await $0.ageWaiting() } == 2)
        try await pool.setPriority(10, of: high)
        #expect(try await database.withClock(movedBy: "250s") { try await $0.ageWaiting() } == 1)
        #expect(try await worker.workOff(atOnce: 1).map(\.id) == [low, high])
    }

    @Test("a job that nobody wants gets its turn, however low it is, and one at the very top keeps no other from aging")
    func agingAtTheEnds() async throws {
        let database = try TestDatabase.current
        let lowest = try await database.pool.enqueue(.bare(queue: "q", priority: 32_767))
        let highest = try await database.pool.enqueue(.bare(queue: "q", priority: -32_768))
        try await database.pool.setAging(queue: "q", every: .seconds(1))
        let raised = try await database.withClock(movedBy: "30000s") { pool in
            #expect(try await pool.ageWaiting() == 2)
            return try await pool.query(
                "SELECT lane.priority FROM millrace.ready JOIN millrace.lane ON lane.id = lane_id ORDER BY job_id"
            ).map { try $0[0] as Int16 }
        }
        #expect((2_750...2_767).contains(raised[0]))
        #expect(raised[1] == -32_768)
        #expect(try await database.withClock(movedBy: "70000s") { try await $0.ageWaiting() } == 2)
        let newer = try await database.pool.enqueue(.bare(queue: "q", priority: 1))
        let worker = try await ManualWorker("w", on: database)
        #expect(try await worker.workOff(atOnce: 1).map(\.id) == [highest, lowest, newer])
    }

    @Test("slots that a worker keeps for a queue bound that queue, and leave the others the rest")
    func queueSlots() async throws {
        let database = try TestDatabase.current
        let pool = database.pool
        _ = try await pool.enqueue((0..<10).map { .bare(queue: $0 < 5 ? "small" : "large") })
        let worker = try await ManualWorker("w", on: database)
        try await pool.setSlots(2, ofWorker: "w", queue: "small")
        let claimed = try await worker.claim(6)
        #expect(claimed.filter { $0.queue == "small" }.count == 2)
        #expect(claimed.count == 6)
        #expect(try await worker.claim(6).map(\.queue) == ["large"])
        try await worker.complete(try #require(claimed.first { $0.queue == "small" }))
        #expect(try await worker.claim(6).map(\.queue) == ["small"])
        try await pool.setSlots(0, ofWorker: "w", queue: "small")
        #expect(try await worker.claim(6).isEmpty)
        try await pool.setSlots(nil, ofWorker: "w", queue: "small")
        #expect(try await worker.claim(6).count == 2)
        await #expect(throws: PostgresError.self) { try await pool.setSlots(1, ofWorker: "nobody") }
        await #expect(throws: PostgresError.self) { try await pool.setSlots(-1, ofWorker: "w") }
    }

    @Test("a queue with a larger weight gets more of a worker's turns")
    func queueWeights() async throws {
        let database = try TestDatabase.current
        _ = try await database.pool.enqueue((0..<120).map { .bare(queue: $0 < 60 ? "plain" : "gold") })
        let worker = try await ManualWorker("w", on: database)
        try await database.pool.setWeight(3, ofQueue: "gold", onWorker: "w")
        let claimed = try await worker.claim(40)
        #expect(claimed.count == 40)
        #expect((27...33).contains(claimed.filter { $0.queue == "gold" }.count), "three of four")
        await #expect(throws: PostgresError.self) {
            try await database.pool.setWeight(0, ofQueue: "gold", onWorker: "w")
        }
    }

    @Test("a worker that is told to drain ends its job, claims nothing more, and ends")
    func drainWorker() async throws {
        let database = try TestDatabase.current
        let gate = Notes()
        let registry = try PluginRegistry.scripted { job in
            try await eventually("the test lets it go") { gate.all.contains("go") }
        }
        let options = WorkerOptions(name: "draining", slots: 1, lease: .seconds(2), pollInterval: .milliseconds(20))
        let worker = Worker(
            configuration: database.configuration, registry: registry, options: options, logger: TestDatabase.logger)
        let life = Task { try await worker.run() }
        let first = try await database.pool.enqueue(try Scripted.request("first"))
        try await eventually("the job runs") { try await database.pool.state(of: first) == .running }
        let second = try await database.pool.enqueue(try Scripted.request("second"))
        #expect(try await database.pool.drain(worker: "draining") == 1)
        gate.add("go")
        #expect(try await database.end(of: first).state == .succeeded)
        try await life.value
        let state: String = try await database.pool.query("SELECT state FROM millrace.worker")[0][0]
        #expect(state == "stopped")
        #expect(try await database.pool.state(of: second) == .ready)
    }

    @Test("slots that are changed while a worker runs are followed")
    func slotsAtRunTime() async throws {
        let database = try TestDatabase.current
        let gate = Notes()
        let registry = try PluginRegistry.scripted { _ in
            try await eventually("the test lets it go") { gate.all.contains("go") }
        }
        let ids = try await database.pool.enqueue(try (0..<5).map { try Scripted.request("\($0)") })
        let options = WorkerOptions(name: "w", slots: 1, lease: .seconds(2), pollInterval: .milliseconds(20))
        func running() async throws -> Int {
            try await database.pool.query("SELECT count(*) FROM millrace.lease")[0][0]
        }
        try await database.withWorker(registry, options: options) {
            try await eventually("one job runs") { try await running() == 1 }
            try await database.pool.setSlots(3, ofWorker: "w")
            try await eventually("three jobs run") { try await running() == 3 }
            gate.add("go")
            for id in ids { _ = try await database.end(of: id) }
        }
    }
}
