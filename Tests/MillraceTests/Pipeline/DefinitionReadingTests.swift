import Foundation
import Postgres
import Testing

@testable import Millrace

/// What a text defines; its errors are thrown.
func definition(_ text: String, plugins: [PluginDescription]? = nil) throws -> PipelineDefinition {
    let draft = DefinitionDraft(path: "jobs/n.yaml", bytes: Array(text.utf8), plugins: plugins)
    guard let file = draft.file else { throw DefinitionErrors(errors: draft.errors) }
    return file.definition
}

@Suite struct DefinitionReadingTests {
    @Test("a full definition is read with all its parts")
    func everything() throws {
        let read = try definition(
            """
            pipeline: nightly.full
            schedule:
              cron: "0 3 * * MON-FRI"
              timezone: UTC
              misfire: all(7)
              overlap: skip
              jitter: 1m30s
              gap: skip
              fold: both
            steps:
              collect:
                plugin: als-training.collect
                args: { z: [1, 2.50, ~, "3"], a: { deep: yes }, when: 2026-01-01, hex: 0x1F }
                queue: heavy
                priority: -5
                max-attempts: 3
                timeout: 2h
              report:
                plugin: report
                needs:
                  - collect
                  - step: tidy
                    on-failure: always
              tidy: { plugin: tidy }
            """)
        let schedule = ScheduleDefinition(
            cron: try CronExpression("0 3 * * MON-FRI"), zone: .utc, misfire: .all(maximum: 7), overlap: .skip,
            jitter: .seconds(90), gap: .skip, fold: .both)
        let expected = PipelineDefinition(
            name: "nightly.full",
            steps: [
                PipelineStep(
                    name: "collect", plugin: "als-training.collect",
                    arguments: JSONText(#"{"a":{"deep":"yes"},"hex":31,"when":"2026-01-01","z":[1,2.5,null,"3"]}"#),
                    queue: "heavy", priority: -5, maxAttempts: 3, timeout: .seconds(7200)),
                PipelineStep(
                    name: "report", plugin: "report", needs: [.init("collect"), .init("tidy", onFailure: .always)]),
                PipelineStep(name: "tidy", plugin: "tidy"),
            ], schedule: schedule)
        #expect(read == expected)
    }

    @Test("what is left out has its usual value")
    func usualValues() throws {
        let read = try definition("pipeline: p\nschedule: { cron: \"@daily\" }\nsteps: { a: { plugin: b } }")
        let schedule = try #require(read.schedule)
        #expect(schedule == ScheduleDefinition(cron: try CronExpression("@daily")))
        #expect(schedule.zone == .utc)
        #expect(schedule.misfire == .latest)
        #expect(schedule.overlap == .allow)
        #expect(schedule.jitter == .zero)
        #expect(schedule.starts == nil)
        #expect(schedule.ends == nil)
        #expect(schedule.parameters.text == "{}")
        #expect(read.namespace == "default")
        #expect(read.parameters.isEmpty)
        #expect(read.deadline == nil)
        #expect(read.steps == [PipelineStep(name: "a", plugin: "b")])
        #expect(try definition("pipeline: p\nsteps: { a: { plugin: b } }").schedule == nil)
    }

    @Test(
        "misfire policies are read as they are written",
        arguments: [
            ("skip", MisfirePolicy.skip), ("latest", .latest), ("all", .all(maximum: 100)),
            ("all(100)", .all(maximum: 100)), ("all(1)", .all(maximum: 1)),
        ])
    func misfire(text: String, policy: MisfirePolicy) throws {
        let read = try definition(
            "pipeline: p\nschedule: { cron: '@daily', misfire: \(text) }\nsteps: { a: { plugin: b } }")
        #expect(read.schedule?.misfire == policy)
        #expect(policy.description == (text == "all" ? "all(100)" : text))
    }

    @Test(
        "plain scalars are read as YAML's core schema does",
        arguments: [
            ("1", "1"), ("+1", "1"), ("-1", "-1"), ("1.50", "1.5"), (".5", "0.5"), ("5.", "5"), ("1e3", "1000"),
            ("0o17", "15"), ("0xff", "255"), ("true", "true"), ("False", "false"), ("null", "null"), ("~", "null"),
            ("", "null"), ("yes", #""yes""#), ("on", #""on""#), ("007", #""007""#), (".inf", #"".inf""#),
            ("1:30", #""1:30""#), (".", #"".""#), ("-", #""-""#), ("0x", #""0x""#), ("1_000", #""1_000""#),
            ("2026-11-24", #""2026-11-24""#),
        ])
    func plainScalars(text: String, json: String) {
        #expect(YAMLNode.value(ofPlain: text).text.text == json)
    }

    @Test("quotes, block texts, tags and aliases give what they say")
    func otherScalars() throws {
        let read = try definition(
            """
            pipeline: p
            steps:
              a: { plugin: x, args: &shared { quoted: "5", single: 'true', tagged: !!str 7, empty: "" } }
              b:
                plugin: x
                args: *shared
              c:
                plugin: x
                args:
                  text: |
                    two
                    lines

            """)
        let shared = #"{"empty":"","quoted":"5","single":"true","tagged":"7"}"#
        #expect(read.steps.map(\.arguments.text) == [shared, shared, #"{"text":"two\nlines\n"}"#])
    }

    @Test("a byte order mark and Windows line ends do not matter")
    func lineEnds() throws {
        let read = try definition("\u{FEFF}pipeline: p\r\nsteps:\r\n  a: { plugin: b }\r\n")
        #expect(read == PipelineDefinition(name: "p", steps: [PipelineStep(name: "a", plugin: "b")]))
    }

    @Test("the pipeline that ships is read, and has no errors of its own")
    func shipped() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        let jobs = folder.appending(path: "../../../jobs").standardizedFileURL.path
        let files = try DefinitionFile.load(directory: jobs)
        let nightly = try #require(files.map(\.definition).first { $0.name == "nightly-personalization" })
        #expect(nightly.schedule?.zone.identifier == "Asia/Shanghai")
        #expect(nightly.schedule?.misfire == .latest)
        #expect(nightly.schedule?.overlap == .skip)
        #expect(nightly.schedule?.jitter == .seconds(300))
        #expect(
            try PipelineGraph(nightly).description == """
                1  profiles  profile-rebuild
                   train     als-training
                2  content   content-batch      ← profiles, train
                3  dispatch  campaign-dispatch  ← content
                """)
        #expect(
            nightly.steps.map(\.arguments.text) == [
                #"{"clusters":"auto"}"#, #"{"factors":64,"iterations":15,"shards":8}"#, #"{"campaign":"weekly-picks"}"#,
                #"{"campaign":"weekly-picks"}"#,
            ])
    }
}
