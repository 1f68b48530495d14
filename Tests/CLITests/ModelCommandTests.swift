import Foundation
import Postgres
import TestSupport
import Testing

@Suite("Models from the command line", .database)
struct ModelCommandTests {
    /// Versions 1 to 3, the last one served, the first one without recommendations.
    private func models(_ pool: Pool) async throws {
        try await pool.execute(
            """
            INSERT INTO shop.model (id, kind, version, job_id, state, served, parameters, customer_ids, item_ids,
                item_customers, item_seen_at, interactions, metrics)
            OVERRIDING SYSTEM VALUE
            SELECT id, 'als', id, id, 'ready', id = 3, '{"arguments": {"factors": 16}}', '{1}', '{7}', '{1}', '{now}', 5,
                '{"loss": 1.5, "best_iteration": 2}'
            FROM generate_series(1, 3) AS id
            """)
        try await pool.execute(
            """
            INSERT INTO shop.model_recommendation (model_id, customer_id, rank, item_id, score, because)
            SELECT id, 1, 1, 7, 1, '[]' FROM shop.model WHERE id > 1
            """)
        try await pool.execute(
            """
            INSERT INTO shop.model_validation (model_id, iteration, customers, ndcg, recall, hit_rate)
            VALUES (2, 1, 9, 0.125, 0.25, 0.5), (2, 2, 9, 0.25, 0.25, 0.5)
            """)
    }

    @Test("models are listed and shown, and another is served and taken back")
    func serving() async throws {
        let database = try TestDatabase.current
        #expect(try await millrace("model", "list").output.contains("no model yet  →  train one"))
        #expect(try await millrace("model", "roll-back").status == 1)
        try await models(database.pool)
        struct Line: Decodable { let version: Int, recommendations: String?, factors: Int, loss: Double }
        let lines: [Line] = try json(try await millrace("model", "list", "--format", "json"))
        #expect(lines.map(\.version) == [3, 2, 1])
        #expect(lines.map(\.recommendations) == ["served", "kept", nil])
        #expect(lines[0].factors == 16 && lines[0].loss == 1.5)
        let shown = try await millrace("model", "show", "2")
        #expect(shown.status == 0)
        #expect(shown.output.contains("interactions     5"))
        #expect(shown.output.contains("0.25000"))
        #expect(shown.output.contains("best"))

        #expect(try await millrace("model", "roll-back").output == "version 2 is served; it was version 3 before\n")
        let again = try await millrace("model", "roll-back")
        #expect(again.status == 1)
        #expect(again.errors.contains("no version before 2 has recommendations  →"))
        #expect(try await millrace("model", "serve", "3").output == "version 3 is served; it was version 2 before\n")
        #expect(try await millrace("model", "serve", "3").output == "version 3 is served, as before\n")
        let old = try await millrace("model", "serve", "1")
        #expect(old.status == 1)
        #expect(old.errors.contains("serve one of 2, 3"))
        #expect(
            try await database.pool.query("SELECT model_id FROM shop.recommendation").map { try $0[0] as Int } == [3])
    }

    @Test("a version that is not there is an error that says where to look")
    func missing() async throws {
        let shown = try await millrace("model", "show", "7", "--kind", "als-tuning")
        #expect(shown.status == 1)
        #expect(shown.errors.contains("there is no als-tuning version 7  →  see which there are: millrace model list"))
        #expect(try await millrace("model", "serve", "x").status == 2)
        #expect(try await millrace("model", "list", "--kind", "bpr").status == 2)
    }
}
