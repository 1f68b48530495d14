import Foundation
import Postgres
import TestSupport
import Testing

@testable import Millrace

@Suite("Schedules and pipelines", .database)
struct ScheduleTests {
    private func definition(
        _ name: String, cron: String = "* * * * *", misfire: MisfirePolicy = .latest, overlap: OverlapPolicy = .allow
    ) throws -> PipelineDefinition {
        PipelineDefinition(
            name: name,
            steps: [
                PipelineStep(name: "first", plugin: "scripted", arguments: JSONText(#"{"word": "first"}"#)),
                PipelineStep(
                    name: "second", plugin: "scripted", arguments: JSONText(#"{"word": "second"}"#),
                    needs: [PipelineStep.Need("first")]),
            ],
            schedule: ScheduleDefinition(cron: try CronExpression(cron), zone: .utc, misfire: misfire, overlap: overlap)
        )
    }

    private func apply(_ definitions: PipelineDefinition...) async throws {
        try await TestDatabase.current.pool.transaction { transaction in
            try await transaction.apply(definitions, sources: definitions.map { $0.name + ".yaml" })
        }
    }

    private func outage(minutes: Int) async throws {
        try await TestDatabase.current.pool.execute(
            "UPDATE millrace.schedule SET next_slot = date_trunc('minute', clock_timestamp()) - $1 * interval '1 minute'",
            Int32(minutes))
    }

    @Test("two coordinators that find the same slots fire each of them once")
    func slotsFireOnce() async throws {
        let database = try TestDatabase.current
        try await apply(try definition("p", misfire: .all(maximum: 100)))
        try await outage(minutes: 30)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask { _ = try await database.pool.fireSchedules(logger: TestDatabase.logger) }
            }
            try await group.waitForAll()
        }
        let (slots, fired, runs) = try await database.pool.query(
            """
            SELECT count(*), count(*) FILTER (WHERE outcome = 'fired'), (SELECT count(*) FROM millrace.pipeline_run)
            FROM millrace.schedule_slot
            """
        )[0].decode(Int.self, Int.self, Int.self)
        #expect(slots >= 31)
        #expect(fired == slots)
        #expect(runs == slots)
    }

    @Test("after an outage latest fires the newest slot only, skip none that is late")
    func misfire() async throws {
        let database = try TestDatabase.current
        try await apply(try definition("latest"), try definition("skip", cron: "*/10 * * * *", misfire: .skip))
        try await outage(minutes: 40)
        // The slot of this very moment may or may not be on time, so the ten-minute schedule is put between two slots.
        try await database.pool.execute(
            """
            UPDATE millrace.schedule SET next_slot = date_bin('10 minutes', clock_timestamp(), timestamptz '2020-01-01')
                - interval '20 minutes' WHERE name = 'skip'
            """)
        _ = try await database.pool.fireSchedules(logger: TestDatabase.logger)
        let latest: Int = try await database.pool.query(
            "SELECT count(*) FROM millrace.schedule_slot WHERE schedule = 'latest' AND outcome = 'fired'")[0][0]
        #expect(latest == 1)
        let late: Int = try await database.pool.query(
            """
            SELECT count(*) FROM millrace.schedule_slot
            WHERE schedule = 'skip' AND outcome = 'fired' AND decided_at - slot > interval '61 seconds'
            """)[0][0]
        #expect(late == 0)
    }

    @Test("a slot is passed over while an earlier run goes on, when the definition says so")
    func overlap() async throws {
        let database = try TestDatabase.current
        try await apply(try definition("p", overlap: .skip))
        _ = try await database.pool.startRun(of: "p")
        try await outage(minutes: 0)
        #expect(try await database.pool.fireSchedules(logger: TestDatabase.logger) == 0)
        let outcome: String = try await database.pool.query("SELECT outcome FROM millrace.schedule_slot")[0][0]
        #expect(outcome == "overlap")
    }

    @Test("a run goes through its steps in order, hands the slot on and ends with its last job")
    func run() async throws {
        let database = try TestDatabase.current
        let notes = Notes()
        try await apply(try definition("p"))
        let slot = Date(timeIntervalSince1970: 1_700_000_000)
        let registry = try PluginRegistry.scripted { job in
            notes.add(job.arguments.word)
            #expect(job.logicalTime == slot)
            if job.arguments.word == "second" {
                #expect(try await job.output(ofStep: "first", as: String.self) == "first was here")
            }
            try await job.complete(result: job.arguments.word + " was here")
        }
        let run = try await database.withWorker(registry) {
            let run = try await database.pool.startRun(of: "p", logicalTime: slot)
            try await eventually("the run ends") { try await database.pool.standing(ofRun: run)?.state != "running" }
            return run
        }
        #expect(try await database.pool.standing(ofRun: run)?.state == "succeeded")
        #expect(notes.all == ["first", "second"])
        #expect(try await database.pool.steps(ofRun: run).rows.map { $0[4] } == ["succeeded", "succeeded"])
    }

    @Test("a run in which a step failed is failed, and its later steps are cancelled")
    func failedRun() async throws {
        let database = try TestDatabase.current
        try await apply(try definition("p"))
        let run = try await database.withWorker(try .scripted { _ in throw PermanentFailure("no") }) {
            let run = try await database.pool.startRun(of: "p")
            try await eventually("the run ends") { try await database.pool.standing(ofRun: run)?.state != "running" }
            return run
        }
        #expect(try await database.pool.standing(ofRun: run)?.state == "failed")
        #expect(try await database.pool.steps(ofRun: run).rows.map { $0[4] } == ["failed", "cancelled"])
    }

    @Test("cancelling a run ends what waits and stops what runs")
    func cancelRun() async throws {
        let database = try TestDatabase.current
        try await apply(try definition("p"))
        let run = try await database.withWorker(try .scripted { _ in try await Task.sleep(for: .seconds(600)) }) {
            let run = try await database.pool.startRun(of: "p")
            try await eventually("the first step runs") {
                try await database.pool.jobs(JobFilter(state: .running)).rows.count == 1
            }
            #expect(try await database.pool.cancelRun(run) == 2)
            try await eventually("the run ends") { try await database.pool.standing(ofRun: run)?.state != "running" }
            return run
        }
        #expect(try await database.pool.standing(ofRun: run)?.state == "cancelled")
    }

    @Test("applying a definition again changes nothing and keeps the next slot")
    func applyAgain() async throws {
        let database = try TestDatabase.current
        let first = try definition("p")
        try await apply(first)
        try await outage(minutes: 5)
        let before: Date = try await database.pool.query("SELECT next_slot FROM millrace.schedule")[0][0]
        #expect(try await database.pool.changes(of: [first]).allSatisfy { !$0.isChange })
        var second = first
        second.steps[1].arguments = JSONText(#"{"word": "other"}"#)
        #expect(try await database.pool.changes(of: [second])[0].lines.contains { $0.contains("step second: args") })
        try await apply(second)
        let after: Date = try await database.pool.query("SELECT next_slot FROM millrace.schedule")[0][0]
        #expect(before == after)
        let revision: Int = try await database.pool.query("SELECT revision FROM millrace.pipeline")[0][0]
        #expect(revision == 2)
    }

    @Test("a change of the definition neither loses a slot nor decides one twice, at whatever moment it comes")
    func changeWhileItFires() async throws {
        let database = try TestDatabase.current
        var changing = PipelineDefinition(
            name: "p", steps: [PipelineStep(name: "only", plugin: "scripted")],
            schedule: ScheduleDefinition(.every(.milliseconds(1), anchor: Date(timeIntervalSince1970: 0))))
        try await apply(changing)
        // What is paused is decided like all else, and starts nothing.
        try await database.pool.pause(schedule: "p")
        let coordinators = (0..<2).map { _ in
            Task {
                while !Task.isCancelled { _ = try await database.pool.fireSchedules(logger: TestDatabase.logger) }
            }
        }
        for number in 0..<100 {
            changing.schedule?.ends = Date(timeIntervalSince1970: 4_000_000_000 + Double(number))
            try await apply(changing)
        }
        for coordinator in coordinators { coordinator.cancel() }
        for coordinator in coordinators { _ = await coordinator.result }
        let (slots, milliseconds, next) = try await database.pool.query(
            """
            SELECT count(*), (extract(epoch FROM max(slot) - min(slot)) * 1000)::bigint + 1,
                (extract(epoch FROM (SELECT next_slot FROM millrace.schedule) - max(slot)) * 1000)::bigint
            FROM millrace.schedule_slot
            """
        )[0].decode(Int.self, Int.self, Int.self)
        #expect(slots == milliseconds)
        #expect(next == 1)
        #expect(slots > 100)
    }

    @Test("slots without number are decided part by part, and the newest are those that fire")
    func veryManySlots() async throws {
        let database = try TestDatabase.current
        let now: Date = try await database.pool.query("SELECT date_trunc('second', clock_timestamp())")[0][0]
        let first = now.addingTimeInterval(-100)
        let last = now.addingTimeInterval(-1)
        try await database.pool.define("p", #"{"steps": [{"name": "a", "plugin": "scripted", "needs": []}]}"#)
        try await database.pool.schedule(
            "p", pipeline: "p", cadence: #"{"every": "1ms", "anchor": "2026-01-01T00:00:00Z"}"#, next: first,
            misfire: "all", misfireMaximum: 3, ends: last)
        #expect(try await database.pool.fireSchedules(logger: TestDatabase.logger) == 3)
        let slots: Int = try await database.pool.query("SELECT count(*) FROM millrace.schedule_slot")[0][0]
        #expect(slots == 99_001)
        let fired = try await database.pool.query(
            "SELECT slot FROM millrace.schedule_slot WHERE outcome = 'fired' ORDER BY slot"
        ).map { try $0[0] as Date }
        #expect(fired.map { Int((last.timeIntervalSince($0) * 1000).rounded()) } == [2, 1, 0])
        let isOver: Bool = try await database.pool.query("SELECT next_slot IS NULL FROM millrace.schedule")[0][0]
        #expect(isOver)
    }
}
