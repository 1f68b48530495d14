public import Postgres

/// Newest first by the primary key, or by `pipeline_run_recent`; the jobs of a run are counted only for those shown.
private let runsStatement: Statement = """
    SELECT run_id::text, pipeline, state, to_json(logical_time) #>> '{}', to_json(started_at) #>> '{}',
        extract(epoch FROM duration)::numeric(12, 3)::text, ended || '/' || jobs, nullif(failed, 0)::text, started_by,
        rerun_of::text, after_run_id::text, parent_job_id::text, nullif(parameters, '{}')::text,
        to_json(deadline_at) #>> '{}', reason
    FROM millrace.v_pipeline
    WHERE $1::text IS NULL OR pipeline = $1
    ORDER BY v_pipeline.run_id DESC LIMIT $2
    """

extension Session {
    /// Pipeline runs, newest first.
    ///
    /// - Parameters:
    ///   - pipeline: only runs of this one; nil for all.
    ///   - limit: at most so many.
    public func runs(of pipeline: String? = nil, limit: Int = 50) async throws -> Listing {
        try await listing(
            [
                .init("run", .number), .init("pipeline"), .init("state"), .init("logical_time", .time),
                .init("started_at", .time), .init("duration", .duration), .init("jobs"), .init("failed", .number),
                .init("started_by"), .init("rerun_of", .number), .init("after_run", .number),
                .init("parent_job", .number), .init("parameters", .json), .init("deadline", .time), .init("reason"),
            ], runsStatement, pipeline, Int64(limit))
    }
}
