-- Enqueues many jobs that differ in nothing but their arguments: the fast way for many, and for one.
--
-- shape     an element of enqueue_many without "args"
-- args      array of objects, one for each job
-- Returns the ids in the order of the array, like insert_jobs.
--
--   SELECT millrace.enqueue_each('{"plugin": "greet", "priority": 3}', '[{"customer": 7}, {"customer": 8}]');
--
-- What most jobs are is done here in few statements, and everything else by insert_jobs: jobs that wait, are due later,
-- unique, timed, heavy or counted by key, whatever a queue or plugin has special rules for, and all that is wrong.
CREATE OR REPLACE FUNCTION millrace.enqueue_each(shape jsonb, args jsonb) RETURNS bigint[]
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = millrace, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    moment timestamptz := clock();
    known record;
    queue_name text;
    version integer;
    rank smallint;
    attempts smallint;
    limit_ms bigint;
    base_ms bigint;
    cap_ms bigint;
    words text[];
    lane integer;
    ids bigint[];
    most_ms bigint := 3155760000000; -- as check_options has it
BEGIN
    IF shape - ARRAY['plugin', 'queue', 'priority', 'args_version', 'max_attempts', 'timeout_ms', 'backoff_base_ms',
            'backoff_cap_ms', 'tags'] <> '{}' OR jsonb_typeof(args) <> 'array' THEN
        RETURN enqueue_each_slowly(shape, args);
    END IF;
    SELECT plugin.*, EXISTS (SELECT FROM limit_rule WHERE by_key IS NOT NULL)
            OR EXISTS (SELECT FROM queue WHERE draining_at IS NOT NULL)
            OR pg_column_size(args) > (SELECT value::bigint FROM setting WHERE setting.name = 'max_args_bytes')
            OR jsonb_path_exists(args, '$[*] ? (@.type() != "object")') AS needs_care
    INTO known
    FROM (SELECT) AS one LEFT JOIN plugin ON plugin.name = shape ->> 'plugin';
    queue_name := coalesce(shape ->> 'queue', known.queue, 'default');
    BEGIN
        version := coalesce((shape ->> 'args_version')::integer, known.version, 1);
        rank := coalesce((shape ->> 'priority')::smallint, 0);
        attempts := coalesce((shape ->> 'max_attempts')::smallint, known.max_attempts, 5);
        limit_ms := coalesce((shape ->> 'timeout_ms')::bigint, known.timeout_ms);
        base_ms := coalesce((shape ->> 'backoff_base_ms')::bigint, known.backoff_base_ms, 5000);
        cap_ms := coalesce((shape ->> 'backoff_cap_ms')::bigint, known.backoff_cap_ms, 600000);
    EXCEPTION WHEN data_exception THEN
        known.needs_care := true;
    END;
    SELECT id INTO lane FROM lane
    WHERE lane.queue = queue_name AND lane.plugin = shape ->> 'plugin' AND lane.args_version = version
        AND lane.priority = rank AND lane.keys = '{}';
    IF known.needs_care OR known.secrets <> '{}' OR lane IS NULL OR attempts NOT BETWEEN 1 AND 1000
        OR limit_ms NOT BETWEEN 1 AND most_ms OR base_ms NOT BETWEEN 0 AND most_ms OR cap_ms NOT BETWEEN 0 AND most_ms
        OR jsonb_typeof(shape -> 'tags') <> 'array' OR jsonb_path_exists(shape, 'lax $.tags[*] ? (@.type() != "string")')
    THEN
        RETURN enqueue_each_slowly(shape, args);
    END IF;
    IF shape ? 'tags' THEN
        words := ARRAY(SELECT jsonb_array_elements_text(shape -> 'tags'));
    END IF;

    -- Before the first id is taken, which is a place in ready: see ready.sql.
    PERFORM announce_places();
    WITH given AS MATERIALIZED (
        SELECT nextval('job_id_seq') AS id, element.value FROM jsonb_array_elements(args) AS element(value)
    ), kept AS (
        INSERT INTO job (id, enqueued_at, lane_id, priority, args, max_attempts, timeout_ms, backoff_base_ms, backoff_cap_ms, tags)
        SELECT given.id, moment, lane, rank, given.value, attempts, limit_ms, base_ms, cap_ms, words FROM given
    ), runnable AS (
        INSERT INTO ready (lane_id, pos, job_id, enqueued_at, attempt, crashes, weight, traits, max_attempts, timeout_ms, args)
        SELECT lane, given.id, given.id, moment, 0, 0, 1, 0, fitting.attempts, fitting.limit_ms, fitting.value
        FROM given LEFT JOIN LATERAL (SELECT attempts, limit_ms, given.value WHERE pg_column_size(given.value) <= 1000) AS fitting
            ON true
    )
    SELECT coalesce(array_agg(given.id), '{}') INTO ids FROM given;
    RETURN ids;
END
$$;

-- The same by insert_jobs.
CREATE OR REPLACE FUNCTION millrace.enqueue_each_slowly(shape jsonb, args jsonb) RETURNS bigint[]
LANGUAGE plpgsql
SET search_path = millrace, pg_temp AS $$
BEGIN
    IF jsonb_typeof(args) IS DISTINCT FROM 'array' THEN
        RAISE EXCEPTION 'args is not a JSON array' USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Give an array with the arguments of each job, for example [{"customer": 1}, {"customer": 2}].';
    END IF;
    RETURN (insert_jobs((
        SELECT coalesce(jsonb_agg(CASE jsonb_typeof(shape) WHEN 'object' THEN shape || jsonb_build_object('args', element.value)
            ELSE shape END ORDER BY element.place), '[]')
        FROM jsonb_array_elements(args) WITH ORDINALITY AS element(value, place)))).ids;
END
$$;
