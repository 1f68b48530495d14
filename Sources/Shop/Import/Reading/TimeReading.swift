/// How a file writes moments.
enum TimeReading: Sendable, Equatable {
    /// RFC 3339 with a zone.
    case rfc3339
    /// A number of units since 1970-01-01T00:00:00Z, which may have a fraction; as many units as that are a second.
    case epoch(unitsPerSecond: Int)
    /// A pattern, in the zone that it names or else in this one.
    case pattern(TimePattern, LocalZone)

    /// The moment that a field names; `nil` if it names none.
    func timestamp(_ field: RawField) -> Timestamp? {
        switch self {
        case .rfc3339: Timestamp(rfc3339: field)
        case .epoch(let units): Timestamp(epoch: field, unitsPerSecond: units)
        case .pattern(let pattern, let zone): pattern.timestamp(field, in: zone)
        }
    }
}

extension Timestamp {
    /// A number of seconds, milliseconds or microseconds since 1970, in years 1 to 9999; digits beyond the microsecond are
    /// dropped.
    init?(epoch field: RawField, unitsPerSecond: Int) {
        var cursor = ByteCursor(field.bytes)
        let isNegative = cursor.take("-")
        guard let whole = cursor.digits(1...18) else { return nil }
        // Millionths of a unit.
        var fraction = 0
        if cursor.take(".") {
            guard let digits = cursor.fraction() else { return nil }
            fraction = digits
        }
        guard cursor.isAtEnd else { return nil }
        let microsecondsPerUnit = 1_000_000 / unitsPerSecond
        let (scaled, isTooLarge) = whole.value.multipliedReportingOverflow(by: microsecondsPerUnit)
        guard !isTooLarge else { return nil }
        let magnitude = scaled + fraction * microsecondsPerUnit / 1_000_000
        let moment = Timestamp(microseconds: Int64(isNegative ? -magnitude : magnitude) - Self.microsecondsFrom1970)
        guard moment >= Self.first, moment <= Self.last else { return nil }
        self = moment
    }

    /// From 1970-01-01 to 2000-01-01.
    private static let microsecondsFrom1970: Int64 = 946_684_800_000_000
    /// The first moment of year 1 and the last one of year 9999.
    private static let first = Timestamp(microseconds: -63_082_281_600_000_000)
    private static let last = Timestamp(microseconds: 252_455_615_999_999_999)
}
