-- Enqueue in few statements for jobs that are like earlier ones.
--
-- What a job is without its arguments is its shape. To find out what a shape means takes a look at the plugin's defaults, the lane,
-- the settings, the limits and the queue, which costs more than to write the job. So insert_jobs writes it down
-- (known_shape), and here it is looked up as a whole. It holds as long as the generation is the one that it was found out in; what
-- it depends on starts a new generation with its change (see m0002_jobs.sql). Only shapes of jobs that are ready at once and
-- have nothing that only some jobs have are written down.
--
-- limit_rule is named for its lock: whoever sets a limit waits for transactions that enqueued, and they for it.

-- Inserts jobs whose shapes are all known. Returns their ids in the order of the array; NULL, and inserts nothing, when one is
-- not, or something is wrong with one.
CREATE OR REPLACE FUNCTION millrace.insert_known_jobs(jobs jsonb) RETURNS bigint[]
LANGUAGE plpgsql
SET search_path = millrace, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    ids bigint[];
BEGIN
    IF jsonb_typeof(jobs) IS DISTINCT FROM 'array' THEN
        RETURN NULL;
    END IF;
    WITH given AS MATERIALIZED (
        SELECT element.place, element.job -> 'args' AS args, known.*
        FROM jsonb_array_elements(jobs) WITH ORDINALITY AS element(job, place)
        LEFT JOIN LATERAL (
            SELECT lane_id, priority, max_attempts, timeout_ms, backoff_base_ms, backoff_cap_ms, tags, most_bytes FROM known_shape
            WHERE known_shape.shape = CASE jsonb_typeof(element.job) WHEN 'object' THEN element.job - 'args' END
                AND known_shape.generation = (SELECT number FROM shape_generation)
            LIMIT 1
        ) AS known ON true
        ORDER BY element.place
    ), accepted AS MATERIALIZED (
        SELECT clock() AS moment
        FROM (
            SELECT bool_and(given.lane_id IS NOT NULL AND jsonb_typeof(given.args) = 'object') AS is_known,
                min(given.most_bytes) AS most_bytes
            FROM given
        ) AS all_of_them
        WHERE is_known AND pg_column_size(jobs) <= most_bytes AND NOT EXISTS (SELECT FROM limit_rule WHERE limit_rule.id < 0)
            -- Before the first id is taken, which is a place in ready: see announce_places in ready.sql.
            AND pg_current_xact_id() IS NOT NULL AND pg_advisory_xact_lock_shared(1835625580, 1)::text IS NOT NULL
    ), numbered AS MATERIALIZED (
        SELECT nextval('job_id_seq') AS id, accepted.moment, given.* FROM accepted CROSS JOIN given
    ), kept AS (
        INSERT INTO job (id, enqueued_at, lane_id, priority, args, max_attempts, timeout_ms, backoff_base_ms, backoff_cap_ms, tags)
        SELECT id, moment, lane_id, priority, args, max_attempts, timeout_ms, backoff_base_ms, backoff_cap_ms, tags FROM numbered
    ), runnable AS (
        INSERT INTO ready (lane_id, pos, job_id, enqueued_at, attempt, crashes, weight, traits, max_attempts, timeout_ms, args)
        SELECT numbered.lane_id, numbered.id, numbered.id, moment, 0, 0, 1, 0, fitting.max_attempts, fitting.timeout_ms, fitting.args
        FROM numbered LEFT JOIN LATERAL (
            SELECT numbered.max_attempts, numbered.timeout_ms, numbered.args WHERE pg_column_size(numbered.args) <= 1000
        ) AS fitting ON true
    )
    SELECT array_agg(numbered.id) INTO ids FROM numbered;
    RETURN ids;
END
$$;

-- Enqueues many jobs that differ in nothing but their arguments: the fast way for many.
--
-- shape     an element of enqueue_many without "args"
-- args      array of objects, one for each job
-- Returns the ids in the order of the array, like insert_jobs.
--
--   SELECT millrace.enqueue_each('{"plugin": "greet", "priority": 3}', '[{"customer": 7}, {"customer": 8}]');
CREATE OR REPLACE FUNCTION millrace.enqueue_each(shape jsonb, args jsonb) RETURNS bigint[]
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = millrace, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    ids bigint[];
BEGIN
    WITH known AS MATERIALIZED (
        SELECT lane_id, priority, max_attempts, timeout_ms, backoff_base_ms, backoff_cap_ms, tags, clock() AS moment
        FROM known_shape
        WHERE known_shape.shape = enqueue_each.shape AND known_shape.generation = (SELECT number FROM shape_generation)
            AND jsonb_typeof(enqueue_each.args) = 'array'
            AND NOT jsonb_path_exists(enqueue_each.args, 'strict $[*] ? (@.type() != "object")', '{}', true)
            AND pg_column_size(enqueue_each.args) <= known_shape.most_bytes
            AND NOT EXISTS (SELECT FROM limit_rule WHERE limit_rule.id < 0)
            -- Before the first id is taken, as above.
            AND pg_current_xact_id() IS NOT NULL AND pg_advisory_xact_lock_shared(1835625580, 1)::text IS NOT NULL
        LIMIT 1
    ), numbered AS MATERIALIZED (
        SELECT nextval('job_id_seq') AS id, element.value
        FROM known CROSS JOIN jsonb_array_elements(enqueue_each.args) AS element(value)
    ), kept AS (
        INSERT INTO job (id, enqueued_at, lane_id, priority, args, max_attempts, timeout_ms, backoff_base_ms, backoff_cap_ms, tags)
        SELECT id, moment, lane_id, priority, value, max_attempts, timeout_ms, backoff_base_ms, backoff_cap_ms, tags
        FROM numbered CROSS JOIN known
    ), runnable AS (
        INSERT INTO ready (lane_id, pos, job_id, enqueued_at, attempt, crashes, weight, traits, max_attempts, timeout_ms, args)
        SELECT known.lane_id, numbered.id, numbered.id, known.moment, 0, 0, 1, 0, fitting.max_attempts, fitting.timeout_ms, fitting.value
        FROM numbered CROSS JOIN known LEFT JOIN LATERAL (
            SELECT known.max_attempts, known.timeout_ms, numbered.value WHERE pg_column_size(numbered.value) <= 1000
        ) AS fitting ON true
    )
    SELECT array_agg(numbered.id) INTO ids FROM numbered;
    IF ids IS NULL THEN
        RETURN enqueue_each_slowly(shape, args);
    END IF;
    RETURN ids;
END
$$;

-- Enqueues many jobs of several shapes: the fast way for those, as each shape is looked up once, and by its text.
--
-- shapes    elements of enqueue_many without "args"
-- kinds     the place in shapes of each job's
-- args      array of objects, one for each job
-- Returns the ids in the order of the array, like insert_jobs.
--
--   SELECT millrace.enqueue_mixed('{"{\"plugin\": \"greet\"}", "{\"plugin\": \"greet\", \"queue\": \"vip\"}"}', '{1,2,1}',
--       '[{"customer": 7}, {"customer": 8}, {"customer": 9}]');
CREATE OR REPLACE FUNCTION millrace.enqueue_mixed(shapes text[], kinds integer[], args jsonb) RETURNS bigint[]
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = millrace, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    -- By the place of the shape: a join would be planned for a few.
    lanes integer[];
    priorities smallint[];
    most_attempts smallint[];
    timeouts bigint[];
    backoff_bases bigint[];
    backoff_caps bigint[];
    moment timestamptz;
    ids bigint[];
BEGIN
    SELECT array_agg(shape.lane_id ORDER BY asked.kind), array_agg(shape.priority ORDER BY asked.kind),
        array_agg(shape.max_attempts ORDER BY asked.kind), array_agg(shape.timeout_ms ORDER BY asked.kind),
        array_agg(shape.backoff_base_ms ORDER BY asked.kind), array_agg(shape.backoff_cap_ms ORDER BY asked.kind)
    INTO lanes, priorities, most_attempts, timeouts, backoff_bases, backoff_caps
    FROM unnest(shapes) WITH ORDINALITY AS asked(text, kind)
    LEFT JOIN LATERAL (
        SELECT lane_id, priority, max_attempts, timeout_ms, backoff_base_ms, backoff_cap_ms, most_bytes FROM known_shape
        WHERE known_shape.text = asked.text AND known_shape.generation = (SELECT number FROM shape_generation)
            AND known_shape.tags IS NULL
        LIMIT 1
    ) AS shape ON true
    HAVING bool_and(shape.lane_id IS NOT NULL) AND pg_column_size(enqueue_mixed.args) <= min(shape.most_bytes)
        AND NOT jsonb_path_exists(enqueue_mixed.args, 'strict $[*] ? (@.type() != "object")', '{}', true)
        AND cardinality(kinds) = CASE jsonb_typeof(enqueue_mixed.args) WHEN 'array' THEN jsonb_array_length(enqueue_mixed.args) END
        AND array_position(kinds, NULL) IS NULL AND 1 <= ALL (kinds) AND cardinality(shapes) >= ALL (kinds)
        AND NOT EXISTS (SELECT FROM limit_rule WHERE limit_rule.id < 0)
        -- Before the first id is taken, as above.
        AND pg_current_xact_id() IS NOT NULL AND pg_advisory_xact_lock_shared(1835625580, 1)::text IS NOT NULL;
    IF NOT FOUND THEN
        RETURN enqueue_mixed_slowly(shapes, kinds, args);
    END IF;
    moment := clock();
    WITH numbered AS MATERIALIZED (
        SELECT nextval('job_id_seq') AS id, element.kind, element.value
        FROM ROWS FROM (unnest(kinds), jsonb_array_elements(enqueue_mixed.args)) AS element(kind, value)
    ), kept AS (
        INSERT INTO job (id, enqueued_at, lane_id, priority, args, max_attempts, timeout_ms, backoff_base_ms, backoff_cap_ms)
        SELECT id, moment, lanes[kind], priorities[kind], value, most_attempts[kind], timeouts[kind], backoff_bases[kind],
            backoff_caps[kind]
        FROM numbered
    ), runnable AS (
        INSERT INTO ready (lane_id, pos, job_id, enqueued_at, attempt, crashes, weight, traits, max_attempts, timeout_ms, args)
        SELECT lanes[kind], id, id, moment, 0, 0, 1, 0, fitting.max_attempts, fitting.timeout_ms, fitting.value
        FROM numbered LEFT JOIN LATERAL (
            SELECT most_attempts[kind] AS max_attempts, timeouts[kind] AS timeout_ms, numbered.value
            WHERE pg_column_size(numbered.value) <= 1000
        ) AS fitting ON true
    )
    SELECT array_agg(numbered.id) INTO ids FROM numbered;
    RETURN ids;
END
$$;

-- The same as enqueue_mixed by insert_jobs; writes the texts of the shapes down for the next time.
CREATE OR REPLACE FUNCTION millrace.enqueue_mixed_slowly(shapes text[], kinds integer[], args jsonb) RETURNS bigint[]
LANGUAGE plpgsql
SET search_path = millrace, pg_temp AS $$
DECLARE
    parsed jsonb[];
    ids bigint[];
    -- Read before, as insert_jobs does.
    present_generation bigint := (SELECT number FROM shape_generation);
BEGIN
    IF jsonb_typeof(args) IS DISTINCT FROM 'array' THEN
        RAISE EXCEPTION 'args is not a JSON array' USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Give an array with the arguments of each job, for example [{"customer": 1}, {"customer": 2}].';
    END IF;
    IF cardinality(kinds) IS DISTINCT FROM jsonb_array_length(args) OR array_position(kinds, NULL) IS NOT NULL
        OR NOT (1 <= ALL (kinds) AND coalesce(cardinality(shapes), 0) >= ALL (kinds)) THEN
        RAISE EXCEPTION 'kinds does not name a shape for each job' USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Give as many numbers as args has elements, each from 1 to the number of shapes.';
    END IF;
    parsed := ARRAY(SELECT shape::jsonb FROM unnest(shapes) WITH ORDINALITY AS given(shape, kind) ORDER BY kind);
    ids := (insert_jobs((
        SELECT coalesce(jsonb_agg(CASE jsonb_typeof(parsed[element.kind])
            WHEN 'object' THEN parsed[element.kind] || jsonb_build_object('args', element.value)
            ELSE parsed[element.kind] END ORDER BY element.place), '[]')
        FROM ROWS FROM (unnest(kinds), jsonb_array_elements(args)) WITH ORDINALITY AS element(kind, value, place)))).ids;

    -- Without waiting for somebody who does the same.
    WITH unnamed AS MATERIALIZED (
        SELECT known_shape.ctid AS row, given.text
        FROM unnest(shapes, parsed) AS given(text, shape)
        JOIN known_shape ON known_shape.shape = given.shape AND known_shape.generation = present_generation
        WHERE known_shape.text IS NULL
        FOR UPDATE OF known_shape SKIP LOCKED
    )
    UPDATE known_shape SET text = unnamed.text FROM unnamed WHERE known_shape.ctid = unnamed.row;
    RETURN ids;
END
$$;

-- Enqueues one job: the fast way for one, as two plain inserts take less of the server than the one statement for many.
--
-- shape     an element of enqueue_many without "args"
-- args      an object
-- Returns the id.
--
--   SELECT millrace.enqueue_one('{"plugin": "greet", "priority": 3}', '{"customer": 7}');
CREATE OR REPLACE FUNCTION millrace.enqueue_one(shape jsonb, args jsonb) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = millrace, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    known record;
    id bigint;
    moment timestamptz;
BEGIN
    SELECT lane_id, priority, max_attempts, timeout_ms, backoff_base_ms, backoff_cap_ms, tags INTO known
    FROM known_shape
    WHERE known_shape.shape = enqueue_one.shape AND known_shape.generation = (SELECT number FROM shape_generation)
        AND jsonb_typeof(enqueue_one.args) = 'object' AND pg_column_size(enqueue_one.args) <= known_shape.most_bytes
        AND NOT EXISTS (SELECT FROM limit_rule WHERE limit_rule.id < 0)
        -- Before the id is taken, as above.
        AND pg_current_xact_id() IS NOT NULL AND pg_advisory_xact_lock_shared(1835625580, 1)::text IS NOT NULL
    LIMIT 1;
    IF NOT FOUND THEN
        RETURN (enqueue_each_slowly(shape, jsonb_build_array(args)))[1];
    END IF;
    id := nextval('job_id_seq');
    moment := clock();
    INSERT INTO job (id, enqueued_at, lane_id, priority, args, max_attempts, timeout_ms, backoff_base_ms, backoff_cap_ms, tags)
    VALUES (id, moment, known.lane_id, known.priority, args, known.max_attempts, known.timeout_ms,
        known.backoff_base_ms, known.backoff_cap_ms, known.tags);
    IF pg_column_size(args) <= 1000 THEN
        INSERT INTO ready (lane_id, pos, job_id, enqueued_at, attempt, crashes, weight, traits, max_attempts, timeout_ms, args)
        VALUES (known.lane_id, id, id, moment, 0, 0, 1, 0, known.max_attempts, known.timeout_ms, args);
    ELSE
        INSERT INTO ready (lane_id, pos, job_id, enqueued_at, attempt, crashes, weight, traits)
        VALUES (known.lane_id, id, id, moment, 0, 0, 1, 0);
    END IF;
    RETURN id;
END
$$;

-- The same as enqueue_each by insert_jobs.
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

-- Forgets shapes of earlier generations, and all of them when they have become very many.
CREATE OR REPLACE FUNCTION millrace.forget_shapes() RETURNS void
LANGUAGE sql
SET search_path = millrace, pg_temp AS $$
    DELETE FROM known_shape WHERE ctid = ANY (ARRAY(
        SELECT old.ctid FROM known_shape AS old
        WHERE old.generation <> (SELECT number FROM shape_generation) OR (SELECT count(*) FROM known_shape) > 10000
        FOR UPDATE SKIP LOCKED))
$$;
