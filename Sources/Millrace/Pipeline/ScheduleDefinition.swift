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
}

/// When a pipeline starts by itself.
public struct ScheduleDefinition: Sendable, Hashable {
    /// The local times.
    public var cron: CronExpression
    /// The zone of the local times.
    public var zone: Zone
    /// What happens to slots that were missed.
    public var misfire: MisfirePolicy
    /// What happens while an earlier run goes on.
    public var overlap: OverlapPolicy
    /// Each slot starts up to this much later, always the same for the same slot; whole milliseconds.
    public var jitter: Duration
    /// What happens to local times that daylight saving leaves out.
    public var gap: GapRule
    /// What happens to local times that come twice.
    public var fold: FoldRule

    /// A schedule in UTC that makes up for the latest missed slot and lets runs overlap, unless said otherwise.
    public init(
        cron: CronExpression, zone: Zone = .utc, misfire: MisfirePolicy = .latest, overlap: OverlapPolicy = .allow,
        jitter: Duration = .zero, gap: GapRule = .shift, fold: FoldRule = .first
    ) {
        self.cron = cron
        self.zone = zone
        self.misfire = misfire
        self.overlap = overlap
        self.jitter = jitter
        self.gap = gap
        self.fold = fold
    }

    /// The slots.
    public var cadence: Cadence {
        .cron(cron, zone: zone, gap: gap, fold: fold)
    }

    /// `{"cron","timezone","gap","fold"}`, the form that `millrace.schedule.cadence` keeps and ``Cadence`` reads.
    public var cadenceJSON: JSONText {
        let value: JSONValue = [
            "cron": .string(cron.description), "timezone": .string(zone.identifier), "gap": .string(gap.rawValue),
            "fold": .string(fold.rawValue),
        ]
        return value.text
    }
}
