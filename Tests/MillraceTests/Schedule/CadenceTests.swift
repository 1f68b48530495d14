import Foundation
import Millrace
import Testing

@Suite("Cadences")
struct CadenceTests {
    private func every(_ interval: String, anchor: String = "2024-01-01T00:00:10Z") throws -> Cadence {
        .every(try DurationText(interval).duration, anchor: try RFC3339.date(anchor))
    }

    private func texts(_ instants: [Date]) -> [String] { instants.map { RFC3339.text($0) } }

    @Test("an interval counts from its anchor, before and after it")
    func interval() throws {
        let cadence = try every("90s")
        #expect(
            texts(cadence.instants(from: try RFC3339.date("2023-12-31T23:57:00Z"), count: 4)) == [
                "2023-12-31T23:57:10+00:00", "2023-12-31T23:58:40+00:00", "2024-01-01T00:00:10+00:00",
                "2024-01-01T00:01:40+00:00",
            ])
        #expect(
            texts(cadence.instants(from: try RFC3339.date("2024-01-01T00:00:10Z"), count: 1))
                == ["2024-01-01T00:01:40+00:00"])
    }

    @Test("an interval below a second keeps its grid for ever")
    func shortInterval() throws {
        let cadence = try every("250ms", anchor: "2024-01-01T00:00:00.1Z")
        var last = try RFC3339.date("2031-05-05T05:05:05Z")
        for _ in 0..<1000 {
            let next = try #require(cadence.next(after: last))
            let microseconds = (next.timeIntervalSince1970 * 1_000_000).rounded()
            #expect(microseconds.truncatingRemainder(dividingBy: 250_000) == 100_000)
            #expect(next > last)
            last = next
        }
        #expect(texts([last]) == ["2031-05-05T05:09:14.85+00:00"])
    }

    @Test("an interval of nothing, or one that leads out of the calendar, never fires")
    func noInterval() throws {
        #expect(Cadence.every(.zero, anchor: .now).next(after: .now) == nil)
        #expect(Cadence.every(.seconds(-5), anchor: .now).next(after: .now) == nil)
        #expect(Cadence.every(.nanoseconds(5), anchor: .now).next(after: .now) == nil)
        #expect(Cadence.every(.seconds(Int64.max), anchor: .now).next(after: .now + 5) == nil)
        #expect(try every("90s").next(after: .distantFuture + 1e12) == nil)
    }

    @Test("missed slots are listed up to the limit, the end included and the start not")
    func missedSlots() throws {
        let cadence = Cadence.cron(try CronExpression("0 * * * *"), zone: .utc)
        let start = try RFC3339.date("2024-01-01T00:00:00Z")
        let all = cadence.slots(after: start, through: start + 4 * 3600, limit: 4)
        #expect(all.instants == [start + 3600, start + 7200, start + 10_800, start + 14_400])
        #expect(!all.hasMore)
        let some = cadence.slots(after: start, through: start + 4 * 3600, limit: 3)
        #expect(some.instants == Array(all.instants.prefix(3)))
        #expect(some.hasMore)
        #expect(cadence.slots(after: start, through: start + 3599, limit: 9).instants.isEmpty)
        #expect(cadence.slots(after: start, through: start - 5, limit: 9).instants.isEmpty)
    }

    @Test(
        "the latest slot is the last of the list",
        arguments: [
            ("* * * * *", 8), ("*/10 3 * * *", 400), ("0 0 1 1 *", 1500), ("30 1 * * SUN", 1500), ("0 12 29 2 *", 1500),
        ])
    func latestSlot(cron: String, longest: Double) throws {
        let zone = try Zone(named: "America/New_York")
        let cadence = Cadence.cron(try CronExpression(cron), zone: zone, fold: .both)
        for days in [0.01, 1, 8, 400, 1500] where days <= longest {
            for end in ["2024-11-03T05:30:00Z", "2024-11-03T06:30:00Z", "2024-07-01T00:00:00Z"] {
                let end = try RFC3339.date(end)
                let start = end - days * 86_400
                let listed = cadence.slots(after: start, through: end, limit: 100_000).instants.last
                #expect(cadence.latestSlot(after: start, through: end) == listed)
            }
        }
        #expect(cadence.latestSlot(after: .now, through: .now - 100) == nil)
    }

    @Test("the latest slot of an interval is on its grid")
    func latestIntervalSlot() throws {
        let cadence = try every("90s")
        let end = try RFC3339.date("2024-01-01T00:01:40Z")
        #expect(cadence.latestSlot(after: end - 500, through: end) == end)
        #expect(cadence.latestSlot(after: end - 500, through: end - 1) == end - 90)
        #expect(cadence.latestSlot(after: end, through: end + 89) == nil)
    }

    @Test("a cadence survives coding")
    func coding() throws {
        let cadences = [
            Cadence.cron(
                try CronExpression("0 3 * * *"), zone: try Zone(named: "Asia/Shanghai"), gap: .skip, fold: .both),
            try every("1h30m", anchor: "2024-01-01T00:00:00.000001Z"),
        ]
        let data = try JSONEncoder().encode(cadences)
        #expect(try JSONDecoder().decode([Cadence].self, from: data) == cadences)
        let short = Data(#"{"cron": "0 3 * * *", "timezone": "UTC"}"#.utf8)
        #expect(
            try JSONDecoder().decode(Cadence.self, from: short)
                == .cron(try CronExpression("0 3 * * *"), zone: .utc, gap: .shift, fold: .first))
        let zero = Data(#"{"every": "0s", "anchor": "2024-01-01T00:00:00Z"}"#.utf8)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(Cadence.self, from: zero) }
    }

    @Test("a cadence describes itself")
    func description() throws {
        let cron = Cadence.cron(try CronExpression("0 3 * * *"), zone: try Zone(named: "Asia/Shanghai"))
        #expect(cron.description == "every day at 03:00 in Asia/Shanghai")
        #expect(try every("90s").description == "every 1m30s")
    }
}
