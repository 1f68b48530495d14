import Foundation
import Postgres
import Testing

@testable import Millrace

@Suite struct JSONValueTests {
    @Test(
        "numbers have one exact form",
        arguments: [
            ("0", "0"), ("-0", "0"), ("-0.0e5", "0"), ("1.0", "1"), ("1.50", "1.5"), ("10e-1", "1"), ("1e3", "1000"),
            ("-2.5E-3", "-0.0025"), ("123.456e2", "12345.6"), ("0.1", "0.1"), ("100", "100"),
            ("18446744073709551616.25", "18446744073709551616.25"), ("0e400", "0"),
        ])
    func numbers(read: String, written: String) throws {
        #expect(try #require(JSONNumber(reading: read)).text == written)
    }

    @Test(
        "what is no JSON number is refused", arguments: ["", "01", "+1", "1.", ".5", "1e", "0x1", "NaN", "1e401", "1 "])
    func noNumbers(read: String) {
        #expect(JSONNumber(reading: read) == nil)
    }

    @Test("every double keeps its value")
    func doubles() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var bits = seed
        for _ in 0..<2000 {
            bits = bits &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let value = Double(bitPattern: bits)
            guard value.isFinite else { continue }
            #expect(try #require(JSONNumber(value)).double == value, "seed \(seed)")
        }
        #expect(JSONNumber(Double.nan) == nil)
        #expect(JSONNumber(-Double.infinity) == nil)
    }

    @Test("what is read is written back, with the keys in their order")
    func roundTrip() throws {
        let text = #"{"b":[1,-2.5,true,null],"a":{"ä\"\\\n\u0001":"😀"},"c":""}"#
        let value = try JSONValue(parsing: JSONText(text))
        #expect(value.text.text == text)
        #expect(value.sorted.text.text == #"{"a":{"ä\"\\\n\u0001":"😀"},"b":[1,-2.5,true,null],"c":""}"#)
    }

    @Test("escapes and white space are read as RFC 8259 says")
    func escapes() throws {
        let value = try JSONValue(parsing: JSONText(" [ \"\\u00e4\\ud83d\\uDE00\\/\\b\\f\\r\\t\" ,\n 1 ]\t"))
        #expect(value == ["ä😀/\u{8}\u{c}\r\t", 1])
    }

    @Test(
        "broken JSON is refused with its place",
        arguments: [
            ("", "line 1, column 1: expected a value, but the text ends"),
            ("{\n  \"a\": 1,\n}", "line 3, column 1: expected a key in double quotes, found }"),
            ("{'a': 1}", "line 1, column 2: expected a key in double quotes, found '"),
            (#"{"a" 1}"#, "line 1, column 6: expected a colon, found 1"),
            (#"{"a": 1 "b": 2}"#, "line 1, column 9: expected a comma or }, found \""),
            ("[1 2]", "line 1, column 4: expected a comma or ], found 2"),
            (#"{"é": 1, "é": 2}"#, "line 1, column 10: the key \"é\" is given twice"),
            ("[01]", "line 1, column 2: 01 is no JSON number"),
            ("[tru]", "line 1, column 2: expected a value, found t"),
            ("{} x", "line 1, column 4: expected the end, found x"),
            ("\"a", "line 1, column 3: the string has no end"),
            ("\"a\nb\"", "line 1, column 3: a line break or control character in a string"),
            (#""\q""#, "line 1, column 2: an unknown escape"),
            (#""\u12G4""#, "line 1, column 2: \\u needs four hexadecimal digits"),
            (#""\u0000""#, "line 1, column 2: the character \\u0000 cannot be stored"),
            (#""\ud83d""#, "line 1, column 2: half a surrogate pair"),
            (#""\"#, "line 1, column 3: the string has no end"),
            (String(repeating: "[", count: 129), "line 1, column 129: more than 128 levels"),
        ])
    func syntaxErrors(text: String, message: String) {
        let error = #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: JSONText(text)) }
        #expect(error?.description == message)
    }

    @Test("a key that is given twice is found among few keys and among many, whichever it is")
    func repeatedKeys() throws {
        for count in [1, 2, 11, 12, 13, 14, 40] {
            let keys = (0..<count).map { "key \($0)" }
            let members = keys.map { "\"\($0)\": 1" }.joined(separator: ", ")
            #expect(try JSONValue(parsing: JSONText("{\(members)}")).members?.map(\.key) == keys)
            for key in keys {
                let error = #expect(throws: JSONSyntaxError.self) {
                    try JSONValue(parsing: JSONText("{\(members), \"last\": 2, \"\(key)\": 3}"))
                }
                #expect(error?.problem == "the key \"\(key)\" is given twice")
            }
        }
    }

    @Test("a long value is shown short")
    func shown() {
        let shown = JSONValue.string(String(repeating: "x", count: 100)).shown
        #expect(shown == "\"" + String(repeating: "x", count: 38) + "…")
    }
}
