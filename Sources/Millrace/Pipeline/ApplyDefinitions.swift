public import Foundation
public import Postgres

private let knownStatement: Statement =
    "SELECT namespace, definition FROM millrace.pipeline WHERE name = $1"

private let applyPipelineStatement: Statement = """
    INSERT INTO millrace.pipeline AS known (name, namespace, definition, source) VALUES ($1, $2, $3, $4)
    ON CONFLICT (name) DO UPDATE
    SET definition = excluded.definition, source = excluded.source, revision = known.revision + 1,
        applied_at = millrace.clock(), applied_by = session_user
    """

private let nowStatement: Statement = "SELECT millrace.clock()"
private let lockStatement: Statement = "SELECT pg_advisory_xact_lock(hashtext('millrace.apply'))"
private let pathStatement: Statement = "SELECT $1::text::jsonpath::text"

/// Pipelines that are steps of pipelines: what is not there, and what leads back to itself.
private let nestedStatement: Statement = """
    WITH RECURSIVE nested(root, name, inner_name, path) AS (
        SELECT pipeline.name, pipeline.name, step.value ->> 'pipeline', ARRAY[pipeline.name]
        FROM millrace.pipeline CROSS JOIN LATERAL jsonb_array_elements(pipeline.definition -> 'steps') AS step
        WHERE step.value ? 'pipeline' AND pipeline.name = ANY ($1)
        UNION ALL
        SELECT nested.root, inner_one.name, step.value ->> 'pipeline', nested.path || inner_one.name
        FROM nested
        JOIN millrace.pipeline AS inner_one ON inner_one.name = nested.inner_name
        CROSS JOIN LATERAL jsonb_array_elements(inner_one.definition -> 'steps') AS step
        WHERE step.value ? 'pipeline' AND NOT inner_one.name = ANY (nested.path)
    )
    SELECT root, inner_name, path, inner_name = ANY (path) AS is_circle
    FROM nested
    WHERE inner_name = ANY (path) OR NOT EXISTS (SELECT FROM millrace.pipeline WHERE pipeline.name = nested.inner_name)
    ORDER BY cardinality(path), root LIMIT 1
    """

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

/// A definition that is well written and cannot be applied to this database. Nothing was applied.
public struct ApplyError: Error, Sendable, CustomStringConvertible {
    /// The pipeline.
    public let pipeline: String
    /// What is wrong, and the way out.
    public let problem: String

    /// Names the pipeline, what is wrong, and the way out.
    public var description: String { "pipeline \(pipeline): \(problem)" }
}

extension Session {
    /// What applying these definitions would change, without changing it.
    ///
    /// - Throws: ``ApplyError`` when a pipeline belongs to another namespace.
    public func changes(of definitions: [PipelineDefinition]) async throws -> [DefinitionChange] {
        let now: Date = try await query(nowStatement)[0][0]
        var changes: [DefinitionChange] = []
        for definition in definitions {
            let known = try await known(definition)
            changes.append(
                DefinitionChange(
                    name: definition.name, lines: known.differences(from: definition),
                    nextSlots: definition.schedule?.instants(from: now, count: 5) ?? [],
                    zone: definition.schedule?.zone ?? .utc))
        }
        return changes
    }

    /// A definition as the database has it; nil when it has none.
    fileprivate func known(_ definition: PipelineDefinition) async throws -> KnownDefinition {
        guard let row = try await first(knownStatement, definition.name) else {
            return KnownDefinition(pipeline: nil, schedule: nil)
        }
        let namespace: String = try row["namespace"]
        guard namespace == definition.namespace else {
            throw ApplyError(
                pipeline: definition.name,
                problem:
                    "it belongs to namespace \(namespace), and the file says \(definition.namespace)  →  rename one of the "
                    + "two pipelines, or write `namespace: \(namespace)`")
        }
        return KnownDefinition(
            pipeline: try PipelineDefinition(
                name: definition.name, namespace: namespace, json: try row["definition"]),
            schedule: try await knownSchedule(definition.name))
    }
}

/// A definition as the database has it.
private struct KnownDefinition {
    let pipeline: PipelineDefinition?
    let schedule: KnownSchedule?

    /// The lines of a diff between this and a new one.
    func differences(from new: PipelineDefinition) -> [String] {
        guard let pipeline else {
            return ["+ pipeline \(new.name)"] + new.asAdditions
                + (new.schedule.map { ["+   schedule \($0.cadence)\($0.bounds)"] } ?? [])
        }
        var lines = hasSameSteps(as: new) ? [] : new.normalized.differences(from: pipeline)
        switch (schedule, new.schedule) {
        case (nil, nil): break
        case (nil, let added?): lines.append("+   schedule \(added.cadence)\(added.bounds)")
        case (_?, nil): lines.append("-   schedule")
        case (let before?, let after?): lines += before.differences(to: after)
        }
        return lines.isEmpty ? [] : ["~ pipeline \(new.name)"] + lines
    }

    /// Whether all but the schedule is the same.
    func hasSameSteps(as new: PipelineDefinition) -> Bool {
        pipeline.map { $0.json.text == new.normalized.json.text } ?? false
    }
}

extension PipelineDefinition {
    /// In the form in which equal arguments are equal texts, as what comes from the database is.
    fileprivate var normalized: PipelineDefinition {
        do {
            return try PipelineDefinition(name: name, namespace: namespace, json: json, schedule: schedule)
        } catch {
            // What `json` writes is what this init reads; a definition made in Swift with broken JSON is left as it is.
            return self
        }
    }
}

extension Transaction {
    /// Applies definitions. On a transaction, so that all of them are applied or none. Runs that have started keep the
    /// definition they started with; pipelines that are not named stay as they are.
    ///
    /// Slots that have come by now are decided by the old schedule before the new one takes its place, so that a change
    /// neither fires a slot twice nor loses one.
    ///
    /// - Parameters:
    ///   - definitions: what is applied.
    ///   - sources: the file each came from, for people; in the order of the definitions.
    /// - Throws: ``ApplyError``.
    public func apply(_ definitions: [PipelineDefinition], sources: [String]) async throws {
        try await execute(lockStatement)
        for (definition, source) in zip(definitions, sources) {
            let known = try await known(definition)
            guard !known.differences(from: definition).isEmpty else { continue }
            if !known.hasSameSteps(as: definition) {
                try await checkPaths(of: definition)
                try await execute(
                    applyPipelineStatement, definition.name, definition.namespace, definition.json, source)
            }
            try await applySchedule(definition.schedule, over: known.schedule, of: definition)
        }
        if let row = try await first(nestedStatement, definitions.map(\.name)) {
            let (root, name, path, isCircle) = try row.decode(String.self, String.self, [String].self, Bool.self)
            throw ApplyError(
                pipeline: root,
                problem: isCircle
                    ? "it leads back to itself: \((path + [name]).joined(separator: " → "))  →  take one of these steps out"
                    : "it nests \(name), which is no pipeline  →  apply that one with it, or correct the name")
        }
    }

    /// The database is what will look at the paths, so it is asked whether it can read them.
    private func checkPaths(of definition: PipelineDefinition) async throws {
        for step in definition.steps {
            for path in step.when.map(\.predicate) + [step.forEach?.items].compactMap({ $0 }) {
                do {
                    try await savepoint { _ = try await $0.query(pathStatement, path) }
                } catch let error as PostgresError {
                    throw ApplyError(
                        pipeline: definition.name,
                        problem: "step \(step.name): \"\(path)\" is no jsonpath (\(error.message))  →  write it like "
                            + "\"$.customers > 100\" or \"$.items[*]\"")
                }
            }
        }
    }
}
