/// The rule by which a zone goes on after its last listed change, such as `EST5EDT,M3.2.0,M11.1.0`.
///
/// Source: POSIX.1, "Environment Variables", TZ, with the extensions of RFC 9636 §3.3.1 (hours from -167 to 167).
struct ZoneRule: Sendable {
    private let standardOffset: Int64
    private let summer: Summer?
    private let isAlwaysSummer: Bool

    private struct Summer {
        var offset: Int64
        var start: YearlyChange
        var end: YearlyChange
    }

    /// Parses a rule; `nil` when the text is none.
    init?(posix text: String) {
        var scanner = Scanner(text)
        guard scanner.skipName(), let standard = scanner.offset() else { return nil }
        standardOffset = -standard
        guard !scanner.isAtEnd else {
            summer = nil
            isAlwaysSummer = false
            return
        }
        guard scanner.skipName() else { return nil }
        var offset = standardOffset + 3600
        if scanner.peek != UInt8(ascii: ",") {
            guard let given = scanner.offset() else { return nil }
            offset = -given
        }
        guard
            scanner.skip(","), let start = scanner.change(),
            scanner.skip(","), let end = scanner.change(),
            scanner.isAtEnd
        else { return nil }
        // Summer time that ends in the moment it starts again is the POSIX way to write summer time for ever.
        isAlwaysSummer =
            end.instant(year: 2001, offset: offset) == start.instant(year: 2002, offset: standardOffset)
        summer = Summer(offset: offset, start: start, end: end)
    }

    /// The stretch that contains `instant`, not reaching back before `ruleStart`.
    ///
    /// - Parameter offsetBefore: the offset just before `ruleStart`; `nil` when nothing came before.
    func segment(at instant: Int64, from ruleStart: Int64, offsetBefore: Int64?) -> ZoneTimeline.Segment {
        guard let summer, !isAlwaysSummer else {
            let offset = summer?.offset ?? standardOffset
            return .init(start: ruleStart, end: .max, offset: offset, previousOffset: offsetBefore ?? offset)
        }
        let year = CivilDate(daysSinceEpoch: Int(instant.flooredDivision(by: 86_400))).year
        var start = Int64.min
        var end = Int64.max
        var startsSummer = false
        for candidate in (year - 1)...(year + 1) {
            let toSummer = summer.start.instant(year: candidate, offset: standardOffset)
            let toStandard = summer.end.instant(year: candidate, offset: summer.offset)
            for (time, isSummer) in [(toSummer, true), (toStandard, false)] {
                if time > instant {
                    end = min(end, time)
                } else if time > start {
                    start = time
                    startsSummer = isSummer
                }
            }
        }
        let (offset, other) =
            startsSummer ? (summer.offset, standardOffset) : (standardOffset, summer.offset)
        if start > ruleStart { return .init(start: start, end: end, offset: offset, previousOffset: other) }
        return .init(start: ruleStart, end: end, offset: offset, previousOffset: offsetBefore ?? offset)
    }

    /// A day of the year and a local time on it.
    private struct YearlyChange {
        enum Day {
            /// 1–365; February 29 is never counted.
            case julian(Int)
            /// 0–365; February 29 is counted.
            case zeroBased(Int)
            /// The `week`-th (5: last) `weekday` (0: Sunday) of `month`.
            case weekday(month: Int, week: Int, weekday: Int)
        }
        var day: Day
        /// Seconds after local midnight; may be negative or more than a day.
        var time: Int64 = 7200

        /// The moment in `year`; `offset` is the one in force before it.
        func instant(year: Int, offset: Int64) -> Int64 {
            let firstOfYear = CivilDate(year: year, month: 1, day: 1).daysSinceEpoch
            let days: Int
            switch day {
            case .julian(let number):
                days = firstOfYear + number - 1 + (CivilDate.isLeap(year: year) && number >= 60 ? 1 : 0)
            case .zeroBased(let number):
                days = firstOfYear + number
            case .weekday(let month, let week, let weekday):
                let first = CivilDate(year: year, month: month, day: 1)
                var dayOfMonth = 1 + (weekday - first.weekday + 7) % 7 + (week - 1) * 7
                if dayOfMonth > CivilDate.dayCount(year: year, month: month) { dayOfMonth -= 7 }
                days = first.daysSinceEpoch + dayOfMonth - 1
            }
            return Int64(days) * 86_400 + time - offset
        }
    }

    private struct Scanner {
        private let bytes: [UInt8]
        private var position = 0

        init(_ text: String) { bytes = Array(text.utf8) }

        var isAtEnd: Bool { position == bytes.count }
        var peek: UInt8? { isAtEnd ? nil : bytes[position] }

        mutating func skip(_ character: Unicode.Scalar) -> Bool {
            guard peek == UInt8(ascii: character) else { return false }
            position += 1
            return true
        }

        /// `EST` or `<+1030>`.
        mutating func skipName() -> Bool {
            let start = position
            if skip("<") {
                while let byte = peek, byte != UInt8(ascii: ">") { position += 1 }
                return skip(">")
            }
            while let byte = peek, Unicode.Scalar(byte).properties.isAlphabetic { position += 1 }
            return position - start >= 3
        }

        mutating func number(through maximum: Int) -> Int? {
            let start = position
            var value = 0
            while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte), value <= maximum {
                value = value * 10 + Int(byte - UInt8(ascii: "0"))
                position += 1
            }
            return position > start && value <= maximum ? value : nil
        }

        /// `[+-]h[h][:mm[:ss]]` in seconds.
        mutating func offset() -> Int64? {
            let isNegative = skip("-")
            if !isNegative { _ = skip("+") }
            guard let hours = number(through: 167) else { return nil }
            var seconds = hours * 3600
            for unit in [60, 1] where skip(":") {
                guard let value = number(through: 59) else { return nil }
                seconds += value * unit
            }
            return Int64(isNegative ? -seconds : seconds)
        }

        mutating func change() -> YearlyChange? {
            let day: YearlyChange.Day
            if skip("M") {
                guard
                    let month = number(through: 12), month > 0, skip("."),
                    let week = number(through: 5), week > 0, skip("."),
                    let weekday = number(through: 6)
                else { return nil }
                day = .weekday(month: month, week: week, weekday: weekday)
            } else if skip("J") {
                guard let number = number(through: 365), number > 0 else { return nil }
                day = .julian(number)
            } else {
                guard let number = number(through: 365) else { return nil }
                day = .zeroBased(number)
            }
            var change = YearlyChange(day: day)
            if skip("/") {
                guard let time = offset() else { return nil }
                change.time = time
            }
            return change
        }
    }
}
