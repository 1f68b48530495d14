import Testing

@testable import Millrace

/// A definition whose step `c` has one more line; it waits for `b` and through it for `a`, not for `z`.
private func definition(_ line: String) -> String {
    """
    pipeline: p
    parameters: { campaign: weekly, day: {} }
    steps:
      a: { plugin: x }
      z: { plugin: x }
      b: { plugin: x, needs: [a] }
      c:
        needs: [b]
        \(line)
    """
}

@Suite struct StepErrorTests {
    @Test(
        "a step is one of plugin, approval and pipeline, with the keys of that kind",
        arguments: [
            ("args: {}", ["plugin: is missing  →  write `c: { plugin: NAME }`"]),
            (
                "{ plugin: x, approval: Sure?, pipeline: q }",
                [
                    "approval: cannot stand beside plugin  →  keep one of plugin, approval and pipeline",
                    "pipeline: cannot stand beside plugin  →  keep one of plugin, approval and pipeline",
                ]
            ),
            (
                "{ approval: Sure?, pipeline: q }",
                ["pipeline: cannot stand beside approval  →  keep one of plugin, approval and pipeline"]
            ),
            ("{ approval: Sure?, args: {} }", ["args: cannot stand beside approval  →  take it out"]),
            ("{ approval: Sure?, queue: q }", ["queue: cannot stand beside approval  →  take it out"]),
            ("{ approval: 5 }", [#"approval: is 5, not a text  →  quote it: "5""#]),
            ("{ approval: }", [#"approval: is empty, not a text  →  write it like `approval: "Send to everybody?"`"#]),
            ("{ pipeline: q, args: {} }", ["args: cannot stand beside pipeline  →  call it parameters"]),
            (
                "{ pipeline: q, timeout: 5m }",
                ["timeout: cannot stand beside pipeline  →  give the other pipeline a deadline"]
            ),
            (
                "{ pipeline: q, parameters: [] }",
                [
                    "parameters: is a list, not a mapping  →  write `parameters: { NAME: VALUE }`, or leave it out"
                ]
            ),
            (
                "{ pipeline: Q }",
                [
                    "pipeline: \"Q\" is no well-formed name  →  use lower-case letters and digits, joined by single "
                        + "hyphens or dots, the first a letter"
                ]
            ),
            ("{ pipeline: p }", ["pipeline: \"p\" is the pipeline that this step is in  →  name another pipeline"]),
            ("{ plugin: x, parameters: {} }", ["parameters: cannot stand beside plugin  →  call it args"]),
            ("{ plugin: x, foreach: {} }", ["foreach: there is no such key  →  did you mean \"for-each\"?"]),
        ])
    func work(fields: String, expected: [String]) {
        let text = "pipeline: p\nsteps:\n  c: " + (fields.hasPrefix("{") ? fields : "{ \(fields) }")
        #expect(definitionMessages(text) == expected.map { "3: steps.c." + $0 })
    }

    @Test(
        "what a step looks at must be before it",
        arguments: [
            (
                #"when: { z: "$.n > 1" }"#,
                "when.z: c does not wait for \"z\"  →  add z to the needs of c"
            ),
            (#"when: { c: "$.n > 1" }"#, "when.c: c does not wait for \"c\"  →  name a step before it"),
            (#"when: { bb: "$.n > 1" }"#, "when.bb: \"bb\" is no step of this pipeline  →  use a, z or b"),
            (
                "when: { b: n > 1 }",
                "when.b: \"n > 1\" does not begin as a jsonpath does  →  "
                    + "begin with $, which is the step's output: `$.customers > 100`"
            ),
            ("when: { b: 5 }", #"when.b: is 5, not a jsonpath  →  write it like "$.customers > 100""#),
            ("when: { b: '' }", #"when.b: is "", not a jsonpath  →  write it like "$.customers > 100""#),
            ("when: b", #"when: is "b", not a mapping  →  write `when: { STEP: "$.customers > 100" }`"#),
            (
                #"for-each: { step: z, items: "$[*]" }"#,
                "for-each.step: c does not wait for \"z\"  →  add z to the needs of c"
            ),
            (
                #"for-each: { step: y, items: "$[*]" }"#,
                "for-each.step: \"y\" is no step of this pipeline  →  use a, z or b"
            ),
            (
                "for-each: { step: a }",
                #"for-each.items: is missing  →  write `for-each: { step: STEP, items: "$.path[*]" }`"#
            ),
            (
                "for-each: { step: a, items: customers }",
                "for-each.items: \"customers\" does not begin as a jsonpath does  →  "
                    + "begin with $, which is the step's output: `$.customers[*]`"
            ),
            (
                "for-each: a",
                #"for-each: is "a", not a mapping  →  write `for-each: { step: STEP, items: "$.path[*]" }`"#
            ),
        ])
    func earlierSteps(line: String, message: String) {
        #expect(definitionMessages(definition("plugin: x\n    " + line)) == ["10: steps.c." + message])
    }

    @Test(
        "predicates of every beginning are read",
        arguments: ["$.n > 1", "($.n > 1 || $.m == 2)", "!($.n > 1)", "exists($.n)", "$.day == $day"])
    func predicates(predicate: String) {
        #expect(definitionMessages(definition("plugin: x\n    when: { a: \"\(predicate)\" }")).isEmpty)
    }

    @Test("of a step that waits for one that could not be read nothing is said that is not sure")
    func unreadSteps() {
        let text = """
            pipeline: p
            steps:
              a: { plugin: x }
              b: 5
              c: { plugin: x, needs: [b], when: { a: "$.n > 1", d: "$.n > 1" } }
            """
        #expect(
            definitionMessages(text) == [
                "4: steps.b: is 5, not a mapping  →  write `b: { plugin: NAME }`",
                "5: steps.c.when.d: \"d\" is no step of this pipeline  →  use a",
            ])
    }

    @Test(
        "a wrong back-off, weight or key is named",
        arguments: [
            ("backoff: 5s", #"backoff: is "5s", not a mapping  →  write `backoff: { base: 5s, cap: 10m }`"#),
            ("backoff: {}", "backoff.base: is missing  →  write `backoff: { base: 5s, cap: 10m }`"),
            ("backoff: { base: 1m, cap: 59s }", "backoff.cap: is less than base  →  give at least 1m"),
            (
                "backoff: { base: 0s }",
                "backoff.base: \"0s\" is no length of time: it is less than 1ms  →  give at least 1ms"
            ),
            ("backoff: { max: 5s }", "backoff.max: there is no such key  →  use base or cap"),
            ("weight: 0", "weight: 0 is not from 1 to 1000  →  give a whole number from 1 to 1000"),
            ("weight: 1001", "weight: 1001 is not from 1 to 1000  →  give a whole number from 1 to 1000"),
            ("keys: acme", #"keys: is "acme", not a mapping  →  write `keys: { NAME: TEXT }`"#),
            ("keys: { tenant: 5 }", #"keys.tenant: is 5, not a text  →  quote it: "5""#),
            ("keys: { tenant: }", "keys.tenant: is empty, not a text  →  write it like `tenant: acme`"),
        ])
    func settings(line: String, message: String) {
        #expect(definitionMessages(definition("plugin: x\n    " + line)) == ["10: steps.c." + message])
    }
}
