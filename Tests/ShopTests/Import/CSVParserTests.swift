import Testing

@testable import Shop

@Suite("CSV parser")
struct CSVParserTests {
    /// What a test compares: fields and line of a row, or line and reason of a broken one.
    enum Found: Equatable {
        case row([String], line: Int)
        case broken(RejectReason, line: Int, text: String)
    }

    static func parse(_ pieces: [[UInt8]]) -> [Found] {
        var parser = CSVParser()
        var found: [Found] = []
        func take(_ row: RawRow) {
            switch row {
            case .record(let record):
                found.append(.row((0..<record.count).map { record[$0].string }, line: record.line))
            case .broken(let row):
                found.append(
                    .broken(row.reason, line: row.line, text: String(decoding: row.firstLine.prefix(60), as: UTF8.self))
                )
            }
        }
        for piece in pieces {
            parser.append(piece)
            parser.parse(isLast: false, take)
        }
        parser.parse(isLast: true, take)
        return found
    }

    static func parse(_ text: String) -> [Found] { parse([Array(text.utf8)]) }

    @Test("quotes, doubled quotes, commas and line breaks in fields are read as RFC 4180 says")
    func rfc4180() {
        let text = "a,b,c\r\n\"x,1\",\"say \"\"hi\"\"\",\"two\r\nlines\"\n,\"\",\"\"\"\"\n漢字,é,last"
        #expect(
            Self.parse(text) == [
                .row(["a", "b", "c"], line: 1), .row(["x,1", "say \"hi\"", "two\r\nlines"], line: 2),
                .row(["", "", "\""], line: 4), .row(["漢字", "é", "last"], line: 5),
            ])
    }

    @Test("empty lines are skipped and counted, and the last line needs no line break")
    func emptyLines() {
        #expect(
            Self.parse("\na,b\n\r\n\n1,2\n\n3,4") == [
                .row(["a", "b"], line: 2), .row(["1", "2"], line: 5), .row(["3", "4"], line: 7),
            ])
        #expect(Self.parse("") == [])
        #expect(Self.parse("a,b\n1,") == [.row(["a", "b"], line: 1), .row(["1", ""], line: 2)])
    }

    @Test("a quote inside an unquoted field stands for itself")
    func innerQuote() {
        #expect(Self.parse("a,b\n12\" ruler,x") == [.row(["a", "b"], line: 1), .row(["12\" ruler", "x"], line: 2)])
    }

    @Test("wherever the file is cut into three pieces, the rows are the same")
    func anyCut() {
        let text = Array("a,b\r\n\"1\"\"\",\"x\ny\"\r\n\r\nlong enough,\"\"\nbad,\"quote\"here\n5,6\nfew\n\"7\",8".utf8)
        let whole = Self.parse([text])
        #expect(whole.count == 7)
        for first in 0...text.count {
            for second in first...text.count {
                let pieces = [Array(text[..<first]), Array(text[first..<second]), Array(text[second...])]
                #expect(Self.parse(pieces) == whole, "cut at \(first) and \(second)")
            }
        }
    }

    @Test("a broken quote costs its own row and no other")
    func brokenQuote() {
        let text = "a,b\n1,\"open\n2,\"ok\"\n3,x\n4,\"in\" side\n5,\"fine\"\n6,\"to the end\n7,y\n"
        #expect(
            Self.parse(text) == [
                .row(["a", "b"], line: 1), .broken(.brokenQuote, line: 2, text: "1,\"open"),
                .row(["2", "ok"], line: 3), .row(["3", "x"], line: 4),
                .broken(.brokenQuote, line: 5, text: "4,\"in\" side"), .row(["5", "fine"], line: 6),
                .broken(.brokenQuote, line: 7, text: "6,\"to the end"), .row(["7", "y"], line: 8),
            ])
    }

    @Test("a quote that swallows the next line's field border is found by the number of fields")
    func swallowedBorder() {
        let text = "a,b\n1,\"x\n2,\",y\n3,p\n"
        #expect(
            Self.parse(text) == [
                .row(["a", "b"], line: 1), .broken(.brokenQuote, line: 2, text: "1,\"x"),
                .broken(.brokenQuote, line: 3, text: "2,\",y"), .row(["3", "p"], line: 4),
            ])
    }

    @Test("a row with too few or too many fields is reported with its line, and the next is read")
    func fieldCount() {
        #expect(
            Self.parse("a,b\n1\n1,2,3\n4,5\n") == [
                .row(["a", "b"], line: 1), .broken(.fieldCount, line: 2, text: "1"),
                .broken(.fieldCount, line: 3, text: "1,2,3"), .row(["4", "5"], line: 4),
            ])
    }

    @Test("a quote open for more than a mebibyte is broken, and a line that long is skipped")
    func tooLong() {
        let filler = Array(String(repeating: "9,z\n", count: 400_000).utf8)
        let pieces = stride(from: 0, to: filler.count, by: 65_536).map {
            Array(filler[$0..<min($0 + 65_536, filler.count)])
        }
        let open = Self.parse([Array("a,b\n1,\"open\n".utf8)] + pieces)
        #expect(
            open.prefix(3) == [
                .row(["a", "b"], line: 1), .broken(.brokenQuote, line: 2, text: "1,\"open"), .row(["9", "z"], line: 3),
            ])
        #expect(open.count == 400_002)

        let long = [UInt8](repeating: 0x78, count: CSVParser.longestRow)
        let skipped = Self.parse([Array("a,b\n".utf8), long, long, Array("y\n3,4\n".utf8)])
        #expect(skipped.count == 3)
        #expect(skipped.last == .row(["3", "4"], line: 3))
        guard case .broken(.tooLong, line: 2, _) = skipped[1] else {
            Issue.record("\(skipped[1])")
            return
        }
    }

    @Test("random rows written as CSV come back as they were, in pieces of random length")
    func roundTrip() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SampleRandom(seed: seed)
        let alphabet = ["a", ",", "\"", "\n", "\r\n", " ", "é", "漢", "0"]
        for _ in 0..<500 {
            let width = random.int(in: 2...5)
            let rows = (0..<random.int(in: 1...6)).map { _ in
                (0..<width).map { _ in (0..<random.below(5)).map { _ in random.pick(alphabet) }.joined() }
            }
            var bytes: [UInt8] = []
            for row in rows { bytes.appendCSVRow(row) }
            var pieces: [[UInt8]] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                let length = min(rest.count, random.int(in: 1...20))
                pieces.append(Array(rest.prefix(length)))
                rest = rest.dropFirst(length)
            }
            let fields = Self.parse(pieces).map { found -> [String] in
                if case .row(let fields, _) = found { fields } else { [] }
            }
            #expect(fields == rows, "seed \(seed)")
        }
    }
}
