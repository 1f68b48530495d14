import Millrace
import Postgres
import Synchronization
import TestSupport
import Testing

@testable import ALSTraining

@Suite("The bytes of a training", .database)
struct TrainingBytesTests {
    @Test("1, 2 and 8 shards give the bytes of a training in one process")
    func shards() async throws {
        let database = try TestDatabase.current
        try await TasteShop(customers: 400, items: 200).write(to: database.pool)
        let expected = try await database.referenceBytes(.small())
        #expect(expected["user"]?.count == 13)
        #expect(expected["item"]?.count == 6)
        for shards in [1, 2, 8] {
            let result = try await database.train(.small(shards: shards))
            #expect(try await database.factorBytes(of: result.model) == expected, "\(shards) shards")
        }
    }

    @Test("two workers give the same bytes as one")
    func workers() async throws {
        let database = try TestDatabase.current
        try await TasteShop(customers: 400, items: 200).write(to: database.pool)
        let expected = try await database.referenceBytes(.small(shards: 8))
        // The first worker keeps its first shard, in its only slot, until the second has solved one, so that both take part.
        let held = HeldSolve(goesOnToOthers: true)
        var registry = PluginRegistry()
        try registry.register(held)
        let first = TestWorker(
            on: database, registry: registry,
            options: WorkerOptions(name: "first", slots: 1, pollInterval: .milliseconds(50)), coordinates: false)
        let training = try await database.enqueueTraining(.small(shards: 8))
        var planner = PluginRegistry()
        try planner.register(PlanTraining())
        try await database.withWorker(planner) {
            try await eventually("the first worker has a shard") { held.hasBegun }
        }
        let result = try await database.withWorker(try TestDatabase.trainingPlugins()) {
            try await eventually("the second worker has solved a shard") {
                try await database.count(
                    """
                    SELECT count(*) FROM millrace.v_job
                    WHERE plugin = 'als-training.solve' AND state = 'succeeded' AND worker = 'test'
                    """) > 0
            }
            held.goOn()
            return try await database.trainingResult(of: training)
        }
        try await first.stop()
        #expect(try await database.factorBytes(of: result.model) == expected)
        let workers = try await database.count(
            "SELECT count(DISTINCT worker) FROM millrace.v_job WHERE plugin = 'als-training.solve'")
        #expect(workers == 2)
    }

    @Test("a worker lost in the middle costs its shard one more run and changes no byte")
    func lostWorker() async throws {
        let database = try TestDatabase.current
        try await TasteShop(customers: 400, items: 200).write(to: database.pool)
        let expected = try await database.referenceBytes(.small(shards: 4))

        var planner = PluginRegistry()
        try planner.register(PlanTraining())
        let training = try await database.withWorker(planner) {
            let job = try await database.enqueueTraining(.small(shards: 4))
            try await eventually("the training is planned") {
                try await database.pool.standing(of: job)?.state == .succeeded
            }
            return job
        }

        // A worker takes one shard and is silent before it has done anything about it; the shard is given to others.
        let held = HeldSolve(goesOnToOthers: false)
        var registry = PluginRegistry()
        try registry.register(held)
        let silent = TestWorker(
            on: database, registry: registry,
            options: WorkerOptions(
                name: "silent", slots: 1, pollInterval: .milliseconds(50), shutdownGrace: .milliseconds(1)),
            coordinates: false)
        try await eventually("the silent worker has a shard") { held.hasBegun }
        let rescued = try await database.pool.transaction { transaction in
            try await transaction.execute("UPDATE millrace.worker SET heartbeat_at = heartbeat_at - interval '1 hour'")
            let count: Int = try await transaction.query("SELECT millrace.rescue()")[0][0]
            return count
        }
        #expect(rescued == 1)

        // It wakes, solves its shard to the end, and may not write it.
        held.goOn()
        try await eventually("the silent worker was refused") { held.outcome != nil }
        #expect(held.outcome == "StaleLease")
        #expect(try await database.count("SELECT count(*) FROM shop.factor_block WHERE side = 'item'") == 0)
        try await silent.stop()

        let result = try await database.withWorker(try TestDatabase.trainingPlugins()) {
            try await database.trainingResult(of: training)
        }
        #expect(try await database.factorBytes(of: result.model) == expected)
        let (jobs, runAgain) = try await database.pool.query(
            """
            SELECT count(*), count(*) FILTER (WHERE crashes > 0) FROM millrace.v_job
            WHERE plugin = 'als-training.solve' AND state = 'succeeded'
            """
        )[0].decode(Int.self, Int.self)
        #expect(jobs == 2 * 3 * 4)
        #expect(runAgain == 1)
    }
}

/// Solves its first shard only when told to go on: the worker it runs in can be made a zombie.
private final class HeldSolve: Plugin {
    static let name = SolveShard.name

    private enum Phase { case idle, begun, goingOn }
    private let phase = Mutex(Phase.idle)
    private let seen = Mutex<String?>(nil)
    private let goesOnToOthers: Bool

    /// - Parameter goesOnToOthers: whether later shards are solved at once, or kept until the worker stops.
    init(goesOnToOthers: Bool) {
        self.goesOnToOthers = goesOnToOthers
    }

    var hasBegun: Bool { phase.withLock { $0 == .begun } }
    /// How the first shard ended.
    var outcome: String? { seen.withLock { $0 } }
    func goOn() { phase.withLock { $0 = .goingOn } }

    func run(_ job: JobContext<SolveShard.Arguments>) async throws {
        let isFirst = phase.withLock { phase in
            defer { phase = phase == .idle ? .begun : phase }
            return phase == .idle
        }
        guard isFirst else {
            while !goesOnToOthers { try await Task.sleep(for: .seconds(1)) }
            return try await SolveShard().run(job)
        }
        while hasBegun { try await Task.sleep(for: .milliseconds(5)) }
        do {
            try await SolveShard().run(job)
            seen.withLock { $0 = "completed" }
        } catch {
            seen.withLock { $0 = "\(type(of: error))" }
            throw error
        }
    }
}
