import Analytics
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

    @Test(
        "every solver, precision and early stop gives the same bytes in shards, in one job and without jobs",
        arguments: [
            TrainingArguments.small(shards: 5).with { $0.solver = .cg },
            TrainingArguments.small(shards: 5).with {
                $0.solver = .subspace
                $0.subspaceSize = 16
                $0.factors = 40
            },
            TrainingArguments.small(shards: 5).with { $0.transfer = .float16 },
            TrainingArguments.small(shards: 5).with {
                $0.solver = .cg
                $0.transfer = .float16
                $0.patience = 2
                $0.iterations = 8
                $0.confidence = .logarithmic
                $0.threads = 2
            },
            TrainingArguments.small(shards: 5).with {
                $0.patience = 1
                $0.iterations = 6
                $0.validationShare = 0.5
            },
        ])
    func kinds(_ arguments: TrainingArguments) async throws {
        let database = try TestDatabase.current
        try await TasteShop(customers: 400, items: 200).write(to: database.pool)
        let expected = try await database.referenceBytes(arguments)
        #expect(expected["user"]?.isEmpty == false)
        let sharded = try await database.train(arguments)
        #expect(try await database.factorBytes(of: sharded.model) == expected)
        let here = try await database.train(arguments.with { $0.shards = .auto })
        #expect(here.estimate.mode == .inProcess)
        #expect(try await database.factorBytes(of: here.model) == expected)
        #expect(
            (here.loss, here.bestIteration, here.iterations) == (
                sharded.loss, sharded.bestIteration, sharded.iterations
            ))
        #expect(here.validation == sharded.validation)
    }

    @Test("shards that read only the rows they need give the bytes of those that read all")
    func fewRows() async throws {
        let database = try TestDatabase.current
        // Long tails: most shards touch few rows of the other side.
        try await database.pool.execute(
            "INSERT INTO shop.customer (id, code) SELECT id, id FROM generate_series(1, 3000) AS id")
        try await database.pool.execute(
            "INSERT INTO shop.item (id, code, title, price) SELECT id, id, 'I', 5 FROM generate_series(1, 2000) AS id")
        try await database.pool.execute(
            """
            INSERT INTO shop.event (kind, customer_id, item_id, at, price, order_ref)
            SELECT 'purchase', customer, 1 + (customer / 3 + place * 7 + (customer * 7919 + place) % 11) % 2000, '2026-01-01Z', 5,
                customer::text
            FROM generate_series(1, 3000) AS customer, generate_series(1, 4) AS place
            """)
        let arguments = TrainingArguments.small(shards: 16)
        let expected = try await database.referenceBytes(arguments)
        let data = try await database.trainingData(arguments)
        let blocks = RowBlocks(rows: data.customerIDs.count)
        let needed = RowSubset(columnsOf: data.interactions.block(of: blocks[0]))
        #expect(Double(FactorCuts(needed, rowBytes: 48).rows) < FactorCuts.mostShare * Double(needed.total))
        let result = try await database.train(arguments)
        #expect(try await database.factorBytes(of: result.model) == expected)
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
