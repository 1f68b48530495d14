-- Refuses what no plugin could ever run, with the element's place and the way out.
CREATE OR REPLACE FUNCTION millrace.check_job(job jsonb, place text) RETURNS void
LANGUAGE plpgsql IMMUTABLE
SET search_path = millrace, pg_temp AS $$
DECLARE
    unknown text;
    rule jsonb := job -> 'unique';
BEGIN
    IF jsonb_typeof(job) IS DISTINCT FROM 'object' THEN
        RAISE EXCEPTION '% is not a JSON object', place USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Give each job as an object, for example {"plugin": "greet", "args": {"customer": 1}}.';
    END IF;
    SELECT string_agg(name, ', ') INTO unknown FROM jsonb_object_keys(job) AS given(name)
    WHERE name NOT IN ('key', 'plugin', 'args', 'args_version', 'queue', 'priority', 'run_at', 'delay_ms', 'max_attempts',
        'timeout_ms', 'backoff_base_ms', 'backoff_cap_ms', 'logical_time', 'tags', 'needs', 'parents', 'on_failure', 'step',
        'unique', 'deadline_at', 'deadline_ms', 'expires_at', 'expires_ms', 'weight', 'keys', 'trace', 'rules');
    IF unknown IS NOT NULL THEN
        RAISE EXCEPTION '% has unknown keys: %', place, unknown USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Known keys: key, plugin, args, args_version, queue, priority, run_at, delay_ms, max_attempts, timeout_ms, '
                'backoff_base_ms, backoff_cap_ms, logical_time, tags, needs, parents, on_failure, step, unique, deadline_at, '
                'deadline_ms, expires_at, expires_ms, weight, keys, trace.';
    END IF;
    IF coalesce(job ->> 'plugin', '') = '' THEN
        RAISE EXCEPTION '% names no plugin', place USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Set "plugin"; `millrace plugin list` shows the known ones.';
    END IF;
    IF job ->> 'queue' = '' THEN
        RAISE EXCEPTION '% has an empty queue name', place USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Leave "queue" out for the plugin''s own queue.';
    END IF;
    IF (job ->> 'max_attempts')::integer NOT BETWEEN 1 AND 1000 THEN
        RAISE EXCEPTION '% has max_attempts %', place, job ->> 'max_attempts' USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Give a number from 1 to 1000.';
    END IF;
    IF (job ->> 'timeout_ms')::bigint <= 0 THEN
        RAISE EXCEPTION '% has timeout_ms %', place, job ->> 'timeout_ms' USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Give a positive number of milliseconds, or leave it out for no timeout.';
    END IF;
    IF (job ->> 'weight')::integer NOT BETWEEN 1 AND 1000 THEN
        RAISE EXCEPTION '% has weight %', place, job ->> 'weight' USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Give a number from 1 to 1000.';
    END IF;
    IF jsonb_typeof(coalesce(job -> 'keys', '{}')) <> 'object' THEN
        RAISE EXCEPTION '% has keys that are not a JSON object', place USING ERRCODE = 'invalid_parameter_value',
            HINT = '"keys" takes values by name, for example {"tenant": "acme"}.';
    END IF;
    IF rule IS NULL THEN
        RETURN;
    END IF;
    IF jsonb_typeof(rule) <> 'object' THEN
        RAISE EXCEPTION '% has "unique" that is not a JSON object', place USING ERRCODE = 'invalid_parameter_value',
            HINT = 'For example {"args": ["customer"], "for_ms": 3600000, "conflict": "reject"}; {} for all arguments, until done.';
    END IF;
    SELECT string_agg(name, ', ') INTO unknown FROM jsonb_object_keys(rule) AS given(name)
    WHERE name NOT IN ('args', 'queue', 'key', 'for_ms', 'conflict', 'max_wait_ms');
    IF unknown IS NOT NULL THEN
        RAISE EXCEPTION '% has unknown keys in "unique": %', place, unknown USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Known keys: args, queue, key, for_ms, conflict, max_wait_ms.';
    END IF;
    IF coalesce(rule ->> 'conflict', 'reject') NOT IN ('reject', 'replace', 'debounce') THEN
        RAISE EXCEPTION '% has unique.conflict %', place, rule ->> 'conflict' USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Use reject, replace or debounce.';
    END IF;
    IF rule ->> 'conflict' = 'debounce' AND job ->> 'delay_ms' IS NULL THEN
        RAISE EXCEPTION '% is debounced without a delay', place USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Set "delay_ms": how long it waits for a newer one.';
    END IF;
    IF (rule ->> 'for_ms')::bigint <= 0 THEN
        RAISE EXCEPTION '% has unique.for_ms %', place, rule ->> 'for_ms' USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Give a positive number of milliseconds, or leave it out to hold the key until the job has ended.';
    END IF;
    IF job ? 'key' THEN
        RAISE EXCEPTION '% has a unique key and is named by "key"', place USING ERRCODE = 'invalid_parameter_value',
            HINT = 'A job that may turn out to be there already cannot be waited for in the same call. Enqueue it in a call of its own.';
    END IF;
END
$$;

-- Refuses what the settings and the published plugins do not allow.
CREATE OR REPLACE FUNCTION millrace.check_jobs(jobs jsonb, is_continuation boolean) RETURNS void
LANGUAGE plpgsql
SET search_path = millrace, pg_temp AS $$
DECLARE
    most bigint;
    offender record;
BEGIN
    IF jsonb_typeof(jobs) IS DISTINCT FROM 'array' THEN
        RAISE EXCEPTION 'jobs is not a JSON array' USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Give an array of objects, for example [{"plugin": "greet", "args": {}}].';
    END IF;
    -- Once for each distinct shape, and the arguments of all.
    PERFORM check_job(known.shape, format('job %s', known.place))
    FROM (
        SELECT CASE jsonb_typeof(element.job) WHEN 'object' THEN element.job - 'args' ELSE element.job END AS shape,
            min(element.place) AS place
        FROM jsonb_array_elements(jobs) WITH ORDINALITY AS element(job, place) GROUP BY 1
    ) AS known ORDER BY known.place;
    SELECT element.place INTO offender FROM jsonb_array_elements(jobs) WITH ORDINALITY AS element(job, place)
    WHERE jsonb_typeof(element.job -> 'args') <> 'object' LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'job % has arguments that are not a JSON object', offender.place USING ERRCODE = 'invalid_parameter_value',
            HINT = '"args" takes an object, for example {"customer": 1}.';
    END IF;

    -- The size in memory is about that of the text, and costs nothing to ask.
    most := (SELECT value::bigint FROM setting WHERE name = 'max_args_bytes');
    IF pg_column_size(jobs) > most THEN
        SELECT element.place, octet_length((element.job -> 'args')::text) AS bytes INTO offender
        FROM jsonb_array_elements(jobs) WITH ORDINALITY AS element(job, place)
        WHERE octet_length((element.job -> 'args')::text) > most ORDER BY element.place LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'job % has arguments of % bytes, and % are allowed', offender.place, offender.bytes, most
                USING ERRCODE = 'program_limit_exceeded',
                HINT = 'Keep large data in a table or a file and pass its key; or raise the limit: '
                    'UPDATE millrace.setting SET value = ... WHERE name = ''max_args_bytes''.';
        END IF;
    END IF;

    IF is_continuation THEN
        most := (SELECT value::bigint FROM setting WHERE name = 'max_children');
        IF jsonb_array_length(jobs) > most THEN
            RAISE EXCEPTION 'a fan-out into % jobs, and % are allowed', jsonb_array_length(jobs), most
                USING ERRCODE = 'program_limit_exceeded',
                HINT = 'Give each child a range of the work instead of one piece; or raise the limit: '
                    'UPDATE millrace.setting SET value = ... WHERE name = ''max_children''.';
        END IF;
    ELSIF EXISTS (SELECT FROM queue WHERE draining_at IS NOT NULL) THEN
        SELECT element.place, queue.name, queue.draining_by INTO offender
        FROM jsonb_array_elements(jobs) WITH ORDINALITY AS element(job, place)
        LEFT JOIN plugin ON plugin.name = element.job ->> 'plugin'
        JOIN queue ON queue.name = coalesce(element.job ->> 'queue', plugin.queue, 'default')
        WHERE queue.draining_at IS NOT NULL ORDER BY element.place LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'job % is for queue %, which % lets drain: it takes no new jobs', offender.place, offender.name,
                offender.draining_by USING ERRCODE = 'object_not_in_prerequisite_state',
                HINT = format('Name another queue, or open it again: millrace queue resume %s', offender.name);
        END IF;
    END IF;

    IF EXISTS (SELECT FROM plugin WHERE secrets <> '{}') THEN
        SELECT element.place, plugin.name AS plugin, secret.name INTO offender
        FROM jsonb_array_elements(jobs) WITH ORDINALITY AS element(job, place)
        JOIN plugin ON plugin.name = element.job ->> 'plugin' AND plugin.secrets <> '{}'
        CROSS JOIN LATERAL unnest(plugin.secrets) AS secret(name)
        WHERE element.job -> 'args' ? secret.name
            -- Nothing is no secret.
            AND element.job -> 'args' -> secret.name NOT IN ('null', '""', '[]', '{}')
            AND (element.job #> ARRAY['args', secret.name, 'millrace.sealed']) IS NULL
        ORDER BY element.place LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'job %: argument % of plugin % is secret and came in the clear', offender.place, offender.name, offender.plugin
                USING ERRCODE = 'invalid_parameter_value',
                HINT = 'Enqueue it from Swift or with `millrace run`, which seal it with the key of MILLRACE_KEYS.';
        END IF;
    END IF;
END
$$;
