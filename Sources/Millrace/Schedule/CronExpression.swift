/// A cron expression: five fields that say at which local times a schedule fires.
///
/// ```text
/// ┌ minute 0–59
/// │ ┌ hour 0–23
/// │ │ ┌ day of month 1–31, L (last), L-3, 15W (nearest weekday), LW
/// │ │ │ ┌ month 1–12, JAN–DEC
/// │ │ │ │ ┌ day of week 0–7 (0 and 7: Sunday), SUN–SAT, 5L (last Friday), 5#2 (second Friday)
/// 0 3 * * *
/// ```
/// Each field takes `*`, a value, a range `1-5`, a step `*/15`, `10-50/20` or `5/20` (from 5 to the end), and lists
/// of these. `@hourly @daily @midnight @weekly @monthly @yearly @annually` stand for whole expressions.
///
/// - When day of month and day of week are both restricted, a day that either admits fires; a field that starts with
///   `*` (also `*/2`) is not restricted, and then both must admit the day. Source: Paul Vixie, crontab(5).
/// - `31`, `31W`, `L-30` and `5#5` skip the months that have no such day; `15W` never leaves its month.
public struct CronExpression: Hashable, Sendable, CustomStringConvertible {
    let minutes: UInt64
    let hours: UInt64
    let months: UInt64
    let days: CronDays

    /// The expression as it was written, with one space between the fields.
    public let description: String

    /// Whether no date of the calendar can match, as with `0 0 31 2 *`.
    public let neverFires: Bool

    /// Reads an expression; letters may be large or small.
    ///
    /// An expression that is well-formed and never fires is read; see ``neverFires`` and ``requireFiring()``.
    ///
    /// - Throws: ``CronError`` naming the field, the column, and what to write instead.
    public init(_ text: String) throws(CronError) {
        let parsed = try CronParser(text)
        minutes = parsed.minutes
        hours = parsed.hours
        months = parsed.months
        days = parsed.days
        description = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        neverFires = !Self.hasAnyDay(months: parsed.months, days: parsed.days)
    }

    /// Refuses an expression that never fires.
    ///
    /// - Throws: ``CronError`` when ``neverFires`` holds.
    public func requireFiring() throws(CronError) {
        guard neverFires else { return }
        throw CronError(
            expression: description, field: nil, text: description, column: 1,
            problem: "it never fires: \(monthNames) never has such a day", wayOut: "change the days or the months")
    }

    /// Whether the hour field admits every hour (`*`, `*/1`, `0-23`): such an expression fires by the clock on the
    /// wall, minute by minute of real time, through both daylight-saving transitions.
    var isEveryHour: Bool { hours == 1 << 24 - 1 }

    /// The Gregorian calendar repeats after 400 years, weekdays included, so this is exact.
    private static func hasAnyDay(months: UInt64, days: CronDays) -> Bool {
        (2000..<2400).contains { year in
            (1...12).contains { months & 1 << $0 != 0 && days.days(year: year, month: $0) != 0 }
        }
    }
}

extension CronExpression: Codable {
    /// Reads the expression from a string.
    ///
    /// - Throws: ``CronError`` when it is no cron expression.
    public init(from decoder: any Decoder) throws {
        try self.init(decoder.singleValueContainer().decode(String.self))
    }

    /// Writes the expression as a string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
