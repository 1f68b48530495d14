import Foundation
import Postgres
import TestSupport

@testable import Millrace

extension Session {
    /// Writes a pipeline's definition as applying one does. Steps are JSON objects in the normal form, less what is empty.
    func define(_ name: String, _ definition: String) async throws {
        try await execute(
            "INSERT INTO millrace.pipeline (name, definition) VALUES ($1, $2)", name, JSONText(definition))
    }

    /// Writes a schedule whose next slot is the given instant.
    func schedule(
        _ name: String, pipeline: String, cadence: String, next: Date, misfire: String = "latest",
        misfireMaximum: Int = 100, overlap: String = "allow", starts: Date? = nil, ends: Date? = nil
    ) async throws {
        try await execute(
            """
            INSERT INTO millrace.schedule (name, pipeline, cadence, next_slot, misfire, misfire_max, overlap, starts_at, ends_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """, name, pipeline, JSONText(cadence), next, misfire, Int32(misfireMaximum), overlap, starts, ends)
    }

    /// States of a run's steps by name.
    func stepStates(of run: Int64) async throws -> [String: String] {
        let rows = try await query("SELECT step, coalesce(state, 'none') FROM millrace.v_step WHERE run_id = $1", run)
        return Dictionary(uniqueKeysWithValues: try rows.map { try $0.decode(String.self, String.self) })
    }

    /// The state of a run.
    func runState(_ run: Int64) async throws -> String {
        try await query("SELECT state FROM millrace.pipeline_run WHERE id = $1", run)[0][0]
    }

    /// The output of a step, as JSON text.
    func output(of step: String, in run: Int64) async throws -> String? {
        let output: JSONText? = try await query("SELECT millrace.step_output($1, $2)", run, step)[0][0]
        return output?.text
    }

    /// Decided slots of a schedule, ascending, with what became of them.
    func slots(of schedule: String) async throws -> [(slot: Date, outcome: String)] {
        try await query(
            "SELECT slot, outcome FROM millrace.schedule_slot WHERE schedule = $1 ORDER BY slot", schedule
        ).map { row in
            let (slot, outcome) = try row.decode(Date.self, String.self)
            return (slot, outcome)
        }
    }
}
