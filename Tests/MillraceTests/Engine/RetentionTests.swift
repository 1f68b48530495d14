import Foundation
import Postgres
import TestSupport
import Testing

@testable import Millrace

@Suite("What is kept, and for how long", .database)
struct RetentionTests {
    private func kept(_ table: String) async throws -> Int {
        try await TestDatabase.current.pool.query(
            Statement(file: "SELECT count(*) FROM millrace.\(table)"))[0][0]
    }

    @Test("what ended is kept until its day is past the retention, and then its whole day goes")
    func ended() async throws {
        let database = try TestDatabase.current
        let pool = database.pool
        try await pool.define("p", #"{"steps": [{"name": "a", "plugin": "scripted", "needs": []}]}"#)
        _ = try await pool.startRun(of: "p")
        let worker = try await ManualWorker("w", on: database)
        try await worker.complete(try #require(try await worker.claim().first))
        let ends = try await kept("finished")
        #expect(ends >= 1)

        _ = try await database.withClock(movedBy: "13 days") { try await $0.rotatePartitions() }
        #expect(try await kept("finished") == ends)
        #expect(try await kept("pipeline_run") == 1)
        let lines = try await database.withClock(movedBy: "16 days") { try await $0.rotatePartitions() }
        #expect(lines.contains { $0.hasPrefix("dropped finished_") })
        #expect(try await kept("finished") == 0)
        #expect(try await kept("job") == 0)
        #expect(try await kept("pipeline_run") == 0)
    }

    @Test("whoever reads jobs and then their ends is not caught between partitions that are being made")
    func readers() async throws {
        let database = try TestDatabase.current
        try await database.pool.transaction { reader in
            let _: Int = try await reader.query("SELECT count(*) FROM millrace.job")[0][0]
            // Three days are missing of each table, and those of job cannot be made while this transaction lasts.
            let rotating = Task {
                try await database.withClock(movedBy: "3 days") { try await $0.rotatePartitions() }
            }
            try await database.someoneWaitsForALock()
            let _: Int = try await reader.query("SELECT count(*) FROM millrace.finished")[0][0]
            let changes = try await rotating.value
            #expect(changes.count { $0.hasPrefix("made finished_") } == 3)
            #expect(changes.allSatisfy { !$0.hasPrefix("made job_") })
        }
        let changes = try await database.withClock(movedBy: "3 days") { try await $0.rotatePartitions() }
        #expect(changes.count { $0.hasPrefix("made job_") } == 3)
    }

    @Test("a job that waits longer than the retention, and a run that goes on, are kept")
    func alive() async throws {
        let database = try TestDatabase.current
        let pool = database.pool
        let patient = try await pool.enqueue(.bare(delay: .seconds(60 * 86400)))
        try await pool.define("p", #"{"steps": [{"name": "a", "plugin": "scripted", "needs": []}]}"#)
        let run = try await pool.startRun(of: "p")
        _ = try await database.withClock(movedBy: "40 days") { try await $0.rotatePartitions() }
        #expect(try await pool.state(of: patient) == .scheduled)
        #expect(try await pool.runState(run) == "running")
        let worker = try await ManualWorker("w", on: database)
        #expect(try await worker.claim().map(\.runID) == [run])
    }

    @Test("slots are kept longer than runs, and a backfill says of which it does not know any more")
    func slots() async throws {
        let database = try TestDatabase.current
        let pool = database.pool
        let today = Date(timeIntervalSince1970: (Date.now.timeIntervalSince1970 / 86400).rounded(.down) * 86400)
        func daysAgo(_ days: Int) -> Date { today.addingTimeInterval(-86400 * Double(days)) }
        try await pool.define("p", #"{"steps": [{"name": "a", "plugin": "scripted", "needs": []}]}"#)
        try await pool.schedule(
            "p", pipeline: "p", cadence: #"{"every": "1d", "anchor": "2020-01-01T00:00:00Z"}"#, next: daysAgo(-1))
        for days in [500, 30] {
            try await pool.execute(
                "INSERT INTO millrace.schedule_slot (schedule, slot, outcome) VALUES ('p', $1, 'fired')", daysAgo(days))
        }
        _ = try await pool.rotatePartitions()
        #expect(try await pool.slots(of: "p").map(\.slot) == [daysAgo(30)])
        let plan = try await pool.planBackfill(of: "p", from: daysAgo(501), to: daysAgo(499))
        #expect(plan.slots.count == 3 && plan.forgotten == 3)
        let recent = try await pool.planBackfill(of: "p", from: daysAgo(31), to: daysAgo(30))
        #expect(recent.slots == [daysAgo(31)] && recent.forgotten == 0)
    }
}
