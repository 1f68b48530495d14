import Foundation
import Postgres
import TestSupport
import Testing

@testable import Millrace

/// A coordinator that was away for a day, and then two that come back at the same moment.
@Suite("Slots after a day without a coordinator", .database)
struct MisfireTests {
    /// Every three hours on the hour; the day before this moment has eight slots.
    private static let cadence = #"{"every": "3h", "anchor": "2026-01-01T00:00:00Z"}"#

    private static let policies: [(name: String, misfire: String, maximum: Int)] = [
        ("skip", "skip", 100), ("latest", "latest", 100), ("all-3", "all", 3), ("all-100", "all", 100),
    ]

    @Test(
        "each slot is decided once, as misfire and overlap say",
        arguments: ["allow", "skip", "queue", "cancel-running"])
    func outage(_ overlap: String) async throws {
        let database = try TestDatabase.current
        let slots = try await slotsOfTheLastDay(on: database.pool)
        let first = try #require(slots.first)
        for policy in Self.policies {
            try await database.pool.define(
                policy.name, #"{"steps": [{"name": "a", "plugin": "scripted", "needs": []}]}"#)
            try await database.pool.schedule(
                policy.name, pipeline: policy.name, cadence: Self.cadence, next: first, misfire: policy.misfire,
                misfireMaximum: policy.maximum, overlap: overlap)
        }
        try await fireTwice(on: database)
        for policy in Self.policies {
            let decided = try await database.pool.slots(of: policy.name)
            #expect(decided.map(\.slot) == slots, "\(policy.name): each slot is there once")
            // None of the slots is on time, unless a test begins within the minute after one.
            let wanted: [Date] =
                switch policy.name {
                case "skip": slots.filter { isOnTime($0, in: decided) }
                case "latest": Array(slots.suffix(1))
                case "all-3": Array(slots.suffix(3))
                default: slots
                }
            // While the first run goes on, the others are passed by.
            let fired = overlap == "skip" ? Array(wanted.prefix(1)) : wanted
            #expect(decided.filter { $0.outcome == "fired" }.map(\.slot) == fired, "\(policy.name)")
            #expect(decided.filter { $0.outcome == "overlap" }.map(\.slot) == Array(wanted.dropFirst(fired.count)))
            #expect(decided.filter { $0.outcome == "missed" }.map(\.slot) == slots.filter { !wanted.contains($0) })
            try await expectRuns(of: policy.name, for: fired, overlap: overlap, on: database.pool)
        }
    }

    /// Two coordinators with connections of their own, started at the same moment.
    private func fireTwice(on database: TestDatabase) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    let pool = Pool(database.configuration, maximumConnections: 2, logger: TestDatabase.logger)
                    _ = try await pool.fireSchedules(logger: TestDatabase.logger)
                    await pool.close()
                }
            }
            try await group.waitForAll()
        }
        // What one passed by because the other was at it is decided by now; a third look finds nothing.
        #expect(try await database.pool.fireSchedules(logger: TestDatabase.logger) == 0)
    }

    private func slotsOfTheLastDay(on pool: Pool) async throws -> [Date] {
        let now: Date = try await pool.query("SELECT clock_timestamp()")[0][0]
        let cadence = Cadence.every(.seconds(3 * 3600), anchor: Date(timeIntervalSince1970: 1_767_225_600))
        let slots = cadence.slots(after: now.addingTimeInterval(-86_400), through: now, limit: 100).instants
        #expect(slots.count == 8)
        return slots
    }

    private func isOnTime(_ slot: Date, in decided: [(slot: Date, outcome: String)]) -> Bool {
        decided.contains { $0.slot == slot && $0.outcome == "fired" && slot.timeIntervalSinceNow > -120 }
    }

    /// One run for each fired slot, which all go on, follow each other, or were stopped by the next.
    private func expectRuns(of pipeline: String, for slots: [Date], overlap: String, on pool: Pool) async throws {
        let runs = try await pool.query(
            """
            SELECT logical_time, state, after_run_id IS NOT NULL, (SELECT run_id FROM millrace.schedule_slot
                WHERE schedule = pipeline AND slot = logical_time) = id
            FROM millrace.pipeline_run WHERE pipeline = $1 ORDER BY id
            """, pipeline
        ).map { try $0.decode(Date.self, String.self, Bool.self, Bool.self) }
        #expect(runs.map(\.0) == slots)
        #expect(runs.allSatisfy { $0.3 }, "each slot names its run")
        switch overlap {
        case "cancel-running":
            #expect(runs.dropLast().allSatisfy { $0.1 == "cancelled" })
            #expect(runs.suffix(1).allSatisfy { $0.1 == "running" })
        case "queue":
            #expect(runs.dropFirst().allSatisfy { $0.2 }, "each waits for the one before")
            fallthrough
        default:
            #expect(runs.allSatisfy { $0.1 == "running" })
        }
    }

    @Test("queued runs come one after another, in the order of their slots")
    func queued() async throws {
        let database = try TestDatabase.current
        let slots = try await slotsOfTheLastDay(on: database.pool)
        try await database.pool.define("p", #"{"steps": [{"name": "a", "plugin": "scripted", "needs": []}]}"#)
        try await database.pool.schedule(
            "p", pipeline: "p", cadence: Self.cadence, next: slots[0], misfire: "all", overlap: "queue")
        try await fireTwice(on: database)
        let worker = try await ManualWorker("w", on: database)
        var order: [Date] = []
        while case let claimed = try await worker.claim(), let job = claimed.first {
            #expect(claimed.count == 1)
            order.append(try #require(job.logicalTime))
            // However it ends, the next one begins.
            if order.count.isMultiple(of: 2) { try await worker.fail(job) } else { try await worker.complete(job) }
        }
        #expect(order == slots)
    }

    @Test("two running coordinators fire what they missed once")
    func coordinators() async throws {
        let database = try TestDatabase.current
        let slots = try await slotsOfTheLastDay(on: database.pool)
        for number in 0..<8 {
            let name = "p\(number)"
            try await database.pool.define(name, #"{"steps": [{"name": "a", "plugin": "scripted", "needs": []}]}"#)
            try await database.pool.schedule(
                name, pipeline: name, cadence: Self.cadence, next: slots[0], misfire: "all")
        }
        // The clock of both coordinators is a day ahead, so that the day to come counts as missed too.
        var ahead = database.configuration
        ahead.sessionParameters["millrace.clock_offset"] = "1d"
        let lives = [ahead, ahead].map { configuration in
            Task {
                try await Coordinator(
                    configuration: configuration, interval: .milliseconds(20), logger: TestDatabase.logger
                ).run()
            }
        }
        func count(_ statement: Statement) async throws -> Int { try await database.pool.query(statement)[0][0] }
        try await eventually("all slots are decided") {
            try await count("SELECT count(*) FROM millrace.schedule_slot WHERE outcome = 'fired'") >= 8 * 16
        }
        for life in lives { life.cancel() }
        for life in lives { try await life.value }
        #expect(try await count("SELECT count(*) FROM millrace.schedule_slot") == 8 * 16)
        #expect(try await count("SELECT count(*) FROM millrace.pipeline_run") == 8 * 16)
        #expect(try await count("SELECT count(DISTINCT (pipeline, logical_time)) FROM millrace.pipeline_run") == 8 * 16)
    }
}
