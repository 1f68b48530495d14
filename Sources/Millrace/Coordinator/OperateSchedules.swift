public import Foundation
public import Postgres

private let pauseStatement: Statement = "SELECT millrace.pause_schedule($1, $2)"
private let resumeStatement: Statement = "SELECT millrace.resume_schedule($1)"
private let decidedStatement: Statement =
    "SELECT slot, outcome FROM millrace.schedule_slot WHERE schedule = $1 AND slot = ANY ($2)"
private let rememberedStatement: Statement = """
    SELECT millrace.clock() - value::integer * interval '1 day' FROM millrace.setting WHERE name = 'slot_retention_days'
    """

/// A slot that was decided without a run is taken over; one that has fired is left alone.
private let takeSlotStatement: Statement = """
    INSERT INTO millrace.schedule_slot AS known (schedule, slot, outcome) VALUES ($1, $2, 'fired')
    ON CONFLICT (schedule, slot) DO UPDATE SET outcome = 'fired', problem = NULL
    WHERE known.outcome <> 'fired'
    """

private let noteRunStatement: Statement =
    "UPDATE millrace.schedule_slot SET run_id = $3 WHERE schedule = $1 AND slot = $2"

/// The slots of a schedule in a stretch of time, before they are run.
public struct Backfill: Sendable {
    /// The schedule.
    public let schedule: String
    /// Slots that will be run, ascending.
    public let slots: [Date]
    /// Slots of the stretch that have fired already.
    public let alreadyFired: [Date]
    /// How many of ``slots`` are older than the setting `slot_retention_days`: whether they fired once is not known any more.
    public let forgotten: Int
    let pipeline: String
    let parameters: JSONText
}

/// A schedule that is not there, or a stretch of time that makes no sense.
public struct BackfillError: Error, CustomStringConvertible {
    /// What happened, and the way out.
    public let description: String
}

extension Session {
    /// Lets the slots of a schedule pass without firing.
    ///
    /// - Parameters:
    ///   - schedule: its name, which is that of its pipeline.
    ///   - requester: who asks; the database account when nil.
    public func pause(schedule: String, by requester: String? = nil) async throws {
        try await execute(pauseStatement, schedule, requester)
    }

    /// Lets a schedule fire again; slots that passed meanwhile do not.
    public func resume(schedule: String) async throws {
        try await execute(resumeStatement, schedule)
    }

    /// Starts a run of a schedule's pipeline now, beside its slots, with the schedule's parameters.
    ///
    /// - Returns: the run's id.
    public func runNow(schedule: String) async throws -> Int64 {
        let known = try await existing(schedule)
        return try await startRun(of: known.pipeline, parameters: known.definition.parameters)
    }

    /// The slots of a schedule from one instant to another, both included, by its definition as it is now.
    ///
    /// - Parameters:
    ///   - schedule: its name.
    ///   - from: the earliest slot.
    ///   - to: the latest slot.
    ///   - limit: more slots than this are an error.
    /// - Throws: ``BackfillError``.
    public func planBackfill(
        of schedule: String, from: Date, to: Date, limit: Int = 10_000
    ) async throws -> Backfill {
        guard from <= to else {
            throw BackfillError(
                description: "the backfill ends at \(RFC3339.text(to)), before it begins  →  swap --from and --to")
        }
        let known = try await existing(schedule)
        let definition = known.definition
        // A slot at the very start counts, and `slots` looks strictly after.
        let first = max(from, definition.starts ?? from).addingTimeInterval(-1e-6)
        let found = definition.cadence.slots(after: first, through: min(to, definition.ends ?? to), limit: limit)
        guard !found.hasMore else {
            throw BackfillError(
                description: "schedule \(schedule) has more than \(limit) slots in that time  →  take a shorter one")
        }
        let decided = try await query(decidedStatement, schedule, found.instants)
            .map { try $0.decode(Date.self, String.self) }
        let fired = Set(decided.filter { $0.1 == "fired" }.map(\.0))
        let remembered: Date = try await query(rememberedStatement)[0][0]
        let slots = found.instants.filter { !fired.contains($0) }
        return Backfill(
            schedule: schedule, slots: slots, alreadyFired: found.instants.filter { fired.contains($0) },
            forgotten: slots.count { $0 < remembered }, pipeline: known.pipeline, parameters: definition.parameters)
    }

    private func existing(_ name: String) async throws -> KnownSchedule {
        guard let known = try await knownSchedule(name) else {
            throw BackfillError(
                description: "no schedule \(name)  →  `millrace schedule list` shows the schedules there are")
        }
        return known
    }
}

extension Transaction {
    /// Starts a run for each slot of a backfill. Slots that have fired since it was planned are left out.
    ///
    /// - Parameters:
    ///   - backfill: what ``Postgres/Session/planBackfill(of:from:to:limit:)`` returned.
    ///   - parallel: so many of the runs go on at once: each waits for the one that many before it.
    /// - Returns: the runs, in the order of their slots.
    public func run(_ backfill: Backfill, parallel: Int) async throws -> [(slot: Date, run: Int64)] {
        var runs: [(slot: Date, run: Int64)] = []
        for slot in backfill.slots {
            let earlier = runs.count >= parallel ? runs[runs.count - parallel].run : nil
            guard try await execute(takeSlotStatement, backfill.schedule, slot) == 1 else { continue }
            let run = try await startRun(
                of: backfill.pipeline, parameters: backfill.parameters, logicalTime: slot, after: earlier)
            try await execute(noteRunStatement, backfill.schedule, slot, run)
            runs.append((slot, run))
        }
        return runs
    }
}
