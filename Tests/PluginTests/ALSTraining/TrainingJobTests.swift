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
        for table in ["interaction_block", "recommendation_stage"] {
            #expect(try await database.count(Statement(file: "SELECT count(*) FROM shop.\(table)")) == 0, "\(table)")
        }
        #expect(try await database.count("SELECT count(DISTINCT (side, iteration)) FROM shop.factor_block") == 2)
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
        let kept: JSONText = try await database.pool.query("SELECT metrics FROM shop.model")[0][0]
        #expect(try kept.decode(ModelMetrics.self) == ModelMetrics(loss: result.loss, holdout: measured))
        let other = try await database.train(
            {
                var other = arguments
                other.shards = 1
                return other
            }())
        #expect(other.holdout == measured)
    }

    @Test("a new model takes the place of the old one, and old factors go")
    func replacing() async throws {
        let database = try TestDatabase.current
        try await TasteShop(customers: 80, items: 40).write(to: database.pool)
        var models: [Int64] = []
        for round in 1...5 {
            var arguments = TrainingArguments.small(shards: 1)
            arguments.iterations = 1
            arguments.seed = round
            models.append(try await database.train(arguments).model)
            #expect(try await database.count("SELECT id FROM shop.model WHERE served") == Int(models[round - 1]))
            #expect(try await database.count("SELECT count(DISTINCT model_id) FROM shop.recommendation") == 1)
            #expect(try await database.count("SELECT max(model_id) FROM shop.recommendation") == Int(models[round - 1]))
        }
        #expect(try await database.count("SELECT count(*) FROM shop.model WHERE state = 'ready'") == 5)
        let kept: [Int64] = try await database.pool.query("SELECT array_agg(DISTINCT model_id) FROM shop.factor_block")[
            0][0]
        #expect(Set(kept) == Set(models.suffix(3)))
    }

    @Test("a training planned before the served one does not take its place")
    func late() async throws {
        let database = try TestDatabase.current
        try await TasteShop(customers: 60, items: 40).write(to: database.pool)
        let first = try await database.train(.small(shards: 1))
        // As if a model that was planned later had been quicker.
        try await database.pool.execute("UPDATE shop.recommendation SET model_id = 1000000")
        try await database.pool.execute("UPDATE shop.model SET served = false")
        try await database.pool.execute(
            """
            INSERT INTO shop.model (id, kind, job_id, state, served, parameters, customer_ids, item_ids, interactions)
            OVERRIDING SYSTEM VALUE VALUES (1000000, 'als', -1, 'ready', true, '{}', '{}', '{}', 0)
            """)
        let second = try await database.train(.small(shards: 1))
        #expect(second.model > first.model)
        #expect(try await database.count("SELECT id FROM shop.model WHERE served") == 1_000_000)
        #expect(try await database.count("SELECT max(model_id) FROM shop.recommendation") == 1_000_000)
        #expect(try await database.count("SELECT count(*) FROM shop.recommendation_stage") == 0)
    }
}
