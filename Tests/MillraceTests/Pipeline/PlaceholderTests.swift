import Postgres
import Testing

@testable import Millrace

@Suite struct PlaceholderTests {
    @Test(
        "every placeholder is read",
        arguments: [
            ("${parameters.campaign}", [Placeholder.parameter("campaign")]),
            ("${parameters.a-b_1}", [.parameter("a-b_1")]),
            (
                "${run.id} ${run.logical_time} of ${run.pipeline}",
                [.run(.id), .run(.logicalTime), .run(.pipeline)]
            ),
            ("${steps.train.output}", [.output(step: "train", path: [])]),
            ("${steps.train.output.best.0.recall}", [.output(step: "train", path: ["best", "0", "recall"])]),
            ("<${item}${item.first name}>", [.item(path: []), .item(path: ["first name"])]),
            ("$${item} costs 5$, {no} $ {placeholder}", []),
            ("$$${item}", []),
            ("$$$${item}", []),
            ("$$ ${item}", [.item(path: [])]),
            ("", []),
        ])
    func reading(text: String, placeholders: [Placeholder]) {
        let read = PlaceholderText(text)
        #expect(read.placeholders == placeholders)
        #expect(read.problems.isEmpty)
    }

    @Test(
        "an escaped placeholder is plain text",
        arguments: [
            ("$${item}", "${item}"), ("a $${ b", "a ${ b"), ("$$${x}", "$${x}"), ("$ $$ {", "$ $$ {"),
            ("e\u{301}$\u{301}{", "e\u{301}$\u{301}{"),
        ])
    func escapes(text: String, plain: String) {
        let read = PlaceholderText(text)
        #expect(read.plain == plain)
        #expect(read.placeholders.isEmpty)
    }

    @Test(
        "a placeholder that cannot be filled in is named",
        arguments: [
            (
                "${item",
                [#""${item" is not closed  →  close it with }, or write $${ for a plain ${"#]
            ),
            (
                "${steps.${item}.output}",
                [#""${steps." is not closed  →  close it with }, or write $${ for a plain ${"#]
            ),
            ("${}", [#""${}" names nothing  →  name a value, such as ${run.id}; write $${ for a plain ${"#]),
            ("${ }", [#""${ }" has a space or a dot too many  →  name a value, such as ${run.id}"#]),
            ("${ run.id }", [#""${ run.id }" has a space or a dot too many  →  write ${run.id}"#]),
            ("${item..name.}", [#""${item..name.}" has a space or a dot too many  →  write ${item.name}"#]),
            (
                "${parameter.day}",
                [#""${parameter.day}" begins with no known word  →  did you mean "${parameters.day}"?"#]
            ),
            (
                "${HOME}",
                [
                    #""${HOME}" begins with no known word  →  begin with parameters, run, steps or item; "#
                        + "write $${ for a plain ${"
                ]
            ),
            (
                "${run.logical-time}",
                [
                    #""${run.logical-time}" is nothing that a run has  →  "#
                        + #"did you mean "${run.logical_time}"?"#
                ]
            ),
            (
                "${run}",
                [#""${run}" is nothing that a run has  →  use ${run.id}, ${run.logical_time} or ${run.pipeline}"#]
            ),
            (
                "${run.id.x}",
                [#""${run.id.x}" is nothing that a run has  →  did you mean "${run.id}"?"#]
            ),
            ("${parameters}", [#""${parameters}" is not a parameter's name  →  write ${parameters.NAME}"#]),
            ("${parameters.day.x}", [#""${parameters.day.x}" is not a parameter's name  →  write ${parameters.NAME}"#]),
            ("${parameters.dya}", [#"there is no parameter "dya"  →  did you mean "day"?"#]),
            ("${steps.a}", [#""${steps.a}" is not the output of a step  →  write ${steps.a.output}"#]),
            ("${steps}", [#""${steps}" is not the output of a step  →  write ${steps.NAME.output}"#]),
            (
                "${steps.a.b.output}",
                [#""${steps.a.b.output}" names a step with a dot in its name  →  rename the step to a-b"#]
            ),
            ("${steps.train.output}", [#""train" is no step of this pipeline  →  use a, z or b"#]),
            ("${steps.z.output.n}", [#"c does not wait for "z"  →  add z to the needs of c"#]),
            (
                "${item.name}",
                [
                    #""${item}" stands in a step without for-each  →  "#
                        + #"write `for-each: { step: STEP, items: "$.path[*]" }` too"#
                ]
            ),
            (
                "${parameters.x} ${steps.z.output}",
                [
                    #"there is no parameter "x"  →  use day, or declare it"#,
                    #"c does not wait for "z"  →  add z to the needs of c"#,
                ]
            ),
        ])
    func problems(text: String, expected: [String]) {
        for (line, place) in [
            ("args: { list: [ok, { text: '\(text)' }] }", "args.list[1].text"),
            ("keys: { tenant: '\(text)' }", "keys.tenant"),
        ] {
            let found = definitionMessages(
                """
                pipeline: p
                parameters: { day: 1 }
                steps:
                  a: { plugin: x }
                  z: { plugin: x }
                  b: { plugin: x, needs: [a] }
                  c:
                    plugin: x
                    needs: [b]
                    \(line)
                """)
            #expect(found.sorted() == expected.map { "10: steps.c.\(place): \($0)" }.sorted())
        }
    }

    @Test("parameters of a nested pipeline may hold placeholders, but no item")
    func nested() {
        let found = definitionMessages(
            """
            pipeline: p
            parameters: { day: 1 }
            steps:
              a: { plugin: x }
              b:
                pipeline: q
                needs: [a]
                parameters:
                  day: ${parameters.day}
                  best: ${steps.a.output.best}
                  text: |
                    The run of
                    ${run.logical_tme}
                  one: ${item}
            """)
        #expect(
            found == [
                #"11: steps.b.parameters.text: "${run.logical_tme}" is nothing that a run has  →  "#
                    + #"did you mean "${run.logical_time}"?"#,
                #"14: steps.b.parameters.one: "${item}" stands in a step without for-each  →  "#
                    + #"write `for-each: { step: STEP, items: "$.path[*]" }` too"#,
            ])
    }

    // MARK: Arguments

    private struct Arguments: Codable, Sendable {
        var factors: Int
        var modes: [String: Int]
        var note: String
    }

    private static let plugin = PluginDescription(
        name: "x", version: 1, summary: "",
        schema: ArgumentSchema(
            reflecting: Arguments.self, describing: ["note": .init("", oneOf: ["${item}", "$${item}"])]),
        defaults: JobDefaults())

    @Test(
        "an argument with a placeholder is asked for its name only, the others are checked in full",
        arguments: [
            (#"factors: "${run.id}", modes: { a: "${run.id}" }, note: "$${item}""#, []),
            (#"factors: "${run.id}", modes: 5, note: "$$${item}""#, ["modes: 5 is not an object"]),
            (#"factors: five, modes: "${run.id}", note: "$${item}""#, [#"factors: "five" is not a whole number"#]),
            (#"factors: 5, modes: {}, note: "$${itm}""#, [#"note: "${itm}" is not "${item}" or "$${item}""#]),
            (
                #"factor: "${run.id}", modes: {}, note: "$${item}""#,
                ["factor: there is no such argument", "factors: is missing"]
            ),
            (#"factors: "${run.id}""#, ["modes: is missing", "note: is missing"]),
        ])
    func arguments(arguments: String, expected: [String]) {
        let found = definitionMessages(
            "pipeline: p\nsteps:\n  a: { plugin: x, args: { \(arguments) } }", plugins: [Self.plugin])
        #expect(
            found.map { String($0.prefix(upTo: $0.firstRange(of: " (plugin x)")?.lowerBound ?? $0.endIndex)) }
                == expected.map { "3: steps.a.args." + $0 })
    }

    @Test("arguments that are named by nobody may hold placeholders where any are allowed")
    func openArguments() throws {
        let schema = try ArgumentSchema(
            jsonSchema: JSONText(#"{"type":"object","additionalProperties":{"type":"integer"}}"#))
        let plugin = PluginDescription(name: "x", version: 1, summary: "", schema: schema, defaults: JobDefaults())
        #expect(
            definitionMessages(
                "pipeline: p\nsteps:\n  a: { plugin: x, args: { one: \"${run.id}\", two: \"2\" } }", plugins: [plugin])
                == ["3: steps.a.args.two: \"2\" is not a whole number (plugin x)  →  give a whole number"])
    }
}
