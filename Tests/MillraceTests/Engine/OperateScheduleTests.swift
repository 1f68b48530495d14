import Foundation
import Postgres
import TestSupport
import Testing

@testable import Millrace

@Suite("What people do to schedules", .database)
struct OperateScheduleTests {
    private static let minutely = #"{"every": "1m", "anchor": "2026-01-01T00:00:00Z"}"#

    private func lastMinute(_ back: Int, on pool: Pool) async throws -> Date {
        try await pool.query(
            "SELECT date_trunc('minute', clock_timestamp()) - $1 * interval '1 minute'", Int32(back))[0][0]
    }

    private func prepare(_ back: Int, starts: Date? = nil, ends: Date? = nil) async throws -> (pool: Pool, first: Date)
    {
        let pool = try TestDatabase.current.pool
        let first = try await lastMinute(back, on: pool)
        try await pool.define("p", #"{"steps": [{"name": "a", "plugin": "scripted", "needs": []}]}"#)
        try await pool.schedule(
            "p", pipeline: "p", cadence: Self.minutely, next: first, misfire: "all", starts: starts, ends: ends)
        return (pool, first)
    }

    @Test("slots of pauses do not fire, those before, between and after them do, however late a coordinator comes")
    func pauses() async throws {
        let database = try TestDatabase.current
        let (pool, first) = try await prepare(0)
        for (from, until) in [(150, 330), (450, 490)] {
            try await database.withClock(at: first.addingTimeInterval(Double(from))) {
                try await $0.pause(schedule: "p")
            }
            try await database.withClock(at: first.addingTimeInterval(Double(until))) {
                try await $0.resume(schedule: "p")
            }
        }
        _ = try await database.withClock(at: first.addingTimeInterval(570)) {
            try await $0.fireSchedules(logger: TestDatabase.logger)
        }
        let outcomes = try await pool.slots(of: "p").prefix(10).map(\.outcome)
        #expect(
            outcomes == ["fired", "fired", "fired", "paused", "paused", "paused", "fired", "fired", "paused", "fired"])
        let kept: Int = try await pool.query(
            "SELECT count(*) FROM millrace.schedule, unnest(past_pauses) AS pause")[0][0]
        #expect(kept == 0, "pauses before the next slot are forgotten")
    }

    @Test("a paused schedule decides its slots without firing, and fires again when it is resumed")
    func pausedNow() async throws {
        let database = try TestDatabase.current
        let (pool, _) = try await prepare(0)
        try await pool.pause(schedule: "p", by: "ann")
        let later = try await database.withClock(movedBy: "10m") {
            try await $0.fireSchedules(logger: TestDatabase.logger)
        }
        // A minute may pass while the test runs.
        #expect((1...2).contains(later), "the slots before the pause fire, those of the pause do not")
        #expect((10...11).contains(try await pool.slots(of: "p").filter { $0.outcome == "paused" }.count))
        try await database.withClock(movedBy: "10m") { try await $0.resume(schedule: "p") }
        let resumed = try await database.withClock(movedBy: "15m") {
            try await $0.fireSchedules(logger: TestDatabase.logger)
        }
        #expect((4...6).contains(resumed))
        await #expect(throws: PostgresError.self) { try await pool.pause(schedule: "none") }
    }

    @Test("a schedule has no slots before its start and after its end")
    func bounds() async throws {
        let database = try TestDatabase.current
        let now = try await lastMinute(0, on: database.pool)
        let (pool, _) = try await prepare(9, ends: now.addingTimeInterval(-240))
        let first = now.addingTimeInterval(-540)
        try await pool.execute("UPDATE millrace.schedule SET next_slot = $1", first)
        #expect(try await pool.fireSchedules(logger: TestDatabase.logger) == 6, "both bounds count")
        #expect(try await pool.slots(of: "p").map(\.slot) == (0..<6).map { first.addingTimeInterval(Double($0) * 60) })
        #expect(try await pool.query("SELECT FROM millrace.schedule WHERE next_slot IS NULL").count == 1)

        let cadence = Cadence.every(.seconds(60), anchor: first)
        let start = first.addingTimeInterval(600)
        #expect(ScheduleDefinition(cadence, starts: start).next(after: first) == start)
        #expect(ScheduleDefinition(cadence, starts: start, ends: start).next(after: start) == nil)
    }

    @Test("a run now is beside the slots, with the schedule's parameters")
    func runNow() async throws {
        let (pool, _) = try await prepare(0)
        try await pool.execute(
            """
            UPDATE millrace.pipeline SET definition = definition || '{"parameters": {"day": {}}}'
            """)
        try await pool.execute("UPDATE millrace.schedule SET parameters = '{\"day\": 7}'")
        let run = try await pool.runNow(schedule: "p")
        let parameters: JSONText = try await pool.query(
            "SELECT parameters FROM millrace.pipeline_run WHERE id = $1", run)[0][0]
        #expect(try parameters.decode([String: Int].self) == ["day": 7])
        #expect(try await pool.slots(of: "p").isEmpty)
        await #expect(throws: BackfillError.self) { try await pool.runNow(schedule: "none") }
    }

    @Test("a backfill runs each slot that has not fired, so many at once, in their order")
    func backfill() async throws {
        let database = try TestDatabase.current
        let (pool, first) = try await prepare(0)
        let slots = (1...6).map { first.addingTimeInterval(Double($0 - 10) * 60) }
        try await pool.execute(
            "INSERT INTO millrace.schedule_slot (schedule, slot, outcome) VALUES ('p', $1, 'fired'), ('p', $2, 'missed')",
            slots[2], slots[3])
        let plan = try await pool.planBackfill(of: "p", from: slots[0], to: slots[5])
        #expect(plan.alreadyFired == [slots[2]])
        let wanted = slots.filter { $0 != slots[2] }
        #expect(plan.slots == wanted)
        let runs = try await pool.transaction { try await $0.run(plan, parallel: 2) }
        #expect(runs.map(\.slot) == wanted)
        #expect(try await pool.transaction { try await $0.run(plan, parallel: 2) }.isEmpty, "each slot runs once")
        #expect(try await pool.slots(of: "p").allSatisfy { $0.outcome == "fired" })

        let worker = try await ManualWorker("w", on: database)
        var running: [ClaimedJob] = []
        var order: [Date] = []
        repeat {
            running += try await worker.claim()
            #expect(running.count <= 2)
            order += running.compactMap(\.logicalTime).filter { !order.contains($0) }
            guard !running.isEmpty else { break }
            try await worker.complete(running.removeFirst())
        } while order.count < wanted.count || !running.isEmpty
        #expect(order == wanted)
        await #expect(throws: BackfillError.self) { try await pool.planBackfill(of: "p", from: slots[5], to: slots[0]) }
        await #expect(throws: BackfillError.self) {
            try await pool.planBackfill(of: "p", from: slots[0], to: slots[5], limit: 3)
        }
    }
}
