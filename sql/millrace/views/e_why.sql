-- A moment as people read it: to the second, in the session's time zone.
CREATE OR REPLACE FUNCTION millrace.moment(at timestamptz) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT to_char(at, 'YYYY-MM-DD HH24:MI:SS TZ')
$$;

-- Why a job in ready does not run. In the order in which the reasons hold: nobody looks at its queue, nobody can run it, a
-- limit holds it back, or all that could run it are busy.
CREATE OR REPLACE FUNCTION millrace.why_not_claimed(job_id bigint) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = millrace, pg_temp AS $$
DECLARE
    origin job;
    place lane;
    home queue;
    offer record;
    shut record;
    ahead bigint;
BEGIN
    SELECT * INTO origin FROM job WHERE job.id = why_not_claimed.job_id;
    SELECT * INTO place FROM lane WHERE lane.id = origin.lane_id;
    SELECT * INTO home FROM queue WHERE queue.name = place.queue;
    IF home.paused_at IS NOT NULL THEN
        RETURN format('its queue %s was paused by %s at %s', home.name, home.paused_by, moment(home.paused_at));
    END IF;

    SELECT count(*) AS workers,
        coalesce(sum(least(worker.slots, (worker.queue_slots ->> place.queue)::integer)), 0) AS slots,
        -- What each has free, in all and of the queue; whoever runs more than it has slots by now has none.
        coalesce(sum(greatest(0, least(
            worker.slots - (SELECT count(*) FROM lease WHERE lease.worker_id = worker.id),
            (worker.queue_slots ->> place.queue)::integer - (SELECT count(*) FROM lease JOIN lane ON lane.id = lease.lane_id
                WHERE lease.worker_id = worker.id AND lane.queue = place.queue)))), 0) AS free
    INTO offer
    FROM worker
    WHERE worker.state = 'alive' AND worker.heartbeat_at + worker.lease_ms * interval '1 millisecond' > clock()
        AND (worker.queues IS NULL OR place.queue = ANY (worker.queues))
        AND EXISTS (SELECT FROM jsonb_array_elements(worker.plugins) AS plugin
            WHERE plugin.value ->> 'name' = place.plugin AND (plugin.value ->> 'version')::integer >= place.args_version);
    IF offer.workers = 0 THEN
        RETURN format('no live worker of queue %s offers plugin %s version %s', place.queue, place.plugin, place.args_version);
    END IF;

    SELECT rule.name, rule.by_key, rule.kind, room.key, room.capacity, room.in_use, room.opens_at,
        (SELECT string_agg('job ' || held.job_id, ', ') FROM (
            SELECT lease.job_id FROM lease JOIN lane_limit ON lane_limit.lane_id = lease.lane_id
            WHERE lane_limit.limit_id = room.limit_id AND lane_limit.key = room.key ORDER BY lease.job_id LIMIT 5) AS held) AS holders
    INTO shut
    FROM limit_room(ARRAY[place.id]) AS room JOIN limit_rule AS rule ON rule.id = room.limit_id
    WHERE room.room < CASE room.kind WHEN 'concurrency' THEN origin.weight ELSE 1 END
    ORDER BY rule.kind, rule.name LIMIT 1;
    IF shut.kind = 'concurrency' THEN
        RETURN format('limit %s%s is full: %s of %s in use%s', shut.name,
            CASE WHEN shut.key <> '' THEN format(' for %s %s', shut.by_key, shut.key) ELSE '' END, shut.in_use, shut.capacity,
            coalesce(', by ' || shut.holders || CASE WHEN shut.in_use > 5 THEN ' and others' ELSE '' END, ''));
    ELSIF shut.kind = 'rate' THEN
        RETURN format('rate limit %s%s lets the next job start at %s', shut.name,
            CASE WHEN shut.key <> '' THEN format(' for %s %s', shut.by_key, shut.key) ELSE '' END, moment(shut.opens_at));
    END IF;

    IF offer.free = 0 THEN
        -- Counted in its own lane only, and not without end: it is said as "about".
        ahead := (SELECT count(*) FROM (
            SELECT FROM ready WHERE ready.lane_id = origin.lane_id
                AND ready.pos < (SELECT own.pos FROM find_ready(origin.id, origin.lane_id) AS own) LIMIT 1000) AS earlier);
        RETURN format('all %s slots of the %s that can run it are busy; it is at about place %s%s', offer.slots,
            CASE offer.workers WHEN 1 THEN 'worker' ELSE offer.workers || ' workers' END, ahead + 1,
            CASE WHEN ahead = 1000 THEN ' or behind' ELSE '' END);
    END IF;
    RETURN format('is ready since %s and is claimed at the next look of a worker, within a second or so', moment(origin.enqueued_at));
END
$$;

-- One sentence for each job that is not running, and the facts in it.
CREATE OR REPLACE VIEW millrace.v_why AS
    SELECT
        job.id, job.plugin, job.queue, job.state,
        CASE job.state
            WHEN 'scheduled' THEN CASE
                WHEN error.message IS NOT NULL THEN format('tries again at %s, after attempt %s of %s ended with %s: %s',
                    millrace.moment(job.due_at), error.attempt, job.max_attempts, error.kind, error.message)
                ELSE format('is due at %s', millrace.moment(job.due_at)) END
            WHEN 'blocked' THEN CASE job.awaits
                WHEN 'approval' THEN format('waits for an approval: millrace pipeline approve %s %s', job.run_id, job.step)
                WHEN 'pipeline' THEN format('waits for run %s of pipeline %s (%s)', nested.id, nested.pipeline, nested.state)
                ELSE format('waits for %s', coalesce(parents.text, 'jobs that have just ended'))
                    || coalesce('; will not run then, because ' || job.reason, '') END
            WHEN 'succeeded' THEN format('succeeded at %s', millrace.moment(job.finished_at))
                || coalesce('; job ' || job.successor_id || ' carries its work on', '') || coalesce('; it ' || job.reason, '')
            WHEN 'failed' THEN format('failed at %s after %s of %s attempts: %s', millrace.moment(job.finished_at), job.attempt,
                job.max_attempts, job.reason)
            WHEN 'skipped' THEN format('was skipped at %s: %s', millrace.moment(job.finished_at), job.reason)
            WHEN 'cancelled' THEN format('%s, at %s', coalesce(job.reason, 'was cancelled'), millrace.moment(job.finished_at))
            WHEN 'quarantined' THEN format('was quarantined at %s after %s crashes: %s', millrace.moment(job.finished_at),
                job.crashes, job.reason)
            ELSE millrace.why_not_claimed(job.id)
        END AS reason
    FROM millrace.v_job AS job
    LEFT JOIN LATERAL (
        SELECT attempt_error.message, attempt_error.kind, attempt_error.attempt FROM millrace.attempt_error
        WHERE attempt_error.job_id = job.id AND job.state = 'scheduled' ORDER BY attempt_error.at DESC LIMIT 1
    ) AS error ON true
    LEFT JOIN millrace.pipeline_run AS nested ON nested.parent_job_id = job.id AND job.awaits = 'pipeline' AND nested.state = 'running'
    LEFT JOIN LATERAL (
        SELECT string_agg(format('job %s (%s, %s)', parent.id, parent.plugin, parent.state), ', ' ORDER BY parent.id)
            || CASE WHEN max(edge.total) > 5 THEN format(' and %s more', max(edge.total) - 5) ELSE '' END AS text
        FROM (
            SELECT dependency.parent_id, count(*) OVER () AS total FROM millrace.dependency
            WHERE dependency.job_id = job.id AND job.state = 'blocked' ORDER BY dependency.parent_id LIMIT 5
        ) AS edge
        JOIN millrace.v_job AS parent ON parent.id = edge.parent_id
    ) AS parents ON true
    WHERE job.state <> 'running';
COMMENT ON VIEW millrace.v_why IS 'Why each job that is not running does not run, in one sentence.';
