-- Whether a lane is closed by a limit that is full or has no tokens left.
CREATE OR REPLACE FUNCTION millrace.lane_is_full(lane_id integer) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = millrace, pg_temp AS $$
    SELECT coalesce(bool_or(room.room <= 0), false) FROM limit_room(ARRAY[lane_id]) AS room
$$;

-- Every job there is, each exactly once, in the state it is in. The branches are disjoint: a job has one row in one of
-- ready, deferred, lease and finished. A filter on state, id, run_id or queue reaches the tables below.
CREATE OR REPLACE VIEW millrace.v_job AS
    SELECT
        job.id, lane.plugin, lane.queue,
        CASE
            WHEN place.state <> 'ready' THEN place.state
            WHEN queue.paused_at IS NOT NULL THEN 'parked'
            WHEN EXISTS (SELECT FROM millrace.lane_limit WHERE lane_limit.lane_id = lane.id) AND millrace.lane_is_full(lane.id)
                THEN 'parked'
            ELSE 'ready' END::millrace.job_state AS state,
        job.priority, place.attempt, job.max_attempts, place.crashes,
        job.args, job.tags, job.run_id, run.pipeline, job.step, job.parent_id, job.needs, place.successor_id,
        job.logical_time, job.deadline_at, job.expires_at, job.unique_key, job.weight, lane.keys, lane.args_version,
        place.awaits, job.enqueued_at, job.enqueued_by, place.due_at, place.claimed_at, place.finished_at,
        place.worker_id, worker.name AS worker, place.epoch, place.result, place.reason,
        coalesce(place.finished_at, CASE WHEN place.state = 'running' THEN millrace.clock() END) - place.claimed_at AS duration
    FROM (
        -- A new job stands at its own id in its lane, which its row in job leads to; the others have an index by id.
        SELECT asked.id AS job_id, ready.enqueued_at, ready.lane_id, 'ready'::millrace.job_state AS state, ready.attempt,
            ready.crashes, NULL::timestamptz AS due_at, NULL::timestamptz AS claimed_at, NULL::timestamptz AS finished_at,
            NULL::bigint AS worker_id, NULL::bigint AS epoch, NULL::jsonb AS result, NULL::text AS reason,
            NULL::bigint AS successor_id, NULL::text AS awaits
        FROM millrace.job AS asked JOIN millrace.ready
            ON ready.lane_id = asked.lane_id AND ready.pos = asked.id AND ready.job_id = asked.id
        UNION ALL
        SELECT ready.job_id, ready.enqueued_at, ready.lane_id, 'ready', ready.attempt, ready.crashes, NULL, NULL, NULL, NULL, NULL,
            NULL, NULL, NULL, NULL
        FROM millrace.ready WHERE ready.pos <> ready.job_id
        UNION ALL
        SELECT deferred.job_id, deferred.enqueued_at, deferred.lane_id, deferred.state, deferred.attempt,
            deferred.crashes, deferred.due_at, NULL, NULL, NULL, NULL, NULL, deferred.doom, NULL, deferred.awaits
        FROM millrace.deferred
        UNION ALL
        SELECT lease.job_id, lease.enqueued_at, lease.lane_id, 'running', lease.attempt,
            lease.crashes, NULL, lease.claimed_at, NULL, lease.worker_id, lease.epoch, NULL,
            'asked to stop by ' || lease.cancel_requested_by, NULL, NULL
        FROM millrace.lease
        UNION ALL
        SELECT finished.job_id, finished.enqueued_at, finished.lane_id, finished.state, finished.attempt,
            finished.crashes, NULL, finished.claimed_at, finished.finished_at, finished.worker_id, finished.epoch,
            finished.result, finished.reason, finished.successor_id, NULL
        FROM millrace.finished
    ) AS place
    JOIN millrace.job ON job.id = place.job_id AND job.enqueued_at = place.enqueued_at
    JOIN millrace.lane ON lane.id = place.lane_id
    LEFT JOIN millrace.queue ON queue.name = lane.queue
    LEFT JOIN millrace.worker ON worker.id = place.worker_id
    LEFT JOIN millrace.pipeline_run AS run ON run.id = job.run_id;
COMMENT ON VIEW millrace.v_job IS 'Every job, in the one state it is in.';
