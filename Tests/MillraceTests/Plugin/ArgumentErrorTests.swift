import Foundation
import Postgres
import Testing

@testable import Millrace

private struct Training: Codable, Sendable, Equatable {
    struct Spread: Codable, Sendable, Equatable {
        var levels: [Int]
        var label: String?
    }
    var factors = 64
    var rate = 0.5
    var mode = "exact"
    var since: Date?
    var spread = Spread(levels: [1])
    var dry = false
}

private struct Greeting: Codable, Sendable {
    var customer: Int
    var text: String?
}

private let training = ArgumentSchema(
    defaults: Training(),
    describing: [
        "factors": .init("", minimum: 1, maximum: 1024), "rate": .init("", minimum: 0),
        "mode": .init("", oneOf: ["exact", "fast"]),
    ])
private let greeting = ArgumentSchema(reflecting: Greeting.self)

@Suite struct ArgumentErrorTests {
    @Test(
        "each argument that does not fit is named with what is allowed",
        arguments: [
            (#"{"factor": 3}"#, #"factor: there is no such argument  →  did you mean "factors"?"#),
            (
                #"{"colour": 3}"#,
                "colour: there is no such argument  →  use factors, rate, mode, since, spread or dry"
            ),
            (#"{"factors": 5000}"#, "factors: 5000 is more than 1024  →  give a whole number from 1 to 1024"),
            (#"{"factors": 0}"#, "factors: 0 is less than 1  →  give a whole number from 1 to 1024"),
            (
                #"{"factors": 1.5}"#,
                "factors: 1.5 is not a whole number  →  give a whole number from 1 to 1024"
            ),
            (
                #"{"factors": "many"}"#,
                #"factors: "many" is not a whole number  →  give a whole number from 1 to 1024"#
            ),
            (
                #"{"factors": null}"#,
                "factors: null is not a whole number  →  "
                    + "leave it out for 64, or give a whole number from 1 to 1024"
            ),
            (#"{"rate": -0.5}"#, "rate: -0.5 is less than 0  →  give a number of at least 0"),
            (#"{"mode": "exat"}"#, #"mode: "exat" is not "exact" or "fast"  →  did you mean "exact"?"#),
            (#"{"mode": "other"}"#, #"mode: "other" is not "exact" or "fast"  →  give "exact" or "fast""#),
            (
                #"{"since": "yesterday"}"#,
                #"since: "yesterday" is not an instant or null  →  "#
                    + #"give an instant such as "2026-03-29T03:00:00+02:00" or null"#
            ),
            (
                #"{"spread": {"levels": [1, "x"]}}"#,
                #"spread.levels[1]: "x" is not a whole number  →  give a whole number"#
            ),
            (
                #"{"spread": {}}"#,
                "spread.levels: is missing  →  give a list of which each is a whole number"
            ),
            (
                #"{"spread": {"levels": [], "lable": "x"}}"#,
                #"spread.lable: there is no such argument  →  did you mean "label"?"#
            ),
            (#"{"spread": 3}"#, "spread: 3 is not an object  →  give an object with levels and label"),
            (#"{"dry": "yes"}"#, #"dry: "yes" is not true or false  →  give true or false"#),
            ("[1]", #"[1] is no JSON object  →  give an object such as {"factors":64}"#),
            (
                #"{"factors": 64,}"#,
                "the arguments are no JSON, line 1, column 16: expected a key in double quotes, found }  →  "
                    + #"give an object such as {"factors":64}"#
            ),
        ])
    func messages(arguments: String, message: String) {
        let checked = #expect(throws: ArgumentError.self) {
            try training.check(JSONText(arguments), plugin: "als-training")
        }
        #expect(checked?.description == "als-training: " + message)
        let decoded = #expect(throws: ArgumentError.self) {
            try training.decode(JSONText(arguments), as: Training.self, plugin: "als-training")
        }
        #expect(decoded == checked)
    }

    @Test("all problems are listed, a line for each, what is missing last")
    func allProblems() {
        let error = #expect(throws: ArgumentError.self) {
            try greeting.check(JSONText(#"{"custmer": 1, "text": 5}"#), plugin: "greet")
        }
        #expect(
            error?.description == """
                greet: custmer: there is no such argument  →  did you mean "customer"?
                greet: text: 5 is not a text or null  →  give a text or null
                greet: customer: is missing  →  give a whole number
                """)
    }

    @Test("a number that no integer holds is refused by the schema")
    func overflow() {
        let error = #expect(throws: ArgumentError.self) {
            try greeting.check(JSONText(#"{"customer": 9223372036854775808}"#), plugin: "greet")
        }
        #expect(
            error?.description
                == "greet: customer: 9223372036854775808 does not fit in 64 bits  →  give a whole number")
    }

    @Test("a plugin without arguments says so")
    func noArguments() {
        struct Nothing: Codable {}
        let error = #expect(throws: ArgumentError.self) {
            try ArgumentSchema(reflecting: Nothing.self).check(JSONText(#"{"customer": 1}"#), plugin: "tidy")
        }
        #expect(
            error?.description
                == "tidy: customer: there is no such argument  →  leave it out, the plugin takes no arguments")
    }

    @Test("defaults fill in what is left out, and an object inside is taken whole")
    func merging() throws {
        let arguments = try training.decode(
            JSONText(#"{"rate": 2, "spread": {"levels": [5]}, "since": "2026-03-29T01:00:00Z"}"#), as: Training.self,
            plugin: "p")
        var expected = Training(rate: 2, since: Date(timeIntervalSince1970: 1_774_746_000))
        expected.spread = .init(levels: [5])
        #expect(arguments == expected)
        #expect(try training.decode(JSONText("{}"), as: Training.self, plugin: "p") == Training())
    }

    @Test("what the type itself refuses is an argument error too")
    func refusedByTheType() {
        struct Even: Codable {
            var number: Int
            init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: CodingKeys.self)
                number = try container.decode(Int.self, forKey: .number)
                guard number.isMultiple(of: 2) else {
                    throw DecodingError.dataCorruptedError(
                        forKey: .number, in: container, debugDescription: "\(number) is odd.")
                }
            }
        }
        let error = #expect(throws: ArgumentError.self) {
            try ArgumentSchema(reflecting: Even.self).decode(JSONText(#"{"number": 3}"#), as: Even.self, plugin: "even")
        }
        #expect(error?.description == "even: number: 3 is odd  →  see `millrace plugin describe even`")
    }

    @Test(
        "keywords that other languages' plugins use are checked",
        arguments: [
            (#"{"type":"integer","exclusiveMinimum":0}"#, "0", "0 is not more than 0  →  give a whole number above 0"),
            (#"{"type":"number","exclusiveMaximum":1}"#, "1", "1 is not less than 1  →  give a number below 1"),
            (#"{"type":"string","minLength":2}"#, #""a""#, #""a" has 1 characters  →  give at least 2"#),
            (#"{"type":"string","maxLength":1}"#, #""ab""#, #""ab" has 2 characters  →  give at most 1"#),
            (#"{"type":"array","minItems":1}"#, "[]", "it has 0 elements  →  give at least 1"),
            (#"{"type":"array","maxItems":1}"#, "[1,2]", "it has 2 elements  →  give at most 1"),
            (#"{"const":7}"#, "8", "8 is not 7  →  give 7"),
            ("false", "8", "no value is allowed  →  leave it out"),
            (#"{"type":"string","format":"uuid"}"#, #""x""#, #""x" is not a UUID  →  give a UUID"#),
            (
                #"{"anyOf":[{"type":"integer","minimum":2},{"const":"auto"}]}"#, "1",
                #"1 is less than 2  →  give a whole number of at least 2 or "auto""#
            ),
            (
                #"{"anyOf":[{"type":"integer","minimum":2},{"type":"string","enum":["auto"]}]}"#, "true",
                #"true is not a whole number of at least 2 or "auto"  →  give a whole number of at least 2 or "auto""#
            ),
        ])
    func keywords(schema: String, value: String, message: String) throws {
        let schema = try ArgumentSchema(jsonSchema: JSONText(#"{"properties":{"x":\#(schema)}}"#))
        let error = #expect(throws: ArgumentError.self) {
            try schema.check(JSONText(#"{"x":\#(value)}"#), plugin: "p")
        }
        #expect(error?.description == "p: x: " + message)
    }
}
