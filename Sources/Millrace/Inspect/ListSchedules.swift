public import Foundation
public import Postgres

private let schedulesStatement: Statement = """
    SELECT schedule, namespace, pipeline, cadence::text, misfire, overlap,
        extract(epoch FROM jitter)::numeric(12, 3)::text, to_json(next_slot) #>> '{}', to_json(last_slot) #>> '{}',
        last_outcome, last_run_id::text, last_state, to_json(starts_at) #>> '{}', to_json(ends_at) #>> '{}',
        nullif(parameters, '{}')::text, to_json(paused_at) #>> '{}', paused_by
    FROM millrace.v_schedule ORDER BY schedule
    """

private let pauseStatement: Statement = "SELECT paused_at, paused_by FROM millrace.schedule WHERE name = $1"

/// Newest first by the primary key.
private let historyStatement: Statement = """
    SELECT to_json(slot) #>> '{}', outcome, run_id::text, run.state, to_json(decided_at) #>> '{}', problem
    FROM millrace.schedule_slot
    LEFT JOIN millrace.pipeline_run AS run ON run.id = schedule_slot.run_id
    WHERE schedule = $1 ORDER BY slot DESC LIMIT $2
    """

/// When a schedule fires from now on, as it is defined now.
public struct ScheduleOutlook: Sendable {
    /// Its definition.
    public let definition: ScheduleDefinition
    /// Since when it is paused; nil when it fires.
    public let pausedAt: Date?
    /// Who paused it.
    public let pausedBy: String?
}

extension Session {
    /// Schedules with their next and last slots.
    public func schedules() async throws -> Listing {
        try await listing(
            [
                .init("schedule"), .init("namespace"), .init("pipeline"), .init("cadence", .json), .init("misfire"),
                .init("overlap"), .init("jitter", .duration), .init("next_slot", .time), .init("last_slot", .time),
                .init("last_outcome"), .init("last_run", .number), .init("last_state"), .init("starts", .time),
                .init("ends", .time), .init("parameters", .json), .init("paused_at", .time), .init("paused_by"),
            ], schedulesStatement)
    }

    /// When a schedule fires; nil when there is none of that name.
    public func outlook(ofSchedule name: String) async throws -> ScheduleOutlook? {
        guard let known = try await knownSchedule(name), let row = try await first(pauseStatement, name) else {
            return nil
        }
        return ScheduleOutlook(
            definition: known.definition, pausedAt: try row["paused_at"], pausedBy: try row["paused_by"])
    }

    /// The slots of a schedule that were decided and what became of them, newest first.
    ///
    /// - Parameters:
    ///   - name: the schedule's.
    ///   - limit: at most so many.
    public func slots(ofSchedule name: String, limit: Int = 50) async throws -> Listing {
        try await listing(
            [
                .init("slot", .time), .init("outcome"), .init("run", .number), .init("state"),
                .init("decided_at", .time), .init("problem"),
            ], historyStatement, name, Int64(limit))
    }
}
