import Foundation
import Millrace
import Postgres
import TestSupport
import Testing

@testable import ContentBatch

@Suite("content-batch", .database)
struct ContentBatchTests {
    /// Three customers with recommendations: English, Chinese, and one without a name.
    private func shop() async throws -> (Pool, PluginRegistry) {
        let pool = try TestDatabase.current.pool
        let statements: [Statement] = [
            "INSERT INTO shop.item (id, code, title, price) VALUES (1, 'A', 'Red Cup', 2.5), (2, 'B', 'Tea & Pot', 12)",
            """
            INSERT INTO shop.customer (id, code, name, locale) VALUES (1, 'c1', 'Ada', 'en'), (2, 'c2', '王芳', 'zh-CN'), (3, 'c3', NULL, 'en')
            """,
            "INSERT INTO shop.profile_build VALUES (1, now(), now(), 1, 1, '{}', 3, 1, NULL, '{}')",
            "INSERT INTO shop.segment VALUES (1, 1, 'Lapsed night-time buyers', 'Gone.', 3, 1, '{}', '[]', 'lapsed')",
            """
            INSERT INTO shop.profile (customer_id, build_id, segment, orders, returns, recency_days, frequency, monetary,
                price_level, category_shares, interest_shares, peak_hour, hour_of_week, first_order_at, last_order_at, features)
            SELECT id, 1, 1, 1, 0, 1, 1, 1, 0.5, '{}', '{}', 1, '{}', now(), now(), '{}' FROM shop.customer
            """,
            """
            INSERT INTO shop.model (id, kind, version, job_id, state, served, parameters, customer_ids, item_ids,
                item_customers, item_seen_at, interactions)
            OVERRIDING SYSTEM VALUE VALUES (1, 'als', 1, 1, 'ready', true, '{}', '{}', '{}', '{}', '{}', 0)
            """,
            """
            INSERT INTO shop.model_recommendation (customer_id, rank, item_id, score, model_id, because)
            SELECT id, 1, 2, 1, 1, '[{"item_id": 1, "share": 1}]' FROM shop.customer
            """,
        ]
        for statement in statements { try await pool.execute(statement) }
        var registry = PluginRegistry()
        try ContentBatchPlugins.register(in: &registry)
        return (pool, registry)
    }

    private func write(_ pool: Pool, campaign: String = "weekly-picks") async throws -> JobStanding {
        var request = JobRequest(
            plugin: "content-batch", arguments: JSONText("{\"campaign\": \"\(campaign)\", \"batch_size\": 2}"))
        request.logicalTime = Date(timeIntervalSince1970: 1_767_225_600)
        request.maxAttempts = 1
        return try await TestDatabase.current.end(of: try await pool.enqueue(request))
    }

    @Test("each customer gets a message in their language, and a missing name is a problem and no empty slot")
    func messages() async throws {
        let (pool, registry) = try await shop()
        let standing = try await TestDatabase.current.withWorker(registry) { try await write(pool) }
        #expect(standing.state == .succeeded)
        let result: CountContent.Result = try #require(try standing.result?.decode())
        #expect((result.written, result.notWritten, result.edition) == (2, 1, "2026-W01"))

        let rows = try await pool.query(
            "SELECT customer_id, locale, subject, text_body, html_body, problem FROM shop.message ORDER BY customer_id")
        let english: String = try rows[0]["text_body"]
        #expect(english.contains("Tea & Pot – £12.00"))
        #expect(english.contains("because you bought Red Cup"))
        let html: String = try rows[0]["html_body"]
        #expect(html.contains("Tea &amp; Pot"))
        let chinese: String = try rows[1]["text_body"]
        #expect(chinese.contains("王芳"))
        #expect(chinese.contains("因为您买过「Red Cup」"))
        let problem: String = try rows[2]["problem"]
        // What the shop's people call the segment is not for its customers.
        for text in [english, html, chinese] { #expect(!text.contains("night-time")) }
        #expect(english.contains("as a customer whom we have not seen for a while, and because you agreed"))
        #expect(chinese.contains("因为您是我们的许久未见的老朋友"))
        #expect(problem.contains("name"))
        let subject: String? = try rows[2]["subject"]
        #expect(subject == nil)
    }

    @Test(
        "neither a past item nor a profile is needed where many like it; an item of the model without a reason is a problem"
    )
    func otherReasons() async throws {
        let (pool, registry) = try await shop()
        try await pool.execute(
            "UPDATE shop.model_recommendation SET because = '[]', origin = 'popular' WHERE customer_id < 3")
        try await pool.execute("UPDATE shop.customer SET name = 'Eve' WHERE id = 3")
        try await pool.execute("DELETE FROM shop.profile WHERE customer_id = 1")
        try await pool.execute("UPDATE shop.model_recommendation SET because = '[]' WHERE customer_id = 3")
        _ = try await TestDatabase.current.withWorker(registry) { try await write(pool) }
        let rows = try await pool.query("SELECT text_body, problem FROM shop.message ORDER BY customer_id")
        let texts: [String?] = try rows.map { try $0["text_body"] }
        #expect(texts[0]?.contains("liked by many of our customers") == true)
        #expect(texts[0]?.contains("You get this mail as one of our customers") == true)
        #expect(texts[1]?.contains("很多顾客都喜欢") == true)
        #expect(texts[2] == nil)
        let problem: String? = try rows[2]["problem"]
        #expect(problem?.contains("item.reason") == true)
    }

    @Test("a second run rewrites what is not planned yet, and leaves alone what is on its way")
    func secondRun() async throws {
        let (pool, registry) = try await shop()
        try await TestDatabase.current.withWorker(registry) {
            _ = try await write(pool)
            try await pool.execute(
                """
                INSERT INTO shop.outbox (campaign, edition, customer_id, message_id, address)
                SELECT campaign, edition, customer_id, id, 'ada@shop.example' FROM shop.message WHERE customer_id = 1
                """)
            try await pool.execute("UPDATE shop.item SET price = 9 WHERE id = 2")
            #expect(try await write(pool).state == .succeeded)
        }
        let texts: [String?] = try await pool.query("SELECT text_body FROM shop.message ORDER BY customer_id").map {
            try $0[0]
        }
        #expect(texts[0]?.contains("£12.00") == true)
        #expect(texts[1]?.contains("£9.00") == true)
        let count: Int = try await pool.query("SELECT count(*) FROM shop.message")[0][0]
        #expect(count == 3)
    }

    @Test("a campaign that is not there is named, with those that are")
    func unknownCampaign() async throws {
        let (pool, registry) = try await shop()
        let standing = try await TestDatabase.current.withWorker(registry) { try await write(pool, campaign: "weekly") }
        #expect(standing.state == .failed)
        #expect(standing.reason?.contains("known: weekly-picks") == true)
    }
}
