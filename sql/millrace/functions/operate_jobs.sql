-- What people do to single jobs. Each says what became of the job; a job that is not there is an error.

-- The job, or an error that says where to look.
CREATE OR REPLACE FUNCTION millrace.job_or_error(id bigint) RETURNS millrace.job
LANGUAGE plpgsql STABLE
SET search_path = millrace, pg_temp AS $$
DECLARE
    found_job job;
BEGIN
    SELECT * INTO found_job FROM job WHERE job.id = job_or_error.id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no job %', id USING ERRCODE = 'no_data_found',
            HINT = '`millrace job list` shows the jobs there are; those older than the retention are gone.';
    END IF;
    RETURN found_job;
END
$$;

-- Cancels a job. One that is not running ends at once; a running one is asked to stop, and its worker is told.
-- Returns 'cancelled', 'requested', or 'already <state>'.
CREATE OR REPLACE FUNCTION millrace.cancel(id bigint, requested_by text DEFAULT NULL) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = millrace, pg_temp AS $$
DECLARE
    who text := coalesce(requested_by, session_user);
    origin job := job_or_error(id);
    holder bigint;
    ended finished;
BEGIN
    LOOP
        IF end_waiting(origin.id, 'cancelled', 'was cancelled by ' || who) THEN
            RETURN 'cancelled';
        END IF;
        UPDATE lease
        SET cancel_requested_at = coalesce(cancel_requested_at, clock()), cancel_requested_by = coalesce(cancel_requested_by, who)
        WHERE lease.job_id = origin.id
        RETURNING worker_id INTO holder;
        IF FOUND THEN
            PERFORM pg_notify('millrace_cancel', holder::text);
            RETURN 'requested';
        END IF;
        SELECT * INTO ended FROM finished WHERE finished.job_id = origin.id;
        IF FOUND THEN
            RETURN 'already ' || ended.state;
        END IF;
        IF NOT EXISTS (SELECT FROM v_kept WHERE v_kept.job_id = origin.id) THEN
            RAISE EXCEPTION 'job % ended longer ago than ends are kept', id USING ERRCODE = 'no_data_found',
                HINT = '`millrace job list` shows the jobs there are.';
        END IF;
        -- It moved between two of the looks above; whoever moved it has committed by now.
        origin := job_or_error(id);
    END LOOP;
END
$$;

-- Gives a job up that waits or waits for its next attempt: it ends as failed, and what waits for it is told so. A running
-- one is asked to stop. Returns 'failed', 'requested', or 'already <state>'.
CREATE OR REPLACE FUNCTION millrace.discard(id bigint, requested_by text DEFAULT NULL) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = millrace, pg_temp AS $$
BEGIN
    PERFORM job_or_error(id);
    LOOP
        IF end_waiting(id, 'failed', 'was given up by ' || coalesce(requested_by, session_user)) THEN
            RETURN 'failed';
        END IF;
        EXIT WHEN NOT is_waiting(id);
    END LOOP;
    RETURN cancel(id, requested_by);
END
$$;

-- Makes a job ready: one that waits for its time or its next attempt at once, one that ended badly with all its attempts
-- given back. A unique key that it held must be free. Returns 'ready'.
CREATE OR REPLACE FUNCTION millrace.retry(id bigint) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = millrace, pg_temp AS $$
DECLARE
    origin job := job_or_error(id);
    ended finished;
    holder bigint;
    fitting_lane integer;
BEGIN
    WITH gone AS (
        DELETE FROM deferred WHERE deferred.job_id = origin.id AND deferred.state = 'scheduled' AND traits & 2 = 0 RETURNING *
    )
    INSERT INTO ready (lane_id, pos, job_id, enqueued_at, attempt, crashes, weight, traits)
    SELECT lane_id, place_for(crashes), job_id, enqueued_at, attempt, crashes, weight, traits FROM gone;
    IF FOUND THEN
        RETURN 'ready';
    END IF;
    UPDATE deferred SET state = 'blocked', due_at = NULL
    WHERE deferred.job_id = origin.id AND deferred.state = 'scheduled';
    IF FOUND THEN
        PERFORM release_steps(ARRAY[origin.id]);
        RETURN 'ready';
    END IF;

    SELECT * INTO ended FROM finished WHERE finished.job_id = origin.id FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'job % has not ended', id USING ERRCODE = 'object_not_in_prerequisite_state',
            HINT = format('`millrace job why %s` says what it waits for.', id);
    END IF;
    IF ended.state = 'succeeded' THEN
        RAISE EXCEPTION 'job % has succeeded', id USING ERRCODE = 'object_not_in_prerequisite_state',
            HINT = 'Enqueue a new job to do its work again.';
    END IF;
    IF ended.successor_id IS NOT NULL THEN
        RAISE EXCEPTION 'job % was replaced by job %', id, ended.successor_id USING
            ERRCODE = 'object_not_in_prerequisite_state', HINT = format('Look at that one: `millrace job show %s`.', ended.successor_id);
    END IF;
    IF EXISTS (SELECT FROM lane WHERE lane.id = origin.lane_id AND lane.plugin LIKE 'millrace.%') THEN
        RAISE EXCEPTION 'job % has no work of its own: it only waited for others', id USING
            ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Retry the jobs that it waited for.';
    END IF;
    IF origin.run_id IS NOT NULL THEN
        RAISE EXCEPTION 'job % belongs to run % of a pipeline, and what waited for it has been settled', id, origin.run_id
            USING ERRCODE = 'object_not_in_prerequisite_state',
            HINT = format('Run its failed steps again: `millrace pipeline rerun %s --failed`.', origin.run_id);
    END IF;
    IF origin.deadline_at <= clock() THEN
        RAISE EXCEPTION 'the deadline of job % passed at %', id, origin.deadline_at USING
            ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Enqueue a new job with a later one.';
    END IF;
    IF origin.unique_key IS NOT NULL THEN
        INSERT INTO unique_key AS known (key, job_id, until, first_at) VALUES (origin.unique_key, origin.id, NULL, clock())
        ON CONFLICT ON CONSTRAINT unique_key_pkey DO UPDATE SET job_id = excluded.job_id, until = excluded.until
        WHERE known.until <= clock() OR known.job_id = excluded.job_id;
        IF NOT FOUND THEN
            SELECT unique_key.job_id INTO holder FROM unique_key WHERE unique_key.key = origin.unique_key;
            RAISE EXCEPTION 'job % has the unique key of job % by now', holder, id USING
                ERRCODE = 'unique_violation', HINT = format('Cancel that one first: `millrace job cancel %s`.', holder);
        END IF;
    END IF;
    DELETE FROM finished WHERE finished.job_id = ended.job_id AND finished.finished_at = ended.finished_at;
    -- Limits by key may have come or gone since it ended.
    SELECT lane_for(lane.queue, lane.plugin, lane.args_version, lane.priority,
        lane_keys(lane.queue, lane.plugin, origin.args, origin.keys))
    INTO fitting_lane FROM lane WHERE lane.id = origin.lane_id;
    UPDATE job SET lane_id = fitting_lane
    WHERE job.id = origin.id AND job.enqueued_at = origin.enqueued_at AND job.lane_id <> fitting_lane;
    INSERT INTO ready (lane_id, pos, job_id, enqueued_at, attempt, crashes, weight, traits)
    VALUES (fitting_lane, take_place(), origin.id, origin.enqueued_at, 0, 0, origin.weight, origin.traits & ~2);
    INSERT INTO expiry (job_id, at, kind) SELECT origin.id, origin.deadline_at, 'deadline' WHERE origin.deadline_at IS NOT NULL
    ON CONFLICT DO NOTHING;
    RETURN 'ready';
END
$$;

-- Puts a waiting job off, or forward, to a time. Returns 'scheduled'.
CREATE OR REPLACE FUNCTION millrace.reschedule(id bigint, run_at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = millrace, pg_temp AS $$
DECLARE
    origin job := job_or_error(id);
BEGIN
    IF run_at IS NULL THEN
        RAISE EXCEPTION 'job %: no time to put it to', id USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Give a time; `millrace job retry` makes it ready at once.';
    END IF;
    LOOP
        INSERT INTO deferred (job_id, enqueued_at, lane_id, attempt, crashes, weight, traits, state, due_at)
        SELECT gone.job_id, gone.enqueued_at, gone.lane_id, gone.attempt, gone.crashes, gone.weight, gone.traits, 'scheduled',
            run_at
        FROM take_ready(origin.id, origin.lane_id) AS gone;
        IF FOUND THEN
            RETURN 'scheduled';
        END IF;
        -- A job that waits for others keeps waiting, and starts no earlier than this.
        UPDATE deferred SET due_at = run_at WHERE deferred.job_id = origin.id AND deferred.awaits IS NULL;
        IF FOUND THEN
            RETURN 'scheduled';
        END IF;
        -- It may have moved between the looks.
        IF NOT is_waiting(origin.id) OR EXISTS (
            SELECT FROM deferred WHERE deferred.job_id = origin.id AND deferred.awaits IS NOT NULL) THEN
            RAISE EXCEPTION 'job % does not wait to start', id USING ERRCODE = 'object_not_in_prerequisite_state',
                HINT = format('`millrace job show %s` says where it stands.', id);
        END IF;
        origin := job_or_error(id);
    END LOOP;
END
$$;

-- Changes a job's priority; lower runs first. Of a running job it counts from its next attempt on.
CREATE OR REPLACE FUNCTION millrace.set_priority(id bigint, priority integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = millrace, pg_temp AS $$
DECLARE
    origin job := job_or_error(id);
    new_lane integer;
BEGIN
    IF set_priority.priority NOT BETWEEN -32768 AND 32767 THEN
        RAISE EXCEPTION 'priority % of job %', set_priority.priority, id USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Give a number from -32768 to 32767; lower runs first.';
    END IF;
    LOOP
        SELECT lane_for(lane.queue, lane.plugin, lane.args_version, set_priority.priority::smallint, lane.keys) INTO new_lane
        FROM lane WHERE lane.id = origin.lane_id;
        EXIT WHEN move_ready(origin.id, origin.lane_id, new_lane);
        UPDATE deferred SET lane_id = new_lane WHERE deferred.job_id = origin.id AND deferred.lane_id = origin.lane_id;
        EXIT WHEN FOUND;
        UPDATE lease SET lane_id = new_lane WHERE lease.job_id = origin.id AND lease.lane_id = origin.lane_id;
        EXIT WHEN FOUND;
        -- It may have moved between the looks.
        IF NOT is_waiting(origin.id) AND NOT EXISTS (SELECT FROM lease WHERE lease.job_id = origin.id) THEN
            RAISE EXCEPTION 'job % has ended', id USING ERRCODE = 'object_not_in_prerequisite_state',
                HINT = 'Only jobs that are still to run have a use for a priority.';
        END IF;
        origin := job_or_error(id);
    END LOOP;
    UPDATE job SET lane_id = new_lane, priority = set_priority.priority, aged = 0 WHERE job.id = origin.id AND job.enqueued_at = origin.enqueued_at;
END
$$;
