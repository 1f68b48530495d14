-- Pipeline runs: starting them, approving, cancelling, running them again.

-- The parameters of a run: those that are given over the defaults. One that nobody knows, or that is missing, is an error.
CREATE OR REPLACE FUNCTION millrace.run_parameters(known millrace.pipeline, given jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = millrace, pg_temp AS $$
DECLARE
    declared jsonb := coalesce(known.definition -> 'parameters', '{}');
    filled jsonb;
    names text;
BEGIN
    SELECT string_agg(name, ', ' ORDER BY name) INTO names FROM jsonb_object_keys(coalesce(given, '{}')) AS name WHERE NOT declared ? name;
    IF names IS NOT NULL THEN
        RAISE EXCEPTION 'pipeline % has no parameter %', known.name, names USING ERRCODE = 'invalid_parameter_value',
            HINT = coalesce('It has: ' || (SELECT string_agg(name, ', ' ORDER BY name) FROM jsonb_object_keys(declared) AS name),
                'It has none.');
    END IF;
    SELECT coalesce(jsonb_object_agg(parameter.key, parameter.value -> 'default') FILTER (WHERE parameter.value ? 'default'), '{}')
    INTO filled FROM jsonb_each(declared) AS parameter;
    filled := filled || coalesce(given, '{}');
    SELECT string_agg(name, ', ' ORDER BY name) INTO names FROM jsonb_object_keys(declared) AS name WHERE NOT filled ? name;
    IF names IS NOT NULL THEN
        RAISE EXCEPTION 'pipeline % was not given its parameter %', known.name, names USING ERRCODE = 'invalid_parameter_value',
            HINT = format('Give it: millrace run %s --parameter NAME=VALUE', known.name);
    END IF;
    RETURN filled;
END
$$;

-- Starts a run: one job per step, the edges between them, and a barrier that ends the run. Returns the run's id.
--
-- logical_time   what the run stands for; now when NULL
-- run_at         its first steps do not start before
-- after_run      a run that has to end first, however it ends
-- for_job        the step of another run that this run is
-- again          a run whose steps it does again; `kept` are the names of those that it takes over instead of doing them,
--                with their outputs if `with_outputs`
CREATE OR REPLACE FUNCTION millrace.start_run(
    name text, logical_time timestamptz DEFAULT NULL, run_at timestamptz DEFAULT NULL, parameters jsonb DEFAULT NULL,
    after_run bigint DEFAULT NULL, for_job bigint DEFAULT NULL, again bigint DEFAULT NULL, kept text[] DEFAULT '{}',
    with_outputs boolean DEFAULT true
) RETURNS bigint
LANGUAGE plpgsql
SET search_path = millrace, pg_temp AS $$
DECLARE
    known pipeline;
    earlier pipeline_run;
    outer_run pipeline_run;
    started bigint;
    moment timestamptz := coalesce(start_run.logical_time, clock());
    values_given jsonb;
    behind bigint;
    graph jsonb;
    made bigint[];
    stood_in text;
    ended_as text;
    skipped jsonb := '{}';
    skipped_now jsonb;
BEGIN
    SELECT * INTO known FROM pipeline WHERE pipeline.name = start_run.name;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no pipeline %', start_run.name USING ERRCODE = 'no_data_found',
            HINT = '`millrace pipeline list` shows the applied ones; `millrace apply jobs/` applies definitions.';
    END IF;
    IF again IS NOT NULL THEN
        -- It is the same work that is done again, as it was defined then.
        SELECT * INTO earlier FROM pipeline_run WHERE pipeline_run.id = again;
        known.definition := earlier.definition;
        known.revision := earlier.revision;
    END IF;
    IF for_job IS NOT NULL THEN
        SELECT outer_one.* INTO outer_run FROM job JOIN pipeline_run AS outer_one ON outer_one.id = job.run_id WHERE job.id = for_job;
        IF outer_run.depth >= 9 THEN
            RAISE EXCEPTION 'pipeline % is nested more than 10 deep', start_run.name USING ERRCODE = 'program_limit_exceeded',
                HINT = 'A pipeline must not lead back to itself.';
        END IF;
    END IF;
    values_given := run_parameters(known, start_run.parameters);
    behind := (SELECT end_job_id FROM pipeline_run WHERE pipeline_run.id = after_run);

    INSERT INTO pipeline_run (pipeline, revision, definition, logical_time, parameters, deadline_at, after_run_id, parent_job_id,
        rerun_of, depth)
    VALUES (known.name, known.revision, known.definition, moment, values_given,
        clock() + (known.definition ->> 'deadline_ms')::bigint * interval '1 millisecond', after_run, for_job, again,
        coalesce(outer_run.depth + 1, 0))
    RETURNING id INTO started;

    -- What is kept must be there before the first step looks at it. What was skipped stays skipped, and those that need it are
    -- told so like in the earlier run. What did not succeed is passed over: whoever begins behind it wants to go on without.
    FOREACH stood_in IN ARRAY kept LOOP
        ended_as := (SELECT v_step.state FROM v_step WHERE v_step.run_id = again AND v_step.step = stood_in);
        WITH carried AS (
            INSERT INTO job (id, enqueued_at, lane_id, priority, args, max_attempts, timeout_ms, backoff_base_ms, backoff_cap_ms,
                logical_time, tags, run_id, step, step_rules)
            SELECT nextval('job_id_seq'), clock(), old.lane_id, old.priority, old.args, old.max_attempts, old.timeout_ms,
                old.backoff_base_ms, old.backoff_cap_ms, moment, old.tags, started, old.step, old.step_rules - 'for_each'
            FROM job AS old
            WHERE old.run_id = again AND old.step = stood_in AND old.parent_id IS NULL ORDER BY old.id LIMIT 1
            RETURNING *
        ), kept_end AS (
            INSERT INTO finished (job_id, enqueued_at, lane_id, state, attempt, crashes, finished_at, result, reason)
            SELECT carried.id, carried.enqueued_at, carried.lane_id,
                CASE ended_as WHEN 'succeeded' THEN 'succeeded' ELSE 'skipped' END::job_state, 0, 0, clock(),
                CASE WHEN with_outputs THEN step_output(again, stood_in) END,
                CASE WHEN ended_as IN ('succeeded', 'skipped') THEN 'was taken over from run ' || again
                    ELSE format('it %s in run %s and is not done again',
                        CASE ended_as WHEN 'failed' THEN 'failed' ELSE 'was ' || ended_as END, again) END
            FROM carried
            RETURNING job_id
        )
        SELECT skipped || jsonb_object_agg(stood_in, kept_end.job_id) INTO skipped_now
        FROM kept_end WHERE ended_as = 'skipped';
        skipped := coalesce(skipped_now, skipped);
    END LOOP;

    -- Steps that are kept are not inserted as work; who needs them waits for the others only.
    SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
        'key', step.value ->> 'name', 'step', step.value ->> 'name',
        'plugin', coalesce(step.value ->> 'plugin', CASE WHEN step.value ? 'approval' THEN 'millrace.approval' ELSE 'millrace.pipeline' END),
        'queue', step.value -> 'queue', 'priority', step.value -> 'priority', 'run_at', start_run.run_at,
        'max_attempts', step.value -> 'max_attempts', 'timeout_ms', step.value -> 'timeout_ms',
        'backoff_base_ms', step.value -> 'backoff_base_ms', 'backoff_cap_ms', step.value -> 'backoff_cap_ms',
        'weight', step.value -> 'weight', 'keys', step.value -> 'keys',
        'needs', (SELECT jsonb_agg(need.value ->> 'step') FROM jsonb_array_elements(step.value -> 'needs') AS need
            WHERE need.value ->> 'step' <> ALL (kept)),
        'parents', nullif(
            CASE WHEN behind IS NOT NULL AND NOT EXISTS (
                SELECT FROM jsonb_array_elements(step.value -> 'needs') AS need WHERE need.value ->> 'step' <> ALL (kept))
                THEN jsonb_build_array(behind) ELSE '[]' END
            || coalesce((SELECT jsonb_agg(skipped -> (need.value ->> 'step')) FROM jsonb_array_elements(step.value -> 'needs') AS need
                WHERE skipped ? (need.value ->> 'step')), '[]'), '[]'),
        'on_failure', coalesce((SELECT jsonb_object_agg(need.value ->> 'step', coalesce(need.value ->> 'on_failure', 'stop'))
            FROM jsonb_array_elements(step.value -> 'needs') AS need WHERE need.value ->> 'step' <> ALL (kept)), '{}')
            || coalesce((SELECT jsonb_object_agg(skipped ->> (need.value ->> 'step'), coalesce(need.value ->> 'on_failure', 'stop'))
                FROM jsonb_array_elements(step.value -> 'needs') AS need WHERE skipped ? (need.value ->> 'step')), '{}')
            || CASE WHEN behind IS NULL THEN '{}' ELSE jsonb_build_object(behind, 'always') END,
        'rules', nullif(jsonb_strip_nulls(jsonb_build_object('when', step.value -> 'when', 'for_each', step.value -> 'for_each',
            'approval', step.value -> 'approval', 'pipeline', step.value -> 'pipeline',
            'fill', CASE WHEN position('${' IN step.value::text) > 0 THEN true END)), '{}')
    )) || jsonb_build_object('args', coalesce(step.value -> 'args', step.value -> 'parameters', '{}')) ORDER BY step.place)
    -- The end waits for the earlier run, too: a run that is cancelled while it queues must not let the next one pass.
    || jsonb_build_array(jsonb_strip_nulls(jsonb_build_object('key', 'millrace.run-end', 'plugin', 'millrace.run-end',
        'rules', '{}'::jsonb, 'needs', jsonb_agg(step.value ->> 'name'),
        'parents', CASE WHEN behind IS NOT NULL THEN jsonb_build_array(behind) END,
        'on_failure', jsonb_object_agg(step.value ->> 'name', 'always')
            || CASE WHEN behind IS NULL THEN '{}' ELSE jsonb_build_object(behind, 'always') END)))
    INTO graph
    FROM jsonb_array_elements(known.definition -> 'steps') WITH ORDINALITY AS step(value, place)
    WHERE step.value ->> 'name' <> ALL (kept);
    IF graph IS NULL THEN
        RAISE EXCEPTION 'run % has nothing to do again', again USING ERRCODE = 'object_not_in_prerequisite_state',
            HINT = 'All its steps ended well; name the one to begin from: --from STEP.';
    END IF;

    made := (insert_jobs(graph, in_run => started, at_logical_time => moment)).ids;
    UPDATE pipeline_run SET end_job_id = made[cardinality(made)] WHERE pipeline_run.id = started;
    RETURN started;
END
$$;

-- Starts a run of a pipeline. Returns the run's id.
--
--   SELECT millrace.run_pipeline('nightly-personalization', parameters => '{"campaign": "spring"}');
CREATE OR REPLACE FUNCTION millrace.run_pipeline(
    name text, logical_time timestamptz DEFAULT NULL, run_at timestamptz DEFAULT NULL, parameters jsonb DEFAULT NULL,
    after_run bigint DEFAULT NULL
) RETURNS bigint
LANGUAGE sql SECURITY DEFINER
SET search_path = millrace, pg_temp AS $$
    SELECT millrace.start_run(name, logical_time, run_at, parameters, after_run)
$$;

-- The run, or an error that says where to look.
CREATE OR REPLACE FUNCTION millrace.run_or_error(run bigint) RETURNS millrace.pipeline_run
LANGUAGE plpgsql STABLE
SET search_path = millrace, pg_temp AS $$
DECLARE
    found_run pipeline_run;
BEGIN
    SELECT * INTO found_run FROM pipeline_run WHERE pipeline_run.id = run;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no pipeline run %', run USING ERRCODE = 'no_data_found', HINT = '`millrace pipeline runs` shows the runs there are.';
    END IF;
    RETURN found_run;
END
$$;

-- Cancels whatever of a pipeline run has not ended. Returns how many jobs it reached.
CREATE OR REPLACE FUNCTION millrace.cancel_run(run bigint, requested_by text DEFAULT NULL) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = millrace, pg_temp AS $$
DECLARE
    who text := coalesce(requested_by, session_user);
    reached integer := 0;
    is_over boolean;
    each_id bigint;
BEGIN
    PERFORM run_or_error(run);
    UPDATE pipeline_run SET reason = 'was cancelled by ' || who WHERE id = run AND state = 'running' AND reason IS NULL;
    -- Newest first, so that no job is released only to be cancelled. The barrier that ends the run ends by itself.
    -- And again, until there are none: one that ended while it was looked at may have made children.
    LOOP
        is_over := true;
        FOR each_id IN
            SELECT job.id FROM job JOIN lane ON lane.id = job.lane_id
            WHERE job.run_id = run AND lane.plugin NOT IN ('millrace.barrier', 'millrace.run-end')
                AND NOT EXISTS (SELECT FROM finished WHERE finished.job_id = job.id)
                AND NOT EXISTS (SELECT FROM lease WHERE lease.job_id = job.id AND lease.cancel_requested_at IS NOT NULL)
            ORDER BY job.id DESC
        LOOP
            is_over := false;
            IF cancel(each_id, who) IN ('cancelled', 'requested') THEN
                reached := reached + 1;
            END IF;
        END LOOP;
        EXIT WHEN is_over;
    END LOOP;
    RETURN reached;
END
$$;

-- Answers an approval step of a run that waits: it ends well, with who said so and why as its output, or it fails.
CREATE OR REPLACE FUNCTION millrace.approve(
    run bigint, step text, approved boolean DEFAULT true, approved_by text DEFAULT NULL, comment text DEFAULT NULL
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = millrace, pg_temp AS $$
DECLARE
    who text := coalesce(approved_by, session_user);
    asked bigint;
    final job_state := CASE WHEN approved THEN 'succeeded' ELSE 'failed' END;
    waiting text;
BEGIN
    PERFORM run_or_error(run);
    SELECT deferred.job_id INTO asked
    FROM deferred JOIN job ON job.id = deferred.job_id AND job.enqueued_at = deferred.enqueued_at
    WHERE job.run_id = run AND job.step = approve.step AND deferred.awaits = 'approval'
    FOR UPDATE OF deferred;
    IF NOT FOUND THEN
        waiting := (SELECT string_agg(job.step, ', ' ORDER BY job.id)
            FROM deferred JOIN job ON job.id = deferred.job_id AND job.enqueued_at = deferred.enqueued_at
            WHERE job.run_id = run AND deferred.awaits = 'approval');
        RAISE EXCEPTION 'step % of run % waits for no approval', approve.step, run USING
            ERRCODE = 'object_not_in_prerequisite_state',
            HINT = coalesce('These wait for one: ' || waiting, format('None of its steps does: `millrace pipeline show %s`.', run));
    END IF;
    PERFORM end_deferred(ARRAY[asked], final, CASE WHEN NOT approved THEN format('was refused by %s%s', who, coalesce(': ' || comment, '')) END,
        CASE WHEN approved THEN jsonb_strip_nulls(jsonb_build_object('approved_by', who, 'comment', comment, 'at', clock())) END);
    PERFORM settle(ARRAY[asked], ARRAY[final]);
END
$$;

-- Runs steps of a run that has ended again, in a new run. Returns its id.
--
-- from_steps    begin with these and do all that waits for them; NULL: those that did not succeed and all that waits for them
-- with_outputs  whether the steps that are not done again keep their outputs
-- parameters    over those of the earlier run
CREATE OR REPLACE FUNCTION millrace.rerun(
    run bigint, from_steps text[] DEFAULT NULL, with_outputs boolean DEFAULT true, parameters jsonb DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = millrace, pg_temp AS $$
DECLARE
    earlier pipeline_run := run_or_error(run);
    unknown text;
    again text[];
    kept text[];
BEGIN
    IF earlier.state = 'running' THEN
        RAISE EXCEPTION 'run % has not ended', run USING ERRCODE = 'object_not_in_prerequisite_state',
            HINT = format('Wait for it, or cancel it: `millrace pipeline cancel %s`.', run);
    END IF;
    SELECT string_agg(wanted.name, ', ') INTO unknown FROM unnest(from_steps) AS wanted(name)
    WHERE NOT EXISTS (SELECT FROM jsonb_array_elements(earlier.definition -> 'steps') AS step WHERE step.value ->> 'name' = wanted.name);
    IF unknown IS NOT NULL THEN
        RAISE EXCEPTION 'run % has no step %', run, unknown USING ERRCODE = 'invalid_parameter_value',
            HINT = 'It has: ' || (SELECT string_agg(step.value ->> 'name', ', ')
                FROM jsonb_array_elements(earlier.definition -> 'steps') AS step);
    END IF;
    IF from_steps IS NULL THEN
        from_steps := ARRAY(SELECT v_step.step FROM v_step WHERE v_step.run_id = run AND v_step.state NOT IN ('succeeded', 'skipped'));
    END IF;
    WITH RECURSIVE chosen(name) AS (
        SELECT unnest(from_steps)
        UNION
        SELECT step.value ->> 'name' FROM chosen
        JOIN jsonb_array_elements(earlier.definition -> 'steps') AS step
            ON EXISTS (SELECT FROM jsonb_array_elements(step.value -> 'needs') AS need WHERE need.value ->> 'step' = chosen.name)
    )
    SELECT array_agg(name) INTO again FROM chosen;
    kept := ARRAY(SELECT step.value ->> 'name' FROM jsonb_array_elements(earlier.definition -> 'steps') AS step
        WHERE step.value ->> 'name' <> ALL (coalesce(again, '{}')));
    RETURN start_run(earlier.pipeline, earlier.logical_time, NULL, earlier.parameters || coalesce(rerun.parameters, '{}'), NULL,
        NULL, run, kept, with_outputs);
END
$$;

-- Lets the slots of a schedule pass without firing, until it is resumed.
CREATE OR REPLACE FUNCTION millrace.pause_schedule(name text, paused_by text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = millrace, pg_temp AS $$
BEGIN
    UPDATE schedule SET paused_at = coalesce(schedule.paused_at, clock()),
        paused_by = coalesce(schedule.paused_by, pause_schedule.paused_by, session_user)
    WHERE schedule.name = pause_schedule.name;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no schedule %', pause_schedule.name USING ERRCODE = 'no_data_found', HINT = 'See `millrace schedule list`.';
    END IF;
END
$$;

-- Lets a schedule fire again. Slots that passed meanwhile do not.
CREATE OR REPLACE FUNCTION millrace.resume_schedule(name text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = millrace, pg_temp AS $$
BEGIN
    UPDATE schedule SET past_pauses = past_pauses + tstzmultirange(tstzrange(schedule.paused_at, clock())),
        paused_at = NULL, paused_by = NULL
    WHERE schedule.name = resume_schedule.name AND schedule.paused_at IS NOT NULL;
    IF NOT FOUND AND NOT EXISTS (SELECT FROM schedule WHERE schedule.name = resume_schedule.name) THEN
        RAISE EXCEPTION 'no schedule %', resume_schedule.name USING ERRCODE = 'no_data_found', HINT = 'See `millrace schedule list`.';
    END IF;
END
$$;
