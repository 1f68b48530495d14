/// The days on which a cron expression fires: the day-of-month and the day-of-week field together.
struct CronDays: Hashable, Sendable {
    /// Bit d: day d of the month, 1–31.
    var monthDays: UInt32 = 0
    /// Bit n: n days before the last day of the month (`L` is 0, `L-3` is 3).
    var daysFromEnd: UInt32 = 0
    /// Bit d: the weekday nearest to day d (`15W`).
    var nearWeekdays: UInt32 = 0
    /// Bit n: the weekday nearest to n days before the last day (`LW` is 0).
    var nearWeekdaysFromEnd: UInt32 = 0
    /// Whether the day-of-month field starts with `*`, which in Vixie cron makes it "not restricted".
    var isAnyDayOfMonth = false

    /// Bit w: each weekday w, 0 = Sunday.
    var weekdays: UInt32 = 0
    /// Bit w: the last weekday w of the month (`5L`).
    var lastWeekdays: UInt32 = 0
    /// Element n - 1, bit w: the n-th weekday w of the month (`5#2`).
    var nthWeekdays: [UInt32] = []
    /// Whether the day-of-week field starts with `*`.
    var isAnyDayOfWeek = false

    /// The firing days of a month; bit d is day d.
    ///
    /// When both fields are restricted a day that either admits fires, otherwise one that both admit.
    /// Source: Paul Vixie, crontab(5): a field is restricted when it does not start with `*`; so `*/2` in the day of
    /// month narrows the days of week down and does not add to them.
    func days(year: Int, month: Int) -> UInt32 {
        let length = CivilDate.dayCount(year: year, month: month)
        let firstWeekday = CivilDate(year: year, month: month, day: 1).weekday
        let byDate = byDate(length: length, firstWeekday: firstWeekday)
        let byWeekday = byWeekday(length: length, firstWeekday: firstWeekday)
        return isAnyDayOfMonth || isAnyDayOfWeek ? byDate & byWeekday : byDate | byWeekday
    }

    private func byDate(length: Int, firstWeekday: Int) -> UInt32 {
        let allDays = Self.allDays(length: length)
        var days = monthDays & allDays
        for back in Self.bits(daysFromEnd) where back < length { days |= 1 << (length - back) }
        for day in Self.bits(nearWeekdays) where day <= length {
            days |= 1 << Self.nearestWeekday(to: day, length: length, firstWeekday: firstWeekday)
        }
        for back in Self.bits(nearWeekdaysFromEnd) where back < length {
            days |= 1 << Self.nearestWeekday(to: length - back, length: length, firstWeekday: firstWeekday)
        }
        return days
    }

    private func byWeekday(length: Int, firstWeekday: Int) -> UInt32 {
        let allDays = Self.allDays(length: length)
        if weekdays == 0b111_1111 { return allDays }
        var days: UInt32 = 0
        for weekday in Self.bits(weekdays) { days |= Self.everyWeek << Self.first(weekday, firstWeekday) }
        for weekday in Self.bits(lastWeekdays) {
            let first = Self.first(weekday, firstWeekday)
            days |= 1 << (first + (length - first) / 7 * 7)
        }
        for (index, weekdays) in nthWeekdays.enumerated() {
            for weekday in Self.bits(weekdays) { days |= 1 << (Self.first(weekday, firstWeekday) + 7 * index) }
        }
        return days & allDays
    }

    /// Days 0, 7, 14, 21 and 28.
    private static let everyWeek: UInt32 = 1 | 1 << 7 | 1 << 14 | 1 << 21 | 1 << 28

    private static func allDays(length: Int) -> UInt32 { (UInt32.max >> (31 - length)) & ~1 }

    /// The first day of the month that is this weekday.
    private static func first(_ weekday: Int, _ firstWeekday: Int) -> Int { 1 + (weekday - firstWeekday + 7) % 7 }

    /// Monday to Friday nearest to `day` without leaving the month.
    private static func nearestWeekday(to day: Int, length: Int, firstWeekday: Int) -> Int {
        switch (firstWeekday + day - 1) % 7 {
        case 6: day == 1 ? 3 : day - 1
        case 0: day == length ? day - 2 : day + 1
        default: day
        }
    }

    /// The positions of the bits that are set, ascending.
    static func bits(_ mask: some FixedWidthInteger) -> some Sequence<Int> {
        sequence(state: mask) { rest in
            guard rest != 0 else { return nil }
            defer { rest &= rest - 1 }
            return rest.trailingZeroBitCount
        }
    }
}
