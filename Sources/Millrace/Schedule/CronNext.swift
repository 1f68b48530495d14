public import Foundation

/// What a schedule does with a local time that daylight saving leaves out.
public enum GapRule: String, Codable, Sendable, CaseIterable {
    /// Fires at the first valid instant after the gap; several slots of one gap become one.
    case shift
    /// Does not fire.
    case skip
}

/// What a schedule does with a local time that comes twice.
public enum FoldRule: String, Codable, Sendable, CaseIterable {
    /// Fires once, the first time.
    case first
    /// Fires both times.
    case both
}

extension CronExpression {
    /// The first instant strictly after `instant` at which the expression fires.
    ///
    /// When the hour field admits every hour (`*`, `*/1`, `0-23`), `gap` and `fold` do not matter: the expression
    /// fires in each real minute whose local time matches, and so keeps its rhythm through both transitions. An hour
    /// field like `*/2` names hours of the day and obeys `gap` and `fold`.
    ///
    /// - Returns: a whole second; `nil` when the expression does not fire in the 400 years after `instant` (after
    ///   which the calendar repeats) or before the year 10000.
    public func next(
        after instant: Date, in zone: Zone, gap: GapRule = .shift, fold: FoldRule = .first
    ) -> Date? {
        guard !neverFires else { return nil }
        var cursor = ScheduleInstant.wholeSecond(atOrBefore: instant) + 1
        let horizon = min(cursor + 146_097 * 86_400, ScheduleInstant.lastSecond)
        while cursor <= horizon {
            let segment = zone.timeline.segment(at: cursor)
            var local = cursor + segment.offset
            if !isEveryHour {
                let localBefore = segment.start == .min ? .min : segment.start + segment.previousOffset
                if gap == .shift, cursor == segment.start, localBefore < local,
                    nextMatch(fromLocal: localBefore, before: local) != nil
                {
                    return ScheduleInstant.date(second: cursor)
                }
                // Local times before `localBefore` have come already, before the clock was put back.
                if fold == .first { local = max(local, localBefore) }
            }
            let end = min(segment.end, horizon + 1)
            if let match = nextMatch(fromLocal: local, before: end + segment.offset) {
                return ScheduleInstant.date(second: match - segment.offset)
            }
            cursor = end
        }
        return nil
    }

    /// The first matching local time in `fromLocal ..< before`; all are seconds since 1970-01-01T00:00 local time.
    private func nextMatch(fromLocal: Int64, before: Int64) -> Int64? {
        guard fromLocal < before else { return nil }
        let firstMinute = Int((fromLocal + 59).flooredDivision(by: 60))
        let firstDay = firstMinute.flooredDivision(by: 1440)
        let lastDay = Int((before - 1).flooredDivision(by: 86_400))
        var date = CivilDate(daysSinceEpoch: firstDay)
        var monthStart = firstDay - date.day
        while monthStart < lastDay {
            if months & 1 << date.month != 0 {
                var candidates = days.days(year: date.year, month: date.month) & (UInt32.max << date.day)
                while candidates != 0 {
                    let day = monthStart + candidates.trailingZeroBitCount
                    let from = day == firstDay ? firstMinute.flooredRemainder(by: 1440) : 0
                    if let minute = nextMinuteOfDay(from: from) {
                        let match = Int64(day) * 86_400 + Int64(minute) * 60
                        return match < before ? match : nil
                    }
                    candidates &= candidates - 1
                }
            }
            monthStart += CivilDate.dayCount(year: date.year, month: date.month)
            date = CivilDate(
                year: date.month == 12 ? date.year + 1 : date.year, month: date.month == 12 ? 1 : date.month + 1, day: 1
            )
        }
        return nil
    }

    /// The first matching minute of a day at or after `from`; both count from midnight.
    private func nextMinuteOfDay(from: Int) -> Int? {
        let hour = from / 60
        if hours & 1 << hour != 0 {
            let rest = minutes >> (from % 60)
            if rest != 0 { return from + rest.trailingZeroBitCount }
        }
        let laterHours = hours >> (hour + 1)
        guard laterHours != 0 else { return nil }
        return (hour + 1 + laterHours.trailingZeroBitCount) * 60 + minutes.trailingZeroBitCount
    }
}
