import Foundation

/// A date as mail writes it: `Tue, 24 Nov 2026 03:14:00 +0000`.
///
/// - Source: RFC 5322 §3.3; the calendar after Hinnant, "chrono-Compatible Low-Level Date Algorithms".
enum MailDate {
    private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    private static let firstSecond = -2_208_988_800.0
    private static let endSecond = 253_402_300_800.0

    /// The date in UTC, rounded down to a second.
    static func text(of date: Date) throws(EmailMessageError) -> String {
        let seconds = date.timeIntervalSince1970.rounded(.down)
        guard seconds >= firstSecond, seconds < endSecond else { throw .dateOutOfRange }
        let total = Int(seconds)
        let secondOfDay = total - floorDivide(total, 86_400) * 86_400
        let day = floorDivide(total, 86_400)
        let (year, month, dayOfMonth) = civil(fromDay: day)
        let weekday = weekdays[day - floorDivide(day, 7) * 7]
        let time = [secondOfDay / 3600, secondOfDay / 60 % 60, secondOfDay % 60].map(twoDigits).joined(separator: ":")
        return "\(weekday), \(twoDigits(dayOfMonth)) \(months[month - 1]) \(year) \(time) +0000"
    }

    /// Year, month (1…12) and day of month of a day counted from 1970-01-01.
    private static func civil(fromDay day: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = day + 719_468
        let era = floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    }

    private static func floorDivide(_ value: Int, _ divisor: Int) -> Int {
        value >= 0 ? value / divisor : -((divisor - 1 - value) / divisor)
    }

    private static func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
