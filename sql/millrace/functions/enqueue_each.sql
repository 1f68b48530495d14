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
    plugin_name text := shape ->> 'plugin';
    queue_name text := shape ->> 'queue';
    version integer;
    rank smallint := 0;
    attempts smallint;
    limit_ms bigint;
    base_ms bigint;
    cap_ms bigint;
    words text[];
    lane integer;
    needs_care boolean;
    fits boolean;
    only_id bigint;
    ids bigint[];
    most_ms bigint := 3155760000000; -- as check_options has it
BEGIN
    IF shape - ARRAY['plugin', 'queue', 'priority', 'args_version', 'max_attempts', 'timeout_ms', 'backoff_base_ms',
            'backoff_cap_ms', 'tags'] <> '{}' OR jsonb_typeof(args) IS DISTINCT FROM 'array' THEN
        RETURN enqueue_each_slowly(shape, args);
    END IF;
    SELECT coalesce(queue_name, plugin.queue, 'default'), coalesce(plugin.version, 1), coalesce(plugin.max_attempts, 5),
        plugin.timeout_ms, coalesce(plugin.backoff_base_ms, 5000), coalesce(plugin.backoff_cap_ms, 600000),
        coalesce(plugin.secrets <> '{}', false) OR EXISTS (SELECT FROM limit_rule WHERE by_key IS NOT NULL)
            OR EXISTS (SELECT FROM queue WHERE draining_at IS NOT NULL)
    INTO queue_name, version, attempts, limit_ms, base_ms, cap_ms, needs_care
    FROM (SELECT) AS one LEFT JOIN plugin ON plugin.name = plugin_name;
    IF shape ?| ARRAY['priority', 'args_version', 'max_attempts', 'timeout_ms', 'backoff_base_ms', 'backoff_cap_ms', 'tags'] THEN
        BEGIN
            version := coalesce((shape ->> 'args_version')::integer, version);
            rank := coalesce((shape ->> 'priority')::smallint, 0);
            attempts := coalesce((shape ->> 'max_attempts')::smallint, attempts);
            limit_ms := coalesce((shape ->> 'timeout_ms')::bigint, limit_ms);
            base_ms := coalesce((shape ->> 'backoff_base_ms')::bigint, base_ms);
            cap_ms := coalesce((shape ->> 'backoff_cap_ms')::bigint, cap_ms);
        EXCEPTION WHEN data_exception THEN
            needs_care := true;
        END;
        needs_care := needs_care OR attempts NOT BETWEEN 1 AND 1000 OR coalesce(limit_ms NOT BETWEEN 1 AND most_ms, false)
            OR base_ms NOT BETWEEN 0 AND most_ms OR cap_ms NOT BETWEEN 0 AND most_ms
            OR coalesce(jsonb_typeof(shape -> 'tags') <> 'array', false)
            OR jsonb_path_exists(shape, 'lax $.tags[*] ? (@.type() != "string")');
        IF NOT needs_care AND shape ? 'tags' THEN
            words := ARRAY(SELECT jsonb_array_elements_text(shape -> 'tags'));
        END IF;
    END IF;
    SELECT id INTO lane FROM lane
    WHERE lane.queue = queue_name AND lane.plugin = plugin_name AND lane.args_version = version
        AND lane.priority = rank AND lane.keys = '{}';
    IF needs_care OR lane IS NULL OR jsonb_path_exists(args, '$[*] ? (@.type() != "object")')
        OR pg_column_size(args) > (SELECT value::bigint FROM setting WHERE setting.name = 'max_args_bytes')
    THEN
        RETURN enqueue_each_slowly(shape, args);
    END IF;

    IF jsonb_array_length(args) = 1 THEN
        args := args -> 0;
        fits := pg_column_size(args) <= 1000;
        only_id := take_place();
        INSERT INTO job (id, enqueued_at, lane_id, priority, args, max_attempts, timeout_ms, backoff_base_ms, backoff_cap_ms, tags)
        VALUES (only_id, moment, lane, rank, args, attempts, limit_ms, base_ms, cap_ms, words);
        INSERT INTO ready (lane_id, pos, job_id, enqueued_at, attempt, crashes, weight, traits, max_attempts, timeout_ms, args)
        VALUES (lane, only_id, only_id, moment, 0, 0, 1, 0, CASE WHEN fits THEN attempts END, CASE WHEN fits THEN limit_ms END,
            CASE WHEN fits THEN args END);
        RETURN ARRAY[only_id];
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
