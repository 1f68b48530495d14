-- Every job there is, each exactly once, in the state it is in. The branches are disjoint: a job has one row in one of
-- ready, deferred, lease and finished. A filter on state, id, run_id or queue reaches the tables below.
CREATE OR REPLACE VIEW millrace.v_job AS
    SELECT
        job.id, lane.plugin, lane.queue, place.state, job.priority, place.attempt, job.max_attempts, place.crashes,
        job.args, job.tags, job.run_id, run.pipeline, job.step, job.parent_id, job.needs, place.successor_id,
        job.logical_time, job.enqueued_at, job.enqueued_by, place.due_at, place.claimed_at, place.finished_at,
        place.worker_id, worker.name AS worker, place.epoch, place.result, place.reason,
        coalesce(place.finished_at, CASE WHEN place.state = 'running' THEN clock_timestamp() END) - place.claimed_at AS duration
    FROM (
        -- By way of the job, whose lane and priority lead to the row: ready itself has no index by id alone.
        SELECT asked.id AS job_id, ready.enqueued_at, ready.lane_id, 'ready'::millrace.job_state AS state, ready.attempt,
            ready.crashes, NULL::timestamptz AS due_at, NULL::timestamptz AS claimed_at, NULL::timestamptz AS finished_at,
            NULL::bigint AS worker_id, NULL::bigint AS epoch, NULL::jsonb AS result, NULL::text AS reason,
            NULL::bigint AS successor_id
        FROM millrace.job AS asked JOIN millrace.ready
            ON ready.lane_id = asked.lane_id AND ready.priority = asked.priority AND ready.job_id = asked.id
        UNION ALL
        SELECT deferred.job_id, deferred.enqueued_at, deferred.lane_id, deferred.state, deferred.attempt,
            deferred.crashes, deferred.due_at, NULL, NULL, NULL, NULL, NULL, deferred.doom, NULL
        FROM millrace.deferred
        UNION ALL
        SELECT lease.job_id, lease.enqueued_at, lease.lane_id, 'running', lease.attempt,
            lease.crashes, NULL, lease.claimed_at, NULL, lease.worker_id, lease.epoch, NULL,
            'asked to stop by ' || lease.cancel_requested_by, NULL
        FROM millrace.lease
        UNION ALL
        SELECT finished.job_id, finished.enqueued_at, finished.lane_id, finished.state, finished.attempt,
            finished.crashes, NULL, finished.claimed_at, finished.finished_at, finished.worker_id, finished.epoch,
            finished.result, finished.reason, finished.successor_id
        FROM millrace.finished
    ) AS place
    JOIN millrace.job ON job.id = place.job_id AND job.enqueued_at = place.enqueued_at
    JOIN millrace.lane ON lane.id = place.lane_id
    LEFT JOIN millrace.worker ON worker.id = place.worker_id
    LEFT JOIN millrace.pipeline_run AS run ON run.id = job.run_id;
COMMENT ON VIEW millrace.v_job IS 'Every job, in the one state it is in.';
