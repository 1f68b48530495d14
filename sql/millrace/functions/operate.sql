-- Cancels a job. One that is not running ends at once; a running one is asked to stop, and its worker is told.
-- Returns 'cancelled', 'requested', or 'already <state>'.
CREATE OR REPLACE FUNCTION millrace.cancel(id bigint, requested_by text DEFAULT NULL) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = millrace, pg_temp AS $$
DECLARE
    who text := coalesce(requested_by, session_user);
    origin job;
    holder bigint;
    ended finished;
BEGIN
    SELECT * INTO origin FROM job WHERE job.id = cancel.id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no job %', cancel.id USING ERRCODE = 'no_data_found',
            HINT = '`millrace job list` shows the jobs there are; those older than the retention are gone.';
    END IF;

    WITH gone AS (
        DELETE FROM ready WHERE ready.job_id = origin.id AND ready.lane_id = origin.lane_id
        RETURNING ready.*
    )
    INSERT INTO finished (job_id, enqueued_at, lane_id, state, attempt, crashes, finished_at, reason)
    SELECT gone.job_id, gone.enqueued_at, gone.lane_id, 'cancelled', gone.attempt, gone.crashes, clock_timestamp(),
        'cancelled by ' || who
    FROM gone;
    IF NOT FOUND THEN
        PERFORM FROM deferred WHERE deferred.job_id = origin.id FOR UPDATE;
        IF FOUND THEN
            DELETE FROM dependency WHERE dependency.job_id = origin.id;
            PERFORM end_deferred(ARRAY[origin.id], 'cancelled', 'cancelled by ' || who);
        ELSE
            UPDATE lease
            SET cancel_requested_at = coalesce(cancel_requested_at, clock_timestamp()),
                cancel_requested_by = coalesce(cancel_requested_by, who)
            WHERE lease.job_id = origin.id
            RETURNING worker_id INTO holder;
            IF FOUND THEN
                PERFORM pg_notify('millrace_cancel', holder::text);
                RETURN 'requested';
            END IF;
            SELECT * INTO ended FROM finished WHERE finished.job_id = origin.id;
            IF NOT FOUND THEN
                -- It moved between two of the looks above; whoever moved it has committed by now.
                RETURN cancel(cancel.id, requested_by);
            END IF;
            RETURN 'already ' || ended.state;
        END IF;
    END IF;
    PERFORM settle(ARRAY[origin.id], ARRAY['cancelled'::job_state]);
    RETURN 'cancelled';
END
$$;

-- Makes a job ready again: one that ended badly with all its attempts given back, one that waits for its next attempt
-- at once. Returns 'ready'.
CREATE OR REPLACE FUNCTION millrace.retry(id bigint) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = millrace, pg_temp AS $$
DECLARE
    origin job;
    ended finished;
    run pipeline_run;
BEGIN
    SELECT * INTO origin FROM job WHERE job.id = retry.id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no job %', retry.id USING ERRCODE = 'no_data_found',
            HINT = '`millrace job list` shows the jobs there are; those older than the retention are gone.';
    END IF;

    WITH gone AS (
        DELETE FROM deferred WHERE deferred.job_id = origin.id AND deferred.state = 'scheduled' RETURNING deferred.*
    )
    INSERT INTO ready (lane_id, priority, job_id, enqueued_at, attempt, crashes)
    SELECT gone.lane_id, gone.priority, gone.job_id, gone.enqueued_at, gone.attempt, gone.crashes FROM gone;
    IF FOUND THEN
        RETURN 'ready';
    END IF;

    SELECT * INTO ended FROM finished WHERE finished.job_id = origin.id FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'job % has not ended', retry.id USING ERRCODE = 'object_not_in_prerequisite_state',
            HINT = format('`millrace job show %s` says what it waits for.', retry.id);
    END IF;
    IF ended.state = 'succeeded' THEN
        RAISE EXCEPTION 'job % has succeeded', retry.id USING ERRCODE = 'object_not_in_prerequisite_state',
            HINT = 'Enqueue a new job to do its work again.';
    END IF;
    IF origin.run_id IS NOT NULL THEN
        RAISE EXCEPTION 'job % belongs to run % of a pipeline, and what waited for it has been settled', retry.id, origin.run_id
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Start the pipeline again: `millrace run PIPELINE`.';
    END IF;
    DELETE FROM finished WHERE finished.job_id = ended.job_id AND finished.finished_at = ended.finished_at;
    INSERT INTO ready (lane_id, priority, job_id, enqueued_at, attempt, crashes)
    VALUES (origin.lane_id, origin.priority, origin.id, origin.enqueued_at, 0, 0);
    RETURN 'ready';
END
$$;

-- Cancels whatever of a pipeline run has not ended. Returns how many jobs it reached.
CREATE OR REPLACE FUNCTION millrace.cancel_run(run bigint, requested_by text DEFAULT NULL) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = millrace, pg_temp AS $$
DECLARE
    reached integer := 0;
    each_id bigint;
BEGIN
    PERFORM FROM pipeline_run WHERE pipeline_run.id = run;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no pipeline run %', run USING ERRCODE = 'no_data_found', HINT = 'See `millrace pipeline list`.';
    END IF;
    -- Newest first, so that no job is released only to be cancelled.
    FOR each_id IN
        SELECT job.id FROM job JOIN lane ON lane.id = job.lane_id
        WHERE job.run_id = run AND lane.plugin NOT LIKE 'millrace.%' ORDER BY job.id DESC
    LOOP
        IF cancel(each_id, requested_by) IN ('cancelled', 'requested') THEN
            reached := reached + 1;
        END IF;
    END LOOP;
    RETURN reached;
END
$$;

CREATE OR REPLACE FUNCTION millrace.pause_queue(name text, paused_by text DEFAULT NULL) RETURNS void
LANGUAGE sql SECURITY DEFINER
SET search_path = millrace, pg_temp AS $$
    INSERT INTO queue AS known (name, paused_at, paused_by)
    VALUES (pause_queue.name, clock_timestamp(), coalesce(pause_queue.paused_by, session_user))
    ON CONFLICT ON CONSTRAINT queue_pkey DO UPDATE
    SET paused_at = coalesce(known.paused_at, excluded.paused_at),
        paused_by = coalesce(known.paused_by, excluded.paused_by)
$$;

CREATE OR REPLACE FUNCTION millrace.resume_queue(name text) RETURNS void
LANGUAGE sql SECURITY DEFINER
SET search_path = millrace, pg_temp AS $$
    UPDATE queue SET paused_at = NULL, paused_by = NULL WHERE queue.name = resume_queue.name
$$;

-- Starts a run of a pipeline: one job per step, the edges between them, and a barrier that ends the run.
-- Returns the run's id.
CREATE OR REPLACE FUNCTION millrace.run_pipeline(
    name text, logical_time timestamptz DEFAULT NULL, run_at timestamptz DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = millrace, pg_temp AS $$
DECLARE
    known pipeline;
    started bigint;
    moment timestamptz := coalesce(run_pipeline.logical_time, clock_timestamp());
    graph jsonb;
BEGIN
    SELECT * INTO known FROM pipeline WHERE pipeline.name = run_pipeline.name;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no pipeline %', run_pipeline.name USING ERRCODE = 'no_data_found',
            HINT = '`millrace pipeline list` shows the applied ones; `millrace apply jobs/` applies definitions.';
    END IF;
    INSERT INTO pipeline_run (pipeline, revision, definition, logical_time)
    VALUES (known.name, known.revision, known.definition, moment)
    RETURNING id INTO started;

    SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
        'key', step.value ->> 'name', 'step', step.value ->> 'name', 'plugin', step.value ->> 'plugin',
        'queue', step.value -> 'queue', 'priority', step.value -> 'priority', 'run_at', run_pipeline.run_at,
        'max_attempts', step.value -> 'max_attempts', 'timeout_ms', step.value -> 'timeout_ms',
        'needs', (SELECT jsonb_agg(need.value ->> 'step') FROM jsonb_array_elements(step.value -> 'needs') AS need),
        'on_failure', (SELECT jsonb_object_agg(need.value ->> 'step', coalesce(need.value ->> 'on_failure', 'stop'))
            FROM jsonb_array_elements(step.value -> 'needs') AS need)
    )) || jsonb_build_object('args', coalesce(step.value -> 'args', '{}')) ORDER BY step.place)
    || jsonb_build_array(jsonb_build_object('key', 'millrace.run-end', 'plugin', 'millrace.run-end',
        'needs', jsonb_agg(step.value ->> 'name'), 'on_failure', jsonb_object_agg(step.value ->> 'name', 'always')))
    INTO graph
    FROM jsonb_array_elements(known.definition -> 'steps') WITH ORDINALITY AS step(value, place);

    PERFORM insert_jobs(graph, in_run => started, at_logical_time => moment);
    RETURN started;
END
$$;
