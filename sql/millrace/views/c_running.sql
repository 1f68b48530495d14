CREATE OR REPLACE VIEW millrace.v_running AS
    SELECT
        lease.job_id AS id, lane.plugin, lane.queue, lease.attempt, lease.epoch, lease.claimed_at,
        millrace.clock() - lease.claimed_at AS running_for, worker.name AS worker, worker.host,
        newest.done, newest.total,
        CASE WHEN newest.total > 0 THEN round(100.0 * newest.done / newest.total, 1) END AS percent,
        newest.message, job.run_id, job.step, lease.cancel_requested_at, lease.cancel_requested_by
    FROM millrace.lease
    JOIN millrace.lane ON lane.id = lease.lane_id
    JOIN millrace.job ON job.id = lease.job_id AND job.enqueued_at = lease.enqueued_at
    LEFT JOIN millrace.worker ON worker.id = lease.worker_id
    LEFT JOIN LATERAL (
        SELECT progress.done, progress.total, progress.message FROM millrace.progress
        WHERE progress.job_id = lease.job_id AND progress.epoch = lease.epoch
        ORDER BY progress.at DESC LIMIT 1
    ) AS newest ON true;
COMMENT ON VIEW millrace.v_running IS 'Running jobs with who runs them and how far they are.';

CREATE OR REPLACE VIEW millrace.v_worker AS
    SELECT
        worker.id, worker.name, worker.host, worker.pid, worker.version, worker.state, worker.slots,
        coalesce(held.running, 0) AS running,
        worker.queues,
        ARRAY(SELECT offer.value ->> 'name' FROM jsonb_array_elements(worker.plugins) AS offer ORDER BY 1) AS plugins,
        worker.queue_slots, worker.queue_weights, worker.clock_ahead_ms,
        worker.started_at, worker.heartbeat_at, millrace.clock() - worker.heartbeat_at AS silent_for,
        worker.ended_at, worker.stale_outcomes
    FROM millrace.worker
    LEFT JOIN (SELECT lease.worker_id, count(*) AS running FROM millrace.lease GROUP BY lease.worker_id) AS held
        ON held.worker_id = worker.id;
COMMENT ON VIEW millrace.v_worker IS 'Worker processes, present and past.';

CREATE OR REPLACE VIEW millrace.v_queue AS
    SELECT
        queue.name AS queue,
        coalesce(ready.count, 0) - coalesce(ready.parked, 0) AS ready,
        coalesce(deferred.scheduled, 0) AS scheduled,
        coalesce(deferred.blocked, 0) AS blocked,
        coalesce(ready.parked, 0) AS parked,
        coalesce(running.count, 0) AS running,
        coalesce(day.succeeded, 0) AS succeeded_24h,
        coalesce(day.failed, 0) AS failed_24h,
        millrace.clock() - ready.oldest AS oldest_ready,
        queue.paused_at, queue.paused_by, queue.draining_at, queue.draining_by,
        queue.aging_ms * interval '1 millisecond' AS aging
    FROM millrace.queue
    LEFT JOIN (SELECT lane.queue, sum(filled.count)::bigint AS count, min(filled.oldest) AS oldest,
            sum(filled.count) FILTER (WHERE home.paused_at IS NOT NULL
                OR EXISTS (SELECT FROM millrace.lane_limit WHERE lane_limit.lane_id = lane.id) AND millrace.lane_is_full(lane.id))::bigint
                AS parked
        FROM (SELECT ready.lane_id, count(*), min(ready.enqueued_at) AS oldest FROM millrace.ready GROUP BY ready.lane_id) AS filled
        JOIN millrace.lane ON lane.id = filled.lane_id
        JOIN millrace.queue AS home ON home.name = lane.queue GROUP BY lane.queue) AS ready
        ON ready.queue = queue.name
    LEFT JOIN (SELECT lane.queue, count(*) FILTER (WHERE state = 'scheduled') AS scheduled,
            count(*) FILTER (WHERE state = 'blocked') AS blocked
        FROM millrace.deferred JOIN millrace.lane ON lane.id = deferred.lane_id GROUP BY lane.queue) AS deferred
        ON deferred.queue = queue.name
    LEFT JOIN (SELECT lane.queue, count(*)
        FROM millrace.lease JOIN millrace.lane ON lane.id = lease.lane_id GROUP BY lane.queue) AS running
        ON running.queue = queue.name
    LEFT JOIN (SELECT lane.queue, count(*) FILTER (WHERE state = 'succeeded') AS succeeded,
            count(*) FILTER (WHERE state IN ('failed', 'quarantined')) AS failed
        FROM millrace.finished JOIN millrace.lane ON lane.id = finished.lane_id
        WHERE finished.finished_at > millrace.clock() - interval '1 day' GROUP BY lane.queue) AS day
        ON day.queue = queue.name;
COMMENT ON VIEW millrace.v_queue IS 'Each queue with how much stands where.';

CREATE OR REPLACE VIEW millrace.v_limit AS
    SELECT
        rule.name AS limit_name, rule.kind, rule.queue, rule.plugin, rule.by_key, nullif(bound.key, '') AS key,
        room.capacity, rule.period_ms * interval '1 millisecond' AS period, rule.burst,
        CASE rule.kind WHEN 'concurrency' THEN room.in_use END AS in_use,
        CASE rule.kind WHEN 'rate' THEN round(room.tokens::numeric, 2) END AS tokens, room.opens_at,
        (SELECT count(*) FROM millrace.ready JOIN millrace.lane_limit ON lane_limit.lane_id = ready.lane_id
            WHERE lane_limit.limit_id = rule.id AND lane_limit.key = bound.key) AS waiting,
        room.share, rule.fair, rule.set_at, rule.set_by
    FROM millrace.limit_rule AS rule
    LEFT JOIN (SELECT DISTINCT lane_limit.limit_id, lane_limit.key FROM millrace.lane_limit
        WHERE EXISTS (SELECT FROM millrace.ready WHERE ready.lane_id = lane_limit.lane_id)
            OR EXISTS (SELECT FROM millrace.lease WHERE lease.lane_id = lane_limit.lane_id)) AS bound ON bound.limit_id = rule.id
    LEFT JOIN LATERAL (
        SELECT found.* FROM millrace.limit_room(ARRAY(SELECT lane_limit.lane_id FROM millrace.lane_limit
            WHERE lane_limit.limit_id = rule.id AND lane_limit.key = bound.key LIMIT 1)) AS found
        WHERE found.limit_id = rule.id AND found.key = bound.key
    ) AS room ON true
    UNION ALL
    SELECT 'slots', 'slots', queue.name, NULL, NULL, NULL,
        coalesce((SELECT sum(least(worker.slots, coalesce((worker.queue_slots ->> queue.name)::integer, worker.slots)))
            FROM millrace.worker
            WHERE worker.state = 'alive' AND (worker.queues IS NULL OR queue.name = ANY (worker.queues))), 0)::integer,
        NULL, NULL,
        (SELECT count(*) FROM millrace.lease JOIN millrace.lane ON lane.id = lease.lane_id WHERE lane.queue = queue.name),
        NULL, NULL,
        (SELECT count(*) FROM millrace.ready JOIN millrace.lane ON lane.id = ready.lane_id WHERE lane.queue = queue.name),
        NULL, NULL, NULL, NULL
    FROM millrace.queue;
COMMENT ON VIEW millrace.v_limit IS
    'What bounds how many jobs run: limits, one row for each value of their key that has jobs, and (kind slots) the slots of the '
    'live workers that serve a queue.';

CREATE OR REPLACE VIEW millrace.v_failure AS
    SELECT
        attempt_error.job_id AS id, lane.plugin, lane.queue, attempt_error.attempt, job.max_attempts, attempt_error.kind,
        attempt_error.message, attempt_error.stack, attempt_error.started_at, attempt_error.at, worker.name AS worker, job.run_id,
        job.step
    FROM millrace.attempt_error
    JOIN millrace.job ON job.id = attempt_error.job_id
    JOIN millrace.lane ON lane.id = job.lane_id
    LEFT JOIN millrace.worker ON worker.id = attempt_error.worker_id;
COMMENT ON VIEW millrace.v_failure IS 'Attempts that did not succeed, with the reason.';

-- The attempts at each job: those that did not succeed, the one that runs, and the one that ended the job.
CREATE OR REPLACE VIEW millrace.v_attempt AS
    SELECT attempt_error.job_id AS id, attempt_error.attempt, attempt_error.epoch, attempt_error.kind AS outcome,
        attempt_error.started_at, attempt_error.at AS ended_at, worker.name AS worker, attempt_error.message, attempt_error.stack
    FROM millrace.attempt_error LEFT JOIN millrace.worker ON worker.id = attempt_error.worker_id
    UNION ALL
    SELECT lease.job_id, lease.attempt, lease.epoch, 'running', lease.claimed_at, NULL, worker.name, NULL, NULL
    FROM millrace.lease LEFT JOIN millrace.worker ON worker.id = lease.worker_id
    UNION ALL
    SELECT finished.job_id, finished.attempt, finished.epoch, 'succeeded', finished.claimed_at, finished.finished_at, worker.name,
        NULL, NULL
    FROM millrace.finished LEFT JOIN millrace.worker ON worker.id = finished.worker_id
    WHERE finished.state = 'succeeded' AND finished.epoch IS NOT NULL;
COMMENT ON VIEW millrace.v_attempt IS 'Every attempt at a job that is known, with worker, times, error and stack.';
