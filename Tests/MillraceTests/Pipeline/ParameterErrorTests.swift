import Testing

@testable import Millrace

private let steps = "steps: { a: { plugin: x } }\n"

@Suite struct ParameterErrorTests {
    @Test(
        "a wrong namespace, parameter or deadline is named",
        arguments: [
            (
                "namespace: My Shop",
                "namespace: \"My Shop\" is no well-formed name  →  use lower-case letters and digits, joined by single "
                    + "hyphens or dots, the first a letter"
            ),
            ("namespace:", "namespace: is empty, not a text  →  write it like `namespace: shop`"),
            ("deadline: 4", "deadline: \"4\" is no length of time: 4 has no unit  →  write 4s for seconds, or m, h, d"),
            ("deadline: 0s", "deadline: \"0s\" is no length of time: it is less than 1ms  →  give at least 1ms"),
            (
                "parameters: [day]",
                "parameters: is a list, not a mapping  →  write below it a line `NAME: DEFAULT` for each parameter"
            ),
            (
                "parameters: { the.day: 1 }",
                "parameters.the.day: \"the.day\" cannot be the name of a parameter  →  "
                    + "use letters and digits of ASCII, - and _"
            ),
            (
                "parameters: { day: }",
                "parameters.day: is empty, not a default  →  "
                    + "write `day: {}` for one that each start must give, or `day: null`"
            ),
            (
                "parameters: { day: { defualt: 5 } }",
                "parameters.day.defualt: there is no such key  →  did you mean \"default\"?"
            ),
            (
                "parameters: { day: { description: 5 } }",
                #"parameters.day.description: is 5, not a text  →  quote it: "5""#
            ),
        ])
    func top(line: String, message: String) {
        #expect(definitionMessages("pipeline: p\n\(line)\n\(steps)") == ["2: " + message])
    }

    @Test(
        "a schedule gives every parameter that has no default, and no others",
        arguments: [
            ("", ["day: is missing  →  give it a value here, or a default under `parameters:`"]),
            (", parameters: { day: null }", []),
            (
                ", parameters: { dya: 1 }",
                [
                    "day: is missing  →  give it a value here, or a default under `parameters:`",
                    "dya: there is no parameter \"dya\"  →  did you mean \"day\"?",
                ]
            ),
            (
                ", parameters: { day: 1, customer: 2 }",
                [
                    "customer: there is no parameter \"customer\"  →  use campaign or day, or declare it"
                ]
            ),
        ])
    func scheduled(parameters: String, expected: [String]) {
        let text = """
            pipeline: p
            parameters: { campaign: weekly, day: {} }
            schedule: { every: 1h\(parameters) }
            \(steps)
            """
        #expect(definitionMessages(text) == expected.map { "3: schedule.parameters." + $0 })
    }

    @Test("parameters of a schedule need a pipeline that has some")
    func noParameters() {
        #expect(
            definitionMessages("pipeline: p\nschedule: { every: 1h, parameters: { day: 1 } }\n" + steps) == [
                "2: schedule.parameters.day: there is no parameter \"day\"  →  declare it under `parameters:`"
            ])
        #expect(
            definitionMessages("pipeline: p\nschedule: { every: 1h, parameters: 5 }\n" + steps) == [
                "2: schedule.parameters: is 5, not a mapping  →  write `parameters: { NAME: VALUE }`, or leave it out"
            ])
    }

    @Test("of parameters that could not be read nothing is said that is not sure")
    func unread() {
        let text = """
            pipeline: p
            parameters: [day]
            schedule: { every: 1h, parameters: { day: 1 } }
            steps: { a: { plugin: x, args: { day: "${parameters.day}" } } }
            """
        #expect(
            definitionMessages(text) == [
                "2: parameters: is a list, not a mapping  →  write below it a line `NAME: DEFAULT` for each parameter"
            ])
    }

    @Test(
        "a wrong interval or bound of a schedule is named",
        arguments: [
            ("every: 500ms", ["every: \"500ms\" is no length of time: it is less than 1s  →  give at least 1s"]),
            ("every: 90", ["every: \"90\" is no length of time: 90 has no unit  →  write 90s for seconds, or m, h, d"]),
            ("every: 1h, cron: '@daily'", ["every: cannot stand beside cron  →  keep one of cron and every"]),
            (
                "every: 1h, timezone: UTC, gap: skip, fold: both",
                [
                    "fold: cannot stand beside every  →  take it out, it is for cron",
                    "gap: cannot stand beside every  →  take it out, it is for cron",
                    "timezone: cannot stand beside every  →  take it out, it is for cron",
                ]
            ),
            (
                "cron: '@daily', anchor: 2026-01-01T00:00:00Z",
                ["anchor: cannot stand beside cron  →  take it out"]
            ),
            (
                "every: 1h, anchor: 2026-01-01",
                [
                    "anchor: \"2026-01-01\" is no RFC 3339 instant: it does not have that shape  →  "
                        + "write it like 2026-03-29T03:00:00+02:00 or 2026-03-29T01:00:00Z"
                ]
            ),
            (
                "every: 1h, starts: []",
                ["starts: is a list, not an instant  →  write it like 2026-03-29T03:00:00+02:00"]
            ),
            (
                "every: 1h, ends: 2026-02-30T00:00:00Z",
                [
                    "ends: \"2026-02-30T00:00:00Z\" is no RFC 3339 instant: there is no day 2026-02-30  →  "
                        + "write it like 2026-03-29T03:00:00+02:00 or 2026-03-29T01:00:00Z"
                ]
            ),
            (
                "every: 1h, starts: 2026-01-02T00:00:00+01:00, ends: 2026-01-01T22:59:59Z",
                ["ends: is before starts  →  give a later instant"]
            ),
            (
                "cron: '0 3 * * *', starts: 2026-01-01T03:00:01Z, ends: 2026-01-02T02:59:59Z",
                ["ends: is before the first slot after starts  →  give a later instant, or take it out"]
            ),
            ("cron: '0 3 * * *', starts: 2026-01-01T03:00:00Z, ends: 2026-01-01T03:00:00Z", []),
            ("every: 1d, starts: 2600-01-01T00:00:00Z, ends: 2600-01-01T00:00:00Z", []),
        ])
    func schedules(fields: String, expected: [String]) {
        let text = "pipeline: p\nschedule: { \(fields) }\n\(steps)"
        #expect(definitionMessages(text) == expected.map { "2: schedule." + $0 })
    }
}
