public import Postgres

/// Reads the tables themselves, because a filter on the state does not reach them through `v_job`. Each branch finds the
/// newest of its own, and only these are joined. Branches whose states are not asked for are left out by $1 alone, before
/// their first row. Newest first comes from the primary keys of finished, deferred and lease; a run from `job_run` and these
/// keys, an age of finished jobs from the days that it spans, a tag from the job's key, the newest error from
/// `attempt_error_job`. Lanes are few: filters by queue and plugin choose them first, and so does parked, for which the
/// limits are asked once for all lanes.
private let findStatement: Statement = """
    WITH full_lane AS MATERIALIZED (
        SELECT DISTINCT bound.lane_id
        FROM millrace.limit_room(ARRAY(
            SELECT DISTINCT lane_limit.lane_id FROM millrace.lane_limit
            WHERE EXISTS (SELECT FROM millrace.ready WHERE ready.lane_id = lane_limit.lane_id))) AS room
        JOIN millrace.lane_limit AS bound ON bound.limit_id = room.limit_id AND bound.key = room.key
        WHERE room.room <= 0
    ), place AS MATERIALIZED (
        SELECT lane.id, lane.plugin, lane.queue,
            CASE WHEN queue.paused_at IS NOT NULL OR lane.id IN (SELECT full_lane.lane_id FROM full_lane) THEN 'parked'
                ELSE 'ready' END AS state_of_ready
        FROM millrace.lane LEFT JOIN millrace.queue ON queue.name = lane.queue
        WHERE lane.plugin NOT IN ('millrace.barrier', 'millrace.run-end')
            AND ($2::text IS NULL OR lane.plugin = $2) AND ($3::text IS NULL OR lane.queue = $3)
    ), wanted AS MATERIALIZED (
        SELECT array_agg(id) AS lanes,
            array_agg(id) FILTER (WHERE $1::text[] IS NULL OR state_of_ready = ANY ($1)) AS ready_lanes
        FROM place
    ), chosen AS MATERIALIZED (
        (SELECT ready.job_id, ready.enqueued_at, ready.lane_id, 'ready' AS state, ready.attempt,
            NULL::timestamptz AS claimed_at, NULL::timestamptz AS finished_at, NULL::bigint AS worker_id, NULL::text AS reason
        FROM millrace.ready
        WHERE ($1 IS NULL OR $1 && ARRAY['ready', 'parked'])
            AND ready.lane_id = ANY ((SELECT ready_lanes FROM wanted)::integer[])
            AND ($5::bigint IS NULL OR ready.job_id IN (SELECT job.id FROM millrace.job WHERE job.run_id = $5))
            AND ($6::interval IS NULL OR ready.enqueued_at <= (SELECT millrace.clock()) - $6)
            AND ($7::interval IS NULL OR ready.enqueued_at > (SELECT millrace.clock()) - $7)
            AND ($4::text IS NULL OR EXISTS (SELECT FROM millrace.job
                WHERE job.id = ready.job_id AND job.enqueued_at = ready.enqueued_at AND $4 = ANY (job.tags)))
            AND ($8::text IS NULL OR strpos(lower((
                SELECT attempt_error.message FROM millrace.attempt_error WHERE attempt_error.job_id = ready.job_id
                ORDER BY attempt_error.at DESC LIMIT 1)), lower($8)) > 0)
        ORDER BY ready.job_id DESC LIMIT $9)
        UNION ALL
        (SELECT deferred.job_id, deferred.enqueued_at, deferred.lane_id, deferred.state::text, deferred.attempt, NULL, NULL,
            NULL, deferred.doom
        FROM millrace.deferred
        WHERE ($1 IS NULL OR $1 && ARRAY['scheduled', 'blocked']) AND ($1 IS NULL OR deferred.state::text = ANY ($1))
            AND deferred.lane_id = ANY ((SELECT lanes FROM wanted)::integer[])
            AND ($5::bigint IS NULL OR deferred.job_id = ANY (ARRAY(SELECT job.id FROM millrace.job WHERE job.run_id = $5)))
            AND ($6::interval IS NULL OR deferred.enqueued_at <= (SELECT millrace.clock()) - $6)
            AND ($7::interval IS NULL OR deferred.enqueued_at > (SELECT millrace.clock()) - $7)
            AND ($4::text IS NULL OR EXISTS (SELECT FROM millrace.job
                WHERE job.id = deferred.job_id AND job.enqueued_at = deferred.enqueued_at AND $4 = ANY (job.tags)))
            AND ($8::text IS NULL OR strpos(lower(deferred.doom), lower($8)) > 0
                OR strpos(lower((
                SELECT attempt_error.message FROM millrace.attempt_error WHERE attempt_error.job_id = deferred.job_id
                ORDER BY attempt_error.at DESC LIMIT 1)), lower($8)) > 0)
        ORDER BY deferred.job_id DESC LIMIT $9)
        UNION ALL
        (SELECT lease.job_id, lease.enqueued_at, lease.lane_id, 'running', lease.attempt, lease.claimed_at, NULL,
            lease.worker_id, 'asked to stop by ' || lease.cancel_requested_by
        FROM millrace.lease
        WHERE ($1 IS NULL OR $1 && ARRAY['running'])
            AND lease.lane_id = ANY ((SELECT lanes FROM wanted)::integer[])
            AND ($5::bigint IS NULL OR lease.job_id = ANY (ARRAY(SELECT job.id FROM millrace.job WHERE job.run_id = $5)))
            AND ($6::interval IS NULL OR lease.enqueued_at <= (SELECT millrace.clock()) - $6)
            AND ($7::interval IS NULL OR lease.enqueued_at > (SELECT millrace.clock()) - $7)
            AND ($4::text IS NULL OR EXISTS (SELECT FROM millrace.job
                WHERE job.id = lease.job_id AND job.enqueued_at = lease.enqueued_at AND $4 = ANY (job.tags)))
            AND ($8::text IS NULL OR strpos(lower('asked to stop by ' || lease.cancel_requested_by), lower($8)) > 0
                OR strpos(lower((
                SELECT attempt_error.message FROM millrace.attempt_error WHERE attempt_error.job_id = lease.job_id
                ORDER BY attempt_error.at DESC LIMIT 1)), lower($8)) > 0)
        ORDER BY lease.job_id DESC LIMIT $9)
        UNION ALL
        (SELECT finished.job_id, finished.enqueued_at, finished.lane_id, finished.state::text, finished.attempt,
            finished.claimed_at, finished.finished_at, finished.worker_id, finished.reason
        FROM millrace.finished
        WHERE ($1 IS NULL OR $1 && ARRAY['succeeded', 'skipped', 'failed', 'cancelled', 'quarantined'])
            AND ($1 IS NULL OR finished.state::text = ANY ($1))
            AND ($7 IS NULL OR finished.finished_at > (SELECT millrace.clock()) - $7)
            AND finished.lane_id = ANY ((SELECT lanes FROM wanted)::integer[])
            AND ($5::bigint IS NULL OR finished.job_id = ANY (ARRAY(SELECT job.id FROM millrace.job WHERE job.run_id = $5)))
            AND ($6::interval IS NULL OR finished.enqueued_at <= (SELECT millrace.clock()) - $6)
            AND ($7::interval IS NULL OR finished.enqueued_at > (SELECT millrace.clock()) - $7)
            AND ($4::text IS NULL OR EXISTS (SELECT FROM millrace.job
                WHERE job.id = finished.job_id AND job.enqueued_at = finished.enqueued_at AND $4 = ANY (job.tags)))
            AND ($8::text IS NULL OR strpos(lower(finished.reason), lower($8)) > 0
                OR strpos(lower((
                SELECT attempt_error.message FROM millrace.attempt_error WHERE attempt_error.job_id = finished.job_id
                ORDER BY attempt_error.at DESC LIMIT 1)), lower($8)) > 0)
        ORDER BY finished.job_id DESC LIMIT $9)
    )
    SELECT chosen.job_id::text, place.plugin, place.queue,
        CASE chosen.state WHEN 'ready' THEN place.state_of_ready ELSE chosen.state END,
        chosen.attempt || '/' || job.max_attempts, job.run_id::text, job.step, to_json(chosen.enqueued_at) #>> '{}',
        extract(epoch FROM coalesce(chosen.finished_at, CASE chosen.state WHEN 'running' THEN millrace.clock() END)
            - chosen.claimed_at)::numeric(12, 3)::text, worker.name, chosen.reason
    FROM (SELECT * FROM chosen ORDER BY chosen.job_id DESC LIMIT $9) AS chosen
    JOIN place ON place.id = chosen.lane_id
    JOIN millrace.job ON job.id = chosen.job_id AND job.enqueued_at = chosen.enqueued_at
    LEFT JOIN millrace.worker ON worker.id = chosen.worker_id
    ORDER BY chosen.job_id DESC
    """

/// The same through the views, for accounts that may read nothing else. It looks at every job that is kept.
private let readStatement: Statement = """
    SELECT id::text, plugin, queue, state::text, attempt || '/' || max_attempts, run_id::text, step,
        to_json(enqueued_at) #>> '{}', extract(epoch FROM duration)::numeric(12, 3)::text, worker, reason
    FROM millrace.v_job
    WHERE plugin NOT IN ('millrace.barrier', 'millrace.run-end') AND ($1::text[] IS NULL OR state::text = ANY ($1))
        AND ($2::text IS NULL OR plugin = $2) AND ($3::text IS NULL OR queue = $3)
        AND ($4::text IS NULL OR $4 = ANY (tags)) AND ($5::bigint IS NULL OR run_id = $5)
        AND ($6::interval IS NULL OR enqueued_at <= (SELECT millrace.clock()) - $6)
        AND ($7::interval IS NULL OR enqueued_at > (SELECT millrace.clock()) - $7)
        AND ($8::text IS NULL OR strpos(lower(reason), lower($8)) > 0
                OR strpos(lower((
            SELECT v_failure.message FROM millrace.v_failure WHERE v_failure.id = v_job.id
            ORDER BY v_failure.at DESC LIMIT 1)), lower($8)) > 0)
    ORDER BY v_job.id DESC
    LIMIT $9
    """

private let tablesReadableStatement: Statement = """
    SELECT has_table_privilege('millrace.job', 'SELECT') AND has_table_privilege('millrace.finished', 'SELECT')
    """

/// A job that a filter found.
public struct FoundJob: Sendable, Hashable {
    /// The job.
    public let id: JobID
    /// Its plugin.
    public let plugin: String
    /// Where it stood.
    public let state: JobState
}

extension Session {
    /// Jobs that match, newest first.
    public func jobs(_ filter: JobFilter = JobFilter()) async throws -> Listing {
        let mayReadTables: Bool = try await query(tablesReadableStatement)[0][0]
        return try await listing(
            [
                .init("id", .number), .init("plugin"), .init("queue"), .init("state"), .init("attempt"),
                .init("run", .number), .init("step"), .init("enqueued_at", .time), .init("duration", .duration),
                .init("worker"), .init("reason"),
            ], mayReadTables ? findStatement : readStatement,
            filter.states.isEmpty ? nil : filter.states.map(\.rawValue), filter.plugin, filter.queue, filter.tag,
            filter.run, filter.older, filter.newer, filter.error, filter.limit.map(Int64.init))
    }

    /// Jobs that match, newest first, by what an operator has to know of many.
    package func found(_ filter: JobFilter) async throws -> [FoundJob] {
        try await jobs(filter).rows.compactMap { row in
            guard let id = row[0].flatMap({ JobID($0) }), let plugin = row[1],
                let state = row[3].flatMap(JobState.init(rawValue:))
            else { return nil }
            return FoundJob(id: id, plugin: plugin, state: state)
        }
    }
}
