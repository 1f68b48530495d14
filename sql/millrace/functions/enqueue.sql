-- The lane for jobs of a queue, plugin, version and priority, with the keys that limits count them by; made when it is new.
CREATE OR REPLACE FUNCTION millrace.lane_for(
    queue_name text, plugin_name text, version integer, lane_priority smallint, key_values jsonb
) RETURNS integer
LANGUAGE plpgsql
SET search_path = millrace, pg_temp AS $$
DECLARE
    found_id integer;
BEGIN
    LOOP
        SELECT id INTO found_id FROM lane
        WHERE queue = queue_name AND plugin = plugin_name AND args_version = version AND priority = lane_priority
            AND keys = key_values;
        IF found_id IS NOT NULL THEN
            RETURN found_id;
        END IF;
        INSERT INTO queue (name) VALUES (queue_name) ON CONFLICT DO NOTHING;
        INSERT INTO lane (queue, plugin, args_version, priority, keys)
        VALUES (queue_name, plugin_name, version, lane_priority, key_values)
        ON CONFLICT DO NOTHING RETURNING id INTO found_id;
        IF found_id IS NOT NULL THEN
            PERFORM bind_lanes(ARRAY[found_id]);
        END IF;
    END LOOP;
END
$$;

-- Inserts jobs and the edges between them; one call, one transaction with the caller's.
--
-- jobs      array of {"plugin", "args", "queue", "priority", "run_at", "delay_ms", "max_attempts", "timeout_ms",
--           "backoff_base_ms", "backoff_cap_ms", "logical_time", "tags", "args_version", "deadline_at", "deadline_ms",
--           "expires_at", "expires_ms", "weight", "keys", "trace", "unique",
--           "key", "needs", "parents", "on_failure", "step"}; all but "plugin" may be left out.
--           "key" names a job within this call; "needs" waits for keys of this call; "parents" waits for ids of
--           jobs that exist. Elements that are missing take the plugin's published defaults.
--           "unique" is {"args": [names] (default all), "queue": true, "key": text instead of arguments, "for_ms" (default
--           until done), "conflict": "reject" | "replace" | "debounce", "max_wait_ms"}.
-- ids       in the order of the array; for a job that a unique key kept out, the job that is there already.
-- fresh     whether the job of that place was inserted.
CREATE OR REPLACE FUNCTION millrace.insert_jobs(
    jobs jsonb, in_run bigint DEFAULT NULL, by_parent bigint DEFAULT NULL, in_step text DEFAULT NULL,
    at_logical_time timestamptz DEFAULT NULL, OUT ids bigint[], OUT fresh boolean[]
)
LANGUAGE plpgsql
SET search_path = millrace, pg_temp AS $$
DECLARE
    moment timestamptz := clock();
    is_keyed boolean := EXISTS (SELECT FROM limit_rule WHERE by_key IS NOT NULL);
    -- By place, for the few jobs that need them: the job that one turned out to be, and what it waits for besides.
    instead bigint[];
    behind bigint[];
    due timestamptz[];
    item record;
    taken record;
    place_by_id jsonb := '{}';
    earlier integer;
    ahead bigint;
    inserted bigint;
    heavy record;
    -- Whether nothing but what the jobs themselves say decides what they are.
    stand_alone boolean := num_nonnulls(in_run, by_parent, in_step, at_logical_time) = 0;
    -- Read before all that the meaning of a shape depends on.
    present_generation bigint := (SELECT number FROM shape_generation);
BEGIN
    IF stand_alone THEN
        ids := insert_known_jobs(jobs);
        IF ids IS NOT NULL THEN
            fresh := array_fill(true, ARRAY[cardinality(ids)]);
            RETURN;
        END IF;
    END IF;
    PERFORM check_jobs(jobs, by_parent IS NOT NULL OR in_run IS NOT NULL);
    -- Before the first id is taken, which may be a place in ready: see ready.sql.
    PERFORM announce_places();
    -- Ids ascend with the place in the array, so that jobs of one call start in the order given.
    SELECT coalesce(array_agg(nextval('job_id_seq') ORDER BY place), '{}') INTO ids
    FROM generate_series(1, jsonb_array_length(jobs)) AS place;

    IF jsonb_path_exists(jobs, '$[*].unique') THEN
        instead := array_fill(NULL::bigint, ARRAY[cardinality(ids)]);
        behind := instead;
        due := array_fill(NULL::timestamptz, ARRAY[cardinality(ids)]);
        -- In the order of the keys, so that two calls with the same keys wait for each other and do not lock each other out.
        FOR item IN
            SELECT element.place::integer AS place, element.job,
                unique_text(element.job, coalesce(element.job ->> 'queue', plugin.queue, 'default')) AS key,
                coalesce(element.job #>> '{unique,conflict}', 'reject') AS conflict,
                moment + (element.job #>> '{unique,for_ms}')::bigint * interval '1 millisecond' AS held_until
            FROM jsonb_array_elements(jobs) WITH ORDINALITY AS element(job, place)
            LEFT JOIN plugin ON plugin.name = element.job ->> 'plugin'
            WHERE element.job ? 'unique'
            ORDER BY key, place
        LOOP
            SELECT * INTO taken FROM take_key(item.key, ids[item.place], item.conflict, item.held_until, moment);
            IF taken.holder IS NOT NULL THEN
                instead[item.place] := taken.holder;
                CONTINUE;
            END IF;
            place_by_id := place_by_id || jsonb_build_object(ids[item.place], item.place);
            IF taken.predecessor IS NOT NULL THEN
                earlier := (place_by_id ->> taken.predecessor::text)::integer;
                IF earlier IS NOT NULL THEN
                    -- An earlier one of this same call. This one is inserted under its id, which others may name already.
                    place_by_id := (place_by_id - ids[item.place]::text)
                        || jsonb_build_object(taken.predecessor, item.place);
                    instead[earlier] := taken.predecessor;
                    ids[item.place] := taken.predecessor;
                    behind[item.place] := behind[earlier];
                    UPDATE unique_key SET job_id = taken.predecessor WHERE unique_key.key = item.key;
                ELSE
                    -- What a replaced one waited for is locked before the replaced one, as by whoever ends it.
                    ahead := lock_ahead(taken.predecessor, item.key);
                    CASE make_way(taken.predecessor, ids[item.place], moment)
                    WHEN 'replaced' THEN
                        behind[item.place] := ahead;
                    WHEN 'runs' THEN
                        behind[item.place] := taken.predecessor;
                        taken.first_at := moment;
                    ELSE
                        taken.first_at := moment;
                    END CASE;
                    UPDATE unique_key SET first_at = taken.first_at WHERE unique_key.key = item.key;
                END IF;
            END IF;
            IF item.conflict = 'debounce' THEN
                due[item.place] := least(moment + (item.job ->> 'delay_ms')::bigint * interval '1 millisecond',
                    taken.first_at + (item.job #>> '{unique,max_wait_ms}')::bigint * interval '1 millisecond');
            END IF;
        END LOOP;
    END IF;

    -- A job that waits for jobs, or is due later, starts in deferred, and so does a step with rules of its own; every other
    -- one is ready at once. Most jobs of a call differ only in their arguments: what they have in common is read once per
    -- distinct shape and not once per job, and so are lanes resolved.
    WITH raw AS MATERIALIZED (
        SELECT element.place, ids[element.place] AS id, element.job - '{args,key}'::text[] AS shape,
            coalesce(element.job -> 'args', '{}') AS args, element.job ->> 'key' AS key
        FROM jsonb_array_elements(jobs) WITH ORDINALITY AS element(job, place)
        -- In this form the planner does not take it for the rare case, and joins very many jobs and shapes by hashing.
        WHERE NOT coalesce(instead[element.place] IS NOT NULL, false)
    ), shaped AS MATERIALIZED (
        SELECT
            distinct_shape.shape,
            shape ->> 'plugin' AS plugin,
            coalesce(shape ->> 'queue', plugin.queue, 'default') AS queue,
            coalesce((shape ->> 'args_version')::integer, plugin.version, 1) AS args_version,
            coalesce((shape ->> 'priority')::smallint, 0::smallint) AS priority,
            coalesce((shape ->> 'max_attempts')::smallint, plugin.max_attempts, 5::smallint) AS max_attempts,
            coalesce((shape ->> 'timeout_ms')::bigint, plugin.timeout_ms) AS timeout_ms,
            coalesce((shape ->> 'backoff_base_ms')::bigint, plugin.backoff_base_ms, 5000) AS backoff_base_ms,
            coalesce((shape ->> 'backoff_cap_ms')::bigint, plugin.backoff_cap_ms, 600000) AS backoff_cap_ms,
            coalesce((shape ->> 'logical_time')::timestamptz, at_logical_time) AS logical_time,
            coalesce(shape ->> 'step', in_step) AS step,
            CASE WHEN shape ? 'tags' THEN ARRAY(SELECT jsonb_array_elements_text(shape -> 'tags')) END AS tags,
            coalesce((shape ->> 'run_at')::timestamptz,
                moment + (shape ->> 'delay_ms')::bigint * interval '1 millisecond') AS due_at,
            coalesce((shape ->> 'weight')::smallint, 1::smallint) AS weight,
            shape -> 'keys' AS keys,
            least((shape ->> 'deadline_at')::timestamptz,
                moment + (shape ->> 'deadline_ms')::bigint * interval '1 millisecond') AS deadline_at,
            least((shape ->> 'expires_at')::timestamptz,
                moment + (shape ->> 'expires_ms')::bigint * interval '1 millisecond') AS expires_at,
            shape ? 'unique' AS is_unique,
            shape -> 'rules' AS rules,
            shape -> 'trace' AS trace,
            shape -> 'needs' AS needs,
            shape -> 'parents' AS parents,
            shape - '{plugin,queue,priority,args_version,max_attempts,timeout_ms,backoff_base_ms,backoff_cap_ms,tags}'::text[] = '{}'
                AND coalesce(plugin.secrets = '{}', true) AS may_be_known
        FROM (SELECT DISTINCT raw.shape FROM raw) AS distinct_shape
        LEFT JOIN plugin ON plugin.name = shape ->> 'plugin'
    ), typed AS MATERIALIZED (
        SELECT shaped.*,
            (is_unique)::integer + 2 * (rules IS NOT NULL)::integer
                + 4 * (deadline_at IS NOT NULL OR expires_at IS NOT NULL)::integer
                + 8 * (coalesce(jsonb_array_length(needs), 0) > 200)::integer AS traits,
            coalesce(jsonb_array_length(needs), 0) + coalesce(jsonb_array_length(parents), 0) > 0 AS has_parents,
            -- Needs nothing from job to run.
            by_parent IS NULL AND in_run IS NULL AND num_nonnulls(logical_time, step, deadline_at, expires_at, trace) = 0 AS is_plain
        FROM shaped
    ), keyed AS MATERIALIZED (
        SELECT raw.place, raw.id, raw.args, raw.key, typed.*,
            coalesce(due[raw.place], typed.due_at) AS starts_at,
            CASE WHEN is_unique THEN unique_text(raw.shape || jsonb_build_object('args', raw.args), typed.queue) END AS unique_key,
            has_parents OR behind[raw.place] IS NOT NULL AS waits,
            CASE WHEN is_keyed THEN lane_keys(queue, plugin, raw.args, keys) ELSE '{}' END AS lane_keys
        FROM raw JOIN typed ON typed.shape = raw.shape
    ), lanes AS MATERIALIZED (
        SELECT queue, plugin, args_version, priority, lane_keys,
            lane_for(queue, plugin, args_version, priority, lane_keys) AS lane_id
        FROM (SELECT DISTINCT queue, plugin, args_version, priority, lane_keys FROM keyed) AS wanted
    ), waited_for AS MATERIALIZED (
        SELECT edge.place, array_agg(edge.parent_id ORDER BY edge.parent_id) AS ids
        FROM (
            SELECT keyed.place, parent.id AS parent_id
            FROM keyed CROSS JOIN LATERAL jsonb_array_elements_text(keyed.needs) AS need(key)
            JOIN keyed AS parent ON parent.key = need.key
            UNION
            SELECT keyed.place, parent.id::bigint
            FROM keyed CROSS JOIN LATERAL jsonb_array_elements_text(keyed.parents) AS parent(id)
        ) AS edge
        GROUP BY edge.place
    ), placed AS MATERIALIZED (
        SELECT keyed.*, lanes.lane_id, waited_for.ids AS parent_ids
        FROM keyed JOIN lanes USING (queue, plugin, args_version, priority, lane_keys) LEFT JOIN waited_for USING (place)
    ), kept AS (
        INSERT INTO job (id, enqueued_at, lane_id, priority, args, max_attempts, timeout_ms, backoff_base_ms,
            backoff_cap_ms, logical_time, tags, needs, parent_id, run_id, step, weight, traits, keys, deadline_at, expires_at,
            unique_key, step_rules, trace)
        SELECT id, moment, lane_id, priority, args, max_attempts, timeout_ms, backoff_base_ms,
            backoff_cap_ms, logical_time, tags, parent_ids, by_parent, in_run, step, weight, traits, keys, deadline_at,
            expires_at, unique_key, rules, trace
        FROM placed
    ), runnable AS (
        INSERT INTO ready (lane_id, pos, job_id, enqueued_at, attempt, crashes, weight, traits, max_attempts, timeout_ms, args)
        SELECT lane_id, id, id, moment, 0, 0, weight, traits,
            CASE WHEN fits THEN max_attempts END, CASE WHEN fits THEN timeout_ms END, CASE WHEN fits THEN args END
        FROM (SELECT placed.*, is_plain AND pg_column_size(args) <= 1000 AS fits FROM placed) AS placed
        WHERE NOT waits AND rules IS NULL AND (starts_at IS NULL OR starts_at <= moment)
    ), held AS (
        INSERT INTO deferred (job_id, enqueued_at, lane_id, weight, traits, state, due_at)
        SELECT id, moment, lane_id, weight, traits,
            CASE WHEN waits OR starts_at IS NULL OR starts_at <= moment THEN 'blocked' ELSE 'scheduled' END::job_state, starts_at
        FROM placed
        WHERE waits OR rules IS NOT NULL OR starts_at > moment
    ), learnt AS (
        INSERT INTO known_shape (shape, generation, lane_id, priority, max_attempts, timeout_ms, backoff_base_ms, backoff_cap_ms,
            tags, most_bytes)
        SELECT typed.shape, present_generation, lanes.lane_id, typed.priority, typed.max_attempts, typed.timeout_ms,
            typed.backoff_base_ms, typed.backoff_cap_ms, typed.tags, setting.value::bigint
        FROM typed
        JOIN lanes ON lanes.queue = typed.queue AND lanes.plugin = typed.plugin AND lanes.args_version = typed.args_version
            AND lanes.priority = typed.priority AND lanes.lane_keys = '{}'
        JOIN setting ON setting.name = 'max_args_bytes'
        WHERE stand_alone AND may_be_known AND pg_column_size(typed.shape) < 500
            -- Very many are not worth it.
            AND pg_relation_size('known_shape') < 8000000
            AND NOT EXISTS (SELECT FROM known_shape AS known
                WHERE known.shape = typed.shape AND known.generation = present_generation)
            AND NOT EXISTS (SELECT FROM limit_rule
                WHERE limit_rule.by_key IS NOT NULL AND limit_covers(limit_rule, typed.queue, typed.plugin))
    ), bounded AS (
        INSERT INTO expiry (job_id, at, kind)
        SELECT id, deadline_at, 'deadline' FROM placed WHERE deadline_at IS NOT NULL
        UNION ALL
        SELECT id, expires_at, 'expires' FROM placed WHERE expires_at IS NOT NULL
    )
    SELECT count(*) INTO inserted FROM placed;

    SELECT array_agg(instead[place] IS NULL ORDER BY place), array_agg(coalesce(instead[place], ids[place]) ORDER BY place)
    INTO fresh, ids FROM generate_series(1, cardinality(ids)) AS place;
    fresh := coalesce(fresh, '{}');
    ids := coalesce(ids, '{}');

    IF behind IS NOT NULL THEN
        INSERT INTO dependency (parent_id, job_id, on_failure)
        SELECT behind[place], ids[place], 'always' FROM generate_series(1, cardinality(ids)) AS place
        WHERE behind[place] IS NOT NULL AND instead[place] IS NULL;
    END IF;
    IF jsonb_path_exists(jobs, '$[*] ? (exists(@.needs) || exists(@.parents))') THEN
        PERFORM connect_jobs(jobs, ARRAY(
            SELECT CASE WHEN fresh[place] THEN ids[place] END FROM generate_series(1, cardinality(ids)) AS place ORDER BY place));
    END IF;
    IF jsonb_path_exists(jobs, '$[*].rules') THEN
        PERFORM release_steps(ARRAY(SELECT job_id FROM deferred
            WHERE job_id = ANY (ids) AND traits & 2 <> 0 AND state = 'blocked' AND awaits IS NULL
                AND NOT EXISTS (SELECT FROM dependency WHERE dependency.job_id = deferred.job_id)));
    END IF;
    IF jsonb_path_exists(jobs, '$[*] ? (@.weight > 1)') THEN
        SELECT job.id, job.weight, rule.name INTO heavy
        FROM job
        JOIN lane_limit ON lane_limit.lane_id = job.lane_id
        JOIN limit_rule AS rule ON rule.id = lane_limit.limit_id AND rule.kind = 'concurrency'
        LEFT JOIN limit_key AS own ON own.limit_id = rule.id AND own.key = lane_limit.key
        WHERE job.id = ANY (ids) AND job.enqueued_at = moment AND job.weight > coalesce(own.maximum, rule.maximum)
        ORDER BY job.id LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'job % weighs % and limit % allows less at once: it could never run',
                array_position(ids, heavy.id), heavy.weight, heavy.name USING ERRCODE = 'invalid_parameter_value',
                HINT = 'Give it a smaller weight, or raise the limit with millrace.set_limit.';
        END IF;
    END IF;
END
$$;

-- Enqueues one job from any language. NULL means the plugin's published default. `options` takes whatever else insert_jobs
-- knows, such as "unique", "deadline_ms", "expires_ms", "weight", "keys".
--
--   SELECT millrace.enqueue('profile-rebuild', '{"clusters": 5}');
--   SELECT millrace.enqueue('greet', '{"customer": 7}', run_at => now() + interval '1 hour', priority => -1);
--   SELECT millrace.enqueue('greet', '{"customer": 7}', options => '{"unique": {"args": ["customer"], "for_ms": 60000}}');
CREATE OR REPLACE FUNCTION millrace.enqueue(
    plugin text, args jsonb DEFAULT '{}', queue text DEFAULT NULL, priority integer DEFAULT 0,
    run_at timestamptz DEFAULT NULL, max_attempts integer DEFAULT NULL, timeout interval DEFAULT NULL,
    tags text[] DEFAULT NULL, parents bigint[] DEFAULT NULL, logical_time timestamptz DEFAULT NULL, options jsonb DEFAULT '{}'
) RETURNS bigint
LANGUAGE sql SECURITY DEFINER
SET search_path = millrace, pg_temp AS $$
    SELECT (millrace.insert_jobs(jsonb_build_array(options || jsonb_strip_nulls(jsonb_build_object(
        'plugin', plugin, 'queue', queue, 'priority', priority, 'run_at', run_at,
        'max_attempts', max_attempts, 'timeout_ms', (extract(epoch FROM timeout) * 1000)::bigint,
        'tags', to_jsonb(tags), 'parents', to_jsonb(parents), 'logical_time', logical_time
    )) || jsonb_build_object('args', coalesce(args, '{}'))))).ids[1]
$$;

-- Enqueues many jobs in one statement; see insert_jobs for what an element may hold. In the order of the array: the id of
-- each, and whether it was inserted or a unique key led to a job that is there already.
CREATE OR REPLACE FUNCTION millrace.enqueue_many(jobs jsonb) RETURNS TABLE (id bigint, fresh boolean)
LANGUAGE sql SECURITY DEFINER
SET search_path = millrace, pg_temp AS $$
    SELECT unnest(outcome.ids), unnest(outcome.fresh) FROM millrace.insert_jobs(jobs) AS outcome
$$;
