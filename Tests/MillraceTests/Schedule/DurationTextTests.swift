import Foundation
import Millrace
import Testing

@Suite("Lengths of time")
struct DurationTextTests {
    @Test(
        "a text is read and written back in its shortest form",
        arguments: [
            ("90s", .seconds(90), "1m30s"), ("5m", .seconds(300), "5m"), ("1h30m", .seconds(5400), "1h30m"),
            ("2d", .seconds(172_800), "2d"), ("250ms", .milliseconds(250), "250ms"), ("1w", .seconds(604_800), "7d"),
            ("1500ms", .milliseconds(1500), "1s500ms"), ("0s", .zero, "0s"), ("7us", .microseconds(7), "7us"),
            ("1d2h3m4s5ms6us7ns", .seconds(93_784) + .nanoseconds(5_006_007), "1d2h3m4s5ms6us7ns"),
        ] as [(String, Duration, String)])
    func reads(text: String, duration: Duration, written: String) throws {
        let read = try DurationText(text)
        #expect(read.duration == duration)
        #expect(read.description == written)
        #expect(try DurationText(written) == read)
    }

    @Test(
        "a text that is no length is refused with the way out",
        arguments: [
            ("", "write it like 90s"), ("90", "write 90s for seconds"), ("5min", "did you mean 5m?"),
            ("2 weeks", "did you mean 2w?"), ("1H", "did you mean 1h?"),
            ("3months", "write days, or a cron expression"),
            ("1.5h", "such as 1h30m"), ("30m1h", "the largest first"), ("1h1h", "each unit once"), ("-5m", "90s"),
            ("h", "90s"), ("300y", "use one of w d h m s ms us ns"), ("99999999999999999999s", "write a shorter one"),
            ("9999999w", "write a shorter one"),
        ])
    func refused(text: String, wayOut: String) throws {
        let error = try #require(throws: DurationText.ParseError.self) { try DurationText(text) }
        #expect(error.wayOut.contains(wayOut), "\(error)")
    }

    @Test("lengths that cannot be read can still be written")
    func writes() {
        #expect(DurationText(.seconds(-90)).description == "-1m30s")
        #expect(DurationText(.milliseconds(-5)).description == "-5ms")
        #expect(DurationText(.seconds(Int64.max)).description.hasSuffix("s"))
        #expect(DurationText(.seconds(Int64.min)).description == "-9223372036854775808s")
    }

    @Test("a length is coded as its text")
    func coding() throws {
        let data = try JSONEncoder().encode([DurationText(.seconds(90))])
        #expect(String(decoding: data, as: UTF8.self) == #"["1m30s"]"#)
        #expect(try JSONDecoder().decode([DurationText].self, from: Data(#"["90s"]"#.utf8))[0].duration == .seconds(90))
    }
}
