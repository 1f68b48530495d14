extension Timestamp {
    /// Reads RFC 3339, such as `2025-01-31T09:30:00Z` or `2025-01-31 10:30:00.25+01:00`; `nil` if it is none.
    ///
    /// The zone is required. A space may stand for the `T`; digits after the sixth of a fraction are dropped.
    public init?(rfc3339 text: String) {
        var text = text
        let moment = text.withUTF8 { Timestamp(rfc3339: RawField(bytes: $0)) }
        guard let moment else { return nil }
        self = moment
    }

    init?(rfc3339 field: RawField) {
        var cursor = ByteCursor(field.bytes)
        guard let (year, month, day) = cursor.isoDate(), cursor.take("T") || cursor.take("t") || cursor.take(" "),
            let (hour, minute, second) = cursor.clock()
        else { return nil }
        var microsecond = 0
        if cursor.take(".") {
            guard let fraction = cursor.fraction() else { return nil }
            microsecond = fraction
        }
        guard let offset = cursor.zoneOffsetSeconds(), cursor.isAtEnd,
            let local = Timestamp(
                year: year, month: month, day: day, hour: hour, minute: minute, second: second,
                microsecond: microsecond)
        else { return nil }
        self = local.advanced(bySeconds: -offset)
    }

    /// Reads an invoice date of Online Retail: `2010-12-01 08:26:00`, or `12/1/2010 8:26` (month first) as in UCI's
    /// own export.
    ///
    /// The data has no zone. It is taken as UTC: the shop is British, so from late March to late October the times
    /// are an hour late. Nothing here depends on that hour, and no local time is skipped or doubled.
    init?(invoiceDate field: RawField) {
        var cursor = ByteCursor(field.bytes)
        if field.bytes.count >= 5, field.bytes[4] == UInt8(ascii: "-") {
            guard let (year, month, day) = cursor.isoDate(), cursor.take(" ") || cursor.take("T"),
                let (hour, minute, second) = cursor.clock(), cursor.isAtEnd
            else { return nil }
            self.init(year: year, month: month, day: day, hour: hour, minute: minute, second: second)
        } else {
            guard let month = cursor.digits(1...2), cursor.take("/"), let day = cursor.digits(1...2),
                cursor.take("/"), let year = cursor.digits(4...4), cursor.take(" "),
                let hour = cursor.digits(1...2), cursor.take(":"), let minute = cursor.digits(2...2)
            else { return nil }
            var second = 0
            if cursor.take(":") {
                guard let digits = cursor.digits(2...2) else { return nil }
                second = digits.value
            }
            guard cursor.isAtEnd else { return nil }
            self.init(
                year: year.value, month: month.value, day: day.value, hour: hour.value, minute: minute.value,
                second: second)
        }
    }
}

extension ByteCursor {
    /// `yyyy-MM-dd`; not yet checked against the calendar.
    fileprivate mutating func isoDate() -> (year: Int, month: Int, day: Int)? {
        guard let year = digits(4...4), take("-"), let month = digits(2...2), take("-"), let day = digits(2...2)
        else { return nil }
        return (year.value, month.value, day.value)
    }

    /// `HH:mm:ss`; not yet checked against the clock.
    fileprivate mutating func clock() -> (hour: Int, minute: Int, second: Int)? {
        guard let hour = digits(2...2), take(":"), let minute = digits(2...2), take(":"), let second = digits(2...2)
        else { return nil }
        return (hour.value, minute.value, second.value)
    }

    /// `Z` or `±HH:mm`, in seconds east of UTC.
    fileprivate mutating func zoneOffsetSeconds() -> Int? {
        if take("Z") || take("z") { return 0 }
        let isWest = take("-")
        guard isWest || take("+"), let hour = digits(2...2), take(":"), let minute = digits(2...2),
            hour.value <= 23, minute.value <= 59
        else { return nil }
        let seconds = hour.value * 3600 + minute.value * 60
        return isWest ? -seconds : seconds
    }
}
