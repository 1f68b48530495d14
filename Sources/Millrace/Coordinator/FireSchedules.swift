import Foundation
package import Logging
package import Postgres

/// Locks what is due and passes by what another coordinator is at.
private let dueStatement: Statement = """
    SELECT name, pipeline, cadence, misfire, misfire_max, overlap, jitter_ms, next_slot, clock_timestamp() AS now
    FROM millrace.schedule
    WHERE paused_at IS NULL AND next_slot <= clock_timestamp()
    ORDER BY next_slot
    LIMIT 10
    FOR UPDATE SKIP LOCKED
    """

/// The key (schedule, slot) is what makes a slot fire once; an affected row says that this call decided it.
private let decideStatement: Statement = """
    INSERT INTO millrace.schedule_slot (schedule, slot, outcome) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
    """

private let noteRunStatement: Statement =
    "UPDATE millrace.schedule_slot SET run_id = $3 WHERE schedule = $1 AND slot = $2"

private let advanceStatement: Statement = "UPDATE millrace.schedule SET next_slot = $2 WHERE name = $1"

private let isRunningStatement: Statement =
    "SELECT EXISTS (SELECT FROM millrace.pipeline_run WHERE pipeline = $1 AND state = 'running')"

/// How far back a slot counts as on time. Older ones were missed, and the misfire policy decides.
private let punctuality: TimeInterval = 60

/// A schedule whose slot has come.
private struct DueSchedule {
    let name: String
    let pipeline: String
    let cadence: Cadence
    let misfire: String
    let misfireMax: Int
    let overlap: String
    let jitter: Duration
    let slot: Date
    let now: Date

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
        slot = try row["next_slot"]
        now = try row["now"]
    }

    /// The slots from the one that is due up to now, and which of them fire; the others were missed.
    func decisions() -> [(slot: Date, fires: Bool)] {
        // More than this cannot have been missed by a schedule of minutes in a year.
        let slots = [slot] + cadence.slots(after: slot, through: now, limit: 600_000).instants
        switch misfire {
        case "all":
            let firstFiring = max(0, slots.count - misfireMax)
            return slots.enumerated().map { ($1, $0 >= firstFiring) }
        case "latest":
            return slots.enumerated().map { ($1, $0 == slots.count - 1) }
        default:
            return slots.map { ($0, now.timeIntervalSince($0) <= punctuality) }
        }
    }
}

extension Pool {
    /// Starts the pipelines whose slot has come. Slot, run and the schedule's advance commit together.
    ///
    /// - Returns: how many runs were started.
    package func fireSchedules(logger: Logger) async throws -> Int {
        try await transaction { transaction in
            var started = 0
            for row in try await transaction.query(dueStatement) {
                let due = try DueSchedule(row)
                for (slot, fires) in due.decisions() {
                    started += try await transaction.decide(due, slot, fires: fires, logger: logger) ? 1 : 0
                }
                try await transaction.execute(advanceStatement, due.name, due.cadence.next(after: due.now))
            }
            return started
        }
    }
}

extension Transaction {
    fileprivate func decide(_ due: DueSchedule, _ slot: Date, fires: Bool, logger: Logger) async throws -> Bool {
        var outcome = fires ? "fired" : "missed"
        if fires, due.overlap == "skip", try await query(isRunningStatement, due.pipeline)[0][0] {
            outcome = "overlap"
        }
        guard try await execute(decideStatement, due.name, slot, outcome) == 1, outcome == "fired" else {
            return false
        }
        let offset = SlotJitter(maximum: due.jitter).offset(schedule: due.name, slot: slot)
        let run = try await startRun(
            of: due.pipeline, logicalTime: slot, runAt: slot.addingTimeInterval(offset.inSeconds))
        try await execute(noteRunStatement, due.name, slot, run)
        logger.info("fired", metadata: ["schedule": "\(due.name)", "slot": "\(RFC3339.text(slot))", "run": "\(run)"])
        return true
    }
}
