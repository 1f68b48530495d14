import Foundation
import Postgres

/// A schedule whose slot has come.
struct DueSchedule: Sendable {
    let name: String
    let pipeline: String
    let cadence: Cadence
    let misfire: String
    let misfireMax: Int
    let overlap: String
    let jitter: Duration
    let parameters: JSONText
    let bounds: ScheduleBounds
    let pausedAt: Date?
    let lastPause: Range<Date>?
    let slot: Date
    let now: Date

    /// What becomes of a slot before anybody looks at runs that go on.
    enum Decision: String, Sendable {
        case fired, missed, paused
    }

    /// How far back a slot counts as on time. Older ones were missed, and the misfire policy decides.
    private static let punctuality: TimeInterval = 60

    /// More slots than these cannot have been missed by a schedule of minutes in a year.
    private static let mostSlots = 600_000

    init(_ row: Row) throws {
        name = try row["name"]
        pipeline = try row["pipeline"]
        let text: JSONText = try row["cadence"]
        cadence = try text.decode()
        misfire = try row["misfire"]
        misfireMax = try row["misfire_max"]
        overlap = try row["overlap"]
        let milliseconds: Int64 = try row["jitter_ms"]
        jitter = .milliseconds(milliseconds)
        parameters = try row["parameters"]
        bounds = ScheduleBounds(starts: try row["starts_at"], ends: try row["ends_at"])
        pausedAt = try row["paused_at"]
        let from: Date? = try row["last_paused_at"]
        let until: Date? = try row["resumed_at"]
        lastPause = if let from, let until, from < until { from..<until } else { nil }
        slot = try row["next_slot"]
        now = try row["now"]
    }

    /// The slots from the one that is due up to now, ascending, each with what becomes of it.
    func decisions() -> [(slot: Date, decision: Decision)] {
        let end = bounds.ends.map { min($0, now) } ?? now
        let slots = [slot] + cadence.slots(after: slot, through: end, limit: Self.mostSlots).instants
        let wanted = slots.filter { !isPaused($0) }
        let firing: Set<Date> =
            switch misfire {
            case "all": Set(wanted.suffix(misfireMax))
            case "latest": Set(wanted.suffix(1))
            default: Set(wanted.filter { now.timeIntervalSince($0) <= Self.punctuality })
            }
        return slots.map { slot in
            (slot, isPaused(slot) ? .paused : firing.contains(slot) ? .fired : .missed)
        }
    }

    /// The first slot after those that are decided now.
    var nextSlot: Date? { bounds.nextSlot(of: cadence, after: now) }

    private func isPaused(_ slot: Date) -> Bool {
        pausedAt.map { slot >= $0 } ?? false || lastPause?.contains(slot) ?? false
    }
}

/// The stretch of time in which a schedule has slots.
struct ScheduleBounds: Sendable, Hashable {
    /// No slot before this instant.
    var starts: Date?
    /// No slot after this instant.
    var ends: Date?

    /// The first slot strictly after an instant; nil when there is none.
    func nextSlot(of cadence: Cadence, after instant: Date) -> Date? {
        // A slot at the very start counts, and `next` looks strictly after.
        let from = starts.map { max(instant, $0.addingTimeInterval(-1e-6)) } ?? instant
        guard let slot = cadence.next(after: from) else { return nil }
        return ends.map { slot <= $0 ? slot : nil } ?? slot
    }
}
