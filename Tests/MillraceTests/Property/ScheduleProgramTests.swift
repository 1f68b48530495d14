import Foundation
import Postgres
import TestSupport
import Testing

@testable import Millrace

/// Random schedules, looked at by two coordinators at the same moments, with pauses and outages in between.
@Suite("Random schedules", .database)
struct ScheduleProgramTests {
    @Test("every slot is decided once and fires at most once, whatever happens meanwhile")
    func schedules() async throws {
        let database = try TestDatabase.current
        var random = SeededRandom(seed: SeededRandom.announcedSeed("ScheduleProgramTests"))
        let now: Date = try await database.pool.query("SELECT clock_timestamp()")[0][0]
        var first: [String: (slot: Date, interval: Int)] = [:]
        for number in 0..<8 {
            let name = "s\(number)"
            let interval = [60, 300, 3600, 7200][random.below(4)]
            let anchor = Date(timeIntervalSince1970: now.timeIntervalSince1970.rounded() - Double(random.below(86_400)))
            let cadence = #"{"every": "\#(interval)s", "anchor": "\#(RFC3339.text(anchor))"}"#
            try await database.pool.define(name, #"{"steps": [{"name": "a", "plugin": "scripted", "needs": []}]}"#)
            let slot: Date = try await database.pool.query("SELECT $1::timestamptz", anchor)[0][0]
            try await database.pool.schedule(
                name, pipeline: name, cadence: cadence, next: slot,
                misfire: ["skip", "latest", "all"][random.below(3)],
                misfireMaximum: 1 + random.below(20),
                overlap: ["allow", "skip", "queue", "cancel-running"][random.below(4)])
            first[name] = (slot, interval)
        }
        var hours = 0
        for _ in 0..<4 {
            for name in first.keys.sorted() where random.chance(25) {
                let isPaused = random.chance(50)
                try await database.withClock(movedBy: "\(hours)h") { pool in
                    if isPaused { try await pool.pause(schedule: name) } else { try await pool.resume(schedule: name) }
                }
            }
            hours += 1 + random.below(5)
            let offset = "\(hours)h"
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<2 {
                    group.addTask {
                        try await database.withClock(movedBy: offset) { pool in
                            while try await pool.fireSchedules(logger: TestDatabase.logger) > 0 {}
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        try await expectEachSlotOnce(first, on: database.pool)
    }

    private func expectEachSlotOnce(_ first: [String: (slot: Date, interval: Int)], on pool: Pool) async throws {
        for (name, start) in first {
            let slots = try await pool.slots(of: name)
            let distances = slots.map { $0.slot.timeIntervalSince(start.slot) / Double(start.interval) }
            #expect(distances == slots.indices.map(Double.init), "\(name): no slot is left out, none is between")
            let next: Date = try await pool.query("SELECT next_slot FROM millrace.schedule WHERE name = $1", name)[0][0]
            #expect(next == start.slot.addingTimeInterval(Double(slots.count * start.interval)), "\(name)")
            let runs = try await pool.query(
                "SELECT logical_time FROM millrace.pipeline_run WHERE pipeline = $1 ORDER BY logical_time", name
            ).map { try $0[0] as Date }
            #expect(runs == slots.filter { $0.outcome == "fired" }.map(\.slot), "\(name)")
        }
    }
}
