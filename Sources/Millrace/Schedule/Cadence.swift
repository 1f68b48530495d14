public import Foundation

/// When a schedule fires: at the local times of a cron expression, or at equal intervals of real time.
public enum Cadence: Hashable, Sendable {
    /// Local times in a zone; see ``CronExpression/next(after:in:gap:fold:)``.
    case cron(CronExpression, zone: Zone, gap: GapRule = .shift, fold: FoldRule = .first)
    /// The instants `anchor + k × interval` for every whole number k, also before the anchor.
    ///
    /// The interval counts real time, so `1d` is 24 hours through daylight saving too. It is rounded down to whole
    /// microseconds; one below a microsecond never fires.
    case every(Duration, anchor: Date)

    /// The first slot strictly after `instant`; `nil` when there is none.
    public func next(after instant: Date) -> Date? {
        switch self {
        case .cron(let expression, let zone, let gap, let fold):
            return expression.next(after: instant, in: zone, gap: gap, fold: fold)
        case .every(let interval, let anchor):
            guard let grid = IntervalGrid(interval: interval, anchor: anchor) else { return nil }
            return grid.next(after: instant)
        }
    }

    /// The next slots strictly after `start`, at most `count` of them.
    public func instants(from start: Date, count: Int) -> [Date] {
        slots(after: start, through: .distantFuture, limit: count).instants
    }

    /// The first slots of a stretch of time.
    public struct Slots: Hashable, Sendable {
        /// The slots, ascending.
        public var instants: [Date]
        /// Whether the stretch has slots beyond the limit.
        public var hasMore: Bool
    }

    /// The slots strictly after `start` and not after `end`, for instance those missed during an outage.
    ///
    /// - Parameters:
    ///   - start: the instant before the stretch.
    ///   - end: its last instant.
    ///   - limit: at most so many are listed, from the earliest on.
    public func slots(after start: Date, through end: Date, limit: Int) -> Slots {
        var slots = Slots(instants: [], hasMore: false)
        var last = start
        let endMicroseconds = ScheduleInstant.microseconds(of: end)
        while let slot = next(after: last), ScheduleInstant.microseconds(of: slot) <= endMicroseconds {
            guard slots.instants.count < limit else {
                slots.hasMore = true
                break
            }
            slots.instants.append(slot)
            last = slot
        }
        return slots
    }

    /// The latest slot strictly after `start` and not after `end`, without listing those before it.
    public func latestSlot(after start: Date, through end: Date) -> Date? {
        switch self {
        case .every(let interval, let anchor):
            let slot = IntervalGrid(interval: interval, anchor: anchor)?.last(through: end)
            let startMicroseconds = ScheduleInstant.microseconds(of: start)
            return slot.flatMap { ScheduleInstant.microseconds(of: $0) > startMicroseconds ? $0 : nil }
        case .cron:
            // Look at ever longer stretches before the end until one has a slot, then close in on the last one.
            var reach: TimeInterval = 60
            var found: Date?
            while found == nil {
                let from = max(start, end - reach)
                found = next(after: from).flatMap { $0 <= end ? $0 : nil }
                guard from > start else { break }
                reach *= 4
            }
            while let slot = found, let later = next(after: slot), later <= end { found = later }
            return found
        }
    }
}

extension Cadence: Codable {
    private enum CodingKeys: String, CodingKey {
        case cron, timezone, gap, fold, every, anchor
    }

    /// Reads `{"cron", "timezone", "gap", "fold"}` or `{"every", "anchor"}`; gap and fold may be left out.
    ///
    /// - Throws: ``CronError``, ``ZoneError``, ``DurationText/ParseError``, ``RFC3339/ParseError`` or `DecodingError`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if container.contains(.every) {
            let interval = try container.decode(DurationText.self, forKey: .every).duration
            guard interval >= .microseconds(1) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .every, in: container,
                    debugDescription: "an interval below one microsecond never fires → write one like 90s")
            }
            self = .every(interval, anchor: try RFC3339.date(container.decode(String.self, forKey: .anchor)))
        } else {
            self = .cron(
                try container.decode(CronExpression.self, forKey: .cron),
                zone: try container.decode(Zone.self, forKey: .timezone),
                gap: try container.decodeIfPresent(GapRule.self, forKey: .gap) ?? .shift,
                fold: try container.decodeIfPresent(FoldRule.self, forKey: .fold) ?? .first)
        }
    }

    /// Writes what ``init(from:)`` reads; the anchor is an RFC 3339 instant with microseconds.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .cron(let expression, let zone, let gap, let fold):
            try container.encode(expression, forKey: .cron)
            try container.encode(zone, forKey: .timezone)
            try container.encode(gap, forKey: .gap)
            try container.encode(fold, forKey: .fold)
        case .every(let interval, let anchor):
            try container.encode(DurationText(interval), forKey: .every)
            try container.encode(RFC3339.text(anchor), forKey: .anchor)
        }
    }
}

extension Cadence: CustomStringConvertible {
    /// One line for people, such as `every day at 03:00 in Asia/Shanghai` or `every 1m30s`.
    public var description: String {
        switch self {
        case .cron(let expression, let zone, _, _): "\(expression.summary) in \(zone)"
        case .every(let interval, _): "every \(DurationText(interval))"
        }
    }
}
