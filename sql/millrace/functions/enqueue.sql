-- The lane for (queue, plugin, version), made when it is new.
CREATE OR REPLACE FUNCTION millrace.lane_for(queue_name text, plugin_name text, version integer) RETURNS integer
LANGUAGE plpgsql
SET search_path = millrace, pg_temp AS $$
DECLARE
    found_id integer;
BEGIN
    LOOP
        SELECT id INTO found_id FROM lane
        WHERE queue = queue_name AND plugin = plugin_name AND args_version = version;
        IF found_id IS NOT NULL THEN
            RETURN found_id;
        END IF;
        INSERT INTO queue (name) VALUES (queue_name) ON CONFLICT DO NOTHING;
        INSERT INTO lane (queue, plugin, args_version) VALUES (queue_name, plugin_name, version) ON CONFLICT DO NOTHING;
    END LOOP;
END
$$;

-- Refuses what no plugin could ever run, with the element's place and the way out.
CREATE OR REPLACE FUNCTION millrace.check_job(job jsonb, place text) RETURNS void
LANGUAGE plpgsql IMMUTABLE
SET search_path = millrace, pg_temp AS $$
DECLARE
    unknown text;
BEGIN
    IF jsonb_typeof(job) IS DISTINCT FROM 'object' THEN
        RAISE EXCEPTION '% is not a JSON object', place USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Give each job as an object, for example {"plugin": "greet", "args": {"customer": 1}}.';
    END IF;
    SELECT string_agg(name, ', ') INTO unknown FROM jsonb_object_keys(job) AS given(name)
    WHERE name NOT IN ('key', 'plugin', 'args', 'args_version', 'queue', 'priority', 'run_at', 'delay_ms', 'max_attempts',
        'timeout_ms', 'backoff_base_ms', 'backoff_cap_ms', 'logical_time', 'tags', 'needs', 'parents', 'on_failure', 'step');
    IF unknown IS NOT NULL THEN
        RAISE EXCEPTION '% has unknown keys: %', place, unknown USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Known keys: key, plugin, args, args_version, queue, priority, run_at, delay_ms, max_attempts, timeout_ms, '
                'backoff_base_ms, backoff_cap_ms, logical_time, tags, needs, parents, on_failure, step.';
    END IF;
    IF coalesce(job ->> 'plugin', '') = '' THEN
        RAISE EXCEPTION '% names no plugin', place USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Set "plugin"; `millrace plugin list` shows the known ones.';
    END IF;
    IF job ->> 'queue' = '' THEN
        RAISE EXCEPTION '% has an empty queue name', place USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Leave "queue" out for the plugin''s own queue.';
    END IF;
    IF jsonb_typeof(coalesce(job -> 'args', '{}')) <> 'object' THEN
        RAISE EXCEPTION '% has arguments that are not a JSON object', place USING ERRCODE = 'invalid_parameter_value',
            HINT = '"args" takes an object, for example {"customer": 1}.';
    END IF;
    IF (job ->> 'max_attempts')::integer NOT BETWEEN 1 AND 1000 THEN
        RAISE EXCEPTION '% has max_attempts %', place, job ->> 'max_attempts' USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Give a number from 1 to 1000.';
    END IF;
    IF (job ->> 'timeout_ms')::bigint <= 0 THEN
        RAISE EXCEPTION '% has timeout_ms %', place, job ->> 'timeout_ms' USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Give a positive number of milliseconds, or leave it out for no timeout.';
    END IF;
END
$$;

-- Inserts jobs and the edges between them; one call, one transaction with the caller's.
--
-- jobs      array of {"plugin", "args", "queue", "priority", "run_at", "delay_ms", "max_attempts", "timeout_ms",
--           "backoff_base_ms", "backoff_cap_ms", "logical_time", "tags", "args_version",
--           "key", "needs", "parents", "on_failure", "step"}; all but "plugin" may be left out.
--           "key" names a job within this call; "needs" waits for keys of this call; "parents" waits for ids of
--           jobs that exist. Elements that are missing take the plugin's published defaults.
-- Returns the ids, in the order of the array.
CREATE OR REPLACE FUNCTION millrace.insert_jobs(
    jobs jsonb, in_run bigint DEFAULT NULL, by_parent bigint DEFAULT NULL, in_step text DEFAULT NULL,
    at_logical_time timestamptz DEFAULT NULL
) RETURNS bigint[]
LANGUAGE plpgsql
SET search_path = millrace, pg_temp AS $$
DECLARE
    moment timestamptz := clock_timestamp();
    ids bigint[];
BEGIN
    IF jsonb_typeof(jobs) IS DISTINCT FROM 'array' THEN
        RAISE EXCEPTION 'jobs is not a JSON array' USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Give an array of objects, for example [{"plugin": "greet", "args": {}}].';
    END IF;
    PERFORM check_job(element.job, format('job %s', element.place))
    FROM jsonb_array_elements(jobs) WITH ORDINALITY AS element(job, place);

    -- A job that waits for jobs, or is due later, starts in deferred; every other one is ready at once. Lanes are
    -- resolved once per distinct (queue, plugin, version) and not once per job.
    WITH element AS MATERIALIZED (
        -- Ids ascend with the place in the array, so that jobs of one call start in the order given.
        SELECT job, place, nextval('job_id_seq') AS id
        FROM jsonb_array_elements(jobs) WITH ORDINALITY AS item(job, place)
    ), given AS MATERIALIZED (
        SELECT
            element.place,
            element.id,
            element.job ->> 'plugin' AS plugin,
            coalesce(element.job ->> 'queue', plugin.queue, 'default') AS queue,
            coalesce((element.job ->> 'args_version')::integer, plugin.version, 1) AS args_version,
            coalesce((element.job ->> 'priority')::smallint, 0::smallint) AS priority,
            coalesce(element.job -> 'args', '{}') AS args,
            coalesce((element.job ->> 'max_attempts')::smallint, plugin.max_attempts, 5::smallint) AS max_attempts,
            coalesce((element.job ->> 'timeout_ms')::bigint, plugin.timeout_ms) AS timeout_ms,
            coalesce((element.job ->> 'backoff_base_ms')::bigint, plugin.backoff_base_ms, 5000) AS backoff_base_ms,
            coalesce((element.job ->> 'backoff_cap_ms')::bigint, plugin.backoff_cap_ms, 600000) AS backoff_cap_ms,
            coalesce((element.job ->> 'logical_time')::timestamptz, at_logical_time) AS logical_time,
            coalesce(element.job ->> 'step', in_step) AS step,
            CASE WHEN element.job ? 'tags' THEN
                ARRAY(SELECT jsonb_array_elements_text(element.job -> 'tags')) END AS tags,
            coalesce((element.job ->> 'run_at')::timestamptz,
                moment + (element.job ->> 'delay_ms')::bigint * interval '1 millisecond') AS due_at,
            element.job ->> 'key' AS key,
            element.job -> 'needs' AS needs,
            element.job -> 'parents' AS parents,
            coalesce(jsonb_array_length(element.job -> 'needs'), 0)
                + coalesce(jsonb_array_length(element.job -> 'parents'), 0) > 0 AS waits
        FROM element LEFT JOIN plugin ON plugin.name = element.job ->> 'plugin'
    ), lanes AS MATERIALIZED (
        SELECT queue, plugin, args_version, lane_for(queue, plugin, args_version) AS lane_id
        FROM (SELECT DISTINCT queue, plugin, args_version FROM given) AS wanted
    ), waited_for AS MATERIALIZED (
        SELECT edge.place, array_agg(edge.parent_id ORDER BY edge.parent_id) AS ids
        FROM (
            SELECT given.place, parent.id AS parent_id
            FROM given CROSS JOIN LATERAL jsonb_array_elements_text(given.needs) AS need(key)
            JOIN given AS parent ON parent.key = need.key
            UNION
            SELECT given.place, parent.id::bigint
            FROM given CROSS JOIN LATERAL jsonb_array_elements_text(given.parents) AS parent(id)
        ) AS edge
        GROUP BY edge.place
    ), placed AS MATERIALIZED (
        SELECT given.*, lanes.lane_id, waited_for.ids AS parent_ids
        FROM given JOIN lanes USING (queue, plugin, args_version) LEFT JOIN waited_for USING (place)
    ), kept AS (
        INSERT INTO job (id, enqueued_at, lane_id, priority, args, max_attempts, timeout_ms, backoff_base_ms,
            backoff_cap_ms, logical_time, tags, needs, parent_id, run_id, step)
        SELECT id, moment, lane_id, priority, args, max_attempts, timeout_ms, backoff_base_ms,
            backoff_cap_ms, logical_time, tags, parent_ids, by_parent, in_run, step
        FROM placed
    ), runnable AS (
        INSERT INTO ready (lane_id, priority, job_id, enqueued_at, attempt, crashes)
        SELECT lane_id, priority, id, moment, 0, 0 FROM placed
        WHERE NOT waits AND (due_at IS NULL OR due_at <= moment)
    ), held AS (
        INSERT INTO deferred (job_id, enqueued_at, lane_id, priority, state, due_at)
        SELECT id, moment, lane_id, priority,
            CASE WHEN waits THEN 'blocked' ELSE 'scheduled' END::job_state, due_at
        FROM placed
        WHERE waits OR due_at > moment
    )
    SELECT coalesce(array_agg(id ORDER BY place), '{}') INTO ids FROM placed;

    IF NOT jsonb_path_exists(jobs, '$[*] ? (exists(@.needs) || exists(@.parents))') THEN
        RETURN ids;
    END IF;

    PERFORM connect_jobs(jobs, ids);
    RETURN ids;
END
$$;

-- Adds the edges of jobs that were just inserted, and settles those whose parents have ended already.
CREATE OR REPLACE FUNCTION millrace.connect_jobs(jobs jsonb, ids bigint[]) RETURNS void
LANGUAGE plpgsql
SET search_path = millrace, pg_temp AS $$
DECLARE
    missing text;
    outside bigint[];
    ended_ids bigint[];
    ended_states job_state[];
BEGIN
    SELECT string_agg(format('%L', need.key), ', ') INTO missing
    FROM jsonb_array_elements(jobs) AS element(job)
    CROSS JOIN LATERAL jsonb_array_elements_text(coalesce(element.job -> 'needs', '[]')) AS need(key)
    WHERE NOT EXISTS (SELECT FROM jsonb_array_elements(jobs) AS other(job) WHERE other.job ->> 'key' = need.key);
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION '"needs" names jobs that are not in this call: %', missing USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Give the other job a "key", or wait for an existing one by "parents".';
    END IF;

    -- The live row of a parent outside this call is locked first: its completion deletes that row, so either it sees
    -- the edge added here, or this statement sees that it has ended.
    SELECT array_agg(DISTINCT parent.id::bigint) INTO outside
    FROM jsonb_array_elements(jobs) AS element(job)
    CROSS JOIN LATERAL jsonb_array_elements_text(coalesce(element.job -> 'parents', '[]')) AS parent(id);
    IF outside IS NOT NULL THEN
        outside := (SELECT array_agg(DISTINCT last_successor(given.id)) FROM unnest(outside) AS given(id));
        PERFORM FROM lease WHERE job_id = ANY (outside) ORDER BY job_id FOR SHARE;
        PERFORM FROM deferred WHERE job_id = ANY (outside) ORDER BY job_id FOR SHARE;
        PERFORM FROM ready JOIN job ON job.lane_id = ready.lane_id AND job.id = ready.job_id
        WHERE job.id = ANY (outside) ORDER BY job.id FOR SHARE OF ready;
        SELECT string_agg(given.id::text, ', ') INTO missing FROM unnest(outside) AS given(id)
        WHERE NOT EXISTS (SELECT FROM job WHERE job.id = given.id);
        IF missing IS NOT NULL THEN
            RAISE EXCEPTION 'no such parent job: %', missing USING ERRCODE = 'foreign_key_violation',
                HINT = 'Check the id with `millrace job show ID`; jobs older than the retention are gone.';
        END IF;
    END IF;

    WITH keyed AS MATERIALIZED (
        SELECT element.job, ids[element.place] AS id
        FROM jsonb_array_elements(jobs) WITH ORDINALITY AS element(job, place)
    )
    INSERT INTO dependency (parent_id, job_id, on_failure)
    SELECT parent.id, keyed.id, coalesce(keyed.job -> 'on_failure' ->> need.key, 'stop')
    FROM keyed
    CROSS JOIN LATERAL jsonb_array_elements_text(coalesce(keyed.job -> 'needs', '[]')) AS need(key)
    JOIN keyed AS parent ON parent.job ->> 'key' = need.key
    UNION
    SELECT last_successor(given.id::bigint), keyed.id, coalesce(keyed.job -> 'on_failure' ->> given.id, 'stop')
    FROM keyed
    CROSS JOIN LATERAL jsonb_array_elements_text(coalesce(keyed.job -> 'parents', '[]')) AS given(id)
    ON CONFLICT DO NOTHING;

    SELECT array_agg(job_id), array_agg(state) INTO ended_ids, ended_states
    FROM finished WHERE job_id = ANY (outside);
    IF ended_ids IS NOT NULL THEN
        PERFORM settle(ended_ids, ended_states);
    END IF;
END
$$;

-- The end of a chain of jobs that handed their work on.
CREATE OR REPLACE FUNCTION millrace.last_successor(first_id bigint) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = millrace, pg_temp AS $$
    WITH RECURSIVE chain(id) AS (
        SELECT first_id
        UNION
        SELECT finished.successor_id FROM chain JOIN finished ON finished.job_id = chain.id
        WHERE finished.successor_id IS NOT NULL
    )
    SELECT max(id) FROM chain
$$;

-- Enqueues one job from any language. NULL means the plugin's published default.
--
--   SELECT millrace.enqueue('profile-rebuild', '{"clusters": 5}');
--   SELECT millrace.enqueue('greet', '{"customer": 7}', run_at => now() + interval '1 hour', priority => -1);
CREATE OR REPLACE FUNCTION millrace.enqueue(
    plugin text, args jsonb DEFAULT '{}', queue text DEFAULT NULL, priority integer DEFAULT 0,
    run_at timestamptz DEFAULT NULL, max_attempts integer DEFAULT NULL, timeout interval DEFAULT NULL,
    tags text[] DEFAULT NULL, parents bigint[] DEFAULT NULL, logical_time timestamptz DEFAULT NULL
) RETURNS bigint
LANGUAGE sql SECURITY DEFINER
SET search_path = millrace, pg_temp AS $$
    SELECT (millrace.insert_jobs(jsonb_build_array(jsonb_strip_nulls(jsonb_build_object(
        'plugin', plugin, 'queue', queue, 'priority', priority, 'run_at', run_at,
        'max_attempts', max_attempts, 'timeout_ms', (extract(epoch FROM timeout) * 1000)::bigint,
        'tags', to_jsonb(tags), 'parents', to_jsonb(parents), 'logical_time', logical_time
    )) || jsonb_build_object('args', coalesce(args, '{}')))))[1]
$$;

-- Enqueues many jobs in one statement; see insert_jobs for what an element may hold. Ids in the order of the array.
CREATE OR REPLACE FUNCTION millrace.enqueue_many(jobs jsonb) RETURNS SETOF bigint
LANGUAGE sql SECURITY DEFINER
SET search_path = millrace, pg_temp AS $$
    SELECT unnest(millrace.insert_jobs(jobs))
$$;
