import Postgres
import Testing

@testable import Millrace

@Suite struct SchemaMatcherTests {
    private static let schemas = [
        "true", "false", "{}", #"{"type":"integer"}"#, #"{"type":"number"}"#, #"{"type":["integer","null"]}"#,
        #"{"type":"integer","format":"int64"}"#, #"{"type":"number","format":"uint64"}"#, #"{"type":"wonder"}"#,
        #"{"type":"integer","minimum":-2,"maximum":7}"#, #"{"exclusiveMinimum":0,"exclusiveMaximum":1e400}"#,
        #"{"type":"string"}"#, #"{"minLength":2,"maxLength":3}"#, #"{"minLength":3,"maxLength":2}"#,
        #"{"format":"uuid"}"#, #"{"format":"uri"}"#, #"{"format":"date-time"}"#, #"{"enum":["a",1,null]}"#,
        #"{"const":[1]}"#,
        #"{"type":"array","items":{"type":"integer"},"minItems":1,"maxItems":2}"#, #"{"items":false}"#,
        #"{"anyOf":[{"type":"integer","minimum":2},{"const":"ab"},{"type":"object","required":["a"]}]}"#,
        #"{"type":"boolean"}"#, #"{"type":"object","properties":{"a":{"type":"integer"},"b":true},"required":["a"]}"#,
        #"{"properties":{"a":{}},"additionalProperties":false}"#, #"{"additionalProperties":{"type":"string"}}"#,
    ]
    private static let values = [
        "null", "true", "0", "1", "-3", "7", "8.5", "1.0", "9223372036854775808", "18446744073709551616", "-1e300",
        #""""#, #""a""#, #""ab""#,
        #""äöü""#, #""abcd""#, #""123e4567-e89b-12d3-a456-426614174000""#, #""2026-03-29T01:00:00Z""#, "[]", "[1]",
        "[1,2,3]", #"["a"]"#,
        "{}", #"{"a":1}"#, #"{"a":"x"}"#, #"{"b":"x"}"#, #"{"a":1,"c":2}"#, #"{"a":null,"b":[{}]}"#,
    ]

    @Test("it takes what the check finds no problem in, and nothing else", arguments: schemas)
    func agrees(schema text: String) throws {
        let schema = try JSONValue(parsing: JSONText(text))
        let matcher = SchemaMatcher(schema)
        for value in try Self.values.map({ try JSONValue(parsing: JSONText($0)) }) {
            let problems = ArgumentValidation.problems(of: value, against: schema)
            #expect(matcher.matches(value) == problems.isEmpty, "\(value.text.text) against \(text): \(problems)")
        }
    }
}
