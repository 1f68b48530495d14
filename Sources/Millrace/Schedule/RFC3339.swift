public import Foundation

/// Instants as text with an offset, as RFC 3339 writes them: `2026-03-29T03:00:00+02:00`.
public enum RFC3339 {
    /// A text that is no RFC 3339 instant.
    public struct ParseError: Error, Hashable, Sendable, CustomStringConvertible {
        /// The text as it was given.
        public let text: String
        /// What is wrong with it.
        public let problem: String

        /// What happened, and the way out.
        public var description: String {
            "\"\(text)\" is no RFC 3339 instant: \(problem) → write it like 2026-03-29T03:00:00+02:00 or "
                + "2026-03-29T01:00:00Z"
        }
    }

    /// Writes an instant; fractions of a second are written to the microsecond and only where there are any.
    ///
    /// An offset that is no whole minute (local mean times before about 1970) cannot be written in RFC 3339; such an
    /// instant is written in UTC.
    public static func text(_ instant: Date, secondsFromUTC: Int = 0) -> String {
        let offset = secondsFromUTC % 60 == 0 ? secondsFromUTC : 0
        let microseconds = ScheduleInstant.microseconds(of: instant) + Int64(offset) * 1_000_000
        let seconds = microseconds.flooredDivision(by: 1_000_000)
        let fraction = Int(microseconds.flooredRemainder(by: 1_000_000))
        let date = CivilDate(daysSinceEpoch: Int(seconds.flooredDivision(by: 86_400)))
        let second = Int(seconds.flooredRemainder(by: 86_400))
        var text = "\(padded(date.year, 4))-\(padded(date.month))-\(padded(date.day))T"
        text += "\(padded(second / 3600)):\(padded(second / 60 % 60)):\(padded(second % 60))"
        if fraction > 0 {
            var digits = padded(fraction, 6)
            while digits.last == "0" { digits.removeLast() }
            text += "." + digits
        }
        return text + "\(offset < 0 ? "-" : "+")\(padded(abs(offset) / 3600)):\(padded(abs(offset) / 60 % 60))"
    }

    /// Reads an instant. The offset (`Z` or `+02:00`) is required; a space may stand for the `T`.
    public static func date(_ text: String) throws(ParseError) -> Date {
        let shape =
            /(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))?/
            .asciiOnlyDigits()
        guard let match = text.wholeMatch(of: shape) else {
            throw ParseError(text: text, problem: "it does not have that shape")
        }
        func number(_ digits: Substring) -> Int { digits.utf8.reduce(0) { $0 * 10 + Int($1) - 48 } }
        let (year, month, day) = (number(match.1), number(match.2), number(match.3))
        let (hour, minute, second) = (number(match.4), number(match.5), number(match.6))
        guard year >= 1, (1...12).contains(month) else {
            throw ParseError(text: text, problem: "there is no month \(match.1)-\(match.2)")
        }
        guard day >= 1, day <= CivilDate.dayCount(year: year, month: month) else {
            throw ParseError(text: text, problem: "there is no day \(match.1)-\(match.2)-\(match.3)")
        }
        guard hour < 24, minute < 60, second < 60 else {
            throw ParseError(text: text, problem: "there is no time \(match.4):\(match.5):\(match.6)")
        }
        guard let last = text.last, last == "Z" || last == "z" || match.8 != nil else {
            throw ParseError(text: text, problem: "it has no offset from UTC")
        }
        var offset = 0
        if let sign = match.8, let hours = match.9.map(number), let minutes = match.10.map(number) {
            guard hours < 24, minutes < 60 else {
                throw ParseError(text: text, problem: "there is no offset \(sign)\(hours):\(minutes)")
            }
            offset = (hours * 3600 + minutes * 60) * (sign == "-" ? -1 : 1)
        }
        let days = CivilDate(year: year, month: month, day: day).daysSinceEpoch
        let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset
        let fraction = number((match.7 ?? "").prefix(6))
        let scale = [1_000_000, 100_000, 10_000, 1000, 100, 10, 1][min(match.7?.count ?? 0, 6)]
        return ScheduleInstant.date(microseconds: Int64(seconds * 1_000_000 + fraction * scale))
    }

    private static func padded(_ number: Int, _ width: Int = 2) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
