import Foundation
import Postgres

/// A schedule whose slot has come.
struct DueSchedule: Sendable {
    let name: String
    let pipeline: String
    let definition: ScheduleDefinition
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
        definition = try KnownSchedule(row).definition
        pausedAt = try row["paused_at"]
        let from: Date? = try row["last_paused_at"]
        let until: Date? = try row["resumed_at"]
        lastPause = if let from, let until, from < until { from..<until } else { nil }
        slot = try row["next_slot"]
        now = try row["now"]
    }

    /// The slots from the one that is due up to now, ascending, each with what becomes of it.
    func decisions() -> [(slot: Date, decision: Decision)] {
        let end = definition.ends.map { min($0, now) } ?? now
        let slots = [slot] + definition.cadence.slots(after: slot, through: end, limit: Self.mostSlots).instants
        let wanted = slots.filter { !isPaused($0) }
        let firing: Set<Date> =
            switch definition.misfire {
            case .all(let maximum): Set(wanted.suffix(maximum))
            case .latest: Set(wanted.suffix(1))
            case .skip: Set(wanted.filter { now.timeIntervalSince($0) <= Self.punctuality })
            }
        return slots.map { slot in
            (slot, isPaused(slot) ? .paused : firing.contains(slot) ? .fired : .missed)
        }
    }

    /// The first slot after those that are decided now.
    var nextSlot: Date? { definition.next(after: now) }

    private func isPaused(_ slot: Date) -> Bool {
        pausedAt.map { slot >= $0 } ?? false || lastPause?.contains(slot) ?? false
    }
}
