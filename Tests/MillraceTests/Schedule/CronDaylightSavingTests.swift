import Foundation
import Millrace
import Testing

/// A table row: what an expression does around one transition. Checked by hand against the zones' own rules.
private struct Transition: Sendable, CustomTestStringConvertible {
    var cron: String
    var zone: String
    var after: String
    var gap: GapRule = .shift
    var fold: FoldRule = .first
    var expected: [String]

    var testDescription: String { "\(cron) in \(zone) after \(after), \(gap), \(fold)" }
}

@Suite("Cron through daylight saving")
struct CronDaylightSavingTests {
    /// 2024-03-10 02:00 -05:00 → 03:00 -04:00, and 2024-11-03 02:00 -04:00 → 01:00 -05:00.
    private static let newYork = [
        Transition(
            cron: "30 2 * * *", zone: "America/New_York", after: "2024-03-09T12:00:00-05:00",
            expected: ["2024-03-10T03:00:00-04:00", "2024-03-11T02:30:00-04:00"]),
        Transition(
            cron: "30 2 * * *", zone: "America/New_York", after: "2024-03-09T12:00:00-05:00", gap: .skip,
            expected: ["2024-03-11T02:30:00-04:00"]),
        Transition(
            cron: "*/15 2 * * *", zone: "America/New_York", after: "2024-03-10T00:00:00-05:00",
            expected: ["2024-03-10T03:00:00-04:00", "2024-03-11T02:00:00-04:00"]),
        Transition(
            cron: "0,30 2-3 * * *", zone: "America/New_York", after: "2024-03-10T00:00:00-05:00",
            expected: ["2024-03-10T03:00:00-04:00", "2024-03-10T03:30:00-04:00", "2024-03-11T02:00:00-04:00"]),
        Transition(
            cron: "30 2 * * *", zone: "America/New_York", after: "2024-03-10T03:00:00-04:00",
            expected: ["2024-03-11T02:30:00-04:00"]),
        Transition(
            cron: "30 * * * *", zone: "America/New_York", after: "2024-03-10T00:00:00-05:00",
            expected: ["2024-03-10T00:30:00-05:00", "2024-03-10T01:30:00-05:00", "2024-03-10T03:30:00-04:00"]),
        Transition(
            cron: "0 */2 * * *", zone: "America/New_York", after: "2024-03-10T00:30:00-05:00",
            expected: ["2024-03-10T03:00:00-04:00", "2024-03-10T04:00:00-04:00"]),
        Transition(
            cron: "0,30 1 * * *", zone: "America/New_York", after: "2024-11-03T00:00:00-04:00",
            expected: ["2024-11-03T01:00:00-04:00", "2024-11-03T01:30:00-04:00", "2024-11-04T01:00:00-05:00"]),
        Transition(
            cron: "0,30 1 * * *", zone: "America/New_York", after: "2024-11-03T00:00:00-04:00", fold: .both,
            expected: [
                "2024-11-03T01:00:00-04:00", "2024-11-03T01:30:00-04:00", "2024-11-03T01:00:00-05:00",
                "2024-11-03T01:30:00-05:00", "2024-11-04T01:00:00-05:00",
            ]),
        Transition(
            cron: "30 1 * * *", zone: "America/New_York", after: "2024-11-03T01:10:00-05:00",
            expected: ["2024-11-04T01:30:00-05:00"]),
        Transition(
            cron: "30 * * * *", zone: "America/New_York", after: "2024-11-03T00:00:00-04:00",
            expected: [
                "2024-11-03T00:30:00-04:00", "2024-11-03T01:30:00-04:00", "2024-11-03T01:30:00-05:00",
                "2024-11-03T02:30:00-05:00",
            ]),
        Transition(
            cron: "30 2 * * *", zone: "America/New_York", after: "2124-03-11T12:00:00-05:00",
            expected: ["2124-03-12T03:00:00-04:00"]),
    ]

    /// 2024-04-07 02:00 +11:00 → 01:30 +10:30, and 2024-10-06 02:00 +10:30 → 02:30 +11:00: half an hour.
    private static let lordHowe = [
        Transition(
            cron: "15 2 * * *", zone: "Australia/Lord_Howe", after: "2024-10-06T00:00:00+10:30",
            expected: ["2024-10-06T02:30:00+11:00", "2024-10-07T02:15:00+11:00"]),
        Transition(
            cron: "15 2 * * *", zone: "Australia/Lord_Howe", after: "2024-10-06T00:00:00+10:30", gap: .skip,
            expected: ["2024-10-07T02:15:00+11:00"]),
        Transition(
            cron: "0 * * * *", zone: "Australia/Lord_Howe", after: "2024-10-06T00:30:00+10:30",
            expected: ["2024-10-06T01:00:00+10:30", "2024-10-06T03:00:00+11:00"]),
        Transition(
            cron: "45 1 * * *", zone: "Australia/Lord_Howe", after: "2024-04-07T00:00:00+11:00", fold: .both,
            expected: ["2024-04-07T01:45:00+11:00", "2024-04-07T01:45:00+10:30", "2024-04-08T01:45:00+10:30"]),
        Transition(
            cron: "15,45 1 * * *", zone: "Australia/Lord_Howe", after: "2024-04-07T00:00:00+11:00",
            expected: ["2024-04-07T01:15:00+11:00", "2024-04-07T01:45:00+11:00", "2024-04-08T01:15:00+10:30"]),
        Transition(
            cron: "45 * * * *", zone: "Australia/Lord_Howe", after: "2024-04-07T01:00:00+11:00",
            expected: ["2024-04-07T01:45:00+11:00", "2024-04-07T01:45:00+10:30", "2024-04-07T02:45:00+10:30"]),
    ]

    private static let others = [
        // 2024-03-31 00:00 -01:00 → 01:00 +00:00: midnight itself is missing.
        Transition(
            cron: "0 0 * * *", zone: "Atlantic/Azores", after: "2024-03-30T12:00:00-01:00",
            expected: ["2024-03-31T01:00:00+00:00", "2024-04-01T00:00:00+00:00"]),
        // 2024-10-27 01:00 +00:00 → 00:00 -01:00.
        Transition(
            cron: "30 0 * * *", zone: "Atlantic/Azores", after: "2024-10-26T12:00:00+00:00", fold: .both,
            expected: ["2024-10-27T00:30:00+00:00", "2024-10-27T00:30:00-01:00", "2024-10-28T00:30:00-01:00"]),
        // Ramadan 2024: 03-10 03:00 +01:00 → 02:00 +00:00, and 04-14 02:00 +00:00 → 03:00 +01:00.
        Transition(
            cron: "30 2 10,11 3 *", zone: "Africa/Casablanca", after: "2024-03-01T00:00:00+01:00",
            expected: ["2024-03-10T02:30:00+01:00", "2024-03-11T02:30:00+00:00"]),
        Transition(
            cron: "30 2 10,11 3 *", zone: "Africa/Casablanca", after: "2024-03-01T00:00:00+01:00", fold: .both,
            expected: ["2024-03-10T02:30:00+01:00", "2024-03-10T02:30:00+00:00", "2024-03-11T02:30:00+00:00"]),
        Transition(
            cron: "30 2 * * *", zone: "Africa/Casablanca", after: "2024-04-13T12:00:00+00:00",
            expected: ["2024-04-14T03:00:00+01:00", "2024-04-15T02:30:00+01:00"]),
        // The day that Samoa left out: 2011-12-29T24:00 -10:00 → 2011-12-31T00:00 +14:00.
        Transition(
            cron: "0 12 * * *", zone: "Pacific/Apia", after: "2011-12-29T00:00:00-10:00",
            expected: ["2011-12-29T12:00:00-10:00", "2011-12-31T00:00:00+14:00", "2011-12-31T12:00:00+14:00"]),
        Transition(
            cron: "0 12 * * *", zone: "Pacific/Apia", after: "2011-12-29T00:00:00-10:00", gap: .skip,
            expected: ["2011-12-29T12:00:00-10:00", "2011-12-31T12:00:00+14:00"]),
        Transition(
            cron: "0 0 * * *", zone: "Pacific/Apia", after: "2011-12-29T00:00:00-10:00",
            expected: ["2011-12-31T00:00:00+14:00", "2012-01-01T00:00:00+14:00"]),
        Transition(
            cron: "*/10 8-20 * * FRI", zone: "Pacific/Apia", after: "2011-12-24T00:00:00-10:00",
            expected: ["2011-12-31T00:00:00+14:00", "2012-01-06T08:00:00+14:00"]),
        Transition(
            cron: "0 * * * *", zone: "Pacific/Apia", after: "2011-12-29T22:30:00-10:00",
            expected: ["2011-12-29T23:00:00-10:00", "2011-12-31T00:00:00+14:00", "2011-12-31T01:00:00+14:00"]),
        // Two hours at once: 2024-03-31 01:00 +00:00 → 03:00 +02:00.
        Transition(
            cron: "30 1,2 * * *", zone: "Antarctica/Troll", after: "2024-03-31T00:00:00+00:00",
            expected: ["2024-03-31T03:00:00+02:00", "2024-04-01T01:30:00+02:00"]),
        // Winter time is the negative one: 2024-03-31 01:00 +00:00 → 02:00 +01:00.
        Transition(
            cron: "15 1 * * *", zone: "Europe/Dublin", after: "2024-03-31T00:00:00+00:00",
            expected: ["2024-03-31T02:00:00+01:00", "2024-04-01T01:15:00+01:00"]),
        // 2018-11-04 00:00 -03:00 → 01:00 -02:00.
        Transition(
            cron: "@daily", zone: "America/Sao_Paulo", after: "2018-11-03T12:00:00-03:00",
            expected: ["2018-11-04T01:00:00-02:00", "2018-11-05T00:00:00-02:00"]),
        Transition(
            cron: "0 3 * * *", zone: "Asia/Shanghai", after: "2024-03-30T00:00:00Z",
            expected: ["2024-03-31T03:00:00+08:00", "2024-04-01T03:00:00+08:00"]),
    ]

    @Test("slots around a transition fire when they should", arguments: newYork + lordHowe + others)
    private func slots(_ row: Transition) throws {
        let found = try firings(
            row.cron, in: row.zone, after: row.after, count: row.expected.count, gap: row.gap, fold: row.fold)
        #expect(found == row.expected)
    }

    @Test("a slot that always falls into the gap never comes with skip, and comes each year with shift")
    func alwaysInTheGap() throws {
        let cron = "30 2 * 3 SUN#2"
        let start = "2024-01-01T00:00:00Z"
        #expect(try firings(cron, in: "America/New_York", after: start, count: 1, gap: .skip).isEmpty)
        #expect(
            try firings(cron, in: "America/New_York", after: start, count: 2)
                == ["2024-03-10T03:00:00-04:00", "2025-03-09T03:00:00-04:00"])
    }

    @Test("`*/1` and `0-23` keep the rhythm of `*`", arguments: ["30 */1 * * *", "30 0-23 * * *", "30 0/1 * * *"])
    func everyHour(cron: String) throws {
        for start in ["2024-03-09T12:00:00Z", "2024-11-02T12:00:00Z"] {
            #expect(
                try firings(cron, in: "America/New_York", after: start, count: 48)
                    == firings("30 * * * *", in: "America/New_York", after: start, count: 48))
        }
    }
}
