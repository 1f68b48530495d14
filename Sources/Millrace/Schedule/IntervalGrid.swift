import Foundation

/// The instants `anchor + k × interval` for all whole k, counted in microseconds.
struct IntervalGrid {
    private let interval: Int64
    private let anchor: Int64

    /// `nil` when the interval is below one microsecond.
    init?(interval: Duration, anchor: Date) {
        let microseconds = interval.wholeMicroseconds
        guard microseconds > 0 else { return nil }
        self.interval = microseconds
        self.anchor = ScheduleInstant.microseconds(of: anchor)
    }

    /// The first instant of the grid strictly after `instant`; `nil` beyond the year 9999.
    func next(after instant: Date) -> Date? {
        let position = ScheduleInstant.microseconds(of: instant) - anchor
        let (steps, overflows) = (position.flooredDivision(by: interval) + 1).multipliedReportingOverflow(by: interval)
        guard !overflows, steps <= ScheduleInstant.lastSecond * 1_000_000 - anchor else { return nil }
        return ScheduleInstant.date(microseconds: anchor + steps)
    }

    /// The last instant of the grid that is not after `instant`; `nil` before the year 1.
    func last(through instant: Date) -> Date? {
        let position = ScheduleInstant.microseconds(of: instant) - anchor
        let (steps, overflows) = position.flooredDivision(by: interval).multipliedReportingOverflow(by: interval)
        guard !overflows, steps >= ScheduleInstant.firstSecond * 1_000_000 - anchor else { return nil }
        return ScheduleInstant.date(microseconds: anchor + steps)
    }
}

extension Duration {
    /// Whole microseconds, rounded down; at the ends of `Int64` it stays there.
    var wholeMicroseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflows) = seconds.multipliedReportingOverflow(by: 1_000_000)
        let (sum, sumOverflows) = scaled.addingReportingOverflow(attoseconds.flooredDivision(by: 1_000_000_000_000))
        return overflows || sumOverflows ? (seconds < 0 ? .min : .max) : sum
    }
}
