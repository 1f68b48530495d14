import Foundation
import Millrace
import Postgres
import TestSupport
import Testing

@testable import ProfileRebuild

@Suite("The job profile-rebuild", .database)
struct ProfileRebuildJobTests {
    private func registry() throws -> PluginRegistry { try TestDatabase.profilePlugins() }

    private func run(_ arguments: String, on database: TestDatabase) async throws -> (id: JobID, standing: JobStanding)
    {
        try await database.endOfRebuild(arguments)
    }

    private func fill(_ database: TestDatabase) async throws { try await database.fillProfileShop() }

    @Test("writes the build, its segments and a profile of every buyer, and says what was dropped")
    func wholeBuild() async throws {
        let database = try TestDatabase.current
        try await fill(database)
        let (job, standing) = try await run(#"{"clusters": 2}"#, on: database)
        #expect(standing.state == .succeeded)
        struct Result: Decodable {
            var customers, segments, events_read, events_kept: Int
            var dropped: [String: Int]
            var silhouette: Double?
        }
        let result = try #require(standing.result).decode(Result.self)
        #expect(result.customers == 100)
        #expect(result.segments == 2)
        #expect(result.events_read == 1255)
        #expect(
            result.dropped.filter { $0.value > 0 } == [
                "guest": 7, "not_a_product": 1, "bad_quantity": 1, "impossible_time": 1, "bad_price": 1, "cancelled": 2,
                "duplicate": 1,
            ])
        #expect(result.events_kept == 1241)
        #expect(try #require(result.silhouette) > 0.4)

        let pool = database.pool
        let build = try #require(try await pool.first("SELECT id, customers, clusters, as_of FROM shop.profile_build"))
        let (id, customers, clusters, asOf) = try build.decode(Int64.self, Int.self, Int.self, Date.self)
        #expect(id == job.rawValue)
        #expect(customers == 100)
        #expect(clusters == 2)
        #expect(asOf == (try Date("2025-05-19T10:00:00Z", strategy: .iso8601)))

        let segments = try await pool.query("SELECT segment, name, customers, traits::text FROM shop.v_segment")
        #expect(try segments.map { try $0["segment"] as Int } == [1, 2])
        #expect(try segments.map { try $0["customers"] as Int } == [60, 40])
        let name: String = try segments[1]["name"]
        #expect(name.hasPrefix("Lapsed"))
        #expect(name.contains("one-time buyers"))

        let regular = try #require(
            try await pool.first("SELECT * FROM shop.profile WHERE customer_id = 3"))
        #expect(try regular["orders"] == 20)
        #expect(try regular["recency_days"] == 0.0)
        #expect(try regular["monetary"] == 5.0)
        #expect(try regular["favourite_category"] == "bags\t\"\\")
        #expect(try regular["peak_hour"] == 10)
        #expect(try (regular["hour_of_week"] as [Float])[10] == 1)
        #expect(try (regular["interest_shares"] as JSONText).text == #"{"cups": 1}"#)
        let features =
            try #require(try await pool.first("SELECT cardinality(features) FROM shop.profile_build"))[0] as Int
        #expect(try (regular["features"] as [Float]).count == features)
        let sums = try await pool.query(
            """
            SELECT count(*) FROM shop.profile, LATERAL (SELECT sum(share) AS total FROM unnest(hour_of_week) AS share) AS s
            WHERE abs(total - 1) < 1e-4 AND build_id = $1
            """, id)
        #expect(try sums[0][0] == 100)
    }

    @Test("a second build takes the place of the first, which stays in the history")
    func rebuild() async throws {
        let database = try TestDatabase.current
        try await fill(database)
        let first = try await run(#"{"clusters": 3}"#, on: database)
        try await database.pool.execute("DELETE FROM shop.event WHERE customer_id = 100")
        let second = try await run(#"{"clusters": 2}"#, on: database)
        #expect([first.standing.state, second.standing.state] == [.succeeded, .succeeded])
        let rows = try await database.pool.query("SELECT DISTINCT build_id, count(*) OVER () FROM shop.profile")
        #expect(try rows.map { try $0.decode(Int64.self, Int.self).0 } == [second.id.rawValue])
        #expect(try rows[0][1] == 99)
        #expect(try await database.pool.query("SELECT FROM shop.profile_build").count == 2)
        #expect(try await database.pool.query("SELECT FROM shop.v_segment").count == 2)
    }

    @Test("of two builds that end at the same time, the second waits and then takes the place of the first")
    func overlappingBuilds() async throws {
        let pool = try TestDatabase.current.pool
        let collected = Planted.collect([
            Planted.event(customer: 1), Planted.event(customer: 2, item: 4, price: 10),
        ])
        let search = SegmentSearch(clusters: 2, range: 5...10, restarts: 1, seed: 1)
        let (first, other) = (try collected.build(search, id: 1), try collected.build(search, id: 2))
        let version = PreviousBuild.Version(build: 1, watermark: "1:1:")
        let second = try await pool.transaction { transaction in
            try await transaction.stageAndWrite(first, collected.records, since: nil)
            let second = Task {
                try await pool.transaction { try await $0.stageAndWrite(other, collected.records, since: version) }
            }
            try await eventually("the second build waits for a lock") {
                let waiting = try await pool.query(
                    """
                    SELECT FROM pg_stat_activity
                    WHERE wait_event_type = 'Lock' AND datname = current_database() AND pid <> pg_backend_pid()
                    """)
                return !waiting.isEmpty
            }
            return second
        }
        try await second.value
        let rows = try await pool.query("SELECT build_id FROM shop.profile ORDER BY customer_id")
        #expect(try rows.map { try $0[0] as Int } == [2, 2])
        #expect(try await pool.query("SELECT FROM shop.profile_build").count == 2)
        // A third one that still knows of the first as the last one is sent back to compare anew.
        let third = try collected.build(search, id: 3)
        await #expect(throws: BuildReplaced.self) {
            try await pool.transaction { try await $0.stageAndWrite(third, collected.records, since: version) }
        }
    }

    @Test("a job cancelled in the middle leaves the last build as it was")
    func cancelled() async throws {
        let database = try TestDatabase.current
        try await fill(database)
        let first = try await run(#"{"clusters": 2}"#, on: database)
        let state = try await database.withWorker(try registry()) {
            // A reader in the way keeps the second build from ending.
            try await database.pool.transaction { transaction in
                try await transaction.execute("LOCK TABLE shop.profile IN ROW EXCLUSIVE MODE")
                let row = try await database.pool.first(
                    "SELECT millrace.enqueue('profile-rebuild', '{\"clusters\": 3}')")
                let number: Int64 = try #require(row)[0]
                try await eventually("the second build waits to write") {
                    let waiting = try await database.pool.query(
                        """
                        SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
                        WHERE datname = current_database() AND relation = 'shop.profile'::regclass AND NOT granted
                        """)
                    return !waiting.isEmpty
                }
                try await database.pool.execute("SELECT millrace.cancel($1)", number)
                return try await database.end(of: JobID(number)).state
            }
        }
        #expect(state == .cancelled)
        let builds = try await database.pool.query("SELECT id FROM shop.profile_build")
        #expect(try builds.map { try $0[0] as Int64 } == [first.id.rawValue])
        #expect(try await database.pool.query("SELECT FROM shop.profile").count == 100)
    }

    @Test("a shop without events fails for good, with the way out")
    func noEvents() async throws {
        let database = try TestDatabase.current
        let standing = try await run(#"{"clusters": "auto"}"#, on: database).standing
        #expect(standing.state == .failed)
        let rows = try await database.pool.query("SELECT message FROM millrace.v_failure")
        let message: String = try #require(rows.first)["message"]
        #expect(rows.count == 1)
        #expect(message.contains("there are no events"))
        #expect(try await database.pool.query("SELECT FROM shop.profile_build").isEmpty)
    }
}

extension Transaction {
    /// What a planner that works alone does in the end.
    func stageAndWrite(
        _ build: FullBuild, _ records: [CustomerRecord], since version: PreviousBuild.Version?
    ) async throws {
        var staging = StagedLines(build: build.plan.build)
        for record in records { staging.add(record) }
        try await keep(build.plan)
        try await stage(staging)
        try await write(build, SegmentComparison(build, previous: nil), since: version)
    }
}
