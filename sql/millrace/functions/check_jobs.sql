-- Refuses an option of the wrong kind or out of its range, with what it takes. A time that has passed is none: a caller that
-- counts from its own clock may be late.
CREATE OR REPLACE FUNCTION millrace.check_options(job jsonb, place text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = millrace, pg_temp AS $$
DECLARE
    wrong record;
    most bigint := 3155760000000; -- a hundred years of milliseconds
    option text;
BEGIN
    SELECT known.name, known.least, known.greatest, job #>> known.path AS given INTO wrong
    FROM (VALUES
        ('priority', '{priority}'::text[], -32768::bigint, 32767::bigint), ('max_attempts', '{max_attempts}', 1, 1000),
        ('timeout_ms', '{timeout_ms}', 1, most), ('weight', '{weight}', 1, 1000), ('args_version', '{args_version}', 0, 2147483647),
        ('delay_ms', '{delay_ms}', -most, most), ('backoff_base_ms', '{backoff_base_ms}', 0, most),
        ('backoff_cap_ms', '{backoff_cap_ms}', 0, most), ('deadline_ms', '{deadline_ms}', -most, most),
        ('expires_ms', '{expires_ms}', -most, most), ('unique.for_ms', '{unique,for_ms}', 1, most),
        ('unique.max_wait_ms', '{unique,max_wait_ms}', 0, most)
    ) AS known(name, path, least, greatest)
    WHERE CASE WHEN job #>> known.path ~ '^-?[0-9]{1,18}$' THEN (job #>> known.path)::bigint NOT BETWEEN known.least AND known.greatest
        ELSE job #>> known.path IS NOT NULL END
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '% has % %', place, wrong.name, wrong.given USING ERRCODE = 'invalid_parameter_value',
            HINT = format('Give a whole number from %s to %s, or leave it out.', wrong.least, wrong.greatest);
    END IF;

    SELECT known.name, known.form, job #>> known.path AS given INTO wrong
    FROM (VALUES
        ('tags', '{tags}'::text[], '["words"]', 'lax $[*] ? (@.type() != "string")'),
        ('needs', '{needs}', '["keys of jobs of this call"]', 'lax $[*] ? (@.type() != "string")'),
        ('parents', '{parents}', '[41, 42]', 'lax $[*] ? (@.type() != "number" && (@.type() != "string" || !(@ like_regex "^[0-9]{1,18}$")))'),
        ('unique.args', '{unique,args}', '["names of arguments"]', 'lax $[*] ? (@.type() != "string")')
    ) AS known(name, path, form, stranger)
    WHERE jsonb_typeof(job #> known.path) <> 'array' OR jsonb_path_exists(job #> known.path, known.stranger::jsonpath)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '% has % %', place, wrong.name, coalesce(wrong.given, 'null') USING ERRCODE = 'invalid_parameter_value',
            HINT = format('Give a list, such as %s, or leave it out.', wrong.form);
    END IF;

    IF jsonb_typeof(job -> 'trace') NOT IN ('object', 'null') THEN
        RAISE EXCEPTION '% has trace %', place, job -> 'trace' USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Give an object, {"traceparent": "00-..."}, or leave it out.';
    END IF;
    IF jsonb_typeof(job -> 'on_failure') <> 'object'
        OR jsonb_path_exists(job, '$.on_failure.* ? (!(@ == "stop" || @ == "continue" || @ == "always"))')
    THEN
        RAISE EXCEPTION '% has on_failure %', place, job -> 'on_failure' USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Give stop, continue or always for each job that it waits for, for example {"load": "continue"}.';
    END IF;

    FOREACH option IN ARRAY ARRAY['run_at', 'deadline_at', 'expires_at', 'logical_time'] LOOP
        BEGIN
            PERFORM (job ->> option)::timestamptz;
        EXCEPTION WHEN data_exception THEN
            RAISE EXCEPTION '% has % %', place, option, job ->> option USING ERRCODE = 'invalid_parameter_value',
                HINT = 'Give a time with its offset, for example 2026-03-29T06:00:00+02:00.';
        END;
    END LOOP;
END
$$;

-- Whether some job has an option of the wrong kind or out of its range. It costs little, and says nothing more.
CREATE OR REPLACE FUNCTION millrace.has_wrong_option(jobs jsonb) RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = millrace, pg_temp AS $$
DECLARE
    most bigint := 3155760000000;
    is_wrong boolean;
BEGIN
    SELECT bool_or((job ->> 'priority')::integer NOT BETWEEN -32768 AND 32767
        OR (job ->> 'max_attempts')::integer NOT BETWEEN 1 AND 1000
        OR (job ->> 'timeout_ms')::bigint NOT BETWEEN 1 AND most
        OR (job ->> 'weight')::integer NOT BETWEEN 1 AND 1000
        OR (job ->> 'args_version')::integer < 0
        OR (job ->> 'delay_ms')::bigint NOT BETWEEN -most AND most
        OR (job ->> 'backoff_base_ms')::bigint NOT BETWEEN 0 AND most
        OR (job ->> 'backoff_cap_ms')::bigint NOT BETWEEN 0 AND most
        OR (job ->> 'deadline_ms')::bigint NOT BETWEEN -most AND most
        OR (job ->> 'expires_ms')::bigint NOT BETWEEN -most AND most
        -- No time is before all times: it is the cast that may fail.
        OR least((job ->> 'run_at')::timestamptz, (job ->> 'deadline_at')::timestamptz, (job ->> 'expires_at')::timestamptz,
            (job ->> 'logical_time')::timestamptz) < '-infinity'
        OR jsonb_typeof(job -> 'trace') NOT IN ('object', 'null')
        OR job ? 'tags' AND (jsonb_typeof(job -> 'tags') <> 'array'
            OR jsonb_path_exists(job, 'lax $.tags[*] ? (@.type() != "string")'))
        OR job ? 'needs' AND (jsonb_typeof(job -> 'needs') <> 'array'
            OR jsonb_path_exists(job, 'lax $.needs[*] ? (@.type() != "string")'))
        OR job ? 'parents' AND (jsonb_typeof(job -> 'parents') <> 'array'
            OR jsonb_path_exists(job, 'lax $.parents[*] ? (@.type() != "number" && (@.type() != "string" || !(@ like_regex "^[0-9]{1,18}$")))'))
        OR job ? 'on_failure' AND (jsonb_typeof(job -> 'on_failure') <> 'object'
            OR jsonb_path_exists(job, '$.on_failure.* ? (!(@ == "stop" || @ == "continue" || @ == "always"))'))
        OR job ? 'unique' AND ((job #>> '{unique,for_ms}')::bigint NOT BETWEEN 1 AND most
            OR (job #>> '{unique,max_wait_ms}')::bigint NOT BETWEEN 0 AND most
            OR job -> 'unique' ? 'args' AND (jsonb_typeof(job #> '{unique,args}') <> 'array'
                OR jsonb_path_exists(job, 'lax $.unique.args[*] ? (@.type() != "string")'))))
    INTO is_wrong FROM jsonb_array_elements(jobs) AS element(job)
    WHERE job ?| ARRAY['priority', 'max_attempts', 'timeout_ms', 'weight', 'args_version', 'delay_ms', 'backoff_base_ms',
        'backoff_cap_ms', 'deadline_ms', 'expires_ms', 'run_at', 'deadline_at', 'expires_at', 'logical_time', 'tags', 'needs',
        'parents', 'on_failure', 'trace', 'unique'];
    RETURN coalesce(is_wrong, false);
EXCEPTION WHEN data_exception THEN
    RETURN true;
END
$$;

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
        'timeout_ms', 'backoff_base_ms', 'backoff_cap_ms', 'logical_time', 'tags', 'needs', 'parents', 'on_failure',
        'unique', 'deadline_at', 'deadline_ms', 'expires_at', 'expires_ms', 'weight', 'keys', 'trace');
    IF unknown IS NOT NULL THEN
        RAISE EXCEPTION '% has unknown keys: %', place, unknown USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Known keys: key, plugin, args, args_version, queue, priority, run_at, delay_ms, max_attempts, timeout_ms, '
                'backoff_base_ms, backoff_cap_ms, logical_time, tags, needs, parents, on_failure, unique, deadline_at, '
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
    IF job ? 'key' THEN
        RAISE EXCEPTION '% has a unique key and is named by "key"', place USING ERRCODE = 'invalid_parameter_value',
            HINT = 'A job that may turn out to be there already cannot be waited for in the same call. Enqueue it in a call of its own.';
    END IF;
END
$$;

-- Refuses a fan-out into more jobs than the setting allows.
CREATE OR REPLACE FUNCTION millrace.check_children(children integer) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = millrace, pg_temp AS $$
DECLARE
    most bigint := (SELECT value::bigint FROM setting WHERE name = 'max_children');
BEGIN
    IF children > most THEN
        RAISE EXCEPTION 'a fan-out into % jobs, and % are allowed', children, most USING ERRCODE = 'program_limit_exceeded',
            HINT = 'Give each child a range of the work instead of one piece; or raise the limit: '
                'UPDATE millrace.setting SET value = ... WHERE name = ''max_children''.';
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
    shapes jsonb;
    places bigint[];
BEGIN
    IF jsonb_typeof(jobs) IS DISTINCT FROM 'array' THEN
        RAISE EXCEPTION 'jobs is not a JSON array' USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Give an array of objects, for example [{"plugin": "greet", "args": {}}].';
    END IF;
    IF is_continuation THEN
        -- The last one is no child: it waits for the others.
        PERFORM check_children(jsonb_array_length(jobs) - 1);
    END IF;
    -- Each distinct shape once, and the arguments of all. What makes a job a step is not for producers.
    SELECT coalesce(jsonb_agg(known.shape ORDER BY known.place), '[]'), array_agg(known.place ORDER BY known.place)
    INTO shapes, places
    FROM (
        SELECT CASE jsonb_typeof(element.job) WHEN 'object'
            THEN element.job - CASE WHEN is_continuation THEN '{args,rules,step}'::text[] ELSE '{args}' END ELSE element.job END AS shape,
            min(element.place) AS place
        FROM jsonb_array_elements(jobs) WITH ORDINALITY AS element(job, place) GROUP BY 1
    ) AS known;
    PERFORM check_job(element.shape, format('job %s', places[element.number]))
    FROM jsonb_array_elements(shapes) WITH ORDINALITY AS element(shape, number);
    IF has_wrong_option(shapes) THEN
        PERFORM check_options(element.job, format('job %s', element.place))
        FROM jsonb_array_elements(jobs) WITH ORDINALITY AS element(job, place);
    END IF;
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

    IF NOT is_continuation AND EXISTS (SELECT FROM queue WHERE draining_at IS NOT NULL) THEN
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
