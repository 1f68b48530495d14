public import Postgres

private let runStatement: Statement = """
    SELECT pipeline_run.pipeline, pipeline_run.definition, v_pipeline.state, v_pipeline.reason
    FROM millrace.pipeline_run JOIN millrace.v_pipeline ON v_pipeline.run_id = pipeline_run.id
    WHERE pipeline_run.id = $1
    """

private let stepsStatement: Statement = """
    SELECT step, state, awaits, jobs, ended, extract(epoch FROM duration)::double precision AS seconds, reason,
        (SELECT nested.id FROM millrace.pipeline_run AS nested JOIN millrace.job ON job.id = nested.parent_job_id
            WHERE job.run_id = v_step.run_id AND job.step = v_step.step ORDER BY nested.id DESC LIMIT 1) AS nested_run
    FROM millrace.v_step WHERE run_id = $1 ORDER BY v_step.place
    """

private let definitionStatement: Statement = "SELECT definition FROM millrace.pipeline WHERE name = $1"

/// Where a step stands, as the view has it.
private struct StepStanding {
    let state: RunGraph.State?
    let awaits: String?
    let jobs: Int
    let ended: Int
    let seconds: Double?
    let reason: String?
    let nestedRun: Int64?

    init(_ row: Row) throws {
        let name: String? = try row["state"]
        state = name.flatMap(RunGraph.State.init(rawValue:))
        awaits = try row["awaits"]
        jobs = try row["jobs"]
        ended = try row["ended"]
        seconds = try row["seconds"]
        reason = try row["reason"]
        nestedRun = try row["nested_run"]
    }

    /// What the drawing says besides the state.
    var note: String? {
        switch state {
        case .failed, .quarantined, .cancelled, .skipped: reason
        case _ where awaits == "approval": "waits for approval"
        default: nil
        }
    }
}

extension Session {
    /// A pipeline run as a graph, with the runs that are nested in it; nil when there is no such run.
    ///
    /// - Throws: `StoredDefinitionError` when its definition cannot be read.
    public func graph(ofRun run: Int64) async throws -> RunGraph? {
        try await graph(ofRun: run, level: 0)
    }

    /// A pipeline's definition as a graph; nil when there is no such pipeline.
    ///
    /// - Throws: `StoredDefinitionError` when its definition cannot be read.
    public func graph(ofPipeline name: String) async throws -> RunGraph? {
        guard let row = try await first(definitionStatement, name) else { return nil }
        let definition = try PipelineDefinition(name: name, json: try row["definition"])
        return try RunGraph(title: name, nodes: definition.steps.map { RunGraph.Node($0, nil, children: nil) })
    }

    private func graph(ofRun run: Int64, level: Int) async throws -> RunGraph? {
        guard let row = try await first(runStatement, run) else { return nil }
        let (pipeline, json, state, reason) = try row.decode(String.self, JSONText.self, String.self, String?.self)
        let definition = try PipelineDefinition(name: pipeline, json: json)
        var standings: [String: StepStanding] = [:]
        for row in try await query(stepsStatement, run) {
            let name: String = try row["step"]
            standings[name] = try StepStanding(row)
        }
        var nodes: [RunGraph.Node] = []
        for step in definition.steps {
            let standing = standings[step.name]
            var children: RunGraph?
            if let nested = standing?.nestedRun, level < RunGraph.deepestLevel {
                children = try await graph(ofRun: nested, level: level + 1)
            }
            nodes.append(RunGraph.Node(step, standing, children: children))
        }
        return try RunGraph(
            title: "\(pipeline) · run \(run) · \(state)" + (reason.map { ": \($0)" } ?? ""), nodes: nodes)
    }
}

extension RunGraph.Node {
    fileprivate init(_ step: PipelineStep, _ standing: StepStanding?, children: RunGraph?) {
        var notes = [standing?.note].compactMap { $0 }
        if standing == nil {
            notes += step.when.map { "if \($0.predicate) of \($0.step)" }
            if let fanOut = step.forEach { notes.append("for each \(fanOut.items) of \(fanOut.step)") }
        }
        // The step's own job and the barrier over its children are not work.
        let overhead = step.forEach != nil && (standing?.jobs ?? 0) > 2 ? 2 : 0
        self.init(
            name: step.name, kind: "\(step.work)", state: standing?.state,
            duration: standing?.seconds.map { .seconds($0) }, jobs: max(1, (standing?.jobs ?? 1) - overhead),
            ended: max(0, (standing?.ended ?? 0) - overhead), note: notes.isEmpty ? nil : notes.joined(separator: "; "),
            edges: step.needs.map { RunGraph.Edge($0.step, policy: $0.onFailure) }, children: children)
    }
}
