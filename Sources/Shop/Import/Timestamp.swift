/// A moment as PostgreSQL stores a `timestamptz`: microseconds since 2000-01-01 00:00:00 UTC, without leap seconds.
public struct Timestamp: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Microseconds since 2000-01-01 00:00:00 UTC; what the binary COPY format takes.
    public let microseconds: Int64

    /// A moment by its distance from 2000-01-01 00:00:00 UTC.
    public init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// A moment by its fields, in UTC; `nil` if the calendar or the clock has no such moment.
    ///
    /// Years 1 to 9999; second 60 is taken as the first of the next minute, as PostgreSQL does.
    public init?(
        year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0, microsecond: Int = 0
    ) {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1,
            day <= Self.days(inMonth: month, of: year), (0...23).contains(hour), (0...59).contains(minute),
            (0...60).contains(second), (0...999_999).contains(microsecond)
        else { return nil }
        let seconds = (Self.days(from2000To: year, month, day) * 24 + hour) * 3600 + minute * 60 + second
        microseconds = Int64(seconds) * 1_000_000 + Int64(microsecond)
    }

    /// The moment so many seconds later (or earlier, when negative).
    public func advanced(bySeconds seconds: Int) -> Timestamp {
        Timestamp(microseconds: microseconds + Int64(seconds) * 1_000_000)
    }

    /// Orders by time.
    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.microseconds < right.microseconds }

    /// RFC 3339 in UTC, with a fraction only where there is one: `2025-01-31T09:30:00Z`.
    public var description: String {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends ``description`` without making a `String`.
    func append(to bytes: inout [UInt8]) {
        let (days, rest) = Self.floorDivide(microseconds, by: 86_400_000_000)
        let date = Self.civil(daysFrom2000: Int(days))
        let seconds = Int(rest / 1_000_000)
        func two(_ value: Int) {
            bytes.append(UInt8(0x30 + value / 10 % 10))
            bytes.append(UInt8(0x30 + value % 10))
        }
        two(date.year / 100)
        two(date.year % 100)
        bytes.append(UInt8(ascii: "-"))
        two(date.month)
        bytes.append(UInt8(ascii: "-"))
        two(date.day)
        bytes.append(UInt8(ascii: "T"))
        two(seconds / 3600)
        bytes.append(UInt8(ascii: ":"))
        two(seconds / 60 % 60)
        bytes.append(UInt8(ascii: ":"))
        two(seconds % 60)
        let fraction = Int(rest % 1_000_000)
        if fraction > 0 {
            bytes.append(UInt8(ascii: "."))
            two(fraction / 10_000)
            two(fraction / 100 % 100)
            two(fraction % 100)
        }
        bytes.append(UInt8(ascii: "Z"))
    }

    private static func floorDivide(_ value: Int64, by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let remainder = ((value % divisor) + divisor) % divisor
        return ((value - remainder) / divisor, remainder)
    }

    private static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days from 2000-01-01 to 1970-01-01's reckoning.
    private static let daysFrom1970To2000 = 10_957

    /// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil; years from 1 on.
    private static func days(from2000To year: Int, _ month: Int, _ day: Int) -> Int {
        let year = month <= 2 ? year - 1 : year
        let era = year / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468 - daysFrom1970To2000
    }

    /// Source: the same, civil_from_days; for days in years from 1 on.
    private static func civil(daysFrom2000 days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468 + daysFrom1970To2000
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}
