import Postgres
import TestSupport
import Testing

@testable import Millrace

@Suite("Nested runs, approvals and deadlines of runs", .database)
struct NestedRunTests {
    private func defineNested(_ pool: Pool) async throws {
        try await pool.define(
            "inner",
            #"""
            {"parameters": {"n": {}},
             "steps": [{"name": "work", "plugin": "scripted", "args": {"n": "${parameters.n}"}, "needs": []}]}
            """#)
        try await pool.define(
            "outer",
            #"""
            {"steps": [
                {"name": "before", "plugin": "scripted", "args": {}, "needs": []},
                {"name": "nested", "pipeline": "inner", "parameters": {"n": "${steps.before.output.n}"},
                    "needs": [{"step": "before"}]},
                {"name": "after", "plugin": "scripted",
                    "args": {"got": "${steps.nested.output.steps.work}"}, "needs": [{"step": "nested"}]}
            ]}
            """#)
    }

    private func innerRun(of outer: Int64, on pool: Pool) async throws -> Int64 {
        try await pool.query(
            """
            SELECT run.id FROM millrace.pipeline_run AS run JOIN millrace.job ON job.id = run.parent_job_id
            WHERE job.run_id = $1
            """, outer)[0][0]
    }

    @Test("a nested run gets its parameters from the outer one, and its outputs go back")
    func succeeds() async throws {
        let database = try TestDatabase.current
        try await defineNested(database.pool)
        let run = try await database.pool.startRun(of: "outer")
        let worker = try await ManualWorker("w", on: database)
        let done = try await worker.workOff { job in job.step == "before" ? #"{"n": 5}"# : #""done""# }
        #expect(done.map(\.step) == ["before", "work", "after"])
        #expect(done[1].arguments.text == #"{"n": 5}"#)
        #expect(done[2].arguments.text == #"{"got": "done"}"#)
        #expect(try await database.pool.runState(run) == "succeeded")
        #expect(try await database.pool.runState(innerRun(of: run, on: database.pool)) == "succeeded")
    }

    @Test("a nested run that fails fails its step, and what needs that is cancelled")
    func fails() async throws {
        let database = try TestDatabase.current
        try await defineNested(database.pool)
        let run = try await database.pool.startRun(of: "outer")
        let worker = try await ManualWorker("w", on: database)
        try await worker.complete(try #require(try await worker.claim().first), result: #"{"n": 1}"#)
        try await worker.fail(try #require(try await worker.claim().first))
        #expect(
            try await database.pool.stepStates(of: run)
                == ["before": "succeeded", "nested": "failed", "after": "cancelled"])
        #expect(try await database.pool.runState(run) == "failed")
    }

    @Test("a nested run that cannot start, for want of a parameter or of itself, fails its step")
    func cannotStart() async throws {
        let database = try TestDatabase.current
        try await defineNested(database.pool)
        try await database.pool.define(
            "loop", #"{"steps": [{"name": "again", "pipeline": "loop", "parameters": {}, "needs": []}]}"#)
        try await database.pool.define(
            "wrong", #"{"steps": [{"name": "a", "pipeline": "inner", "parameters": {}, "needs": []}]}"#)
        let wrong = try await database.pool.startRun(of: "wrong")
        #expect(try await database.pool.runState(wrong) == "failed")
        let loop = try await database.pool.startRun(of: "loop")
        #expect(try await database.pool.runState(loop) == "failed")
        #expect(try await database.pool.query("SELECT FROM millrace.deferred").isEmpty)
    }

    @Test("cancelling the outer run cancels the inner one with it")
    func cancelled() async throws {
        let database = try TestDatabase.current
        try await defineNested(database.pool)
        let run = try await database.pool.startRun(of: "outer")
        let worker = try await ManualWorker("w", on: database)
        try await worker.complete(try #require(try await worker.claim().first), result: #"{"n": 1}"#)
        let inner = try await innerRun(of: run, on: database.pool)
        let running = try #require(try await worker.claim().first)
        _ = try await database.pool.cancelRun(run, by: "ann")
        #expect(try await database.pool.runState(run) == "cancelled")
        #expect(try await database.pool.runState(inner) == "running", "its job has only been asked to stop")
        try await worker.fail(running)
        #expect(try await database.pool.runState(inner) == "cancelled")
        #expect(try await database.pool.query("SELECT FROM millrace.deferred").isEmpty)
    }

    private static let asking = #"""
        {"steps": [
            {"name": "draft", "plugin": "scripted", "args": {}, "needs": []},
            {"name": "ask", "approval": "Send to everybody?", "timeout_ms": 3600000, "needs": [{"step": "draft"}]},
            {"name": "send", "plugin": "scripted", "args": {"by": "${steps.ask.output.approved_by}"},
                "needs": [{"step": "ask"}]}
        ]}
        """#

    private func startAsking() async throws -> (pool: Pool, run: Int64, worker: ManualWorker) {
        let database = try TestDatabase.current
        try await database.pool.define("p", Self.asking)
        let run = try await database.pool.startRun(of: "p")
        let early = await #expect(throws: PostgresError.self) { try await database.pool.approve(run: run, step: "ask") }
        #expect(early?.message.contains("waits for no approval") == true)
        let worker = try await ManualWorker("w", on: database)
        try await worker.workOff()
        return (database.pool, run, worker)
    }

    @Test("an approved step ends well, with who approved it as its output, once")
    func approved() async throws {
        let (pool, run, worker) = try await startAsking()
        try await pool.approve(run: run, step: "ask", by: "ann", comment: "go")
        await #expect(throws: PostgresError.self) { try await pool.approve(run: run, step: "ask") }
        let claimed = try await worker.workOff()
        #expect(claimed.map(\.arguments.text) == [#"{"by": "ann"}"#])
        #expect(try await pool.runState(run) == "succeeded")
    }

    @Test("a refused step fails, and what needs it is cancelled")
    func refused() async throws {
        let (pool, run, _) = try await startAsking()
        try await pool.approve(run: run, step: "ask", approved: false, by: "ann", comment: "typo")
        #expect(try await pool.stepStates(of: run) == ["draft": "succeeded", "ask": "failed", "send": "cancelled"])
        let reason: String = try await pool.query(
            "SELECT reason FROM millrace.v_step WHERE run_id = $1 AND step = 'ask'", run)[0][0]
        #expect(reason == "was refused by ann: typo")
        #expect(try await pool.runState(run) == "failed")
    }

    @Test("an approval that nobody gives in time fails its step")
    func timedOut() async throws {
        let (pool, run, _) = try await startAsking()
        #expect(try await pool.expireOverdue() == 0)
        #expect(try await TestDatabase.current.withClock(movedBy: "61m") { try await $0.expireOverdue() } == 1)
        #expect(try await pool.stepStates(of: run)["ask"] == "failed")
        #expect(try await pool.runState(run) == "failed")
    }

    @Test("a run past its deadline fails: what waits is cancelled, what runs is asked to stop")
    func runDeadline() async throws {
        let database = try TestDatabase.current
        try await database.pool.define(
            "p",
            #"""
            {"deadline_ms": 60000, "steps": [
                {"name": "a", "plugin": "scripted", "args": {}, "needs": []},
                {"name": "b", "plugin": "scripted", "args": {}, "needs": [{"step": "a", "on_failure": "always"}]}
            ]}
            """#)
        let run = try await database.pool.startRun(of: "p")
        let worker = try await ManualWorker("w", on: database)
        let running = try #require(try await worker.claim().first)
        #expect(try await database.pool.expireOverdue() == 0)
        #expect(try await database.withClock(movedBy: "2m") { try await $0.expireOverdue() } == 1)
        #expect(try await database.withClock(movedBy: "2m") { try await $0.expireOverdue() } == 0, "once")
        try await worker.fail(running, isRetryable: true)
        #expect(try await database.pool.stepStates(of: run) == ["a": "cancelled", "b": "cancelled"])
        #expect(try await database.pool.runState(run) == "failed")
        let reason: String = try await database.pool.query(
            "SELECT reason FROM millrace.pipeline_run WHERE id = $1", run)[0][0]
        #expect(reason.hasPrefix("its deadline passed"))
    }
}
