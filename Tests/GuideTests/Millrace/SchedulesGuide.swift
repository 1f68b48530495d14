import Foundation
import Millrace
import MillraceTesting
import Postgres
import TestSupport
import Testing

struct Report: Plugin {
    struct Arguments: Codable, Sendable {}

    static let name = "report"

    func run(_ job: JobContext<Arguments>) async throws {
        try await job.complete(result: RFC3339.text(job.logicalTime))
    }
}

@Suite("Guide: schedules", .database)
struct SchedulesGuide {
    private func withJobs(_ body: (JobTester) async throws -> Void) async throws {
        var registry = PluginRegistry()
        try registry.register(Report())
        try await JobTester.with(TestDatabase.current.configuration, registry: registry, body)
    }

    private func apply(_ jobs: JobTester) async throws {
        let pool = jobs.pool
        // region: apply
        let definition = PipelineDefinition(
            name: "hourly-report", steps: [PipelineStep(name: "report", plugin: "report")],
            schedule: ScheduleDefinition(
                cron: try CronExpression("0 * * * *"), zone: try Zone(named: "Europe/Berlin"),
                misfire: .all(maximum: 10), overlap: .allow))
        try await pool.transaction { transaction in
            try await transaction.apply([definition], sources: ["hourly-report.yaml"])
        }
        // endregion: apply
    }

    @Test("the local time that a clock change leaves out, and the one that comes twice")
    func daylightSaving() throws {
        // region: daylight-saving
        let berlin = try Zone(named: "Europe/Berlin")
        let halfPastTwo = try CronExpression("30 2 * * *")

        // 2026-03-29, 02:00 becomes 03:00: 02:30 does not exist.
        let spring = try RFC3339.date("2026-03-28T12:00:00Z")
        let shifted = halfPastTwo.next(after: spring, in: berlin)
        let skipped = halfPastTwo.next(after: spring, in: berlin, gap: .skip)

        // 2026-10-25, 03:00 becomes 02:00: 02:30 comes twice.
        let autumn = try RFC3339.date("2026-10-25T00:45:00Z")
        let once = halfPastTwo.next(after: autumn, in: berlin)
        let twice = halfPastTwo.next(after: autumn, in: berlin, fold: .both)
        // endregion: daylight-saving
        #expect(shifted.map(berlin.rfc3339) == "2026-03-29T03:00:00+02:00")
        #expect(skipped.map(berlin.rfc3339) == "2026-03-30T02:30:00+02:00")
        #expect(once.map(berlin.rfc3339) == "2026-10-26T02:30:00+01:00")
        #expect(twice.map(berlin.rfc3339) == "2026-10-25T02:30:00+01:00")
    }

    @Test("slots fire with their own time, and those that were missed are made up for")
    func fires() async throws {
        try await withJobs { jobs in
            try await apply(jobs)
            try await jobs.advance(by: .seconds(3 * 3600))
            try await jobs.drain()
            let times = try await jobs.pool.query(
                "SELECT extract(minute FROM logical_time)::int FROM millrace.v_job WHERE plugin = 'report'")
            // Four when an hour begins between the two calls above.
            #expect((3...4).contains(times.count))
            #expect(try times.allSatisfy { try $0[0] as Int32 == 0 })
        }
    }

    @Test("a paused schedule lets its slots pass; a run can be asked for beside them")
    func pause() async throws {
        try await withJobs { jobs in
            try await apply(jobs)
            let run = try await pause(on: jobs.pool)
            try await jobs.advance(by: .seconds(2 * 3600))
            try await jobs.drain()
            #expect(try await jobs.jobs(of: "report").count == 1)
            #expect(try await jobs.pool.standing(ofRun: run)?.state == "succeeded")
            try await resume(on: jobs.pool)
            try await jobs.advance(by: .seconds(3600))
            // One slot of the hour after, or two; with those of the pause there would be two more.
            #expect(try await (2...3).contains(jobs.jobs(of: "report").count))
        }
    }

    private func pause(on pool: Pool) async throws -> Int64 {
        // region: pause
        try await pool.pause(schedule: "hourly-report", by: "ada")
        let run = try await pool.runNow(schedule: "hourly-report")
        // endregion: pause
        return run
    }

    private func resume(on pool: Pool) async throws {
        // region: resume
        try await pool.resume(schedule: "hourly-report")
        // endregion: resume
    }

    @Test("a backfill runs the slots of a stretch of time, in their order, and each once")
    func backfill() async throws {
        try await withJobs { jobs in
            try await apply(jobs)
            let pool = jobs.pool
            // region: backfill
            let plan = try await pool.planBackfill(
                of: "hourly-report", from: RFC3339.date("2026-01-01T00:00:00Z"),
                to: RFC3339.date("2026-01-01T05:00:00Z"))
            let runs = try await pool.transaction { transaction in
                try await transaction.run(plan, parallel: 2).map(\.run)
            }
            // endregion: backfill
            #expect(plan.slots.count == 6 && plan.alreadyFired.isEmpty)
            #expect(runs.count == 6)
            try await jobs.drain()
            for run in runs { #expect(try await jobs.pool.standing(ofRun: run)?.state == "succeeded") }
            let again = try await jobs.pool.planBackfill(
                of: "hourly-report", from: RFC3339.date("2026-01-01T00:00:00Z"),
                to: RFC3339.date("2026-01-01T05:00:00Z"))
            #expect(again.slots.isEmpty && again.alreadyFired.count == 6)
        }
    }
}
