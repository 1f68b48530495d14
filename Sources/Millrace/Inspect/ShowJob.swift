public import Postgres

private let detailStatement: Statement = """
    SELECT job.id::text, job.plugin, job.queue, job.state::text, coalesce(why.reason, 'is running on ' || job.worker),
        job.priority::text, job.attempt::text, job.max_attempts::text, job.crashes::text, job.args::text, job.result::text,
        array_to_string(job.tags, ', '), job.pipeline, job.run_id::text, job.step, job.parent_id::text,
        array_to_string(job.needs, ', '), job.successor_id::text, to_json(job.logical_time) #>> '{}',
        to_json(job.deadline_at) #>> '{}', to_json(job.expires_at) #>> '{}', job.unique_key, job.weight::text,
        nullif(job.keys, '{}')::text, job.awaits,
        to_json(job.enqueued_at) #>> '{}', job.enqueued_by, to_json(job.due_at) #>> '{}',
        to_json(job.claimed_at) #>> '{}', to_json(job.finished_at) #>> '{}',
        extract(epoch FROM job.duration)::numeric(12, 3)::text, job.worker, job.epoch::text,
        running.done || coalesce('/' || running.total, '') || coalesce(' ' || running.message, '')
    FROM millrace.v_job AS job
    LEFT JOIN millrace.v_why AS why ON why.id = job.id
    LEFT JOIN millrace.v_running AS running ON running.id = job.id
    WHERE job.id = $1
    """

private let failuresStatement: Statement = """
    SELECT attempt::text, kind, to_json(at) #>> '{}', worker, message
    FROM millrace.v_failure WHERE id = $1 ORDER BY v_failure.at
    """

private let attemptsStatement: Statement = """
    SELECT attempt::text, outcome, worker, to_json(started_at) #>> '{}', to_json(ended_at) #>> '{}', message, stack
    FROM millrace.v_attempt WHERE id = $1 ORDER BY epoch, ended_at NULLS LAST
    """

extension Session {
    /// All that is known of one job; no row when there is none.
    public func jobDetail(_ id: JobID) async throws -> Listing {
        try await listing(
            [
                .init("id", .number), .init("plugin"), .init("queue"), .init("state"), .init("why"),
                .init("priority", .number), .init("attempt", .number), .init("max_attempts", .number),
                .init("crashes", .number), .init("args", .json), .init("result", .json), .init("tags"),
                .init("pipeline"), .init("run", .number), .init("step"), .init("parent", .number), .init("needs"),
                .init("successor", .number), .init("logical_time", .time), .init("deadline", .time),
                .init("expires", .time), .init("unique_key"), .init("weight", .number), .init("keys", .json),
                .init("awaits"), .init("enqueued_at", .time), .init("enqueued_by"), .init("due_at", .time),
                .init("claimed_at", .time), .init("finished_at", .time), .init("duration", .duration),
                .init("worker"), .init("epoch", .number), .init("progress"),
            ], detailStatement, id.rawValue
        ).redacting("args")
    }

    /// The attempts of a job that did not succeed, oldest first.
    public func failedAttempts(of id: JobID) async throws -> Listing {
        try await listing(
            [.init("attempt", .number), .init("kind"), .init("at", .time), .init("worker"), .init("message")],
            failuresStatement, id.rawValue)
    }

    /// Every attempt at a job that is known, oldest first.
    public func attempts(of id: JobID) async throws -> Listing {
        try await listing(
            [
                .init("attempt", .number), .init("outcome"), .init("worker"), .init("started", .time),
                .init("ended", .time), .init("message"), .init("stack"),
            ], attemptsStatement, id.rawValue)
    }
}

extension Listing {
    /// The same with sealed values of a JSON column replaced by "(secret)".
    fileprivate func redacting(_ name: String) -> Listing {
        guard let column = columns.firstIndex(where: { $0.name == name }) else { return self }
        return Listing(
            columns: columns,
            rows: rows.map { row in
                var row = row
                row[column] = row[column].map { JSONText($0).redacted.text }
                return row
            })
    }
}
