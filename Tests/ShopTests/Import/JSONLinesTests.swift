import Foundation
import Testing

@testable import Shop

@Suite("JSON lines")
struct JSONLinesTests {
    private static let line = #"{"kind":"view","customer":"C1","item":"P1","at":"2025-06-01T10:00:00Z"}"#

    /// Reads a whole text in pieces of so many bytes.
    private func read<Format: RowFormat>(
        _ text: String, as format: Format, pieces: Int = 1 << 20, layout: FileLayout? = nil
    ) -> RowBatch<Format.Row> {
        var table = JSONLinesTable(file: "file.jsonl", format: format, layout: layout)
        var batch = RowBatch<Format.Row>()
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: pieces) {
            table.read(Array(bytes[start..<min(start + pieces, bytes.count)]), into: &batch)
        }
        table.finish(into: &batch)
        return batch
    }

    @Test("a line is the same event as a row of CSV, with numbers and texts alike, and keys in any order")
    func sameAsCSV() throws {
        let header = "kind,customer,item,at,quantity,price,session,device,order_ref\n"
        let csv = try readTable(
            header + "purchase,C1,P1,2025-06-01T10:05:00Z,2,2.55,S1,mobile,O7\nview,,P1,2025-06-01T10:00:00Z,,,,,\n",
            as: EventFormat())
        let json = #"""
            {"order_ref":"O7","kind":"purchase","customer":"C1","item":"P1","at":"2025-06-01T10:05:00Z","quantity":2,"price":2.55,"session":"S1","device":"mobile"}
            { "kind" : "view", "customer" : null, "item" : "P1", "at" : "2025-06-01T10:00:00Z", "price": "" }
            """#
        #expect(read(json, as: EventFormat()).rows == csv.batch.rows)
        #expect(read(json, as: EventFormat(), pieces: 7).rows == csv.batch.rows)
    }

    @Test("escapes stand for their characters, in values and in keys")
    func escapes() {
        let text = #"""
            {"code":"A\/1","title":"\"Mug\"\t\u4e2d\ud83d\ude00 caf\u00E9","price":9,"currency":"GBP","\u0069n_stock":true}
            """#
        let batch = read(text, as: ItemFormat())
        #expect(batch.rows.map(\.code) == ["A/1"])
        #expect(batch.rows.map(\.title) == ["\"Mug\"\t中😀 café"])
        #expect(batch.rows.map(\.isInStock) == [true])
    }

    @Test("what is wrong with a line is told with its number, and costs that line alone")
    func rejects() {
        let lines = [
            Self.line, "", "no json", "[1]", Self.line + "x", String(Self.line.dropLast()),
            #"{"kind":"view","item":"P1","at":"\ud83d"}"#, #"{"kind":"view","item":"P\u0000","at":""}"#,
            #"{"kind":"view","costumer":"C1","item":"P1"}"#, #"{"kind":"view","item":{"id":1}}"#,
            #"{"kind":"glance","item":"P1","at":"2025-06-01T10:00:00Z"}"#, #"{"kind":"view","item":"P1"}"#,
            #"{"kind":"view","item":"P1","at":"2025-06-01T10:00:00Z","quantity":01}"#, "\r", Self.line + "\r",
        ]
        let batch = read(lines.joined(separator: "\n"), as: EventFormat())
        #expect(batch.lines == [1, 15])
        #expect(batch.rejected.map(\.line) == [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13])
        #expect(
            batch.rejected.map { "\($0.column ?? "-") \($0.reason.rawValue)" } == [
                "- bad-json", "- bad-json", "- bad-json", "- bad-json", "- bad-escape", "- bad-escape",
                "costumer unknown-field", "item not-one-value", "kind unknown-kind", "at bad-date", "- bad-json",
            ])
        #expect(batch.rejected.map(\.text) == batch.rejected.map { lines[$0.line - 1] })
        #expect(
            batch.rejected[6].description
                == "file.jsonl:9: costumer: is no field of this kind of file  →  "
                + "correct or remove the key, or say by --map which keys count")
    }

    @Test("nesting without end and a line without end are refused, and reading goes on")
    func endless() {
        let deep = #"{"kind":"view","item":["# + String(repeating: "[", count: 100_000)
        let long = #"{"kind":""# + String(repeating: "x", count: 3 << 20)
        let text = [Self.line, deep, Self.line, long, Self.line].joined(separator: "\n")
        let batch = read(text, as: EventFormat(), pieces: 256 * 1024)
        #expect(batch.lines == [1, 3, 5])
        #expect(batch.rejected.map(\.reason) == [.notOneValue, .tooLong])
        #expect(batch.rejected.allSatisfy { $0.text.utf8.count == 4096 })
    }

    @Test("nesting is followed to a depth of 64")
    func depth() throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array((#"{"a":"# + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "}").utf8)
        }
        #expect(try values(nested(64), ["b"]) == [""])
        #expect(try values(nested(65), ["b"]) == nil)
    }

    @Test("of a key that an object has twice the last one counts")
    func duplicateKey() {
        let text = #"{"kind":"view","item":"P1","item":"P2","at":"2025-06-01T10:00:00Z"}"#
        #expect(read(text, as: EventFormat()).rows.map(\.item) == ["P2"])
    }

    /// Reads the paths of one line; nil when it is refused.
    private func values(_ line: [UInt8], _ paths: [String]) throws -> [String]? {
        let tree = JSONPathTree(try paths.map { try #require(JSONPath($0)) })
        var parser = JSONLinesParser(tree, requiresKnownKeys: false)
        parser.append(line)
        var found: [String]?
        parser.parse(isLast: true) { row in
            if case .record(let record) = row { found = tree.slots.map { record[$0].string } }
        }
        return found
    }

    @Test("a path reaches into objects and lists; equal paths share a value, and what is not there is empty")
    func paths() throws {
        let line = Array(#"{"a":{"b":[1,{"c.d":"x"}],"e":false},"b":"top"}"#.utf8)
        #expect(
            try values(line, ["a.b[0]", #"a.b[1]["c.d"]"#, "a.e", "b", "a.b[0]", "a.b[7]", "a.x.y"]) == [
                "1", "x", "false", "top", "1", "", "",
            ])
        for text in ["", ".", "a.", "a..b", "[0]", "a[b]", "a[0", #"a["b]"#, "a[0]b"] {
            #expect(JSONPath(text) == nil, "\(text)")
        }
        #expect(JSONPath(#"a["b\"c"][2]"#)?.steps == [.key("a"), .key("b\"c"), .index(2)])
    }

    @Test("lines that chance has made and damaged are read as Foundation reads them, or refused with it")
    func againstFoundation() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SplitMix(state: seed)
        var compared = (read: 0, refused: 0)
        for _ in 0..<4000 {
            var line = Array(random.object(depth: 0).utf8)
            if random.next() % 2 == 0 {
                let place = Int(random.next() % UInt64(line.count))
                let signs = Array(#"{}[]:,"\0e-.x "#.utf8)
                switch random.next() % 3 {
                case 0: line.remove(at: place)
                case 1: line.insert(signs[Int(random.next() % UInt64(signs.count))], at: place)
                default: line[place] = signs[Int(random.next() % UInt64(signs.count))]
                }
            }
            // A cut character never reaches the scanner: the source has checked the encoding.
            guard let text = String(validating: line, as: UTF8.self) else { continue }
            // Foundation lets a comma stand before a closing bracket; RFC 8259 does not.
            guard !text.contains(/,\s*[\]}]/) else { continue }
            // Foundation refuses a number that no Double holds; the scanner leaves numbers as they are.
            guard !text.contains(/[eE][+-]?\d{3}/) else { continue }
            let expected = try? JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]
            let found = try values(line, ["zz.zz.zz"])
            #expect((expected == nil) == (found == nil), "seed \(seed): \(text)")
            guard let expected, found != nil else {
                compared.refused += 1
                continue
            }
            compared.read += 1
            for (key, value) in expected {
                guard let value = value as? String, JSONPath(key)?.steps == [.key(key)] else { continue }
                let read = try values(line, [key])
                // Damage may have made the key occur twice, once with a list, and then the line is refused.
                if read == nil, text.ranges(of: "\"\(key)\"").count > 1 { continue }
                #expect(read == [value], "seed \(seed): \(text)")
            }
        }
        #expect(compared.read > 1500 && compared.refused > 500)
    }
}

/// Makes objects of JSON by chance.
private struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
        return bits ^ bits >> 31
    }

    mutating func object(depth: Int) -> String {
        let members = (0..<Int(next() % 5)).map { number in "\(spaces())\"k\(number)\"\(spaces()):\(value(depth))" }
        return "{" + members.joined(separator: ",") + spaces() + "}"
    }

    private mutating func spaces() -> String { String(repeating: " ", count: Int(next() % 3) / 2) }

    private mutating func value(_ depth: Int) -> String {
        switch next() % (depth > 3 ? 6 : 8) {
        case 0: return "null"
        case 1: return next() % 2 == 0 ? "true" : "false"
        case 2: return "\(Int(next() % 2000) - 1000)"
        case 3: return "-0.\(next() % 1000)e+\(next() % 20)"
        case 4, 5:
            let parts = ["a", "杯", #"\n"#, #"\""#, #"\\"#, #"\u00e9"#, #"\ud83d\ude00"#, "plain words ", "/", #"\/"#]
            return "\"" + (0..<next() % 8).map { _ in parts[Int(next() % 10)] }.joined() + "\""
        case 6: return "[" + (0..<next() % 4).map { _ in value(depth + 1) }.joined(separator: ",") + "]"
        default: return object(depth: depth + 1)
        }
    }
}
