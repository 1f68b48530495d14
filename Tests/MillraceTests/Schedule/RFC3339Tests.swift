import Foundation
import Millrace
import Testing

@Suite("RFC 3339 instants")
struct RFC3339Tests {
    @Test(
        "an instant is read with its offset and written in the offset asked for",
        arguments: [
            ("2026-03-29T03:00:00+02:00", 7200, "2026-03-29T03:00:00+02:00"),
            ("2026-03-29T01:00:00Z", -34_200, "2026-03-28T15:30:00-09:30"),
            ("2024-02-29t23:59:59.25z", 0, "2024-02-29T23:59:59.25+00:00"),
            ("1969-12-31 23:59:59.999999Z", 0, "1969-12-31T23:59:59.999999+00:00"),
            ("0001-01-01T00:00:00Z", 0, "0001-01-01T00:00:00+00:00"),
            ("9999-12-31T23:59:59Z", 0, "9999-12-31T23:59:59+00:00"),
            ("2024-01-01T00:00:00.1234567891Z", 0, "2024-01-01T00:00:00.123456+00:00"),
            ("1960-01-01T00:00:00Z", -2670, "1960-01-01T00:00:00+00:00"),
        ])
    func roundTrip(text: String, offset: Int, written: String) throws {
        #expect(RFC3339.text(try RFC3339.date(text), secondsFromUTC: offset) == written)
    }

    @Test("what Foundation writes is read as the same instant")
    func agreesWithFoundation() throws {
        for second in stride(from: -2_000_000_000.0, to: 8_000_000_000, by: 12_345_678) {
            let instant = Date(timeIntervalSince1970: second)
            #expect(try RFC3339.date(instant.formatted(.iso8601)) == instant)
        }
    }

    @Test(
        "what is no instant is refused with the way out",
        arguments: [
            ("", "shape"), ("yesterday", "shape"), ("2024-01-01", "shape"),
            ("2024-13-01T00:00:00Z", "no month 2024-13"),
            ("2023-02-29T00:00:00Z", "no day 2023-02-29"), ("2024-01-01T24:00:00Z", "no time 24:00:00"),
            ("2024-01-01T00:00:00", "no offset"), ("2024-01-01T00:00:00+25:00", "no offset +25:0"),
            ("２０２４-01-01T00:00:00Z", "shape"), ("2024-01-01T00:00:00Z ", "shape"),
        ])
    func refused(text: String, problem: String) throws {
        let error = try #require(throws: RFC3339.ParseError.self) { try RFC3339.date(text) }
        #expect(error.problem.contains(problem), "\(error)")
        #expect(error.description.contains("→ write it like 2026-03-29T03:00:00+02:00"))
    }
}
