import Postgres
import TestSupport
import Testing

@testable import Millrace

@Suite("Runs again, and runs after each other", .database)
struct RerunTests {
    /// a → b → c, a → s (skipped) → d, and d needs c as well.
    private static let definition = #"""
        {"steps": [
            {"name": "a", "plugin": "scripted", "args": {}, "needs": []},
            {"name": "b", "plugin": "scripted", "args": {"a": "${steps.a.output.value}"}, "needs": [{"step": "a"}]},
            {"name": "c", "plugin": "scripted", "args": {}, "needs": [{"step": "b"}]},
            {"name": "s", "plugin": "scripted", "args": {}, "needs": [{"step": "a"}],
                "when": [{"step": "a", "is": "$.skip == false"}]},
            {"name": "d", "plugin": "scripted", "args": {}, "needs": [{"step": "s"}, {"step": "c"}]}
        ]}
        """#

    /// A run in which b failed.
    private func failedRun() async throws -> (pool: Pool, run: Int64, worker: ManualWorker) {
        let database = try TestDatabase.current
        try await database.pool.define("p", Self.definition)
        let run = try await database.pool.startRun(of: "p")
        await #expect(throws: PostgresError.self) { try await database.pool.rerun(run) }
        let worker = try await ManualWorker("w", on: database)
        try await worker.complete(
            try #require(try await worker.claim().first), result: #"{"value": 7, "skip": true}"#)
        try await worker.fail(try #require(try await worker.claim().first))
        #expect(try await database.pool.runState(run) == "failed")
        return (database.pool, run, worker)
    }

    @Test("the failed steps and what waits for them are done again; the others are taken over with their outputs")
    func failedSteps() async throws {
        let (pool, run, worker) = try await failedRun()
        let again = try await pool.rerun(run)
        let done = try await worker.workOff()
        #expect(done.map(\.step) == ["b", "c"])
        #expect(done[0].arguments.text == #"{"a": 7}"#)
        #expect(
            try await pool.stepStates(of: again)
                == ["a": "succeeded", "b": "succeeded", "c": "succeeded", "s": "skipped", "d": "skipped"],
            "what was skipped stays skipped, and so does what needs it")
        #expect(try await pool.runState(again) == "succeeded")
        #expect(try await pool.output(of: "a", in: again)?.contains("7") == true)
        #expect(try await pool.runState(run) == "failed", "the earlier run stays as it is")
    }

    @Test("from a step on, all that waits for it is done again")
    func fromStep() async throws {
        let (pool, run, worker) = try await failedRun()
        let again = try await pool.rerun(run, from: ["a"])
        #expect(try await worker.workOff { _ in #"{"value": 8, "skip": false}"# }.map(\.step).contains("d"))
        #expect(Set(try await pool.stepStates(of: again).values) == ["succeeded"])
        let error = await #expect(throws: PostgresError.self) { try await pool.rerun(run, from: ["none"]) }
        #expect(error?.message.contains("has no step none") == true)
        let nothing = await #expect(throws: PostgresError.self) { try await pool.rerun(again) }
        #expect(nothing?.message.contains("nothing to do again") == true)
    }

    @Test("without outputs the steps that are taken over have none")
    func withoutOutputs() async throws {
        let (pool, run, worker) = try await failedRun()
        let again = try await pool.rerun(run, from: ["c"], withOutputs: false)
        _ = try await worker.workOff()
        #expect(try await pool.output(of: "a", in: again) == nil)
        #expect(try await pool.stepStates(of: again)["c"] == "succeeded", "b is passed over, since nobody asked for it")
    }

    @Test("a step that failed and is not done again is not said to have succeeded")
    func passedOver() async throws {
        let (pool, run, worker) = try await failedRun()
        let again = try await pool.rerun(run, from: ["c"])
        #expect(try await worker.workOff().map(\.step) == ["c"])
        #expect(
            try await pool.stepStates(of: again)
                == ["a": "succeeded", "b": "skipped", "c": "succeeded", "s": "skipped", "d": "skipped"])
        let reason: String = try await pool.query(
            "SELECT reason FROM millrace.v_step WHERE run_id = $1 AND step = 'b'", again)[0][0]
        #expect(reason == "it failed in run \(run) and is not done again")
        #expect(try await pool.runState(again) == "succeeded")
    }

    @Test("a fan-out that is taken over keeps the list of its outputs")
    func fanOutTakenOver() async throws {
        let database = try TestDatabase.current
        try await database.pool.define(
            "p",
            #"""
            {"steps": [
                {"name": "list", "plugin": "scripted", "args": {}, "needs": []},
                {"name": "each", "plugin": "scripted", "args": {"word": "${item}"}, "needs": [{"step": "list"}],
                    "for_each": {"step": "list", "items": "$[*]"}},
                {"name": "sum", "plugin": "scripted", "args": {"all": "${steps.each.output}"}, "needs": [{"step": "each"}]}
            ]}
            """#)
        let run = try await database.pool.startRun(of: "p")
        let worker = try await ManualWorker("w", on: database)
        try await worker.complete(try #require(try await worker.claim().first), result: "[1, 2]")
        for (number, job) in try await worker.claim().enumerated() {
            try await worker.complete(job, result: "\(number + 10)")
        }
        try await worker.fail(try #require(try await worker.claim().first))
        let again = try await database.pool.rerun(run)
        let sum = try await worker.workOff()
        #expect(sum.map(\.arguments.text) == [#"{"all": [10, 11]}"#])
        #expect(try await database.pool.runState(again) == "succeeded")
    }

    @Test("a single job of a run is not tried again by itself")
    func retryOfAStep() async throws {
        let (pool, run, _) = try await failedRun()
        let failed: Int64 = try await pool.query(
            "SELECT id FROM millrace.v_job WHERE run_id = $1 AND state = 'failed'", run)[0][0]
        let error = await #expect(throws: PostgresError.self) { try await pool.retry(JobID(failed)) }
        #expect(error?.hint?.contains("pipeline rerun \(run)") == true)
    }

    @Test(
        "a run after another one begins when that has ended, however it ended",
        arguments: ["well", "badly", "cancelled"])
    func afterAnother(_ end: String) async throws {
        let database = try TestDatabase.current
        let pool = database.pool
        try await pool.define("p", #"{"steps": [{"name": "a", "plugin": "scripted", "needs": []}]}"#)
        let first = try await pool.startRun(of: "p")
        let second = try await pool.startRun(of: "p", after: first)
        let third = try await pool.startRun(of: "p", after: second)
        let worker = try await ManualWorker("w", on: database)
        let claimed = try await worker.claim()
        #expect(claimed.map(\.runID) == [first])
        #expect(try await pool.cancelRun(second) == 1, "one that waits for its turn may be cancelled")
        #expect(try await pool.stepStates(of: second) == ["a": "cancelled"])
        #expect(try await worker.claim().isEmpty, "and the one behind it does not pass the first one")
        switch end {
        case "well": try await worker.complete(claimed[0])
        case "badly": try await worker.fail(claimed[0])
        default:
            #expect(try await pool.cancelRun(first) == 1)
            try await worker.fail(claimed[0])
        }
        #expect(try await pool.runState(first) != "running")
        #expect(try await worker.workOff().map(\.runID) == [third])
        #expect(try await pool.runState(second) == "cancelled")
        #expect(try await pool.runState(third) == "succeeded")
    }
}
