import Foundation

/// The step between `Date` and the whole numbers that schedules count in.
///
/// Schedules live in the years 1 to 9999, which RFC 3339 can write; an instant outside is moved to the nearer end.
enum ScheduleInstant {
    /// 0001-01-01T00:00:00Z in seconds since 1970.
    static let firstSecond: Int64 = -62_135_596_800
    /// 9999-12-31T23:59:59Z in seconds since 1970.
    static let lastSecond: Int64 = 253_402_300_799

    /// Seconds since 1970, rounded down.
    static func wholeSecond(atOrBefore instant: Date) -> Int64 {
        Int64(clamped(instant).rounded(.down))
    }

    /// Microseconds since 1970, the resolution of PostgreSQL's `timestamptz`, rounded to the nearest.
    static func microseconds(of instant: Date) -> Int64 {
        let seconds = clamped(instant)
        let whole = seconds.rounded(.down)
        return Int64(whole) * 1_000_000 + Int64(((seconds - whole) * 1_000_000).rounded())
    }

    static func date(second: Int64) -> Date {
        Date(timeIntervalSince1970: Double(second))
    }

    static func date(microseconds: Int64) -> Date {
        Date(timeIntervalSince1970: Double(microseconds) / 1_000_000)
    }

    private static func clamped(_ instant: Date) -> Double {
        let seconds = instant.timeIntervalSince1970
        return seconds.isNaN ? Double(firstSecond) : min(max(seconds, Double(firstSecond)), Double(lastSecond))
    }
}
