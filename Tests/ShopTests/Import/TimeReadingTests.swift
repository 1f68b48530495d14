import Foundation
import Millrace
import Testing

@testable import Shop

@Suite("How files write times and numbers")
struct TimeReadingTests {
    private func read(_ text: String, _ reading: TimeReading) -> String? {
        var text = text
        return text.withUTF8 { reading.timestamp(RawField(bytes: $0))?.description }
    }

    private func pattern(_ text: String, _ zone: String = "UTC") throws -> TimeReading {
        .pattern(try TimePattern(text), LocalZone(zone: try Zone(named: zone)))
    }

    @Test("numbers of seconds, milliseconds and microseconds since 1970")
    func epoch() {
        #expect(read("1433221332117", .epoch(unitsPerSecond: 1000)) == "2015-06-02T05:02:12.117000Z")
        #expect(read("1433221332", .epoch(unitsPerSecond: 1)) == "2015-06-02T05:02:12Z")
        #expect(read("1433221332.1171", .epoch(unitsPerSecond: 1)) == "2015-06-02T05:02:12.117100Z")
        #expect(read("1433221332117008", .epoch(unitsPerSecond: 1_000_000)) == "2015-06-02T05:02:12.117008Z")
        #expect(read("-1", .epoch(unitsPerSecond: 1)) == "1969-12-31T23:59:59Z")
        for text in ["", "1e9", "12:00", "999999999999999999", "253402300800", "1.", "--1"] {
            #expect(read(text, .epoch(unitsPerSecond: 1)) == nil, "\(text)")
        }
    }

    @Test("patterns read what strptime would")
    func patterns() throws {
        #expect(read("24.12.2025 18:30", try pattern("%d.%m.%Y %H:%M")) == "2025-12-24T18:30:00Z")
        #expect(read("3/4/99 12:05 pm", try pattern("%m/%d/%y %I:%M %p")) == "1999-03-04T12:05:00Z")
        #expect(read("3/4/07 12:05 AM", try pattern("%m/%d/%y %I:%M %p")) == "2007-03-04T00:05:00Z")
        #expect(read("05/Jun/2024:10:00:59 +0530", try pattern("%d/%b/%Y:%H:%M:%S %z")) == "2024-06-05T04:30:59Z")
        #expect(read("20240605T100059.25Z", try pattern("%Y%m%dT%H%M%S.%f%z")) == "2024-06-05T10:00:59.250000Z")
        #expect(read("100% 2024-06-05", try pattern("100%% %Y-%m-%d")) == "2024-06-05T00:00:00Z")
        for text in ["31.02.2025 10:00", "1.1.2025 24:00", "1.1.2025", "1.1.2025 10:00 ", "1.1.25 10:00", ""] {
            #expect(read(text, try pattern("%d.%m.%Y %H:%M")) == nil, "\(text)")
        }
        #expect(throws: TimePattern.Problem.unknownSign("%Q")) { try TimePattern("%Y-%m-%Q") }
        #expect(throws: TimePattern.Problem.unknownSign("%")) { try TimePattern("%Y-%m-%d%") }
        #expect(throws: TimePattern.Problem.noDate) { try TimePattern("%H:%M") }
        #expect(throws: TimePattern.Problem.halfTwelveHours) { try TimePattern("%Y-%m-%d %I:%M") }
    }

    @Test("local times follow the zone's clocks: skipped ones move on, doubled ones are the first")
    func zones() throws {
        let berlin = try pattern("%Y-%m-%d %H:%M", "Europe/Berlin")
        #expect(read("2025-01-15 12:00", berlin) == "2025-01-15T11:00:00Z")
        #expect(read("2025-07-15 12:00", berlin) == "2025-07-15T10:00:00Z")
        #expect(read("2025-03-30 01:59", berlin) == "2025-03-30T00:59:00Z")
        #expect(read("2025-03-30 02:30", berlin) == "2025-03-30T01:30:00Z")
        #expect(read("2025-03-30 03:00", berlin) == "2025-03-30T01:00:00Z")
        #expect(read("2025-10-26 02:30", berlin) == "2025-10-26T00:30:00Z")
        #expect(read("2025-10-26 03:00", berlin) == "2025-10-26T02:00:00Z")
        let newYork = try pattern("%Y-%m-%d %H:%M", "America/New_York")
        #expect(read("2025-11-02 01:30", newYork) == "2025-11-02T05:30:00Z")
        #expect(read("2025-03-09 02:30", newYork) == "2025-03-09T07:30:00Z")
    }

    private func price(_ text: String, _ decimal: Character, _ grouping: Character?) throws -> String? {
        let style = NumberStyle(decimal: try #require(decimal.asciiValue), grouping: grouping?.asciiValue)
        var text = text
        return text.withUTF8 { style.price(RawField(bytes: $0))?.description }
    }

    @Test("prices with a decimal comma and groups of three digits, and none that is written otherwise")
    func prices() throws {
        #expect(try price("1.299,5", ",", ".") == "1299.50")
        #expect(try price("1299,50", ",", ".") == "1299.50")
        #expect(try price("-12.345.678", ",", ".") == "-12345678.00")
        #expect(try price("1,234.5", ".", ",") == "1234.50")
        #expect(try price("2,55", ",", nil) == "2.55")
        for text in ["1.29,5", "12.34", "1.2345,0", ",5", ".123", "1,2,3", "1.299.", "1,299.5"] {
            #expect(try price(text, ",", ".") == nil, "\(text)")
        }
        #expect(try price("2.55", ",", nil) == nil)
    }
}
