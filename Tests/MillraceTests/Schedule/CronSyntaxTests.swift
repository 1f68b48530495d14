import Foundation
import Millrace
import Testing

@Suite("Cron syntax")
struct CronSyntaxTests {
    @Test(
        "each way to write minutes and hours gives its times",
        arguments: [
            ("5 3 * * *", ["03:05"]),
            ("0,30 3 * * *", ["03:00", "03:30"]),
            ("1-3 3 * * *", ["03:01", "03:02", "03:03"]),
            ("*/20 3 * * *", ["03:00", "03:20", "03:40"]),
            ("10-40/15 3 * * *", ["03:10", "03:25", "03:40"]),
            ("20/15 3 * * *", ["03:20", "03:35", "03:50"]),
            ("59,5-6,5 3 * * *", ["03:05", "03:06", "03:59"]),
            ("0 9-17/4 * * *", ["09:00", "13:00", "17:00"]),
            ("0 */7 * * *", ["00:00", "07:00", "14:00", "21:00"]),
            ("05 03 * * *", ["03:05"]),
            ("  5\t3  * * *  ", ["03:05"]),
            ("*/60 */24 * * *", ["00:00"]),
        ])
    func times(cron: String, expected: [String]) throws {
        let found = try firings(cron, after: "2023-12-31T23:59:00Z", count: expected.count + 1)
        #expect(found.dropLast().map { String($0.dropFirst(11).prefix(5)) } == expected)
        #expect(found.last?.hasPrefix("2024-01-02T\(expected[0])") == true)
    }

    @Test(
        "each way to write days and months gives its dates",
        arguments: [
            ("0 0 31 * *", ["2024-01-31", "2024-03-31", "2024-05-31"]),
            ("0 0 L * *", ["2024-01-31", "2024-02-29", "2024-03-31"]),
            ("0 0 l-3 * *", ["2024-01-28", "2024-02-26", "2024-03-28"]),
            ("0 0 L-30 * *", ["2024-01-01", "2024-03-01", "2024-05-01"]),
            ("0 0 LW * *", ["2024-01-31", "2024-02-29", "2024-03-29"]),
            ("0 0 L-3W * *", ["2024-01-29", "2024-02-26", "2024-03-28"]),
            ("0 0 15W * *", ["2024-01-15", "2024-02-15", "2024-03-15", "2024-04-15", "2024-05-15", "2024-06-14"]),
            ("0 0 1W * *", ["2024-01-01", "2024-02-01", "2024-03-01", "2024-04-01", "2024-05-01", "2024-06-03"]),
            ("0 0 31W * *", ["2024-01-31", "2024-03-29", "2024-05-31"]),
            ("0 0 1,L * *", ["2024-01-01", "2024-01-31", "2024-02-01", "2024-02-29"]),
            ("0 0 29 FEB *", ["2024-02-29", "2028-02-29"]),
            ("0 0 1 jan,3-4 *", ["2024-01-01", "2024-03-01", "2024-04-01", "2025-01-01"]),
            ("0 0 1 */6 *", ["2024-01-01", "2024-07-01"]),
            ("0 0 * * 1", ["2024-01-01", "2024-01-08"]),
            ("0 0 * * 7", ["2024-01-07", "2024-01-14"]),
            ("0 0 * * 0", ["2024-01-07", "2024-01-14"]),
            ("0 0 * * Sat-Sun", ["2024-01-06", "2024-01-07", "2024-01-13"]),
            ("0 0 * * 5-7", ["2024-01-05", "2024-01-06", "2024-01-07", "2024-01-12"]),
            ("0 0 * * MON#1", ["2024-01-01", "2024-02-05"]),
            ("0 0 * * 3#5", ["2024-01-31", "2024-05-29"]),
            ("0 0 * * 7#2", ["2024-01-14", "2024-02-11"]),
            ("0 0 * * 5L", ["2024-01-26", "2024-02-23", "2024-03-29"]),
            ("0 0 * * friL,1#1", ["2024-01-01", "2024-01-26", "2024-02-05"]),
            ("@yearly", ["2024-01-01", "2025-01-01"]),
            ("@annually", ["2024-01-01", "2025-01-01"]),
            ("@monthly", ["2024-01-01", "2024-02-01"]),
            ("@Weekly", ["2024-01-07", "2024-01-14"]),
            ("@daily", ["2024-01-01", "2024-01-02"]),
            ("@midnight", ["2024-01-01", "2024-01-02"]),
        ])
    func dates(cron: String, expected: [String]) throws {
        #expect(try firingDays(cron, count: expected.count) == expected)
    }

    @Test("@hourly fires at each full hour")
    func hourly() throws {
        #expect(
            try firings("@hourly", after: "2024-01-01T00:00:00Z", count: 2)
                == ["2024-01-01T01:00:00+00:00", "2024-01-01T02:00:00+00:00"])
    }

    @Test("when both day fields are restricted either may match")
    func eitherDayField() throws {
        #expect(
            try firingDays("0 0 13 * FRI", count: 5)
                == ["2024-01-05", "2024-01-12", "2024-01-13", "2024-01-19", "2024-01-26"])
    }

    @Test("a day field that starts with a star narrows the other one down, as in Vixie cron")
    func starredDayField() throws {
        #expect(try firingDays("0 0 */2 * MON", count: 4) == ["2024-01-01", "2024-01-15", "2024-01-29", "2024-02-05"])
        #expect(try firingDays("0 0 13 * */5", count: 2) == ["2024-09-13", "2024-10-13"])
    }

    @Test("February 29 on a Monday is found across decades, and across the century without a leap day")
    func rareDates() throws {
        let monday = try firingDays("0 0 */28 2 MON#5", after: "2024-01-01", count: 2)
        #expect(monday == ["2044-02-29", "2072-02-29"])
        #expect(try firingDays("0 0 */28 2 MON#5", after: "2072-03-01", count: 1) == ["2112-02-29"])
    }

    @Test("the next instant is strictly after the given one, fractions of a second included")
    func strictlyAfter() throws {
        let cron = try CronExpression("* * * * *")
        let minute = try RFC3339.date("2024-01-01T00:01:00Z")
        #expect(cron.next(after: minute, in: .utc) == minute + 60)
        #expect(cron.next(after: minute - 0.001, in: .utc) == minute)
        #expect(cron.next(after: minute + 0.001, in: .utc) == minute + 60)
    }

    @Test("dates at the ends of time have an answer")
    func endsOfTime() throws {
        let cron = try CronExpression("0 0 1 1 *")
        #expect(cron.next(after: Date(timeIntervalSince1970: -.infinity), in: .utc) != nil)
        #expect(cron.next(after: Date(timeIntervalSince1970: .nan), in: .utc) != nil)
        #expect(cron.next(after: Date(timeIntervalSince1970: .greatestFiniteMagnitude), in: .utc) == nil)
        #expect(cron.next(after: try RFC3339.date("9999-06-01T00:00:00Z"), in: .utc) == nil)
    }

    @Test(
        "an expression without any date knows that it never fires",
        arguments: [
            ("0 0 31 2 *", true), ("0 0 30 FEB *", true), ("0 0 31 4,6,9,11 *", true), ("0 0 L-29 2 *", true),
            ("0 0 31W 4 *", true), ("0 0 29 2 *", false), ("0 0 L-28 2 *", false), ("0 0 31 2 1", false),
            ("0 0 */31 2 1", false), ("0 0 30-31/1 2,4 *", false), ("0 0 * 2 1#5", false),
        ])
    func neverFires(cron: String, expected: Bool) throws {
        let expression = try CronExpression(cron)
        #expect(expression.neverFires == expected)
        #expect((expression.next(after: .now, in: .utc) == nil) == expected)
        if expected {
            #expect(expression.summary == "never")
            #expect(throws: CronError.self) { try expression.requireFiring() }
        } else {
            try expression.requireFiring()
        }
    }

    @Test("an expression is coded as the string it was written as")
    func coding() throws {
        let expression = try CronExpression(" */5   9-17 * * MON-FRI ")
        let data = try JSONEncoder().encode([expression])
        #expect(String(decoding: data, as: UTF8.self).replacing("\\/", with: "/") == #"["*/5 9-17 * * MON-FRI"]"#)
        #expect(try JSONDecoder().decode([CronExpression].self, from: data) == [expression])
        #expect(throws: CronError.self) {
            try JSONDecoder().decode([CronExpression].self, from: Data(#"["0 25 * * *"]"#.utf8))
        }
    }
}
