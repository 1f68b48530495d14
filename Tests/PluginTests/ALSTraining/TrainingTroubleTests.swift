import Millrace
import Postgres
import TestSupport
import Testing

@testable import ALSTraining

@Suite("Trainings that cannot go well", .database)
struct TrainingTroubleTests {
    @Test("without orders the training fails at once and says what to do")
    func empty() async throws {
        let database = try TestDatabase.current
        let standing = try await database.withWorker(try TestDatabase.trainingPlugins()) {
            try await database.end(of: try await database.enqueueTraining(.small()))
        }
        #expect(standing.state == .failed)
        #expect(standing.attempt == 1)
        #expect(standing.reason?.contains("import orders first") == true, "\(standing.reason ?? "")")
    }

    @Test("where nobody has ordered twice nothing can be measured")
    func nothingToHoldOut() async throws {
        let database = try TestDatabase.current
        try await onePurchase(database)
        var arguments = TrainingArguments.small()
        arguments.holdout = .lastPurchase
        let standing = try await database.withWorker(try TestDatabase.trainingPlugins()) {
            try await database.end(of: try await database.enqueueTraining(arguments))
        }
        #expect(standing.state == .failed)
        #expect(standing.reason?.contains("ordered twice") == true, "\(standing.reason ?? "")")
    }

    @Test("one customer and one item make a model; what was bought may be recommended only when asked for")
    func single() async throws {
        let database = try TestDatabase.current
        try await onePurchase(database)
        #expect(try await database.train(.small()).recommendations == 0)
        var again = TrainingArguments.small()
        again.excludeBought = false
        let result = try await database.train(again)
        #expect((result.users, result.items, result.interactions) == (1, 1, 1))
        #expect(result.recommendations == 1)
        let (item, because) = try await database.pool.query("SELECT item_id, because FROM shop.recommendation")[0]
            .decode(
                Int.self, JSONText.self)
        #expect(item == 1)
        #expect(because.text == "[]")
    }

    @Test("guests, fees, gifts, impossible times and what came back whole are not learnt from")
    func dirt() async throws {
        let database = try TestDatabase.current
        try await onePurchase(database)
        try await database.pool.execute(
            "INSERT INTO shop.item (id, code, title, price) VALUES (2, 'b', 'B', 0), (3, 'c', 'C', 5)")
        try await database.pool.execute(
            "INSERT INTO shop.item (id, code, title, price, is_product) VALUES (4, 'POST', 'Postage', 5, false)")
        try await database.pool.execute(
            """
            INSERT INTO shop.event (kind, customer_id, item_id, at, quantity, price, order_ref) VALUES
                ('purchase', NULL, 3, '2026-01-02Z', 1, 5, 'guest'),
                ('purchase', 99, 3, '2026-01-02Z', 1, 5, 'unknown customer'),
                ('purchase', 1, 99, '2026-01-02Z', 1, 5, 'unknown item'),
                ('purchase', 1, 4, '2026-01-02Z', 1, 5, 'fee'),
                ('purchase', 1, 3, '2026-01-02Z', 1, 0, 'gift'),
                ('purchase', 1, 2, '2026-01-02Z', 1, NULL, 'no price'),
                ('purchase', 1, 3, 'infinity', 1, 5, 'never'),
                ('purchase', 1, 3, '2999-01-01Z', 1, 5, 'future'),
                ('purchase', 1, 3, '2026-01-02Z', 80995, 5, 'typing error'),
                ('purchase', 1, 2, '2026-01-02Z', 3, 5, 'sent back'),
                ('return', 1, 2, '2026-01-03Z', 3, 5, 'back')
            """)
        let result = try await database.train(.small())
        #expect((result.users, result.items, result.interactions) == (1, 1, 1))
    }

    @Test("a training that was cancelled is marked failed and cleared away when the next is planned")
    func abandoned() async throws {
        let database = try TestDatabase.current
        try await TasteShop(customers: 80, items: 40).write(to: database.pool)
        var planner = PluginRegistry()
        try planner.register(PlanTraining())
        let first = try await database.withWorker(planner) {
            let job = try await database.enqueueTraining(.small())
            try await eventually("the training is planned") {
                try await database.pool.standing(of: job)?.state == .succeeded
            }
            return job
        }
        let waiting: [Int64] = try await database.pool.query(
            "SELECT array_agg(id) FROM millrace.v_job WHERE plugin = 'als-training.solve'")[0][0]
        for id in waiting { try await database.pool.execute("SELECT millrace.cancel($1)", id) }
        let standing = try await database.end(of: first)
        #expect(standing.state == .cancelled)
        #expect(try await database.count("SELECT count(*) FROM shop.model WHERE state = 'training'") == 1)

        let result = try await database.train(.small())
        let states: [String] = try await database.pool.query("SELECT array_agg(state ORDER BY id) FROM shop.model")[0][
            0]
        #expect(states == ["failed", "ready"])
        #expect(
            try await database.count("SELECT count(*) FROM shop.factor_block WHERE model_id <> $1", result.model) == 0)
        #expect(try await database.count("SELECT count(*) FROM shop.interaction_block") == 0)
    }

    @Test("a training in progress is left alone by the next one")
    func sideBySide() async throws {
        let database = try TestDatabase.current
        try await TasteShop(customers: 120, items: 60).write(to: database.pool)
        let results = try await database.withWorker(try TestDatabase.trainingPlugins()) {
            let jobs = [
                try await database.enqueueTraining(.small()), try await database.enqueueTraining(.small(shards: 2)),
            ]
            return [try await database.trainingResult(of: jobs[0]), try await database.trainingResult(of: jobs[1])]
        }
        let bytes = (
            try await database.factorBytes(of: results[0].model), try await database.factorBytes(of: results[1].model)
        )
        #expect(bytes.0 == bytes.1)
        let newest = try #require(results.map(\.model).max())
        #expect(try await database.count("SELECT id FROM shop.model WHERE served") == Int(newest))
    }

    @Test(
        "one customer with all items, an item in every basket, and more factors than data give finite factors and lists"
    )
    func extremes() async throws {
        let database = try TestDatabase.current
        let pool = database.pool
        try await pool.execute(
            "INSERT INTO shop.customer (id, code) SELECT id, 'c' || id FROM generate_series(1, 40) AS id")
        try await pool.execute(
            "INSERT INTO shop.item (id, code, title, price) SELECT id, 'i' || id, 'I', 5 FROM generate_series(1, 30) AS id"
        )
        // Customer 1 has everything, item 1 is in every basket, customer 40 has no history.
        try await pool.execute(
            """
            INSERT INTO shop.event (kind, customer_id, item_id, at, price, order_ref)
            SELECT 'purchase', customer, item, '2026-01-01Z', 5, customer::text
            FROM generate_series(1, 39) AS customer, generate_series(1, 30) AS item
            WHERE customer = 1 OR item = 1 OR item = 2 + customer % 29
            """)
        let arguments = TrainingArguments.small(shards: 2).with { $0.factors = 64 }
        let expected = try await database.referenceBytes(arguments)
        for shards in [CountChoice.fixed(2), .auto] {
            let result = try await database.train(arguments.with { $0.shards = shards })
            #expect(try await database.factorBytes(of: result.model) == expected)
            #expect(result.loss.isFinite)
            let lines = try await pool.query(
                """
                SELECT count(*) FILTER (WHERE customer_id = 1), count(*) FILTER (WHERE item_id = 1 AND customer_id < 40),
                    count(*) FILTER (WHERE customer_id = 40 AND origin = 'popular'),
                    count(*) FILTER (WHERE score = 'NaN' OR abs(score) = 'Infinity'),
                    min(item_id) FILTER (WHERE customer_id = 40 AND rank = 1)
                FROM shop.recommendation
                """)[0].decode(Int.self, Int.self, Int.self, Int.self, Int.self)
            #expect(lines == (0, 0, 20, 0, 1))
        }
        let none = try await database.train(arguments.with { $0.coldStart = .none })
        #expect(try await database.count("SELECT count(*) FROM shop.recommendation WHERE customer_id = 40") == 0)
        #expect(none.recommendations > 0)
    }

    @Test("where nobody has ordered twice nothing can be validated")
    func nothingToValidate() async throws {
        let database = try TestDatabase.current
        try await onePurchase(database)
        let standing = try await database.withWorker(try TestDatabase.trainingPlugins()) {
            try await database.end(of: try await database.enqueueTraining(.small().with { $0.patience = 2 }))
        }
        #expect(standing.state == .failed)
        #expect(standing.reason?.contains("set patience to 0") == true, "\(standing.reason ?? "")")
    }

    @Test("a job of a training that has ended, or never was, fails for good")
    func byHand() async throws {
        let database = try TestDatabase.current
        try await onePurchase(database)
        let model = try await database.train(.small()).model
        try await database.withWorker(try TestDatabase.trainingPlugins()) {
            for id in [model, 4_711] {
                let job = try await database.pool.enqueue(
                    try JobRequest(SolveShard.self, .init(model: id, side: .user, iteration: 1, shard: 0)))
                let standing = try await database.end(of: job)
                #expect(standing.state == .failed)
                #expect(standing.attempt == 1)
                #expect(standing.reason?.contains("start a new") == true, "\(standing.reason ?? "")")
            }
        }
    }

    private func onePurchase(_ database: TestDatabase) async throws {
        try await database.pool.execute("INSERT INTO shop.customer (id, code) VALUES (1, 'a')")
        try await database.pool.execute("INSERT INTO shop.item (id, code, title, price) VALUES (1, 'a', 'A', 5)")
        try await database.pool.execute(
            """
            INSERT INTO shop.event (kind, customer_id, item_id, at, price, order_ref)
            VALUES ('purchase', 1, 1, '2026-01-01Z', 5, 'first')
            """)
    }
}
