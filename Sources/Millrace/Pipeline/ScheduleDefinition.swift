public import Foundation
public import Postgres

/// What a schedule does with slots that no coordinator was there to fire.
public enum MisfirePolicy: Sendable, Hashable, CustomStringConvertible {
    /// They are left out.
    case skip
    /// Only the latest of them fires.
    case latest
    /// They all fire, the latest `maximum` of them at most.
    case all(maximum: Int)

    /// How many slots `all` makes up for when it names no number.
    public static let usualMaximum = 100

    /// The most that a definition may name.
    static let greatestMaximum = 10_000

    /// `skip`, `latest` or `all`, as `millrace.schedule.misfire` keeps it.
    public var name: String {
        switch self {
        case .skip: "skip"
        case .latest: "latest"
        case .all: "all"
        }
    }

    /// How many slots are made up for at most, as `millrace.schedule.misfire_max` keeps it.
    public var maximum: Int {
        guard case .all(let maximum) = self else { return Self.usualMaximum }
        return maximum
    }

    /// As definitions write it: `skip`, `latest` or `all(100)`.
    public var description: String {
        guard case .all(let maximum) = self else { return name }
        return "all(\(maximum))"
    }
}

/// What a schedule does when the run of an earlier slot has not ended.
public enum OverlapPolicy: String, Sendable, Hashable, CaseIterable {
    /// The new run starts beside it.
    case allow
    /// The new slot is left out.
    case skip
    /// The new run waits until it has ended.
    case queue
    /// It is cancelled, and the new run starts.
    case cancelRunning = "cancel-running"
}

/// When a pipeline starts by itself.
public struct ScheduleDefinition: Sendable, Hashable {
    /// The slots.
    public var cadence: Cadence
    /// What happens to slots that were missed.
    public var misfire: MisfirePolicy
    /// What happens while an earlier run goes on.
    public var overlap: OverlapPolicy
    /// Each slot starts up to this much later, always the same for the same slot; whole milliseconds.
    public var jitter: Duration
    /// No slot before this instant; nil for no such bound.
    public var starts: Date?
    /// No slot after this instant; nil for no such bound.
    public var ends: Date?
    /// Values of the pipeline's parameters for the runs that it starts, an object.
    public var parameters: JSONText

    /// A schedule that makes up for the latest missed slot and lets runs overlap, unless said otherwise.
    public init(
        _ cadence: Cadence, misfire: MisfirePolicy = .latest, overlap: OverlapPolicy = .allow,
        jitter: Duration = .zero, starts: Date? = nil, ends: Date? = nil, parameters: JSONText = JSONText("{}")
    ) {
        self.cadence = cadence
        self.misfire = misfire
        self.overlap = overlap
        self.jitter = jitter
        self.starts = starts
        self.ends = ends
        self.parameters = parameters
    }

    /// A schedule of local times, in UTC unless said otherwise.
    public init(
        cron: CronExpression, zone: Zone = .utc, misfire: MisfirePolicy = .latest, overlap: OverlapPolicy = .allow,
        jitter: Duration = .zero, gap: GapRule = .shift, fold: FoldRule = .first
    ) {
        self.init(
            .cron(cron, zone: zone, gap: gap, fold: fold), misfire: misfire, overlap: overlap, jitter: jitter)
    }

    /// The zone to show slots in: that of the local times, or UTC.
    public var zone: Zone {
        switch cadence {
        case .cron(_, let zone, _, _): zone
        case .every: .utc
        }
    }

    /// The first slot strictly after an instant that lies between start and end; nil when there is none.
    public func next(after instant: Date) -> Date? {
        instants(from: instant, count: 1).first
    }

    /// The next slots strictly after an instant that lie between start and end, at most `count` of them.
    public func instants(from instant: Date, count: Int) -> [Date] {
        // A slot at `starts` counts. So look from the microsecond before, or from as close as a `Date` can tell apart.
        let before = starts.map { start in
            let seconds = start.timeIntervalSinceReferenceDate
            return Date(timeIntervalSinceReferenceDate: min(seconds - 1e-6, seconds.nextDown))
        }
        let first = before.map { max($0, instant) } ?? instant
        return cadence.slots(after: first, through: ends ?? .distantFuture, limit: count).instants
    }

    /// `{"cron","timezone","gap","fold"}` or `{"every","anchor"}`, the form that `millrace.schedule.cadence` keeps and
    /// ``Cadence`` reads.
    public var cadenceJSON: JSONText {
        let value: JSONValue =
            switch cadence {
            case .cron(let cron, let zone, let gap, let fold):
                [
                    "cron": .string(cron.description), "timezone": .string(zone.identifier),
                    "gap": .string(gap.rawValue), "fold": .string(fold.rawValue),
                ]
            case .every(let interval, let anchor):
                ["every": .string(DurationText(interval).description), "anchor": .string(RFC3339.text(anchor))]
            }
        return value.text
    }
}
