public import Foundation
public import Postgres

private let knownStatement: Statement = """
    SELECT pipeline.definition, pipeline.revision, schedule.cadence, schedule.misfire, schedule.misfire_max,
        schedule.overlap, schedule.jitter_ms
    FROM millrace.pipeline LEFT JOIN millrace.schedule ON schedule.name = pipeline.name
    WHERE pipeline.name = $1
    """

private let applyPipelineStatement: Statement = """
    INSERT INTO millrace.pipeline AS known (name, definition, source) VALUES ($1, $2, $3)
    ON CONFLICT (name) DO UPDATE
    SET definition = excluded.definition, source = excluded.source, revision = known.revision + 1,
        applied_at = millrace.clock(), applied_by = session_user
    """

/// The next slot is set anew only when the cadence has changed: applying the same definition again neither fires a slot
/// twice nor loses one.
private let applyScheduleStatement: Statement = """
    INSERT INTO millrace.schedule AS known (name, pipeline, cadence, misfire, misfire_max, overlap, jitter_ms, next_slot)
    VALUES ($1, $1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (name) DO UPDATE
    SET misfire = excluded.misfire, misfire_max = excluded.misfire_max, overlap = excluded.overlap,
        jitter_ms = excluded.jitter_ms, applied_at = millrace.clock(),
        next_slot = CASE WHEN known.cadence = excluded.cadence THEN known.next_slot ELSE excluded.next_slot END,
        cadence = excluded.cadence
    """

private let removeScheduleStatement: Statement = "DELETE FROM millrace.schedule WHERE name = $1"
private let nowStatement: Statement = "SELECT millrace.clock()"
private let lockStatement: Statement = "SELECT pg_advisory_xact_lock(hashtext('millrace.apply'))"

/// What applying a definition would change.
public struct DefinitionChange: Sendable {
    /// The pipeline.
    public let name: String
    /// One line for each thing that is added (`+`), removed (`-`) or changed (`~`); empty when nothing is.
    public let lines: [String]
    /// When it would start by itself next; empty without a schedule.
    public let nextSlots: [Date]
    /// The zone to show them in.
    public let zone: Zone

    /// Whether anything changes.
    public var isChange: Bool { !lines.isEmpty }
}

extension Session {
    /// What applying these definitions would change, without changing it.
    public func changes(of definitions: [PipelineDefinition]) async throws -> [DefinitionChange] {
        let now: Date = try await query(nowStatement)[0][0]
        var changes: [DefinitionChange] = []
        for definition in definitions {
            let known = try await first(knownStatement, definition.name)
            changes.append(
                DefinitionChange(
                    name: definition.name, lines: try difference(known, definition),
                    nextSlots: definition.schedule?.cadence.instants(from: now, count: 5) ?? [],
                    zone: definition.schedule?.zone ?? .utc))
        }
        return changes
    }
}

extension Transaction {
    /// Applies definitions. On a transaction, so that all of them are applied or none. Runs that have started keep the
    /// definition they started with; pipelines that are not named stay as they are.
    ///
    /// - Parameter sources: the file each came from, for people; in the order of the definitions.
    public func apply(_ definitions: [PipelineDefinition], sources: [String]) async throws {
        try await execute(lockStatement)
        let now: Date = try await query(nowStatement)[0][0]
        for (definition, source) in zip(definitions, sources) {
            let known = try await first(knownStatement, definition.name)
            guard try !difference(known, definition).isEmpty else { continue }
            let knownDefinition: JSONText? = try known?["definition"]
            if try knownDefinition.map({ try !isSameJSON($0, definition.json) }) ?? true {
                try await execute(applyPipelineStatement, definition.name, definition.json, source)
            }
            if let schedule = definition.schedule {
                try await execute(
                    applyScheduleStatement, definition.name, schedule.cadenceJSON, schedule.misfire.name,
                    Int32(schedule.misfire.maximum), schedule.overlap.rawValue, schedule.jitter.wholeMilliseconds,
                    schedule.cadence.next(after: now))
            } else {
                try await execute(removeScheduleStatement, definition.name)
            }
        }
    }
}

/// The lines of a diff between what the database has and a definition.
private func difference(_ known: Row?, _ definition: PipelineDefinition) throws -> [String] {
    guard let known else {
        return ["+ pipeline \(definition.name)"] + definition.steps.map { "+   step \($0.name): \($0.plugin)" }
            + (definition.schedule.map { ["+   schedule \($0.cadence)"] } ?? [])
    }
    let old = try PipelineDefinition(name: definition.name, json: try known["definition"])
    // Both sides in the normal form, in which equal arguments are equal texts.
    let definition = try PipelineDefinition(
        name: definition.name, json: definition.json, schedule: definition.schedule)
    var lines: [String] = []
    for step in old.steps where !definition.steps.contains(where: { $0.name == step.name }) {
        lines.append("-   step \(step.name): \(step.plugin)")
    }
    for step in definition.steps {
        guard let before = old.steps.first(where: { $0.name == step.name }) else {
            lines.append("+   step \(step.name): \(step.plugin)")
            continue
        }
        if before != step {
            lines.append("~   step \(step.name): \(changedFields(before, step).joined(separator: "; "))")
        }
    }
    if lines.isEmpty, old.steps != definition.steps { lines.append("~   order of the steps") }

    let cadence: JSONText? = try known["cadence"]
    switch (cadence, definition.schedule) {
    case (nil, nil): break
    case (nil, let new?): lines.append("+   schedule \(new.cadence)")
    case (_?, nil): lines.append("-   schedule")
    case (let cadence?, let new?):
        if try !isSameJSON(cadence, new.cadenceJSON) {
            let before: Cadence = try cadence.decode()
            lines.append("~   schedule \(before) → \(new.cadence)")
        }
        let misfire: String = try known["misfire"]
        let maximum: Int = try known["misfire_max"]
        let overlap: String = try known["overlap"]
        let jitter: Int64 = try known["jitter_ms"]
        if misfire != new.misfire.name || maximum != new.misfire.maximum {
            lines.append("~   misfire \(misfire) → \(new.misfire)")
        }
        if overlap != new.overlap.rawValue { lines.append("~   overlap \(overlap) → \(new.overlap.rawValue)") }
        if jitter != new.jitter.wholeMilliseconds {
            lines.append("~   jitter \(DurationText(.milliseconds(jitter))) → \(DurationText(new.jitter))")
        }
    }
    return lines.isEmpty ? [] : ["~ pipeline \(definition.name)"] + lines
}

private func changedFields(_ before: PipelineStep, _ after: PipelineStep) -> [String] {
    var fields: [String] = []
    if before.plugin != after.plugin { fields.append("plugin \(before.plugin) → \(after.plugin)") }
    if before.arguments != after.arguments { fields.append("args \(before.arguments.text) → \(after.arguments.text)") }
    if before.needs != after.needs {
        fields.append(
            "needs [\(before.needs.map(\.step).joined(separator: ", "))] → [\(after.needs.map(\.step).joined(separator: ", "))]"
        )
    }
    if before.queue != after.queue { fields.append("queue \(before.queue ?? "-") → \(after.queue ?? "-")") }
    if fields.isEmpty { fields.append("priority, attempts, timeout or failure policy") }
    return fields
}

/// PostgreSQL keeps JSON in a form of its own, so texts cannot be compared as they are.
private func isSameJSON(_ left: JSONText, _ right: JSONText) throws -> Bool {
    try JSONValue(parsing: left).sorted == JSONValue(parsing: right).sorted
}
