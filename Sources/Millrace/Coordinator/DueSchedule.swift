import Foundation
import Postgres

/// A schedule whose slot has come.
struct DueSchedule: Sendable {
    let name: String
    let pipeline: String
    let definition: ScheduleDefinition
    let pausedAt: Date?
    let pastPauses: [Range<Date>]
    let slot: Date
    let now: Date

    /// What becomes of a slot before anybody looks at runs that go on.
    enum Decision: String, Sendable {
        case fired, missed, paused
    }

    /// How far back a slot counts as on time. Older ones were missed, and the misfire policy decides.
    private static let punctuality: TimeInterval = 60

    /// Slots of one transaction. An interval of a second makes more of them in half a day.
    private static let mostSlots = 40_000

    init(_ row: Row) throws {
        name = try row["name"]
        pipeline = try row["pipeline"]
        definition = try KnownSchedule(row).definition
        pausedAt = try row["paused_at"]
        let from: [Date] = try row["paused_from"]
        let until: [Date] = try row["paused_until"]
        pastPauses = zip(from, until).map { $0..<$1 }
        slot = try row["next_slot"]
        now = try row["now"]
    }

    /// What becomes of the slots that have come.
    struct Verdict {
        /// Slots from the one that is due on, ascending.
        var slots: [(slot: Date, decision: Decision)]
        /// The first one after those; nil when there is none.
        var next: Date?
    }

    /// Decides the slots up to now. Of very many only the oldest, as missed: the newest are left for the next look, as many
    /// as a misfire policy can fire.
    func verdict() -> Verdict {
        let end = definition.ends.map { min($0, now) } ?? now
        let later = definition.cadence.slots(after: slot, through: end, limit: Self.mostSlots)
        let slots = [slot] + later.instants
        if later.hasMore {
            let old = slots.dropLast(MisfirePolicy.greatestMaximum)
            return Verdict(slots: old.map { ($0, isPaused($0) ? .paused : .missed) }, next: slots[old.endIndex])
        }
        let wanted = slots.filter { !isPaused($0) }
        let firing: Set<Date> =
            switch definition.misfire {
            case .all(let maximum): Set(wanted.suffix(maximum))
            case .latest: Set(wanted.suffix(1))
            case .skip: Set(wanted.filter { now.timeIntervalSince($0) <= Self.punctuality })
            }
        return Verdict(
            slots: slots.map { ($0, isPaused($0) ? .paused : firing.contains($0) ? .fired : .missed) },
            next: definition.next(after: now))
    }

    private func isPaused(_ slot: Date) -> Bool {
        pausedAt.map { slot >= $0 } ?? false || pastPauses.contains { $0.contains(slot) }
    }
}
