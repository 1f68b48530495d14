import Foundation
import Testing

@testable import Shop

@Suite("Timestamp")
struct TimestampTests {
    private func invoiceDate(_ text: String) -> String? {
        Array(text.utf8).withUnsafeBufferPointer { Timestamp(invoiceDate: RawField(bytes: $0))?.description }
    }

    @Test("a moment is counted in microseconds from 2000-01-01 UTC")
    func epoch() {
        #expect(Timestamp(rfc3339: "2000-01-01T00:00:00Z")?.microseconds == 0)
        #expect(Timestamp(rfc3339: "1999-12-31T23:59:59.5Z")?.microseconds == -500_000)
        #expect(Timestamp(rfc3339: "2010-12-01 08:26:00+00:00")?.microseconds == 344_507_160_000_000)
        #expect(Timestamp(rfc3339: "2025-01-31t10:30:00.123456789+01:00")?.description == "2025-01-31T09:30:00.123456Z")
        #expect(Timestamp(rfc3339: "2016-12-31T23:59:60Z")?.description == "2017-01-01T00:00:00Z")
    }

    @Test(
        "what is no RFC 3339, or not in the calendar, is refused",
        arguments: [
            "", "2025-01-31", "2025-01-31T09:30:00", "2025-02-29T00:00:00Z", "2025-13-01T00:00:00Z",
            "2025-01-31T24:00:00Z", "2025-01-31T09:60:00Z", "2025-1-31T09:30:00Z", "2025-01-31T09:30:00.Z",
            "2025-01-31T09:30:00+25:00", "2025-01-31T09:30:00Z ", "0000-01-01T00:00:00Z", "1900-02-29T00:00:00Z",
        ])
    func refuses(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test("random moments agree with Foundation, both ways")
    func foundation() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SampleRandom(seed: seed)
        let formatter = ISO8601DateFormatter()
        for _ in 0..<2000 {
            // Years 1700 to 2300: Foundation's calendar is Julian before 1582, RFC 3339's never is.
            let seconds = random.int(in: -9_466_848_000...9_466_848_000)
            let date = Date(timeIntervalSince1970: 946_684_800 + Double(seconds))
            let text = formatter.string(from: date)
            #expect(Timestamp(date).description == text, "seed \(seed)")
            #expect(Timestamp(rfc3339: text)?.microseconds == Int64(seconds) * 1_000_000, "seed \(seed)")
            #expect(Timestamp(date).date == date, "seed \(seed)")
        }
    }

    @Test("both forms of invoice dates are read as UTC")
    func invoiceDates() {
        #expect(invoiceDate("2010-12-01 08:26:00") == "2010-12-01T08:26:00Z")
        #expect(invoiceDate("12/1/2010 8:26") == "2010-12-01T08:26:00Z")
        #expect(invoiceDate("6/30/2011 17:05:09") == "2011-06-30T17:05:09Z")
        for bad in [
            "30/6/2011 17:05", "2011-02-30 10:00:00", "2010-12-01", "2010-12-01 08:26", "12/1/10 8:26", "", "x",
        ] {
            #expect(invoiceDate(bad) == nil, "\(bad)")
        }
    }
}
