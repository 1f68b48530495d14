-- Takes up to `wanted` jobs for a worker, in the order of the ready table's key, over the lanes that it can run.
--
-- MATERIALIZED pins the locking subquery to one evaluation; SKIP LOCKED lets claimers pass each other. A lane whose queue
-- is paused is not looked at. A worker that was declared lost, or drains, is given nothing: what it started would only
-- be taken from it again. Each job gets a new epoch, which every later statement about it must name.
CREATE OR REPLACE FUNCTION millrace.claim(
    for_worker bigint, wanted integer, of_queues text[], of_plugins text[], of_versions integer[]
) RETURNS TABLE (
    job_id bigint, epoch bigint, enqueued_at timestamptz, plugin text, queue text, args jsonb, args_version integer,
    attempt smallint, crashes smallint, max_attempts smallint, timeout_ms bigint, logical_time timestamptz,
    parent_id bigint, run_id bigint, step text, needs bigint[]
)
LANGUAGE sql
SET search_path = millrace, pg_temp AS $$
    WITH able AS MATERIALIZED (
        SELECT lane.id, lane.plugin, lane.queue, lane.args_version
        FROM unnest(of_plugins, of_versions) AS offer(name, version)
        JOIN lane ON lane.plugin = offer.name AND lane.args_version <= offer.version
        LEFT JOIN queue ON queue.name = lane.queue
        WHERE queue.paused_at IS NULL AND (of_queues IS NULL OR lane.queue = ANY (of_queues))
            AND EXISTS (SELECT FROM worker WHERE worker.id = for_worker AND worker.state = 'alive')
    ), picked AS MATERIALIZED (
        SELECT candidate.lane_id, candidate.priority, candidate.job_id
        FROM able CROSS JOIN LATERAL (
            SELECT ready.lane_id, ready.priority, ready.job_id FROM ready
            WHERE ready.lane_id = able.id
            ORDER BY ready.priority, ready.job_id
            LIMIT wanted
            FOR UPDATE SKIP LOCKED
        ) AS candidate
        ORDER BY candidate.priority, candidate.job_id
        LIMIT wanted
    ), taken AS (
        DELETE FROM ready USING picked
        WHERE ready.lane_id = picked.lane_id AND ready.priority = picked.priority AND ready.job_id = picked.job_id
        RETURNING ready.lane_id, ready.priority, ready.job_id, ready.enqueued_at, ready.attempt, ready.crashes
    ), leased AS (
        INSERT INTO lease (job_id, epoch, enqueued_at, lane_id, priority, attempt, crashes, worker_id, claimed_at)
        SELECT taken.job_id, nextval('epoch_seq'), taken.enqueued_at, taken.lane_id, taken.priority,
            taken.attempt + 1, taken.crashes, for_worker, clock_timestamp()
        FROM taken
        RETURNING lease.job_id, lease.epoch, lease.enqueued_at, lease.lane_id, lease.priority, lease.attempt, lease.crashes
    )
    SELECT leased.job_id, leased.epoch, leased.enqueued_at, able.plugin, able.queue, job.args, able.args_version,
        leased.attempt, leased.crashes, job.max_attempts, job.timeout_ms, job.logical_time,
        job.parent_id, job.run_id, job.step, job.needs
    FROM leased
    JOIN able ON able.id = leased.lane_id
    JOIN job ON job.id = leased.job_id AND job.enqueued_at = leased.enqueued_at
    ORDER BY leased.priority, leased.job_id
$$;
