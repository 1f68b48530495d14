import Foundation
import Millrace
import Postgres
import TestSupport
import Testing

@testable import ProfileRebuild

@Suite("A sharded profile-rebuild", .database)
struct ShardedBuildTests {
    @Test("1, 2 and 7 shards, and two workers, write the same bytes as one job alone")
    func sameBytes() async throws {
        let database = try TestDatabase.current
        try await database.fillProfileShop()
        let alone = try await database.rebuild(#"{"clusters": "auto", "shards": "auto"}"#)
        #expect(alone.plan == nil, "little data are one job")
        let expected = try await database.profileBytes()
        #expect(expected.profiles.count == 100)
        for shards in [1, 2, 7] {
            let sharded = try await database.rebuild(#"{"shards": \#(shards)}"#)
            #expect((sharded.plan?.shards ?? 1) == shards)
            #expect(sharded.result.dropped == alone.result.dropped)
            #expect(sharded.result.eventsRead == alone.result.eventsRead)
            #expect(try await database.profileBytes() == expected, "\(shards) shards")
        }
        #expect(try await database.count("SELECT count(*) FROM shop.profile_stage") == 0)
        #expect(try await database.count("SELECT count(*) FROM shop.profile_plan") == 0)
    }

    @Test("more shards than customers make no more jobs than customers")
    func manyShards() async throws {
        let database = try TestDatabase.current
        try await database.fillProfileShop()
        try await database.pool.execute("DELETE FROM shop.event WHERE customer_id > 3")
        let sharded = try await database.rebuild(#"{"shards": 50, "clusters": 2}"#)
        #expect(try #require(sharded.plan).shards == 3)
        #expect(sharded.result.customers == 3)
    }

    @Test("events that come in while shards run belong to the next build")
    func oneSnapshot() async throws {
        let database = try TestDatabase.current
        try await database.fillProfileShop()
        _ = try await database.rebuild(#"{"shards": 1}"#)
        let expected = try await database.profileBytes()
        // New orders of old customers come in between the planner and the shards.
        let job = try await database.planRebuild(#"{"shards": 3}"#)
        try await database.pool.execute(
            """
            INSERT INTO shop.event (kind, customer_id, item_id, at, quantity, price, order_ref)
            SELECT 'purchase', n, 2, '2025-05-20Z', 1, 20, 'late' || n FROM generate_series(1, 100) AS n
            """)
        let state = try await database.withWorker(try TestDatabase.profilePlugins()) {
            try await database.end(of: job).state
        }
        #expect(state == .succeeded)
        #expect(try await database.profileBytes() == expected)
        _ = try await database.rebuild(#"{"shards": 3}"#)
        #expect(try await database.profileBytes() != expected)
    }

    @Test("a build whose shard failed leaves the last one as it was, and the next one removes what it staged")
    func abandoned() async throws {
        let database = try TestDatabase.current
        try await database.fillProfileShop()
        _ = try await database.rebuild(#"{"shards": 1}"#)
        let expected = try await database.profileBytes()
        let job = try await database.planRebuild(#"{"shards": 2}"#)
        // A kind of event that this version does not know, in the second shard's customers.
        try await database.pool.execute("ALTER TYPE shop.event_kind ADD VALUE 'hologram'")
        try await database.pool.execute(
            "UPDATE shop.event SET kind = 'hologram' WHERE ctid = (SELECT min(ctid) FROM shop.event WHERE customer_id = 100)"
        )
        let state = try await database.withWorker(try TestDatabase.profilePlugins()) {
            try await database.end(of: job).state
        }
        #expect(state != .succeeded)
        #expect(try await database.count("SELECT count(DISTINCT build_id) FROM shop.profile_stage") == 1)
        #expect(try await database.profileBytes() == expected)
        try await database.pool.execute("UPDATE shop.event SET kind = 'purchase' WHERE kind = 'hologram'")
        _ = try await database.rebuild(#"{"shards": 2}"#)
        #expect(try await database.count("SELECT count(*) FROM shop.profile_stage") == 0)
        #expect(try await database.count("SELECT count(*) FROM shop.profile_plan") == 0)
        #expect(try await database.profileBytes() == expected)
    }

    @Test("a worker process that is killed amid a shard costs that shard, and no byte changes")
    func killed() async throws {
        let database = try TestDatabase.current
        try await database.fillProfileShop()
        _ = try await database.rebuild(#"{"shards": 3}"#)
        let expected = try await database.profileBytes()
        let job = try await database.planRebuild(#"{"shards": 3}"#)
        let process = try database.startWorkerProcess()
        let holder = try await Connection.connect(database.configuration, logger: TestDatabase.logger)
        try await holder.transaction { transaction in
            // What keeps a shard from writing what it has found.
            try await transaction.execute("LOCK TABLE shop.profile_stage IN ACCESS EXCLUSIVE MODE")
            try await eventually("a shard is about to write") {
                try await database.count(
                    "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'shop.profile_stage'::regclass") > 0
            }
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        await holder.close()
        let state = try await database.withWorker(try TestDatabase.profilePlugins()) {
            try await database.end(of: job).state
        }
        #expect(state == .succeeded)
        #expect(try await database.count("SELECT count(*) FROM millrace.finished WHERE crashes = 1") == 1)
        #expect(try await database.count("SELECT count(*) FROM millrace.finished WHERE crashes > 1") == 0)
        #expect(try await database.profileBytes() == expected)
        #expect(try await database.count("SELECT count(*) FROM shop.profile_stage") == 0)
    }
}

extension TestDatabase {
    /// Starts a rebuild and lets only its planner run.
    fileprivate func planRebuild(_ arguments: String) async throws -> JobID {
        var planner = PluginRegistry()
        try planner.register(PlanProfiles())
        return try await withWorker(planner) {
            let job = try await enqueueRebuild(arguments)
            try await eventually("it is planned") { try await pool.standing(of: job)?.state == .succeeded }
            return job
        }
    }

    /// Starts `millrace worker` of this build with one slot and the shortest lease.
    fileprivate func startWorkerProcess() throws -> Process {
        var environment = ProcessInfo.processInfo.environment
        var url = try #require(URLComponents(string: environment["MILLRACE_TEST_DATABASE_URL"] ?? ""))
        url.path = "/" + name
        let text: String = try #require(url.string)
        environment["DATABASE_URL"] = text
        let process = Process()
        process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appendingPathComponent("millrace")
        process.arguments = ["worker", "--slots", "1", "--lease", "1"]
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }
}
