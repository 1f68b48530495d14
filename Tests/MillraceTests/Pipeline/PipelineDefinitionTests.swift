import Foundation
import Postgres
import TestSupport
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

/// Everything that a definition can say.
private let complete: PipelineDefinition = {
    var train = PipelineStep(
        name: "train",
        work: .plugin(
            "x", arguments: JSONText(#"{"tenant":"${item.id}","day":"${parameters.day}"}"#),
            forEach: .init(step: "tenants", items: "$.all[*]")),
        needs: [.init("tenants")])
    train.when = [.init(step: "tenants", predicate: "$.count > 0"), .init(step: "a", predicate: "exists($.n)")]
    train.backoffBase = .milliseconds(1500)
    train.backoffCap = .seconds(60)
    train.weight = 2
    train.keys = ["tenant": "${item.id}", "b": "c"]
    return PipelineDefinition(
        name: "p", namespace: "shop",
        parameters: [
            "day": PipelineParameter(description: "which day"),
            "none": PipelineParameter(defaultValue: JSONText("null")),
            "b": PipelineParameter(defaultValue: JSONText(#"{"z": 1.0, "a": []}"#), description: "x"),
        ],
        deadline: .seconds(14_400),
        steps: [
            PipelineStep(name: "a", plugin: "x"),
            PipelineStep(name: "tenants", plugin: "x", needs: [.init("a")]), train,
            PipelineStep(
                name: "sure", work: .approval("Send to everybody?"), needs: [.init("train")], timeout: .seconds(60)),
            PipelineStep(
                name: "send", work: .pipeline("other", parameters: JSONText(#"{"b":1,"a":2}"#)), needs: [.init("sure")]),
        ])
}()

private let completeJSON =
    #"{"parameters":{"b":{"default":{"a":[],"z":1},"description":"x"},"day":{"description":"which day"},"#
    + #""none":{"default":null}},"deadline_ms":14400000,"steps":["#
    + #"{"name":"a","plugin":"x","args":{},"needs":[]},"#
    + #"{"name":"tenants","plugin":"x","args":{},"needs":[{"step":"a","on_failure":"stop"}]},"#
    + #"{"name":"train","plugin":"x","args":{"day":"${parameters.day}","tenant":"${item.id}"},"#
    + #""needs":[{"step":"tenants","on_failure":"stop"}],"#
    + #""when":[{"step":"tenants","is":"$.count > 0"},{"step":"a","is":"exists($.n)"}],"#
    + #""for_each":{"step":"tenants","items":"$.all[*]"},"#
    + #""backoff_base_ms":1500,"backoff_cap_ms":60000,"weight":2,"keys":{"b":"c","tenant":"${item.id}"}},"#
    + #"{"name":"sure","approval":"Send to everybody?","needs":[{"step":"train","on_failure":"stop"}],"timeout_ms":60000},"#
    + #"{"name":"send","pipeline":"other","parameters":{"a":2,"b":1},"needs":[{"step":"sure","on_failure":"stop"}]}]}"#

@Suite struct PipelineDefinitionTests {
    @Test("everything that a definition can say has its place in the normal form")
    func completeNormalForm() throws {
        #expect(complete.json.text == completeJSON)
        var read = try PipelineDefinition(name: "p", namespace: "shop", json: complete.json)
        #expect(read.json.text == completeJSON)
        #expect(read.parameters["b"]?.defaultValue?.text == #"{"a":[],"z":1}"#)
        #expect(read.parameters["none"]?.defaultValue?.text == "null")
        #expect(read.parameters["day"]?.defaultValue == nil)
        #expect(read.steps[2] == normalForm(of: complete.steps[2], arguments: read.steps[2].arguments))
        read.parameters["b"] = complete.parameters["b"]
        read.steps[2] = complete.steps[2]
        read.steps[4] = complete.steps[4]
        #expect(read == complete)
    }

    private func normalForm(of step: PipelineStep, arguments: JSONText) -> PipelineStep {
        var step = step
        step.work = .plugin("x", arguments: arguments, forEach: step.forEach)
        return step
    }

    @Test("what jsonb does to the normal form does not change it", .database)
    func database() async throws {
        let stored: JSONText = try await TestDatabase.current.pool.query("SELECT $1::jsonb", complete.json)[0][0]
        #expect(stored.text != completeJSON)
        #expect(try PipelineDefinition(name: "p", namespace: "shop", json: stored).json.text == completeJSON)
    }

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
            (#"{"steps":[{"name":"a","needs":[]}]}"#, "steps[0]: \"plugin\" is missing or has another type"),
            (
                #"{"steps":[{"name":"a","pipeline":"q","args":{},"needs":[]}]}"#,
                "steps[0]: \"parameters\" is missing or has another type"
            ),
            (
                #"{"steps":[{"name":"a","plugin":"x","args":{},"needs":[],"when":[{"step":"b"}]}]}"#,
                "steps[0]: \"when\" is missing or has another type"
            ),
            (
                #"{"steps":[{"name":"a","plugin":"x","args":{},"needs":[],"for_each":{"step":"b"}}]}"#,
                "steps[0]: \"for_each\" is missing or has another type"
            ),
            (
                #"{"steps":[{"name":"a","plugin":"x","args":{},"needs":[],"keys":{"tenant":5}}]}"#,
                "steps[0]: \"keys\" is missing or has another type"
            ),
            (#"{"parameters":{"day":5},"steps":[]}"#, "\"parameters\" is missing or has another type"),
            (#"{"deadline_ms":"4h","steps":[]}"#, "\"deadline_ms\" is missing or has another type"),
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

    @Test("the cadence of an interval is written as the coordinator reads it")
    func interval() throws {
        let schedule = ScheduleDefinition(.every(.seconds(90), anchor: try RFC3339.date("2026-01-01T02:00:00.5+02:00")))
        #expect(schedule.cadenceJSON.text == #"{"every":"1m30s","anchor":"2026-01-01T00:00:00.5+00:00"}"#)
        #expect(try schedule.cadenceJSON.decode(Cadence.self) == schedule.cadence)
        #expect(schedule.zone == .utc)
    }

    @Test("slots lie between the schedule's start and its end, both included")
    func bounds() throws {
        let start = try RFC3339.date("2026-01-01T02:00:00Z")
        let end = try RFC3339.date("2026-01-01T04:00:00Z")
        let epoch = Date(timeIntervalSince1970: 0)
        for cadence: Cadence in [
            .every(.seconds(3600), anchor: epoch), .cron(try CronExpression("@hourly"), zone: .utc),
        ] {
            var schedule = ScheduleDefinition(cadence, starts: start, ends: end)
            #expect(schedule.instants(from: epoch, count: 10) == [start, start + 3600, end])
            #expect(schedule.instants(from: epoch, count: 2) == [start, start + 3600])
            #expect(schedule.next(after: start) == start + 3600)
            #expect(schedule.next(after: end - 1) == end)
            #expect(schedule.next(after: end) == nil)
            schedule.ends = nil
            #expect(schedule.next(after: end) == end + 3600)
            schedule.starts = nil
            #expect(schedule.next(after: epoch) == epoch + 3600)
        }
    }
}
