import Postgres
import Testing

@testable import Millrace

private let full = PipelineDefinition(
    name: "p",
    steps: [
        PipelineStep(
            name: "a", plugin: "x", arguments: JSONText(#"{"b": 1.0, "a": [1e2, {"z": 1, "y": 2}]}"#), queue: "q",
            priority: -1, maxAttempts: 3, timeout: .milliseconds(1500)),
        PipelineStep(name: "b", plugin: "y", needs: [.init("a", onFailure: .continue)]),
    ])

private let fullJSON =
    #"{"steps":[{"name":"a","plugin":"x","args":{"a":[100,{"y":2,"z":1}],"b":1},"needs":[],"queue":"q","#
    + #""priority":-1,"max_attempts":3,"timeout_ms":1500},{"name":"b","plugin":"y","args":{},"#
    + #""needs":[{"step":"a","on_failure":"continue"}]}]}"#

@Suite struct PipelineDefinitionTests {
    @Test("the normal form has a fixed order and leaves out what was not said")
    func normalForm() {
        #expect(full.json.text == fullJSON)
    }

    @Test("the normal form survives what jsonb does to it, to the byte")
    func roundTrip() throws {
        // As PostgreSQL prints the jsonb: shorter keys first, spaces after colons and commas.
        let stored = #"""
            {"steps": [{"args": {"a": [100, {"y": 2, "z": 1}], "b": 1.0}, "name": "a", "needs": [], "queue": "q", "plugin": "x", "priority": -1, "timeout_ms": 1500, "max_attempts": 3}, {"args": {}, "name": "b", "needs": [{"step": "a", "on_failure": "continue"}], "plugin": "y"}]}
            """#
        let read = try PipelineDefinition(name: "p", json: JSONText(stored))
        #expect(read.json.text == fullJSON)
        #expect(try PipelineDefinition(name: "p", json: read.json) == read)
        #expect(read.steps[0].arguments.text == #"{"a":[100,{"y":2,"z":1}],"b":1}"#)
        #expect(read.steps[1] == full.steps[1])
        #expect(read.steps[0].timeout == .milliseconds(1500))
    }

    @Test(
        "a stored definition of another shape is refused",
        arguments: [
            ("[", "it is no JSON, line 1, column 2: expected a value, but the text ends"),
            ("{}", "\"steps\" is not a list"),
            (#"{"steps":[{"name":"a"}]}"#, "steps[0]: \"needs\" is missing or has another type"),
            (
                #"{"steps":[{"name":"a","plugin":"x","args":[],"needs":[]}]}"#,
                "steps[0]: \"args\" is missing or has another type"
            ),
            (
                #"{"steps":[{"name":"a","plugin":"x","args":{},"needs":[{"step":"b","on_failure":"hope"}]}]}"#,
                "steps[0]: \"needs\" is missing or has another type"
            ),
            (
                #"{"steps":[{"name":"a","plugin":"x","args":{},"needs":[],"priority":"high"}]}"#,
                "steps[0]: \"priority\" is missing or has another type"
            ),
        ])
    func badStoredDefinitions(json: String, problem: String) {
        let error = #expect(throws: StoredDefinitionError.self) {
            try PipelineDefinition(name: "p", json: JSONText(json))
        }
        #expect(
            error?.description
                == "the stored definition of pipeline p cannot be read: \(problem)  →  apply its file again")
    }

    @Test("a schedule's cadence is written as the coordinator reads it")
    func cadence() throws {
        let schedule = ScheduleDefinition(
            cron: try CronExpression("0  3 * * *"), zone: try Zone(named: "Asia/Shanghai"), gap: .skip, fold: .both)
        #expect(
            schedule.cadenceJSON.text
                == #"{"cron":"0 3 * * *","timezone":"Asia/Shanghai","gap":"skip","fold":"both"}"#)
        #expect(try schedule.cadenceJSON.decode(Cadence.self) == schedule.cadence)
    }
}
