import Foundation
package import Logging
package import Postgres

/// Locks one that is due and passes by what another coordinator is at. The one that waits longest first.
private let dueStatement: Statement = """
    SELECT name, pipeline, cadence, misfire, misfire_max, overlap, jitter_ms, parameters, starts_at, ends_at, paused_at,
        ARRAY(SELECT lower(pause) FROM unnest(past_pauses) AS pause) AS paused_from,
        ARRAY(SELECT upper(pause) FROM unnest(past_pauses) AS pause) AS paused_until, next_slot, millrace.clock() AS now
    FROM millrace.schedule
    WHERE next_slot <= millrace.clock() AND namespace = ANY ($1)
    ORDER BY next_slot
    LIMIT 1
    FOR UPDATE SKIP LOCKED
    """

/// The same for one schedule, which the caller has locked, up to an instant that the caller goes on from.
private let dueByStatement: Statement = """
    SELECT name, pipeline, cadence, misfire, misfire_max, overlap, jitter_ms, parameters, starts_at, ends_at, paused_at,
        ARRAY(SELECT lower(pause) FROM unnest(past_pauses) AS pause) AS paused_from,
        ARRAY(SELECT upper(pause) FROM unnest(past_pauses) AS pause) AS paused_until, next_slot, $2::timestamptz AS now
    FROM millrace.schedule WHERE name = $1 AND next_slot <= $2
    """

private let lockStatement: Statement = "SELECT true FROM millrace.schedule WHERE name = $1 FOR UPDATE"
private let nowStatement: Statement = "SELECT millrace.clock()"

/// The key (schedule, slot) is what makes a slot fire once: only the slots that are returned were decided by this call.
private let decideStatement: Statement = """
    INSERT INTO millrace.schedule_slot (schedule, slot, outcome)
    SELECT $1, decided.slot, decided.outcome FROM unnest($2::timestamptz[], $3::text[]) AS decided(slot, outcome)
    ON CONFLICT DO NOTHING
    RETURNING slot, outcome
    """

private let noteRunStatement: Statement =
    "UPDATE millrace.schedule_slot SET outcome = $3, run_id = $4, problem = $5 WHERE schedule = $1 AND slot = $2"

private let advanceStatement: Statement = """
    UPDATE millrace.schedule SET next_slot = $2, past_pauses = past_pauses * tstzmultirange(tstzrange($2, NULL))
    WHERE name = $1
    """

private let openRunsStatement: Statement =
    "SELECT id FROM millrace.pipeline_run WHERE pipeline = $1 AND state = 'running' ORDER BY id"

extension Pool {
    /// Starts the pipelines whose slot has come. For each schedule, slots, runs and its advance commit together.
    ///
    /// - Returns: how many runs were started.
    package func fireSchedules(of namespaces: [String] = ["default"], logger: Logger) async throws -> Int {
        var started = 0
        // Bounded, so that schedules of a second cannot keep a coordinator here.
        for _ in 0..<1000 {
            let fired = try await transaction {
                try await $0.fireDueSchedule(of: namespaces, logger: logger)
            }
            guard let fired else { break }
            started += fired
        }
        return started
    }
}

extension Transaction {
    /// Decides the slots of one schedule that is due.
    ///
    /// - Returns: how many runs were started; nil when no schedule is due.
    func fireDueSchedule(of namespaces: [String], logger: Logger) async throws -> Int? {
        guard let row = try await first(dueStatement, namespaces) else { return nil }
        return try await fire(DueSchedule(row), logger: logger)
    }

    /// Decides the slots of a schedule that have come, and keeps it locked until the transaction ends.
    ///
    /// A coordinator that is at it is waited for first, so that it goes no further than the instant that is returned.
    ///
    /// - Returns: the instant up to which its slots are decided.
    func decideSlots(ofSchedule name: String, logger: Logger) async throws -> Date {
        _ = try await query(lockStatement, name)
        let now: Date = try await query(nowStatement)[0][0]
        while let row = try await first(dueByStatement, name, now) {
            _ = try await fire(DueSchedule(row), logger: logger)
        }
        return now
    }

    private func fire(_ due: DueSchedule, logger: Logger) async throws -> Int {
        let verdict = due.verdict()
        let decided = try await query(
            decideStatement, due.name, verdict.slots.map(\.slot), verdict.slots.map(\.decision.rawValue))
        let firing = try decided.map { try $0.decode(Date.self, String.self) }
            .filter { $0.1 == DueSchedule.Decision.fired.rawValue }.map(\.0).sorted()
        var started = 0
        for slot in firing { started += try await fire(due, slot, logger: logger) ? 1 : 0 }
        try await execute(advanceStatement, due.name, verdict.next)
        return started
    }

    private func fire(_ due: DueSchedule, _ slot: Date, logger: Logger) async throws -> Bool {
        let open: [Int64] = try await query(openRunsStatement, due.pipeline).map { try $0[0] }
        if !open.isEmpty, due.definition.overlap == .skip {
            try await execute(noteRunStatement, due.name, slot, "overlap", Int64?.none, String?.none)
            return false
        }
        let offset = SlotJitter(maximum: due.definition.jitter).offset(schedule: due.name, slot: slot)
        do {
            let run = try await savepoint {
                if due.definition.overlap == .cancelRunning {
                    for run in open { _ = try await $0.cancelRun(run, by: "schedule \(due.name)") }
                }
                return try await $0.startRun(
                    of: due.pipeline, parameters: due.definition.parameters, logicalTime: slot,
                    runAt: slot.addingTimeInterval(offset.inSeconds),
                    after: due.definition.overlap == .allow ? nil : open.last)
            }
            try await execute(noteRunStatement, due.name, slot, "fired", run, String?.none)
            logger.info(
                "fired", metadata: ["schedule": "\(due.name)", "slot": "\(RFC3339.text(slot))", "run": "\(run)"])
            return true
        } catch let error as PostgresError where !error.isWorthRetrying {
            // One schedule that cannot start must not keep the others from firing; the slot says why.
            logger.error(
                "slot could not be fired",
                metadata: ["schedule": "\(due.name)", "slot": "\(RFC3339.text(slot))", "error": "\(error)"])
            try await execute(noteRunStatement, due.name, slot, "failed", Int64?.none, error.message)
            return false
        }
    }
}
