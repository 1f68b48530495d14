public import Postgres

private let pipelinesStatement: Statement = """
    SELECT pipeline.name, pipeline.revision::text, jsonb_array_length(pipeline.definition -> 'steps')::text,
        to_json(schedule.next_slot) #>> '{}', run.run_id::text, run.state, to_json(run.started_at) #>> '{}',
        extract(epoch FROM run.duration)::numeric(12, 3)::text
    FROM millrace.pipeline
    LEFT JOIN millrace.schedule ON schedule.pipeline = pipeline.name
    LEFT JOIN LATERAL (
        SELECT * FROM millrace.v_pipeline WHERE v_pipeline.pipeline = pipeline.name ORDER BY v_pipeline.run_id DESC LIMIT 1
    ) AS run ON true
    ORDER BY pipeline.name
    """

private let stepsStatement: Statement = """
    SELECT place::text, step, plugin, array_to_string(needs, ', '), state, ended || '/' || jobs,
        to_json(started_at) #>> '{}', extract(epoch FROM duration)::numeric(12, 3)::text,
        extract(epoch FROM work)::numeric(12, 3)::text, output::text, awaits, reason
    FROM millrace.v_step WHERE run_id = $1 ORDER BY v_step.place
    """

private let runStatement: Statement = """
    SELECT pipeline, state, extract(epoch FROM duration)::double precision, jobs, ended, running, failed, reason
    FROM millrace.v_pipeline WHERE run_id = $1
    """

private let latestRunStatement: Statement =
    "SELECT max(id) FROM millrace.pipeline_run WHERE pipeline = $1"

/// How far a pipeline run is.
public struct RunStanding: Sendable {
    /// The pipeline.
    public let pipeline: String
    /// `queued`, `running`, `succeeded`, `failed` or `cancelled`.
    public let state: String
    /// Whether it has ended.
    public var hasEnded: Bool { state != "running" && state != "queued" }
    /// How long it has taken, in seconds.
    public let seconds: Double
    /// Jobs known so far, those that have ended, run now, and have failed.
    public let jobs: Int, ended: Int, running: Int, failed: Int
    /// Why it did not succeed, where that was not a job's failure.
    public let reason: String?
}

extension Session {
    /// Applied pipelines with their last run.
    public func pipelines() async throws -> Listing {
        try await listing(
            [
                .init("pipeline"), .init("revision", .number), .init("steps", .number), .init("next_slot", .time),
                .init("last_run", .number), .init("last_state"), .init("started_at", .time),
                .init("duration", .duration),
            ], pipelinesStatement)
    }

    /// The steps of a run.
    public func steps(ofRun run: Int64) async throws -> Listing {
        try await listing(
            [
                .init("place", .number), .init("step"), .init("plugin"), .init("needs"), .init("state"),
                .init("jobs"), .init("started_at", .time), .init("duration", .duration), .init("work", .duration),
                .init("output", .json), .init("awaits"), .init("reason"),
            ], stepsStatement, run)
    }

    /// How far a run is; nil when there is none.
    public func standing(ofRun run: Int64) async throws -> RunStanding? {
        guard let row = try await first(runStatement, run) else { return nil }
        let (pipeline, state, seconds, jobs, ended, running, failed, reason) = try row.decode(
            String.self, String.self, Double.self, Int.self, Int.self, Int.self, Int.self, String?.self)
        return RunStanding(
            pipeline: pipeline, state: state, seconds: seconds, jobs: jobs, ended: ended, running: running,
            failed: failed, reason: reason)
    }

    /// The newest run of a pipeline.
    public func latestRun(of pipeline: String) async throws -> Int64? {
        try await query(latestRunStatement, pipeline)[0][0]
    }
}
