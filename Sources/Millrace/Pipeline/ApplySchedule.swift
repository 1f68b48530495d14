import Foundation
import Logging
import Postgres

private let knownStatement: Statement = """
    SELECT pipeline, cadence, misfire, misfire_max, overlap, jitter_ms, starts_at, ends_at, parameters
    FROM millrace.schedule WHERE name = $1
    """

/// `$12`: whether the slots themselves change; only then the next one is set anew.
private let applyStatement: Statement = """
    INSERT INTO millrace.schedule AS known (name, namespace, pipeline, cadence, misfire, misfire_max, overlap, jitter_ms, starts_at,
        ends_at, parameters, next_slot)
    VALUES ($1, $2, $1, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    ON CONFLICT (name) DO UPDATE
    SET cadence = excluded.cadence, misfire = excluded.misfire, misfire_max = excluded.misfire_max,
        overlap = excluded.overlap, jitter_ms = excluded.jitter_ms, starts_at = excluded.starts_at,
        ends_at = excluded.ends_at, parameters = excluded.parameters, applied_at = millrace.clock(),
        next_slot = CASE WHEN $12 THEN excluded.next_slot ELSE known.next_slot END
    """

private let removeStatement: Statement = "DELETE FROM millrace.schedule WHERE name = $1"
private let nowStatement: Statement = "SELECT millrace.clock()"

/// A schedule as the database has it.
struct KnownSchedule {
    let pipeline: String
    let definition: ScheduleDefinition

    init(_ row: Row) throws {
        pipeline = try row["pipeline"]
        let cadence: JSONText = try row["cadence"]
        let misfire: String = try row["misfire"]
        let maximum: Int = try row["misfire_max"]
        let overlap: String = try row["overlap"]
        let jitter: Int64 = try row["jitter_ms"]
        definition = ScheduleDefinition(
            try cadence.decode(Cadence.self),
            misfire: misfire == "all" ? .all(maximum: maximum) : misfire == "skip" ? .skip : .latest,
            overlap: OverlapPolicy(rawValue: overlap) ?? .allow, jitter: .milliseconds(jitter),
            starts: try row["starts_at"], ends: try row["ends_at"], parameters: try row["parameters"])
    }

    /// Whether the slots are the same.
    func hasSameSlots(as new: ScheduleDefinition) -> Bool {
        definition.cadence == new.cadence && definition.starts == new.starts && definition.ends == new.ends
    }

    /// The lines of a diff.
    func differences(to new: ScheduleDefinition) -> [String] {
        var lines: [String] = []
        func compare(_ name: String, _ old: String, _ new: String) {
            if old != new { lines.append("~   \(name) \(old) → \(new)") }
        }
        func moment(_ date: Date?) -> String { date.map { new.zone.rfc3339($0) } ?? "-" }
        if definition.cadence != new.cadence { lines.append("~   schedule \(definition.cadence) → \(new.cadence)") }
        compare("starts", moment(definition.starts), moment(new.starts))
        compare("ends", moment(definition.ends), moment(new.ends))
        compare("misfire", "\(definition.misfire)", "\(new.misfire)")
        compare("overlap", definition.overlap.rawValue, new.overlap.rawValue)
        compare("jitter", "\(DurationText(definition.jitter))", "\(DurationText(new.jitter))")
        compare("schedule parameters", definition.parameters.sortedText, new.parameters.sortedText)
        return lines
    }
}

extension JSONText {
    /// PostgreSQL keeps JSON in a form of its own, so that texts cannot be compared as they are.
    fileprivate var sortedText: String {
        do {
            return try JSONValue(parsing: self).sorted.text.text
        } catch {
            return text
        }
    }
}

extension Session {
    /// The schedule of that name; nil when there is none.
    func knownSchedule(_ name: String) async throws -> KnownSchedule? {
        try await first(knownStatement, name).map(KnownSchedule.init)
    }
}

extension Transaction {
    /// Puts a schedule in the place of another one, or of none. Slots that have come are decided by the old one first.
    func applySchedule(
        _ new: ScheduleDefinition?, over old: KnownSchedule?, of definition: PipelineDefinition
    ) async throws {
        let now =
            if old != nil, new.map({ old?.hasSameSlots(as: $0) != true }) ?? true {
                // The new slots begin at the very instant at which the old ones end.
                try await decideSlots(ofSchedule: definition.name, logger: Logger(label: "millrace.apply"))
            } else {
                try await query(nowStatement)[0][0] as Date
            }
        guard let new else {
            try await execute(removeStatement, definition.name)
            return
        }
        try await execute(
            applyStatement, definition.name, definition.namespace, new.cadenceJSON, new.misfire.name,
            Int32(new.misfire.maximum), new.overlap.rawValue, new.jitter.wholeMilliseconds, new.starts, new.ends,
            new.parameters, new.next(after: now), old?.hasSameSlots(as: new) != true)
    }
}
