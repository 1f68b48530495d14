import Foundation
import Millrace
import Postgres
import TestSupport
import Testing

@testable import ProfileRebuild

@Suite("An incremental profile-rebuild", .database)
struct IncrementalBuildTests {
    /// What depends on the clock, on the segments or on the models of a full build; all else must be equal.
    private static let unclocked: Statement = """
        SELECT (to_jsonb(profile) - ARRAY['build_id', 'segment', 'features', 'as_of', 'recency_days', 'tenure_days',
            'frequency', 'churn_risk', 'expected_orders', 'expected_value'])::text
        FROM shop.profile ORDER BY customer_id
        """

    /// Customer 5 buys today; 70 bought long ago, and it is only told now; 101 is new; 80 sent the only purchase back.
    private static let news: Statement = """
        INSERT INTO shop.customer (id, code, country) VALUES (101, 'C101', 'France');
        INSERT INTO shop.event (kind, customer_id, item_id, at, quantity, price, order_ref) VALUES
            ('purchase', 5, 2, '2025-05-21 09:00Z', 2, 20, 'n1'), ('purchase', 70, 1, '2024-12-01 09:00Z', 1, 5, 'n2'),
            ('purchase', 101, 1, '2025-05-20 09:00Z', 3, 5, 'n3'), ('return', 80, 2, '2025-02-01Z', 1, 99, 'n4'),
            ('purchase', NULL, 1, '2025-05-20Z', 1, 5, 'n5'), ('purchase', 6, 1, 'infinity', 1, 5, 'n6');
        """

    private func database() async throws -> TestDatabase {
        let database = try TestDatabase.current
        try await database.fillProfileShop()
        return database
    }

    private func addNews(_ database: TestDatabase) async throws {
        try await database.pool.withConnection { try await $0.script(Self.news) }
    }

    @Test("profiles come out as by a full build, but for what the clock, models and segments decide")
    func sameBytes() async throws {
        let database = try await database()
        let full = try await database.rebuild(#"{"clusters": 2}"#)
        let untouched: Statement =
            "SELECT to_jsonb(profile)::text FROM shop.profile WHERE customer_id IN (7, 61) ORDER BY 1"
        let before = try await database.texts(untouched)
        try await addNews(database)
        let refreshed = try await database.rebuild(#"{"mode": "incremental"}"#)
        #expect(refreshed.result.mode == .incremental && refreshed.result.fullBecause == nil)
        #expect(
            refreshed.result.refresh
                == RefreshFigures(build: full.job.rawValue, written: 4, removed: 1, moved: 0, customers: 100))
        // All events of customers 5, 6, 70, 80 and 101, and the guest's new one.
        #expect(refreshed.result.eventsRead == 21 + 21 + 2 + 2 + 1 + 1)
        #expect(refreshed.result.dropped["guest"] == 1)
        #expect(refreshed.result.dropped["cancelled"] == 2)
        #expect(try await database.texts(untouched) == before)
        let incremental = try await database.texts(Self.unclocked)

        // Customers stand in the segment whose centroid is nearest, and are counted there.
        let counted = try await database.texts(
            """
            SELECT segment || ': ' || customers || ' ' || round(share::numeric, 4) FROM shop.v_segment
            UNION ALL
            SELECT segment || ': ' || count(*) || ' ' || round(count(*) / 100.0, 4) FROM shop.profile GROUP BY segment
            """)
        #expect(Set(counted).count == 2, "\(counted)")
        let segments: Statement =
            "SELECT segment::text FROM shop.profile WHERE customer_id IN (5, 70) ORDER BY customer_id"
        #expect(try await database.texts(segments) == ["1", "2"])

        _ = try await database.rebuild(#"{"clusters": 2}"#)
        #expect(try await database.texts(Self.unclocked) == incremental)
    }

    @Test("shards write the same bytes, and a second run finds nothing new")
    func sharded() async throws {
        let database = try await database()
        _ = try await database.rebuild(#"{"clusters": 2}"#)
        try await addNews(database)
        let bytes: Statement = "SELECT (to_jsonb(profile) - 'build_id')::text FROM shop.profile ORDER BY customer_id"
        // What one job would write is seen by a copy of the tables' state before.
        try await database.pool.withConnection {
            try await $0.script(
                """
                CREATE TABLE kept AS SELECT * FROM shop.profile;
                CREATE TABLE build AS SELECT * FROM shop.profile_build;
                """)
        }
        _ = try await database.rebuild(#"{"mode": "incremental", "shards": 1}"#)
        let expected = try await database.texts(bytes)
        try await database.pool.withConnection {
            try await $0.script(
                """
                DELETE FROM shop.profile; INSERT INTO shop.profile SELECT * FROM kept;
                UPDATE shop.profile_build SET watermark = build.watermark, as_of = build.as_of FROM build;
                """)
        }
        let sharded = try await database.rebuild(#"{"mode": "incremental", "shards": 3}"#)
        // Two customers have nearly all of the events, so two of three ranges have customers at all.
        #expect(try #require(sharded.plan).shards == 2)
        #expect(try await database.texts(bytes) == expected)
        #expect(try await database.count("SELECT count(*) FROM shop.profile_stage") == 0)

        let idle = try await database.rebuild(#"{"mode": "incremental"}"#)
        #expect(try #require(idle.result.refresh).written == 0 && idle.result.eventsRead == 0)
        #expect(try await database.texts(bytes) == expected)
        #expect(try await database.count("SELECT count(*) FROM shop.profile_refresh") == 3)
    }

    @Test("an event whose transaction ended after a build was planned is new to the next one, though it began before")
    func lateCommit() async throws {
        let database = try await database()
        let late = try await database.pool.transaction { transaction in
            try await transaction.execute(
                """
                INSERT INTO shop.event (kind, customer_id, item_id, at, quantity, price, order_ref)
                VALUES ('purchase', 9, 2, '2025-01-20Z', 1, 20, 'slow')
                """)
            // A later transaction commits, and a build sees it, while this one is still open.
            try await database.pool.execute(
                """
                INSERT INTO shop.event (kind, customer_id, item_id, at, quantity, price, order_ref)
                VALUES ('purchase', 10, 2, '2025-01-20Z', 1, 20, 'quick')
                """)
            return try await database.rebuild(#"{"clusters": 2}"#)
        }
        #expect(late.result.customers == 100)
        let orders: Statement =
            "SELECT orders::text FROM shop.profile WHERE customer_id IN (9, 10) ORDER BY customer_id"
        #expect(try await database.texts(orders) == ["20", "21"])
        let refreshed = try await database.rebuild(#"{"mode": "incremental"}"#)
        #expect(try #require(refreshed.result.refresh).written == 1)
        #expect(try await database.texts(orders) == ["21", "21"])
    }

    @Test("without a build to go on from, or with other settings than its, it is full and says why")
    func fallsBack() async throws {
        let database = try await database()
        let first = try await database.rebuild(#"{"mode": "incremental", "clusters": 2}"#)
        #expect(first.result.mode == .full)
        #expect(first.result.fullBecause == "there is no build yet")
        let other = try await database.rebuild(#"{"mode": "incremental", "clusters": 2, "half_life_days": 30}"#)
        #expect(try #require(other.result.fullBecause).contains("half-life of 90"))
        try await database.pool.execute("UPDATE shop.profile_build SET cluster_id = 1")
        let moved = try await database.rebuild(#"{"mode": "incremental", "clusters": 2, "half_life_days": 30}"#)
        #expect(try #require(moved.result.fullBecause).contains("another server"))
    }

    @Test("an incremental build whose base was replaced while its shards ran fails, and changes nothing")
    func replaced() async throws {
        let database = try await database()
        _ = try await database.rebuild(#"{"clusters": 2}"#)
        try await addNews(database)
        var planner = PluginRegistry()
        try planner.register(PlanProfiles())
        let job = try await database.withWorker(planner) {
            let job = try await database.enqueueRebuild(#"{"mode": "incremental", "shards": 2}"#)
            try await eventually("it is planned") { try await database.pool.standing(of: job)?.state == .succeeded }
            // All of this one is done by its planner.
            let full = try await database.enqueueRebuild(#"{"clusters": 3}"#)
            #expect(try await database.end(of: full).state == .succeeded)
            return job
        }
        let before = try await database.profileBytes()
        let state = try await database.withWorker(try TestDatabase.profilePlugins()) {
            try await database.end(of: job).state
        }
        #expect(state == .failed)
        let messages = try await database.texts("SELECT message FROM millrace.v_failure")
        #expect(messages.contains { $0.contains("another build has ended") })
        #expect(try await database.profileBytes() == before)
    }
}
