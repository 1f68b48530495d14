public import Postgres

/// Which jobs to list. What is nil does not matter.
public struct JobFilter: Sendable {
    /// The state.
    public var state: JobState?
    /// The plugin.
    public var plugin: String?
    /// The queue.
    public var queue: String?
    /// The pipeline run.
    public var run: Int64?
    /// At most so many, newest first.
    public var limit: Int

    /// All jobs, the newest 50.
    public init(
        state: JobState? = nil, plugin: String? = nil, queue: String? = nil, run: Int64? = nil, limit: Int = 50
    ) {
        self.state = state
        self.plugin = plugin
        self.queue = queue
        self.run = run
        self.limit = limit
    }
}

private let listStatement: Statement = """
    SELECT id::text, plugin, queue, state::text, attempt || '/' || max_attempts, run_id::text, step,
        to_json(enqueued_at) #>> '{}', extract(epoch FROM duration)::numeric(12, 3)::text, worker, reason
    FROM millrace.v_job
    WHERE ($1::text IS NULL OR state = $1::millrace.job_state) AND ($2::text IS NULL OR plugin = $2)
        AND ($3::text IS NULL OR queue = $3) AND ($4::bigint IS NULL OR run_id = $4)
        AND plugin NOT IN ('millrace.barrier', 'millrace.run-end')
    ORDER BY v_job.id DESC
    LIMIT $5
    """

private let detailStatement: Statement = """
    SELECT job.id::text, job.plugin, job.queue, job.state::text, coalesce(why.reason, 'is running on ' || job.worker),
        job.priority::text, job.attempt::text, job.max_attempts::text, job.crashes::text, job.args::text, job.result::text,
        array_to_string(job.tags, ', '), job.pipeline, job.run_id::text, job.step, job.parent_id::text,
        array_to_string(job.needs, ', '), job.successor_id::text, to_json(job.logical_time) #>> '{}',
        to_json(job.enqueued_at) #>> '{}', job.enqueued_by, to_json(job.due_at) #>> '{}',
        to_json(job.claimed_at) #>> '{}', to_json(job.finished_at) #>> '{}',
        extract(epoch FROM job.duration)::numeric(12, 3)::text, job.worker, job.epoch::text,
        running.done || coalesce('/' || running.total, '') || coalesce(' ' || running.message, '')
    FROM millrace.v_job AS job
    LEFT JOIN millrace.v_why AS why ON why.id = job.id
    LEFT JOIN millrace.v_running AS running ON running.id = job.id
    WHERE job.id = $1
    """

private let attemptsStatement: Statement = """
    SELECT attempt::text, kind, to_json(at) #>> '{}', worker, message
    FROM millrace.v_failure WHERE id = $1 ORDER BY v_failure.at
    """

private let logStatement: Statement = """
    SELECT to_json(at) #>> '{}', level, message, metadata::text
    FROM millrace.log_line WHERE job_id = $1 ORDER BY log_line.at
    """

extension Session {
    /// Jobs that match, newest first.
    public func jobs(_ filter: JobFilter = JobFilter()) async throws -> Listing {
        try await listing(
            [
                .init("id", .number), .init("plugin"), .init("queue"), .init("state"), .init("attempt"),
                .init("run", .number), .init("step"), .init("enqueued_at", .time), .init("duration", .duration),
                .init("worker"), .init("reason"),
            ], listStatement, filter.state?.rawValue, filter.plugin, filter.queue, filter.run, Int64(filter.limit))
    }

    /// All that is known of one job; no row when there is none.
    public func jobDetail(_ id: JobID) async throws -> Listing {
        try await listing(
            [
                .init("id", .number), .init("plugin"), .init("queue"), .init("state"), .init("why"),
                .init("priority", .number), .init("attempt", .number), .init("max_attempts", .number),
                .init("crashes", .number), .init("args", .json), .init("result", .json), .init("tags"),
                .init("pipeline"), .init("run", .number), .init("step"), .init("parent", .number), .init("needs"),
                .init("successor", .number), .init("logical_time", .time), .init("enqueued_at", .time),
                .init("enqueued_by"), .init("due_at", .time), .init("claimed_at", .time),
                .init("finished_at", .time), .init("duration", .duration), .init("worker"), .init("epoch", .number),
                .init("progress"),
            ], detailStatement, id.rawValue)
    }

    /// The attempts of a job that did not succeed, oldest first.
    public func failedAttempts(of id: JobID) async throws -> Listing {
        try await listing(
            [.init("attempt", .number), .init("kind"), .init("at", .time), .init("worker"), .init("message")],
            attemptsStatement, id.rawValue)
    }

    /// What a job's plugin logged, oldest first.
    public func logLines(of id: JobID) async throws -> Listing {
        try await listing(
            [.init("at", .time), .init("level"), .init("message"), .init("metadata", .json)], logStatement, id.rawValue)
    }
}
