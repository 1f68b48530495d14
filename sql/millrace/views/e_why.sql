-- One sentence for each job that is not running.
CREATE OR REPLACE VIEW millrace.v_why AS
    SELECT
        job.id, job.plugin, job.queue, job.state,
        CASE job.state
            WHEN 'scheduled' THEN CASE
                WHEN job.attempt > 0 THEN format('tries again at %s after attempt %s of %s: %s', job.due_at, job.attempt,
                    job.max_attempts, coalesce(error.message, 'it was put off'))
                ELSE format('is due at %s', job.due_at) END
            WHEN 'blocked' THEN format('waits for %s', coalesce(parents.text, 'jobs that have just ended'))
                || coalesce('; will be cancelled then, because ' || job.reason, '')
            WHEN 'parked' THEN 'is held back by a limit'
            WHEN 'ready' THEN CASE
                WHEN queue.paused_at IS NOT NULL THEN
                    format('queue %s was paused by %s at %s', job.queue, queue.paused_by, queue.paused_at)
                WHEN offer.workers = 0 THEN
                    format('no live worker of queue %s offers plugin %s version %s', job.queue, job.plugin, lane.args_version)
                WHEN offer.busy >= offer.slots THEN
                    format('all %s slots of the %s workers that can run it are busy', offer.slots, offer.workers)
                ELSE format('is ready since %s and will be claimed at the next poll', job.enqueued_at) END
            WHEN 'failed' THEN format('failed at %s after %s attempts: %s', job.finished_at, job.attempt, job.reason)
            WHEN 'cancelled' THEN format('%s at %s', coalesce(job.reason, 'was cancelled'), job.finished_at)
            WHEN 'quarantined' THEN format('was quarantined at %s: %s', job.finished_at, job.reason)
            WHEN 'succeeded' THEN format('succeeded at %s', job.finished_at)
                || coalesce('; job ' || job.successor_id || ' carries its work on', '')
        END AS reason
    FROM millrace.v_job AS job
    JOIN millrace.lane ON lane.queue = job.queue AND lane.plugin = job.plugin
        AND lane.id = (SELECT inner_job.lane_id FROM millrace.job AS inner_job
            WHERE inner_job.id = job.id AND inner_job.enqueued_at = job.enqueued_at)
    LEFT JOIN millrace.queue ON queue.name = job.queue
    LEFT JOIN LATERAL (
        SELECT attempt_error.message FROM millrace.attempt_error
        WHERE attempt_error.job_id = job.id AND job.state = 'scheduled' ORDER BY attempt_error.at DESC LIMIT 1
    ) AS error ON true
    LEFT JOIN LATERAL (
        SELECT string_agg(format('job %s (%s, %s)', parent.id, parent.plugin, parent.state), ', ' ORDER BY parent.id) AS text
        FROM (
            SELECT dependency.parent_id FROM millrace.dependency
            WHERE dependency.job_id = job.id AND job.state = 'blocked' ORDER BY dependency.parent_id LIMIT 5
        ) AS edge
        JOIN millrace.v_job AS parent ON parent.id = edge.parent_id
    ) AS parents ON true
    LEFT JOIN LATERAL (
        SELECT count(*) AS workers, coalesce(sum(worker.slots), 0) AS slots,
            coalesce(sum((SELECT count(*) FROM millrace.lease WHERE lease.worker_id = worker.id)), 0) AS busy
        FROM millrace.worker
        WHERE job.state = 'ready' AND worker.state = 'alive'
            AND worker.heartbeat_at + worker.lease_ms * interval '1 millisecond' > clock_timestamp()
            AND (worker.queues IS NULL OR job.queue = ANY (worker.queues))
            AND EXISTS (SELECT FROM jsonb_array_elements(worker.plugins) AS plugin
                WHERE plugin.value ->> 'name' = job.plugin AND (plugin.value ->> 'version')::integer >= lane.args_version)
    ) AS offer ON true
    WHERE job.state <> 'running';
COMMENT ON VIEW millrace.v_why IS 'Why each job that is not running does not run, in one sentence.';
