import Analytics
import Millrace
import Postgres
import TestSupport
import Testing

@testable import ALSTraining

@Suite("A training from the events to the recommendations", .database)
struct TrainingJobTests {
    @Test("every customer gets items of their taste that they have not bought, with past items as the reason")
    func recommendations() async throws {
        let database = try TestDatabase.current
        try await TasteShop(customers: 300, items: 120).write(to: database.pool)
        try await database.pool.execute("UPDATE shop.item SET in_stock = false WHERE id IN (1, 2, 3, 4)")
        var arguments = TrainingArguments.small()
        arguments.topN = 5
        let result = try await database.train(arguments)
        #expect(result.users == 300)
        #expect(result.recommendations == 1500)
        #expect(result.holdout == nil)
        #expect(result.loss.isFinite && result.loss > 0)

        let model = try await database.pool.query(
            "SELECT state, served, cardinality(customer_ids), interactions FROM shop.model WHERE id = $1", result.model
        )[0].decode(String.self, Bool.self, Int.self, Int.self)
        #expect(model == ("ready", true, 300, result.interactions))
        let (lines, bought, outOfStock, unexplained, foreignReasons) = try await database.pool.query(
            """
            SELECT count(*),
                count(*) FILTER (WHERE EXISTS (SELECT FROM shop.event WHERE event.customer_id = line.customer_id
                    AND event.item_id = line.item_id)),
                count(*) FILTER (WHERE item_id <= 4),
                count(*) FILTER (WHERE jsonb_array_length(because) NOT BETWEEN 1 AND 3),
                count(*) FILTER (WHERE EXISTS (SELECT FROM jsonb_array_elements(because) AS reason
                    WHERE NOT EXISTS (SELECT FROM shop.event WHERE event.customer_id = line.customer_id
                        AND event.item_id = (reason ->> 'item_id')::integer)))
            FROM shop.recommendation AS line WHERE model_id = $1
            """, result.model
        )[0].decode(Int.self, Int.self, Int.self, Int.self, Int.self)
        #expect(lines == 1500)
        #expect(bought == 0)
        #expect(outOfStock == 0)
        #expect(unexplained == 0)
        #expect(foreignReasons == 0)
        // 85 % of what a customer buys is of the customer's own group, a quarter of the rest is so by chance.
        let ofTaste = try await database.count(
            "SELECT count(*) FROM shop.recommendation WHERE (item_id - 1) % 4 = customer_id % 4")
        #expect(ofTaste > 1200)
        #expect(try await database.count("SELECT count(*) FROM shop.interaction_block") == 0)
        #expect(try await database.count("SELECT count(DISTINCT (side, iteration)) FROM shop.factor_block") == 2)
    }

    @Test("items that nobody has bought are listed to customers who buy such items, with reasons, in shards or not")
    func newItems() async throws {
        let database = try TestDatabase.current
        try await TasteShop(customers: 200, items: 80).write(to: database.pool)
        try await database.pool.execute(
            """
            UPDATE shop.item SET category = 'taste ' || (id - 1) % 4,
                title = (ARRAY['Lamp', 'Cup', 'Scarf', 'Clock'])[1 + (id - 1) % 4] || ' ' || id
            """)
        try await database.pool.execute(
            """
            INSERT INTO shop.item (id, code, title, category, price, in_stock) VALUES
                (1001, 'a', 'Lamp of glass', 'taste 0', 10, true), (1002, 'b', 'Cup of glass', 'taste 1', 10, true),
                (1003, 'c', 'Scarf of silk', 'taste 2', 10, true), (1004, 'd', 'Clock of wood', 'taste 3', 10, true),
                (1006, 'e', 'Cup of tin', 'taste 1', 10, false), (1007, 'f', 'Anvil', 'other', NULL, true)
            """)
        var lists: [[String]] = []
        for shards in [CountChoice.auto, .fixed(3)] {
            var arguments = TrainingArguments.small()
            arguments.topN = 6
            arguments.shards = shards
            let result = try await database.train(arguments)
            #expect((result.estimate.mode == .inProcess) == (shards == .auto))
            let listed: [(customer: Int, item: Int, origin: String, reasons: Int)] = try await database.pool.query(
                """
                SELECT customer_id, item_id, origin, jsonb_array_length(because) FROM shop.recommendation
                WHERE item_id > 1000
                """
            ).map { try $0.decode(Int.self, Int.self, String.self, Int.self) }
            #expect(listed.count > 50)
            #expect(listed.allSatisfy { $0.origin == "new" && (1...3).contains($0.reasons) })
            #expect(Set(listed.map(\.item)) == [1001, 1002, 1003, 1004])
            let ofTaste = listed.count { ($0.item - 1001) % 4 == $0.customer % 4 }
            #expect(Double(ofTaste) > 0.8 * Double(listed.count), "\(ofTaste) of \(listed.count)")
            lists.append(
                try await database.pool.query(
                    "SELECT (customer_id, rank, item_id, score, origin, because)::text FROM shop.recommendation ORDER BY 1"
                ).map { try $0[0] })
        }
        #expect(lists[0] == lists[1])
        _ = try await database.train(TrainingArguments.small().with { $0.newItems = .none })
        #expect(try await database.count("SELECT count(*) FROM shop.recommendation WHERE origin = 'new'") == 0)
        #expect(try await database.count("SELECT count(*) FROM shop.recommendation WHERE item_id > 1000") == 0)
    }

    @Test("a measurement beats most-popular where customers have tastes, and serves nothing")
    func holdout() async throws {
        let database = try TestDatabase.current
        try await TasteShop(customers: 600, items: 160).write(to: database.pool)
        var arguments = TrainingArguments.small()
        arguments.iterations = 8
        arguments.holdout = .lastPurchase
        let result = try await database.train(arguments)
        let measured = try #require(result.holdout)
        #expect(measured.k == 20)
        #expect(measured.customers > 500)
        #expect(measured.als.hitRate > 1.3 * measured.popular.hitRate, "\(measured)")
        #expect(measured.als.ndcg > 1.3 * measured.popular.ndcg, "\(measured)")
        #expect(result.recommendations == 0)
        #expect(try await database.count("SELECT count(*) FROM shop.recommendation") == 0)
        #expect(try await database.count("SELECT count(*) FROM shop.model WHERE served") == 0)
        #expect(try await database.count("SELECT count(*) FROM shop.factor_block") == 0)
        let kept: JSONText = try await database.pool.query("SELECT metrics FROM shop.model")[0][0]
        let metrics: ModelMetrics = try kept.decode()
        #expect(metrics.loss == result.loss && metrics.holdout == measured)
        let other = try await database.train(arguments.with { $0.shards = .fixed(1) })
        #expect(other.holdout == measured)
        #expect(other.loss == result.loss)
        let here = try await database.train(arguments.with { $0.shards = .auto })
        #expect(here.estimate.mode == .inProcess)
        #expect(here.holdout == measured)
        #expect(here.loss == result.loss)
    }

    @Test("a small training runs in one process, and gives the factors and lists of a sharded one")
    func inProcess() async throws {
        let database = try TestDatabase.current
        try await TasteShop(customers: 300, items: 120).write(to: database.pool)
        let arguments = TrainingArguments.small().with { $0.topN = 5 }
        let sharded = try await database.train(arguments)
        let here = try await database.train(arguments.with { $0.shards = .auto })
        #expect(sharded.estimate.mode == .sharded && sharded.estimate.isAsked)
        #expect(here.estimate.mode == .inProcess && !here.estimate.isAsked)
        #expect(here.estimate.inProcessSeconds < here.estimate.shardedSeconds)
        #expect(here.estimate.transferBytes > 0 && here.estimate.slots == 4)
        #expect(here.loss == sharded.loss)
        #expect(try await database.factorBytes(of: here.model) == database.factorBytes(of: sharded.model))
        let different = try await database.count(
            """
            SELECT count(*) FROM (SELECT customer_id, rank, item_id, score, origin, because FROM shop.model_recommendation
                WHERE model_id = $1) AS a
            FULL JOIN (SELECT customer_id, rank, item_id, score, origin, because FROM shop.model_recommendation
                WHERE model_id = $2) AS b USING (customer_id, rank, item_id, score, origin, because)
            WHERE a IS NULL OR b IS NULL
            """, here.model, sharded.model)
        #expect(different == 0)
        #expect(try await database.count("SELECT count(*) FROM shop.recommendation") == 1500)
        #expect(
            try await database.count("SELECT count(*) FROM millrace.v_job WHERE plugin LIKE 'als-training.%'") == 2 * 3
                * 3 + 2 * 3 + 3 + 1)
    }

    @Test("a validated training keeps its best iteration, with every order in the customers' factors")
    func earlyStop() async throws {
        let database = try TestDatabase.current
        try await TasteShop(customers: 300, items: 120).write(to: database.pool)
        let arguments = TrainingArguments.small().with {
            $0.iterations = 12
            $0.patience = 2
            $0.validationShare = 0.5
        }
        let result = try await database.train(arguments)
        let history = try await database.pool.validatedIterations(of: result.model)
        #expect(history.map(\.iteration) == Array(1...result.iterations))
        let best = try #require(history.max { ($0.ndcg, $1.iteration) < ($1.ndcg, $0.iteration) })
        #expect(result.bestIteration == best.iteration)
        #expect(result.validation == best)
        #expect(result.iterations == min(12, best.iteration + 2))
        #expect(best.customers > 100)
        let known = try await database.trainingData(arguments)
        #expect(try #require(known.known).count > known.interactions.count)
        #expect(try await database.count("SELECT count(DISTINCT (side, iteration)) FROM shop.factor_block") == 2)
        #expect(
            try await database.count("SELECT user_iteration FROM shop.model WHERE id = $1", result.model)
                == result.iterations + 1)
    }

    @Test("a new model takes the place of the old one, and those beyond the ones kept go")
    func replacing() async throws {
        let database = try TestDatabase.current
        try await TasteShop(customers: 80, items: 40).write(to: database.pool)
        var models: [Int64] = []
        for round in 1...5 {
            let arguments = TrainingArguments.small(shards: 1).with {
                $0.iterations = 1
                $0.seed = round
                $0.keepModels = 2
            }
            models.append(try await database.train(arguments).model)
            #expect(try await database.count("SELECT id FROM shop.model WHERE served") == Int(models[round - 1]))
            #expect(try await database.count("SELECT count(DISTINCT model_id) FROM shop.recommendation") == 1)
            #expect(try await database.count("SELECT max(model_id) FROM shop.recommendation") == Int(models[round - 1]))
        }
        let versions: [Int32] = try await database.pool.query(
            "SELECT array_agg(version ORDER BY id) FROM shop.model WHERE state = 'ready'")[0][0]
        #expect(versions == [1, 2, 3, 4, 5])
        for table in ["factor_block", "model_recommendation", "factor_gramian"] {
            let kept: [Int64] = try await database.pool.query(
                Statement(file: "SELECT array_agg(DISTINCT model_id) FROM shop.\(table)"))[0][0]
            #expect(Set(kept) == Set(models.suffix(3)), "\(table)")
        }
        let sizes = try await database.pool.query(
            "SELECT customers, items, cardinality(customer_ids), cardinality(item_seen_at) FROM shop.model ORDER BY id"
        ).map { try $0.decode(Int.self, Int.self, Int.self, Int.self) }
        #expect(sizes.allSatisfy { $0.0 == 80 && $0.1 > 0 })
        #expect(sizes.map { $0.2 } == [0, 0, 80, 80, 80])
        #expect(sizes.map { $0.3 > 0 } == [false, false, true, true, true])
        let parents: [Int64?] = try await database.pool.query(
            "SELECT array_agg(parent_id ORDER BY id) FROM shop.model")[0][0]
        #expect(parents == [nil] + models.dropLast().map { $0 })
    }

    @Test("a training planned before the served one does not take its place")
    func late() async throws {
        let database = try TestDatabase.current
        try await TasteShop(customers: 60, items: 40).write(to: database.pool)
        let first = try await database.train(.small(shards: 1))
        // As if a model that was planned later had been quicker.
        try await database.pool.execute("UPDATE shop.model SET served = false")
        try await database.pool.execute(
            """
            INSERT INTO shop.model (id, kind, version, job_id, state, served, parameters, customer_ids, item_ids,
                item_customers, item_seen_at, interactions)
            OVERRIDING SYSTEM VALUE VALUES (1000000, 'als', 100, -1, 'ready', true, '{}', '{}', '{}', '{}', '{}', 0)
            """)
        let second = try await database.train(.small(shards: 1))
        #expect(second.model > first.model)
        #expect(try await database.count("SELECT id FROM shop.model WHERE served") == 1_000_000)
        #expect(try await database.count("SELECT version FROM shop.model WHERE id = $1", second.model) == 101)
        #expect(try await database.count("SELECT count(*) FROM shop.recommendation") == 0)
    }
}
