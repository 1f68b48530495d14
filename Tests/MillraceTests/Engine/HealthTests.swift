import Foundation
import Postgres
import TestSupport
import Testing

@testable import Millrace

@Suite("What is not well", .database)
struct HealthTests {
    private struct Check: Equatable {
        let status: String, value: String, wayOut: String?
    }

    private func check(_ name: String, on session: some Session) async throws -> Check {
        let (status, value, wayOut) = try await session.query(
            "SELECT status, value, way_out FROM millrace.v_health WHERE check_name = $1", name
        )[0].decode(String.self, String.self, String?.self)
        return Check(status: status, value: value, wayOut: wayOut)
    }

    /// Looks with the clock moved.
    private func check(_ name: String, after offset: String = "0") async throws -> Check {
        try await TestDatabase.current.withClock(movedBy: offset) { try await check(name, on: $0) }
    }

    /// Of a new database nothing is wrong but that nobody works on it.
    @Test("a check that is ok has no way out, and one that is not has one")
    func ways() async throws {
        let rows = try await TestDatabase.current.pool.query(
            "SELECT check_name, status, value, way_out FROM millrace.v_health")
        #expect(rows.count > 25)
        for row in rows {
            let (name, status, value, wayOut) = try row.decode(String.self, String.self, String.self, String?.self)
            #expect(!value.isEmpty, "\(name)")
            if status != "ok" { #expect(wayOut?.isEmpty == false, "\(name)") }
        }
        #expect(
            try await check("workers")
                == Check(status: "warning", value: "0 alive with 0 slots", wayOut: "start one: millrace worker"))
    }

    @Test("jobs and schedules that nobody takes up when their time has come")
    func overdue() async throws {
        let database = try TestDatabase.current
        _ = try await database.pool.enqueue(.bare(delay: .seconds(600)))
        #expect(try await check("overdue jobs", after: "10 minutes 30 seconds").status == "ok")
        let jobs = try await check("overdue jobs", after: "12 minutes")
        #expect(jobs.status == "problem")
        #expect(jobs.value == "1 jobs are due for more than a minute and were not made ready")
        #expect(jobs.wayOut == "start a coordinator: millrace coordinator")

        try await database.pool.execute(
            """
            INSERT INTO millrace.schedule (name, namespace, pipeline, cadence, next_slot)
            VALUES ('s', 'shop', 'p', '{}', clock_timestamp())
            """)
        #expect(try await check("overdue schedules").status == "ok")
        let schedules = try await check("overdue schedules", after: "2 minutes")
        #expect(schedules.status == "problem")
        #expect(schedules.value.hasSuffix("in namespace shop"))
        #expect(schedules.wayOut?.contains("--namespace") == true)
    }

    @Test("a slot whose run could not be started, with the reason")
    func failedSlot() async throws {
        let database = try TestDatabase.current
        try await database.pool.define("p", #"{"parameters": {"day": {}}, "steps": [{"name": "a", "plugin": "x"}]}"#)
        let now: Date = try await database.pool.query("SELECT clock_timestamp()")[0][0]
        try await database.pool.schedule(
            "p", pipeline: "p", cadence: #"{"every": "1h", "anchor": "2026-01-01T00:00:00Z"}"#, next: now)
        #expect(try await database.pool.fireSchedules(logger: TestDatabase.logger) == 0)
        let slots = try await check("slots that failed")
        #expect(slots.status == "problem")
        #expect(slots.value.contains("pipeline p was not given its parameter day"))
        #expect(slots.wayOut?.contains("millrace schedule backfill") == true)
    }

    @Test("jobs that took workers down, and leases of workers that are gone")
    func crashes() async throws {
        let database = try TestDatabase.current
        _ = try await database.pool.enqueue(.bare())
        let first = try await ManualWorker("a", on: database)
        #expect(try await first.claim().count == 1)
        try await first.fallSilent()
        #expect(try await check("leases without a worker").status == "ok")
        try await database.pool.execute("UPDATE millrace.worker SET state = 'lost', ended_at = millrace.clock()")
        let leases = try await check("leases without a worker", after: "2 minutes")
        #expect(leases.status == "problem")
        #expect(leases.wayOut?.contains("millrace coordinator") == true)
        #expect(try await database.pool.rescueJobs() == 1)
        #expect(try await check("leases without a worker", after: "2 minutes").status == "ok")
        for name in ["b", "c"] {
            let worker = try await ManualWorker(name, on: database)
            #expect(try await worker.claim().count == 1)
            try await worker.fallSilent()
            #expect(try await database.pool.rescueJobs() == 1)
        }
        let quarantined = try await check("quarantined jobs")
        #expect(quarantined.status == "warning" && quarantined.value == "1 in the last day")
        #expect(quarantined.wayOut?.contains("millrace job list --state quarantined") == true)
    }

    @Test("steps that nothing holds up and nobody released, and approvals that nobody gives")
    func steps() async throws {
        let database = try TestDatabase.current
        let parent = try await database.pool.enqueue(.bare())
        let child = try await database.pool.enqueue(.bare(parents: [parent]))
        #expect(try await check("stuck steps", after: "2 minutes").status == "ok")
        // No way of the engine leads here: what it guards against is a fault of the engine.
        try await database.pool.execute("DELETE FROM millrace.dependency")
        let stuck = try await check("stuck steps", after: "2 minutes")
        #expect(stuck.status == "problem")
        #expect(stuck.value == "1 jobs wait for nothing and were not released, e.g. job \(child)")
        #expect(stuck.wayOut?.contains("coordinator") == true)

        try await database.pool.define("p", #"{"steps": [{"name": "ask", "approval": "Go on?", "needs": []}]}"#)
        let run = try await database.pool.startRun(of: "p")
        #expect(try await check("approvals").status == "ok")
        let approvals = try await check("approvals", after: "25 hours")
        #expect(approvals.status == "warning")
        #expect(approvals.value == "1 steps wait for an approval, the oldest in run \(run)")
        #expect(approvals.wayOut == "millrace pipeline approve RUN STEP")
    }

    @Test("a queue that was paused and forgotten, and jobs whose plugin nobody has")
    func queues() async throws {
        let database = try TestDatabase.current
        try await database.pool.pause(queue: "mail", by: "alice", isNew: true)
        #expect(try await check("paused queues").status == "ok")
        let paused = try await check("paused queues", after: "2 hours")
        #expect(paused.status == "warning" && paused.value.hasPrefix("mail by alice since "))
        #expect(paused.wayOut?.contains("millrace queue resume") == true)

        _ = try await database.pool.enqueue(.bare(plugin: "gone"))
        let missing = try await check("plugins nobody offers")
        #expect(missing.status == "warning" && missing.value == "gone version 1 in queue default")
        _ = try await ManualWorker("a", plugins: ["gone"], on: database)
        #expect(try await check("plugins nobody offers").status == "ok")
    }

    @Test("workers whose clock is wrong, whose version differs, and whose outcomes were refused")
    func workers() async throws {
        let database = try TestDatabase.current
        _ = try await ManualWorker("a", on: database)
        let other = try await ManualWorker("b", on: database)
        for name in ["clocks of workers", "versions of workers", "stale outcomes"] {
            #expect(try await check(name).status == "ok", "\(name)")
        }
        try await database.pool.execute(
            """
            UPDATE millrace.worker SET clock_ahead_ms = -4000, version = '0.0.9', stale_outcomes = 2, host = 'otherhost'
            WHERE id = $1
            """, other.id)
        let clocks = try await check("clocks of workers")
        #expect(clocks.status == "warning" && clocks.value == "off by at most 4000 ms")
        #expect(clocks.wayOut?.hasSuffix("set the clock of otherhost") == true)
        let versions = try await check("versions of workers")
        #expect(versions.status == "warning" && versions.value.contains("0.0.9"))
        let stale = try await check("stale outcomes")
        #expect(stale.status == "warning" && stale.value.hasPrefix("2 outcomes were refused"))
    }

    @Test("an index that is gone, and days without a partition")
    func relations() async throws {
        let database = try TestDatabase.current
        #expect(try await check("indexes").status == "ok")
        try await database.pool.execute("DROP INDEX millrace.deferred_due")
        let indexes = try await check("indexes")
        #expect(indexes.status == "problem" && indexes.value == "missing or invalid: deferred_due")
        #expect(indexes.wayOut?.contains("sql/millrace/migrations") == true)

        #expect(try await check("partitions").status == "ok")
        try await database.pool.execute(
            """
            DO $$ DECLARE day regclass; BEGIN
                FOR day IN SELECT inhrelid FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
                    WHERE inhparent = 'millrace.finished'::regclass AND relname ~ '_[0-9]{8}$'
                LOOP
                    EXECUTE format('DROP TABLE %s', day);
                END LOOP;
            END $$
            """)
        let partitions = try await check("partitions")
        #expect(partitions.status == "warning" && partitions.value == "0 daily partitions of finished jobs")
        #expect(try await database.pool.rotatePartitions().isEmpty == false)
        #expect(try await check("partitions").status == "ok")
    }

    @Test("settings that hurt, by how much they hurt")
    func settings() async throws {
        var configuration = try TestDatabase.current.configuration
        configuration.sessionParameters["synchronous_commit"] = "off"
        configuration.sessionParameters["idle_in_transaction_session_timeout"] = "60000"
        let connection = try await Connection.connect(configuration, logger: TestDatabase.logger)
        let commit = try await check("setting synchronous_commit", on: connection)
        #expect(commit.status == "warning" && commit.value == "off")
        #expect(commit.wayOut?.contains("jobs accepted in the last moments before a crash are lost") == true)
        #expect(try await check("setting idle_in_transaction_session_timeout", on: connection).wayOut == nil)
        await connection.close()
        configuration.sessionParameters["synchronous_commit"] = "on"
        let safer = try await Connection.connect(configuration, logger: TestDatabase.logger)
        #expect(try await check("setting synchronous_commit", on: safer).status == "ok")
        await safer.close()
    }
}
