import Postgres
import TestSupport
import Testing

@testable import Millrace

@Suite("Conditions and placeholders of steps", .database)
struct StepConditionTests {
    /// Works a run off; each step returns what `outputs` has for it.
    private func workOff(_ database: TestDatabase, outputs: [String: String]) async throws -> [String] {
        let worker = try await ManualWorker("w", on: database)
        return try await worker.workOff { $0.step.flatMap { outputs[$0] } }.compactMap(\.step)
    }

    private static let branches = """
        {"steps": [
            {"name": "count", "plugin": "scripted", "args": {}, "needs": []},
            {"name": "many", "plugin": "scripted", "args": {}, "needs": [{"step": "count"}],
                "when": [{"step": "count", "is": "$.customers > 100"}]},
            {"name": "after-many", "plugin": "scripted", "args": {}, "needs": [{"step": "many"}]},
            {"name": "anyway", "plugin": "scripted", "args": {},
                "needs": [{"step": "many", "on_failure": "continue"}]},
            {"name": "few", "plugin": "scripted", "args": {}, "needs": [{"step": "count"}],
                "when": [{"step": "count", "is": "$.customers <= 100"}, {"step": "count", "is": "$.open == true"}]}
        ]}
        """

    @Test("a step whose condition does not hold is skipped, and so is what needs it, unless its edge says otherwise")
    func skipped() async throws {
        let database = try TestDatabase.current
        try await database.pool.define("p", Self.branches)
        let run = try await database.pool.startRun(of: "p")
        let done = try await workOff(database, outputs: ["count": #"{"customers": 7, "open": true}"#])
        #expect(Set(done) == ["count", "anyway", "few"])
        #expect(
            try await database.pool.stepStates(of: run) == [
                "count": "succeeded", "many": "skipped", "after-many": "skipped", "anyway": "succeeded",
                "few": "succeeded",
            ])
        #expect(try await database.pool.runState(run) == "succeeded")
    }

    @Test("all conditions must hold, and one over an output that is not there does not")
    func allConditions() async throws {
        let database = try TestDatabase.current
        try await database.pool.define("p", Self.branches)
        let run = try await database.pool.startRun(of: "p")
        _ = try await workOff(database, outputs: [:])
        let states = try await database.pool.stepStates(of: run)
        #expect(states["many"] == "skipped")
        #expect(states["few"] == "skipped")
        let reason: String = try await database.pool.query(
            "SELECT reason FROM millrace.v_step WHERE run_id = $1 AND step = 'few'", run)[0][0]
        #expect(reason.contains("which has no output"))
    }

    @Test("a step that failed outweighs one that was skipped")
    func failedAndSkipped() async throws {
        let database = try TestDatabase.current
        try await database.pool.define(
            "p",
            """
            {"steps": [
                {"name": "a", "plugin": "scripted", "args": {}, "needs": []},
                {"name": "b", "plugin": "scripted", "args": {}, "needs": [{"step": "a"}],
                    "when": [{"step": "a", "is": "$ == 1"}]},
                {"name": "c", "plugin": "scripted", "args": {}, "needs": [{"step": "a"}]},
                {"name": "d", "plugin": "scripted", "args": {}, "needs": [{"step": "b"}, {"step": "c"}]}
            ]}
            """)
        let run = try await database.pool.startRun(of: "p")
        let worker = try await ManualWorker("w", on: database)
        try await worker.complete(try #require(try await worker.claim().first), result: "2")
        try await worker.fail(try #require(try await worker.claim().first))
        #expect(
            try await database.pool.stepStates(of: run)
                == ["a": "succeeded", "b": "skipped", "c": "failed", "d": "cancelled"])
        #expect(try await database.pool.runState(run) == "failed")
    }

    @Test("placeholders are filled in with parameters, the run and outputs, as values or within texts")
    func placeholders() async throws {
        let database = try TestDatabase.current
        try await database.pool.define(
            "p",
            #"""
            {"parameters": {"day": {"default": "monday"}, "n": {}},
             "steps": [
                {"name": "a", "plugin": "scripted", "args": {"n": "${parameters.n}", "text": "on ${parameters.day} $${x}"},
                    "needs": []},
                {"name": "b", "plugin": "scripted", "needs": [{"step": "a"}],
                    "args": {"list": "${steps.a.output.list}", "text": "run ${run.pipeline}: ${steps.a.output.list}"}}
            ]}
            """#)
        await #expect(throws: PostgresError.self) { try await database.pool.startRun(of: "p") }
        await #expect(throws: PostgresError.self) {
            try await database.pool.startRun(of: "p", parameters: JSONText(#"{"n": 1, "unknown": 2}"#))
        }
        _ = try await database.pool.startRun(of: "p", parameters: JSONText(#"{"n": {"deep": 1}}"#))
        let worker = try await ManualWorker("w", on: database)
        let claimed = try await worker.workOff { _ in #"{"list": [1, "x"]}"# }
        #expect(claimed[0].arguments.text == #"{"n": {"deep": 1}, "text": "on monday ${x}"}"#)
        #expect(claimed[1].arguments.text == #"{"list": [1, "x"], "text": "run p: [1, \"x\"]"}"#)
    }

    @Test("a placeholder that leads nowhere ends its step and nothing else")
    func emptyPlaceholder() async throws {
        let database = try TestDatabase.current
        try await database.pool.define(
            "p",
            #"""
            {"steps": [
                {"name": "a", "plugin": "scripted", "args": {}, "needs": []},
                {"name": "b", "plugin": "scripted", "args": {"x": "${steps.a.output.none}"}, "needs": [{"step": "a"}]},
                {"name": "c", "plugin": "scripted", "args": {}, "needs": [{"step": "a"}]}
            ]}
            """#)
        let run = try await database.pool.startRun(of: "p")
        #expect(try await workOff(database, outputs: ["a": "{}"]) == ["a", "c"])
        #expect(try await database.pool.stepStates(of: run) == ["a": "succeeded", "b": "failed", "c": "succeeded"])
    }
}
