CREATE OR REPLACE VIEW millrace.v_running AS
    SELECT
        lease.job_id AS id, lane.plugin, lane.queue, lease.attempt, lease.epoch, lease.claimed_at,
        clock_timestamp() - lease.claimed_at AS running_for, worker.name AS worker, worker.host,
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
        (SELECT count(*) FROM millrace.lease WHERE lease.worker_id = worker.id) AS running,
        worker.queues,
        ARRAY(SELECT offer.value ->> 'name' FROM jsonb_array_elements(worker.plugins) AS offer ORDER BY 1) AS plugins,
        worker.started_at, worker.heartbeat_at, clock_timestamp() - worker.heartbeat_at AS silent_for,
        worker.ended_at, worker.stale_outcomes
    FROM millrace.worker;
COMMENT ON VIEW millrace.v_worker IS 'Worker processes, present and past.';

CREATE OR REPLACE VIEW millrace.v_queue AS
    SELECT
        queue.name AS queue,
        coalesce(ready.count, 0) AS ready,
        coalesce(deferred.scheduled, 0) AS scheduled,
        coalesce(deferred.blocked, 0) AS blocked,
        coalesce(deferred.parked, 0) AS parked,
        coalesce(running.count, 0) AS running,
        coalesce(day.succeeded, 0) AS succeeded_24h,
        coalesce(day.failed, 0) AS failed_24h,
        clock_timestamp() - ready.oldest AS oldest_ready,
        queue.paused_at, queue.paused_by
    FROM millrace.queue
    LEFT JOIN (SELECT lane.queue, count(*), min(ready.enqueued_at) AS oldest
        FROM millrace.ready JOIN millrace.lane ON lane.id = ready.lane_id GROUP BY lane.queue) AS ready
        ON ready.queue = queue.name
    LEFT JOIN (SELECT lane.queue, count(*) FILTER (WHERE state = 'scheduled') AS scheduled,
            count(*) FILTER (WHERE state = 'blocked') AS blocked, count(*) FILTER (WHERE state = 'parked') AS parked
        FROM millrace.deferred JOIN millrace.lane ON lane.id = deferred.lane_id GROUP BY lane.queue) AS deferred
        ON deferred.queue = queue.name
    LEFT JOIN (SELECT lane.queue, count(*)
        FROM millrace.lease JOIN millrace.lane ON lane.id = lease.lane_id GROUP BY lane.queue) AS running
        ON running.queue = queue.name
    LEFT JOIN (SELECT lane.queue, count(*) FILTER (WHERE state = 'succeeded') AS succeeded,
            count(*) FILTER (WHERE state IN ('failed', 'quarantined')) AS failed
        FROM millrace.finished JOIN millrace.lane ON lane.id = finished.lane_id
        WHERE finished.finished_at > clock_timestamp() - interval '1 day' GROUP BY lane.queue) AS day
        ON day.queue = queue.name;
COMMENT ON VIEW millrace.v_queue IS 'Each queue with how much stands where.';

CREATE OR REPLACE VIEW millrace.v_limit AS
    SELECT
        'slots' AS kind, queue.name AS queue,
        coalesce((SELECT sum(worker.slots) FROM millrace.worker
            WHERE worker.state = 'alive' AND (worker.queues IS NULL OR queue.name = ANY (worker.queues))), 0) AS capacity,
        (SELECT count(*) FROM millrace.lease JOIN millrace.lane ON lane.id = lease.lane_id
            WHERE lane.queue = queue.name) AS in_use,
        (SELECT count(*) FROM millrace.ready JOIN millrace.lane ON lane.id = ready.lane_id
            WHERE lane.queue = queue.name) AS waiting
    FROM millrace.queue;
COMMENT ON VIEW millrace.v_limit IS
    'What bounds how many jobs run at once. kind slots: the slots of the live workers that serve the queue.';

CREATE OR REPLACE VIEW millrace.v_failure AS
    SELECT
        attempt_error.job_id AS id, lane.plugin, lane.queue, attempt_error.attempt, job.max_attempts, attempt_error.kind,
        attempt_error.message, attempt_error.at, worker.name AS worker, job.run_id, job.step
    FROM millrace.attempt_error
    JOIN millrace.job ON job.id = attempt_error.job_id
    JOIN millrace.lane ON lane.id = job.lane_id
    LEFT JOIN millrace.worker ON worker.id = attempt_error.worker_id;
COMMENT ON VIEW millrace.v_failure IS 'Attempts that did not succeed, with the reason.';
