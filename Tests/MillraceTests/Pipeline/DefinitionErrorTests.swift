import Foundation
import Postgres
import Testing

@testable import Millrace

private struct Training: Codable, Sendable { var factors = 64 }
private struct Greeting: Codable, Sendable { var customer: Int }

private let plugins = [
    PluginDescription(
        name: "als-training", version: 1, summary: "",
        schema: ArgumentSchema(defaults: Training(), describing: ["factors": .init("", minimum: 1, maximum: 1024)]),
        defaults: JobDefaults()),
    PluginDescription(
        name: "greet", version: 1, summary: "", schema: ArgumentSchema(reflecting: Greeting.self),
        defaults: JobDefaults()),
]

private func messages(_ text: String, plugins: [PluginDescription]? = nil) -> [String] {
    definitionMessages(text, plugins: plugins)
}

private func messages(bytes: [UInt8]) -> [String] {
    definitionMessages(bytes: bytes)
}

/// A definition with one line of its own in the step `a`.
private func step(_ line: String) -> String {
    "pipeline: p\nsteps:\n  a:\n    plugin: greet\n    \(line)\n"
}

/// A definition with one line of its own in the schedule.
private func schedule(_ line: String) -> String {
    "pipeline: p\nschedule:\n  \(line)\nsteps: { a: { plugin: greet } }\n"
}

@Suite struct DefinitionErrorTests {
    @Test(
        "a file that is no definition is refused with the line",
        arguments: [
            ("", "1: the file is empty  →  begin it with `pipeline: NAME` and `steps:`"),
            ("# nothing\n", "1: the file is empty  →  begin it with `pipeline: NAME` and `steps:`"),
            ("- a\n", "1: is a list, not a mapping  →  begin with `pipeline: NAME` and `steps:`"),
            ("text", "1: is \"text\", not a mapping  →  begin with `pipeline: NAME` and `steps:`"),
            (
                "pipeline: p\nsteps:\n\ta: { plugin: b }\n",
                "3: is indented by a tab  →  indent with spaces"
            ),
            (
                "pipeline: p\nsteps: { a: { plugin: b }\n",
                "3: did not find expected ',' or '}' while parsing a flow mapping that begins on line 2  →  "
                    + "check the indentation and the quotes; quote a text that holds \": \" or \" #\""
            ),
            (
                "pipeline: p\nschedule: { cron: * * * * * }\n",
                "2: did not find expected alphabetic or numeric character while scanning an alias  →  "
                    + "quote a text that begins with *"
            ),
            (
                "pipeline: p\nschedule: { cron: @daily }\n",
                "2: found character that cannot start any token while scanning for the next token  →  "
                    + "quote a text that begins with @"
            ),
            (
                "pipeline: p: q\n",
                "1: mapping values are not allowed in this context  →  "
                    + "check the indentation and the quotes; quote a text that holds \": \" or \" #\""
            ),
            (
                "pipeline: p\nsteps: { a: { plugin: b } }\n---\npipeline: q\n",
                "3: a second document begins here  →  put each pipeline into a file of its own"
            ),
            (
                "pipeline: p\nx: \u{1}\n",
                "2: control characters are not allowed (U+1)  →  take the character out"
            ),
            (
                "pipeline: *p\n", "1: found undefined alias  →  quote a text that begins with *"
            ),
        ])
    func noDefinition(text: String, message: String) {
        #expect(messages(text) == [message])
    }

    @Test("a file that is not UTF-8 is refused with the line")
    func notUTF8() {
        let bytes = Array("pipeline: p\nsteps: {}\n# caf".utf8) + [0xE9, 0x0A]
        #expect(messages(bytes: bytes) == ["3: is not UTF-8  →  save the file as UTF-8"])
        #expect(messages(bytes: [0xFF, 0xFE, 0x70, 0x00]) == ["1: is not UTF-8  →  save the file as UTF-8"])
    }

    @Test("a text that unfolds without end is refused, and so is one that is nested without end")
    func tooLarge() {
        let tooLarge = "is too large or nested too deeply  →  split it, or write aliases out"
        var bomb = "pipeline: p\nx0: &x0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
        for level in 1...9 {
            let aliases = Array(repeating: "*x\(level - 1)", count: 10).joined(separator: ", ")
            bomb += "x\(level): &x\(level) [\(aliases)]\n"
        }
        #expect(messages(bomb) == ["1: " + tooLarge])
        let deep = "pipeline: p\nx: " + String(repeating: "[", count: 70) + String(repeating: "]", count: 70)
        #expect(messages(deep).last?.hasSuffix(tooLarge) == true)
        let deeper = "x: " + String(repeating: "[", count: 100_000)
        #expect(messages(deeper) == ["1: " + tooLarge])
        #expect(messages(String(repeating: "#", count: 1 << 20 + 1)) == ["1: " + tooLarge])
    }

    @Test(
        "a wrong key or value at the top is named",
        arguments: [
            (
                "pipline: p\nsteps: { a: { plugin: b } }",
                [
                    "1: pipeline: is missing  →  begin with `pipeline: NAME`",
                    "1: pipline: there is no such key  →  did you mean \"pipeline\"?",
                ]
            ),
            (
                "pipeline: p\nstages: 1\n",
                [
                    "1: steps: is missing  →  write `steps:` and below it a line `NAME: { plugin: NAME }` for each step",
                    "2: stages: there is no such key  →  use pipeline, namespace, parameters, deadline, schedule or "
                        + "steps",
                ]
            ),
            (
                "pipeline: Nightly Run\nsteps: { a: { plugin: b } }",
                [
                    "1: pipeline: \"Nightly Run\" is no well-formed name  →  use lower-case letters and digits, joined by "
                        + "single hyphens or dots, the first a letter"
                ]
            ),
            (
                "pipeline: 5\nsteps: { a: { plugin: b } }",
                ["1: pipeline: is 5, not a text  →  quote it: \"5\""]
            ),
            (
                "pipeline:\nsteps: { a: { plugin: b } }",
                ["1: pipeline: is empty, not a text  →  write it like `pipeline: nightly`"]
            ),
            ("pipeline: p\nsteps: {}\n", ["2: steps: has no steps  →  add one, such as `greet: { plugin: greet }`"]),
            (
                "pipeline: p\nsteps:\n  - a\n",
                ["2: steps: is a list, not a mapping  →  write below it a line `NAME: { plugin: NAME }` for each step"]
            ),
            (
                "pipeline: p\nsteps:\n  a: greet\n",
                ["3: steps.a: is \"greet\", not a mapping  →  write `a: { plugin: NAME }`"]
            ),
            (
                "pipeline: p\nsteps:\n  a: { args: {} }\n",
                ["3: steps.a.plugin: is missing  →  write `a: { plugin: NAME }`"]
            ),
            (
                "pipeline: p\nsteps:\n  A_b: { plugin: greet }\n",
                [
                    "3: steps.A_b: \"A_b\" is no well-formed name  →  use lower-case letters and digits, joined by single "
                        + "hyphens or dots, the first a letter"
                ]
            ),
            (
                "pipeline: p\nsteps:\n  a: { plugin: !env NAME }\n",
                ["3: steps.a.plugin: has the tag !env  →  write the value without it"]
            ),
            (
                "pipeline: p\nsteps:\n  ? [a]\n  : { plugin: b }\n",
                [
                    "2: steps: has no steps  →  add one, such as `greet: { plugin: greet }`",
                    "3: steps: is a list, not a text  →  write a plain word before the colon",
                ]
            ),
        ])
    func top(text: String, expected: [String]) {
        #expect(messages(text) == expected)
    }

    @Test(
        "a wrong value in a step is named",
        arguments: [
            ("argz: {}", "argz: there is no such key  →  did you mean \"args\"?"),
            ("max_attempts: 3", "max_attempts: there is no such key  →  did you mean \"max-attempts\"?"),
            ("args: 5", "args: is 5, not a mapping  →  write `args: { NAME: VALUE }`, or leave it out"),
            ("args:", "args: is empty, not a mapping  →  write `args: { NAME: VALUE }`, or leave it out"),
            ("queue: 7", "queue: is 7, not a text  →  quote it: \"7\""),
            ("queue: ''", "queue: is \"\", not a text  →  write it like `queue: default`"),
            (
                "priority: high",
                "priority: is \"high\", not a whole number  →  give a whole number from -32768 to 32767"
            ),
            (
                "priority: 40000",
                "priority: 40000 is not from -32768 to 32767  →  give a whole number from -32768 to 32767"
            ),
            ("max-attempts: 0", "max-attempts: 0 is not from 1 to 1000  →  give a whole number from 1 to 1000"),
            ("max-attempts: 1.5", "max-attempts: is 1.5, not a whole number  →  give a whole number from 1 to 1000"),
            (
                "timeout: 5",
                "timeout: \"5\" is no length of time: 5 has no unit  →  write 5s for seconds, or m, h, d"
            ),
            (
                "timeout: 100us",
                "timeout: \"100us\" is no length of time: it is less than 1ms  →  give at least 1ms"
            ),
            (
                "timeout: [1s]",
                "timeout: is a list, not a length of time  →  write it like 90s, 5m, 1h30m, 2d or 250ms"
            ),
            ("needs: b", "needs: is \"b\", not a list  →  write `needs: [b]`"),
            ("needs: [a]", "needs: a waits for itself  →  take one of these needs out"),
            ("needs: [b]", "needs[0]: \"b\" is no step of this pipeline  →  take it out"),
            (
                "needs: [5]",
                "needs[0]: is 5, not a step  →  write the name of a step, or `{ step: NAME, on-failure: continue }`"
            ),
            (
                "needs: [{ on-failure: stop }]",
                "needs[0].step: is missing  →  write the name of a step, or `{ step: NAME, on-failure: continue }`"
            ),
        ])
    func steps(line: String, message: String) {
        #expect(messages(step(line)) == ["5: steps.a." + message])
    }

    @Test(
        "a wrong value in a schedule is named",
        arguments: [
            (
                "timezone: UTC",
                #"2: schedule.cron: is missing  →  write `schedule: { cron: "0 3 * * *", timezone: Europe/Paris }` or "#
                    + "`schedule: { every: 90s }`"
            ),
            (
                "cron: 0 25 * * *",
                "3: schedule.cron: \"0 25 * * *\", column 3, hour: 25 is more than 23  →  write an hour from 0 to 23"
            ),
            (
                "cron: 0 0 31 2 *",
                "3: schedule.cron: \"0 0 31 2 *\", column 1: it never fires: February never has such a day  →  "
                    + "change the days or the months"
            ),
            ("cron: []", "3: schedule.cron: is a list, not a cron expression  →  write it like `cron: \"0 3 * * *\"`"),
        ])
    func crons(line: String, message: String) {
        #expect(messages(schedule(line)) == [message])
    }

    @Test(
        "a wrong value beside a good cron expression is named",
        arguments: [
            (
                "timezone: Asia/Shangai",
                "timezone: \"Asia/Shangai\" is no IANA zone  →  did you mean \"Asia/Shanghai\"?"
            ),
            ("timezone: 8", "timezone: is 8, not a text  →  quote it: \"8\""),
            ("misfire: lates", "misfire: \"lates\" is not skip, latest, all or all(100)  →  did you mean \"latest\"?"),
            (
                "misfire: some",
                "misfire: \"some\" is not skip, latest, all or all(100)  →  use skip, latest, all or all(100)"
            ),
            ("misfire: all(0)", "misfire: 0 is not from 1 to 10000  →  give a whole number from 1 to 10000"),
            (
                "misfire: {}",
                "misfire: is a mapping, not skip, latest, all or all(100)  →  use skip, latest, all or all(100)"
            ),
            (
                "overlap: never",
                "overlap: \"never\" is not allow, skip, queue or cancel-running  →  "
                    + "use allow, skip, queue or cancel-running"
            ),
            (
                "overlap: cancel_running",
                "overlap: \"cancel_running\" is not allow, skip, queue or cancel-running  →  "
                    + "did you mean \"cancel-running\"?"
            ),
            ("jitter: 5 min", "jitter: \"5 min\" is no length of time: \" min\" is no unit  →  did you mean 5m?"),
            ("gap: shft", "gap: \"shft\" is not shift or skip  →  did you mean \"shift\"?"),
            ("fold: last", "fold: \"last\" is not first or both  →  use first or both"),
            (
                "tz: UTC",
                "tz: there is no such key  →  use cron, every, anchor, timezone, misfire, overlap, jitter, gap, fold, "
                    + "starts, ends or parameters"
            ),
        ])
    func schedules(line: String, message: String) {
        #expect(messages(schedule("cron: '@daily'\n  " + line)) == ["4: schedule." + message])
    }

    @Test("a key that is given twice is named with both lines, also when there are many")
    func duplicateKeys() {
        let found = messages(
            """
            pipeline: p
            steps:
              a: { plugin: x, args: { n: 1, n: 2 } }
              b:
                plugin: x
                plugin: y
              "a": { plugin: z }
              'a': { plugin: z }
            pipeline: q
            """)
        #expect(
            found == [
                "3: steps.a.args.n: is given twice, first on line 3  →  remove or rename one of them",
                "6: steps.b.plugin: is given twice, first on line 5  →  remove or rename one of them",
                "7: steps.a: is given twice, first on line 3  →  remove or rename one of them",
                "8: steps.a: is given twice, first on line 3  →  remove or rename one of them",
                "9: pipeline: is given twice, first on line 1  →  remove or rename one of them",
            ])
        #expect(
            messages("pipeline: \u{E000}\na: 1\na: 2\n") == [
                "2: \"a\" is given twice in one mapping  →  remove or rename one of them"
            ])
    }

    @Test("needs that nobody has, come twice, or go round in circles are named")
    func needs() {
        let found = messages(
            """
            pipeline: p
            steps:
              content:
                plugin: x
                needs: [trian, dispatch]
              train:
                plugin: x
                needs: [broken, other, other]
              other: { plugin: x }
              dispatch:
                plugin: x
                needs:
                  - content
                  - { step: nothing-like-it, on-failure: ignore }
              broken: 5
              one: { plugin: x, needs: [two] }
              two: { plugin: x, needs: [three] }
              three: { plugin: x, needs: [two, one] }
            """)
        #expect(
            found == [
                "5: steps.content.needs: content waits for dispatch, dispatch waits for content  →  "
                    + "take one of these needs out",
                "5: steps.content.needs[0]: \"trian\" is no step of this pipeline  →  did you mean \"train\"?",
                "8: steps.train.needs[2]: \"other\" is named twice  →  name it once",
                "14: steps.dispatch.needs[1]: \"nothing-like-it\" is no step of this pipeline  →  "
                    + "use content, train, other, one, two or three",
                "14: steps.dispatch.needs[1].on-failure: \"ignore\" is not stop, continue or always  →  "
                    + "use stop, continue or always",
                "15: steps.broken: is 5, not a mapping  →  write `broken: { plugin: NAME }`",
                "17: steps.two.needs: two waits for three, three waits for two  →  take one of these needs out",
            ])
    }

    @Test("plugins that are not known and arguments that do not fit are named")
    func pluginsAndArguments() {
        let text = """
            pipeline: p
            steps:
              train:
                plugin: als-trainning
              other:
                plugin: spark
              again:
                plugin: als-training
                args:
                  factors: 5000
                  factor: 1
              hello: { plugin: greet }
            """
        #expect(
            messages(text, plugins: plugins) == [
                "4: steps.train.plugin: \"als-trainning\" is no known plugin  →  did you mean \"als-training\"?",
                "6: steps.other.plugin: \"spark\" is no known plugin  →  use als-training or greet",
                "10: steps.again.args.factors: 5000 is more than 1024 (plugin als-training)  →  "
                    + "give a whole number from 1 to 1024",
                "11: steps.again.args.factor: there is no such argument (plugin als-training)  →  "
                    + "did you mean \"factors\"?",
                "12: steps.hello.args.customer: is missing (plugin greet)  →  give a whole number",
            ])
        #expect(messages(text).isEmpty)
        #expect(
            messages("pipeline: p\nsteps: { a: { plugin: x } }", plugins: []) == [
                "2: steps.a.plugin: \"x\" is no known plugin  →  start a worker that has it, so that it becomes known"
            ])
    }
}
