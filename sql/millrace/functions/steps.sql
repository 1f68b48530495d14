-- What becomes of the steps of a pipeline run when they are released.

-- The output of a step of a run: of its job, or of whoever carried its work on. Of a step that fanned out, the list of its
-- children's outputs, in their order.
CREATE OR REPLACE FUNCTION millrace.step_output(run bigint, step_name text) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = millrace, pg_temp AS $$
DECLARE
    first_job job;
    heir bigint;
BEGIN
    SELECT * INTO first_job FROM job
    WHERE job.run_id = run AND job.step = step_name AND job.parent_id IS NULL ORDER BY job.id LIMIT 1;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    IF first_job.step_rules ? 'for_each' THEN
        heir := last_successor(first_job.id);
        IF NOT EXISTS (SELECT FROM finished WHERE job_id = heir AND state = 'succeeded') THEN
            RETURN NULL;
        END IF;
        -- For all children at once, since there may be very many; and only in the days since the step began.
        RETURN (
            WITH RECURSIVE chain(child_id, id) AS (
                SELECT child.id, child.id FROM job AS child
                WHERE child.parent_id = first_job.id AND child.id <> heir AND child.enqueued_at >= first_job.enqueued_at
                UNION ALL
                SELECT chain.child_id, finished.successor_id FROM chain JOIN finished ON finished.job_id = chain.id
                WHERE finished.successor_id IS NOT NULL AND finished.finished_at >= first_job.enqueued_at
            )
            SELECT coalesce(jsonb_agg(coalesce(finished.result, 'null') ORDER BY last.child_id), '[]')
            FROM (SELECT chain.child_id, max(chain.id) AS id FROM chain GROUP BY chain.child_id) AS last
            LEFT JOIN finished ON finished.job_id = last.id AND finished.state = 'succeeded'
                AND finished.finished_at >= first_job.enqueued_at);
    END IF;
    RETURN output_of(first_job.id);
END
$$;

-- Puts values for `${path.to.value}` in a text, an object or a list. A text that is nothing but one placeholder becomes the
-- value itself; `$${` stands for `${`. A path that leads nowhere is an error.
CREATE OR REPLACE FUNCTION millrace.fill(template jsonb, scope jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE
SET search_path = millrace, pg_temp AS $fill$
DECLARE
    plain text;
    whole text[];
    piece text;
    filled text := '';
    found_value jsonb;
BEGIN
    CASE jsonb_typeof(template)
    WHEN 'object' THEN
        RETURN coalesce((SELECT jsonb_object_agg(member.key, fill(member.value, scope)) FROM jsonb_each(template) AS member), '{}');
    WHEN 'array' THEN
        RETURN coalesce((SELECT jsonb_agg(fill(element.value, scope) ORDER BY element.place)
            FROM jsonb_array_elements(template) WITH ORDINALITY AS element(value, place)), '[]');
    WHEN 'string' THEN
        plain := template #>> '{}';
        IF position('${' IN plain) = 0 THEN
            RETURN template;
        END IF;
        whole := regexp_match(plain, '^\$\{([^{}]+)\}$');
        IF whole IS NOT NULL THEN
            found_value := scope #> string_to_array(whole[1], '.');
            IF found_value IS NULL THEN
                RAISE EXCEPTION 'there is no %', plain USING ERRCODE = 'no_data_found';
            END IF;
            RETURN found_value;
        END IF;
        FOR piece IN SELECT (regexp_matches(plain, '\$\$\{|\$\{[^{}]+\}|[^$]+|\$', 'g'))[1] LOOP
            IF piece = '$${' THEN
                filled := filled || '${';
            ELSIF piece LIKE '${%}' THEN
                found_value := scope #> string_to_array(substring(piece FROM 3 FOR length(piece) - 3), '.');
                IF found_value IS NULL THEN
                    RAISE EXCEPTION 'there is no %', piece USING ERRCODE = 'no_data_found';
                END IF;
                filled := filled || coalesce(found_value #>> '{}', '');
            ELSE
                filled := filled || piece;
            END IF;
        END LOOP;
        RETURN to_jsonb(filled);
    ELSE
        RETURN template;
    END CASE;
END
$fill$;

-- What placeholders of a run's steps may name. Only outputs that the text speaks of are read.
CREATE OR REPLACE FUNCTION millrace.fill_scope(run millrace.pipeline_run, template text) RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = millrace, pg_temp AS $$
    SELECT jsonb_build_object(
        'parameters', run.parameters,
        'run', jsonb_build_object('id', run.id, 'pipeline', run.pipeline, 'logical_time', run.logical_time),
        'steps', coalesce((
            SELECT jsonb_object_agg(step.value ->> 'name',
                jsonb_build_object('output', step_output(run.id, step.value ->> 'name')))
            FROM jsonb_array_elements(run.definition -> 'steps') AS step(value)
            WHERE position('${steps.' || (step.value ->> 'name') || '.' IN template) > 0), '{}'))
$$;

-- Releases one step: looks at its conditions, fills its placeholders in, and makes it ready, or does what stands in its
-- place: a barrier ends, a fan-out makes its children, a nested pipeline starts, an approval waits. Returns what has ended
-- by that and has yet to be settled.
CREATE OR REPLACE FUNCTION millrace.release_step(step_id bigint, OUT ended_ids bigint[], OUT ended_states millrace.job_state[])
LANGUAGE plpgsql
SET search_path = millrace, pg_temp AS $$
DECLARE
    waiting deferred;
    origin job;
    place lane;
    run pipeline_run;
    rules jsonb;
    condition record;
    output jsonb;
    items jsonb;
    filled jsonb;
    filled_keys jsonb;
    new_lane integer;
    made bigint[];
    problem text;
    way_out text;
BEGIN
    ended_ids := '{}';
    ended_states := '{}';
    SELECT * INTO waiting FROM deferred WHERE deferred.job_id = step_id FOR UPDATE;
    IF NOT FOUND OR waiting.awaits IS NOT NULL THEN
        RETURN;
    END IF;
    SELECT * INTO origin FROM job WHERE job.id = step_id AND job.enqueued_at = waiting.enqueued_at;
    SELECT * INTO place FROM lane WHERE lane.id = waiting.lane_id;
    SELECT * INTO run FROM pipeline_run WHERE pipeline_run.id = origin.run_id;
    rules := coalesce(origin.step_rules, '{}');

    IF place.plugin IN ('millrace.barrier', 'millrace.run-end') THEN
        PERFORM end_deferred(ARRAY[step_id], 'succeeded', NULL);
        ended_ids := ARRAY[step_id];
        ended_states := ARRAY['succeeded'::job_state];
        IF place.plugin = 'millrace.run-end' THEN
            SELECT ended_ids || finished_step.job_id, ended_states || finished_step.state INTO ended_ids, ended_states
            FROM end_run(origin.run_id) AS finished_step WHERE finished_step.job_id IS NOT NULL;
            ended_ids := coalesce(ended_ids, ARRAY[step_id]);
            ended_states := coalesce(ended_states, ARRAY['succeeded'::job_state]);
        END IF;
        RETURN;
    END IF;

    FOR condition IN
        SELECT rule.value ->> 'step' AS step, rule.value ->> 'is' AS path FROM jsonb_array_elements(rules -> 'when') AS rule(value)
    LOOP
        output := step_output(run.id, condition.step);
        IF NOT coalesce(jsonb_path_match(coalesce(output, 'null'), condition.path::jsonpath, run.parameters, true), false) THEN
            PERFORM end_deferred(ARRAY[step_id], 'skipped', format('its condition did not hold: %s of step %s%s', condition.path,
                condition.step, CASE WHEN output IS NULL THEN ', which has no output' ELSE '' END));
            ended_ids := ARRAY[step_id];
            ended_states := ARRAY['skipped'::job_state];
            RETURN;
        END IF;
    END LOOP;

    BEGIN
        filled := origin.args;
        filled_keys := origin.keys;
        IF rules ? 'fill' AND NOT rules ? 'for_each' THEN
            filled := fill(origin.args, fill_scope(run, origin.args::text));
            filled_keys := fill(origin.keys, fill_scope(run, origin.keys::text));
        END IF;

        IF rules ? 'for_each' THEN
            output := step_output(run.id, rules #>> '{for_each,step}');
            items := jsonb_path_query_array(coalesce(output, 'null'), (rules #>> '{for_each,items}')::jsonpath, run.parameters);
            -- Before the jobs are written out, which takes its time when they are very many.
            PERFORM check_children(jsonb_array_length(items));
            IF jsonb_array_length(items) = 0 THEN
                PERFORM end_deferred(ARRAY[step_id], 'succeeded', NULL, '[]');
                ended_ids := ARRAY[step_id];
                ended_states := ARRAY['succeeded'::job_state];
                RETURN;
            END IF;
            made := (insert_jobs((
                SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
                    'key', item.place::text, 'plugin', place.plugin, 'queue', place.queue, 'args_version', place.args_version,
                    'priority', origin.priority, 'max_attempts', origin.max_attempts, 'timeout_ms', origin.timeout_ms,
                    'backoff_base_ms', origin.backoff_base_ms, 'backoff_cap_ms', origin.backoff_cap_ms, 'weight', origin.weight))
                    || jsonb_build_object('args', fill(origin.args, scope.value || jsonb_build_object('item', item.value)))
                    || CASE WHEN origin.keys IS NULL THEN '{}' ELSE jsonb_build_object('keys',
                        fill(origin.keys, scope.value || jsonb_build_object('item', item.value))) END
                    ORDER BY item.place)
                    || jsonb_build_array(jsonb_build_object('key', 'millrace.all', 'plugin', 'millrace.barrier', 'rules', '{}'::jsonb,
                        'needs', jsonb_agg(item.place::text ORDER BY item.place)))
                FROM jsonb_array_elements(items) WITH ORDINALITY AS item(value, place)
                CROSS JOIN (SELECT fill_scope(run, origin.args::text || coalesce(origin.keys::text, '')) AS value) AS scope),
                origin.run_id, origin.id, origin.step, origin.logical_time)).ids;
            UPDATE dependency SET parent_id = made[cardinality(made)] WHERE parent_id = step_id;
            PERFORM end_deferred(ARRAY[step_id], 'succeeded', NULL, jsonb_build_object('items', jsonb_array_length(items)),
                made[cardinality(made)]);
            RETURN;
        END IF;

        IF rules ? 'approval' THEN
            UPDATE deferred SET awaits = 'approval' WHERE deferred.job_id = step_id;
            INSERT INTO expiry (job_id, at, kind)
            SELECT step_id, clock() + origin.timeout_ms * interval '1 millisecond', 'deadline' WHERE origin.timeout_ms IS NOT NULL
            ON CONFLICT DO NOTHING;
            RETURN;
        END IF;

        IF rules ? 'pipeline' THEN
            UPDATE deferred SET awaits = 'pipeline' WHERE deferred.job_id = step_id;
            PERFORM start_run(rules ->> 'pipeline', origin.logical_time, NULL, filled, NULL, step_id);
            RETURN;
        END IF;
    EXCEPTION WHEN OTHERS THEN
        -- Whatever a definition can get wrong only now ends this step and nothing else.
        GET STACKED DIAGNOSTICS problem = MESSAGE_TEXT, way_out = PG_EXCEPTION_HINT;
        IF SQLSTATE IN ('40001', '40P01', '57014') THEN
            RAISE;
        END IF;
        DELETE FROM expiry WHERE expiry.job_id = step_id;
        PERFORM end_deferred(ARRAY[step_id], 'failed', 'could not be released: ' || problem || coalesce('  →  ' || nullif(way_out, ''), ''));
        ended_ids := ARRAY[step_id];
        ended_states := ARRAY['failed'::job_state];
        RETURN;
    END;

    IF filled IS DISTINCT FROM origin.args OR filled_keys IS DISTINCT FROM origin.keys THEN
        new_lane := lane_for(place.queue, place.plugin, place.args_version, place.priority,
            lane_keys(place.queue, place.plugin, filled, filled_keys));
        UPDATE job SET args = filled, keys = filled_keys, lane_id = new_lane
        WHERE job.id = step_id AND job.enqueued_at = waiting.enqueued_at;
    END IF;
    DELETE FROM deferred WHERE deferred.job_id = step_id;
    INSERT INTO ready (lane_id, pos, job_id, enqueued_at, attempt, crashes, weight, traits)
    VALUES (coalesce(new_lane, waiting.lane_id), take_place(), step_id, waiting.enqueued_at, waiting.attempt,
        waiting.crashes, waiting.weight, waiting.traits & ~2);
END
$$;

-- Ends a run whose last barrier has been reached, and the step of another run that it is. A run failed when one of its jobs
-- failed for good, also when a later step was allowed to go on; it was cancelled when a job of it was cancelled and none
-- failed. Steps that were skipped do not matter. A run that passed its deadline has failed.
CREATE OR REPLACE FUNCTION millrace.end_run(run bigint, OUT job_id bigint, OUT state millrace.job_state)
LANGUAGE plpgsql
SET search_path = millrace, pg_temp AS $$
#variable_conflict use_column
DECLARE
    ended pipeline_run;
    outputs jsonb;
BEGIN
    UPDATE pipeline_run
    SET finished_at = clock(), state = CASE
        WHEN pipeline_run.reason LIKE 'its deadline%' THEN 'failed'
        WHEN EXISTS (SELECT FROM job JOIN finished ON finished.job_id = job.id
            WHERE job.run_id = run AND finished.state IN ('failed', 'quarantined')) THEN 'failed'
        WHEN EXISTS (SELECT FROM job JOIN finished ON finished.job_id = job.id
            WHERE job.run_id = run AND finished.state = 'cancelled' AND finished.successor_id IS NULL) THEN 'cancelled'
        ELSE 'succeeded' END
    WHERE pipeline_run.id = run
    RETURNING * INTO ended;
    IF ended.parent_job_id IS NULL OR NOT EXISTS (SELECT FROM deferred WHERE deferred.job_id = ended.parent_job_id) THEN
        RETURN;
    END IF;
    outputs := (SELECT jsonb_object_agg(step.value ->> 'name', step_output(run, step.value ->> 'name'))
        FROM jsonb_array_elements(ended.definition -> 'steps') AS step(value));
    PERFORM end_deferred(ARRAY[ended.parent_job_id], ended.state::job_state,
        CASE WHEN ended.state <> 'succeeded' THEN format('run %s of pipeline %s %s', ended.id, ended.pipeline,
            CASE ended.state WHEN 'failed' THEN 'failed' ELSE 'was ' || ended.state END) END,
        CASE WHEN ended.state = 'succeeded' THEN jsonb_build_object('run', ended.id, 'steps', outputs) END);
    job_id := ended.parent_job_id;
    state := ended.state::job_state;
END
$$;
