-- Whether a limit holds for jobs of a queue and plugin.
CREATE OR REPLACE FUNCTION millrace.limit_covers(rule millrace.limit_rule, queue_name text, plugin_name text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT (rule.queue IS NULL OR rule.queue = queue_name) AND (rule.plugin IS NULL OR rule.plugin = plugin_name)
        AND plugin_name NOT LIKE 'millrace.%'
$$;

-- The values of the keys that limits count a job by: those it was given by name, or else its arguments.
CREATE OR REPLACE FUNCTION millrace.lane_keys(queue_name text, plugin_name text, args jsonb, given jsonb) RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = millrace, pg_temp AS $$
    SELECT coalesce(jsonb_object_agg(rule.by_key, found.value), '{}')
    FROM limit_rule AS rule
    CROSS JOIN LATERAL (SELECT coalesce(given ->> rule.by_key, args #>> string_to_array(rule.by_key, '.')) AS value) AS found
    WHERE rule.by_key IS NOT NULL AND found.value IS NOT NULL AND limit_covers(rule, queue_name, plugin_name)
$$;

-- Writes down which limits hold for lanes. A lane without the limit's key is not limited by it.
CREATE OR REPLACE FUNCTION millrace.bind_lanes(lane_ids integer[]) RETURNS void
LANGUAGE sql
SET search_path = millrace, pg_temp AS $$
    INSERT INTO lane_limit (lane_id, limit_id, key)
    SELECT lane.id, rule.id, CASE WHEN rule.by_key IS NULL THEN '' ELSE lane.keys ->> rule.by_key END
    FROM lane JOIN limit_rule AS rule ON limit_covers(rule, lane.queue, lane.plugin)
    WHERE lane.id = ANY (lane_ids) AND (rule.by_key IS NULL OR lane.keys ? rule.by_key)
    ON CONFLICT DO NOTHING
$$;

-- Moves waiting and running jobs to the lanes that the limits in force want them in. Returns how many moved.
--
-- A job that somebody else moves between two tables at the same moment may arrive with its old lane, and one whose priority
-- changes leaves its lane. It is waited for by the update of the row that it leaves, and found where it arrives by another
-- round, until a round finds none.
CREATE OR REPLACE FUNCTION millrace.move_to_lanes(queue_name text, plugin_name text) RETURNS bigint
LANGUAGE plpgsql
SET search_path = millrace, pg_temp AS $$
DECLARE
    moved bigint := 0;
    round bigint;
BEGIN
    LOOP
        CREATE TEMPORARY TABLE moving ON COMMIT DROP AS
        SELECT place.job_id, place.enqueued_at, place.pos, place.lane_id AS old_lane, lane.queue, lane.plugin,
            lane.args_version, lane.priority, lane.keys AS old_keys,
            lane_keys(lane.queue, lane.plugin, job.args, job.keys) AS new_keys, NULL::integer AS new_lane
        FROM (SELECT job_id, enqueued_at, pos, lane_id FROM ready
            UNION ALL SELECT job_id, enqueued_at, NULL, lane_id FROM deferred
            UNION ALL SELECT job_id, enqueued_at, NULL, lane_id FROM lease) AS place
        JOIN lane ON lane.id = place.lane_id
        JOIN job ON job.id = place.job_id AND job.enqueued_at = place.enqueued_at
        WHERE (queue_name IS NULL OR lane.queue = queue_name) AND (plugin_name IS NULL OR lane.plugin = plugin_name);
        DELETE FROM moving WHERE new_keys = old_keys;

        UPDATE moving SET new_lane = target.lane_id
        FROM (SELECT wanted.*, lane_for(queue, plugin, args_version, priority, new_keys) AS lane_id
            FROM (SELECT DISTINCT queue, plugin, args_version, priority, new_keys FROM moving) AS wanted) AS target
        WHERE moving.queue = target.queue AND moving.plugin = target.plugin AND moving.args_version = target.args_version
            AND moving.priority = target.priority AND moving.new_keys = target.new_keys;
        UPDATE job SET lane_id = new_lane FROM moving
        WHERE job.id = moving.job_id AND job.enqueued_at = moving.enqueued_at AND job.lane_id = moving.old_lane;
        -- In their old order, behind what the new lanes have.
        UPDATE ready SET lane_id = numbered.new_lane, pos = CASE WHEN numbered.pos < 0 THEN numbered.pos ELSE numbered.place END
        FROM (SELECT ordered.*, take_place() AS place FROM (SELECT * FROM moving WHERE pos IS NOT NULL ORDER BY pos) AS ordered)
            AS numbered
        WHERE ready.lane_id = numbered.old_lane AND ready.pos = numbered.pos AND ready.job_id = numbered.job_id;
        UPDATE deferred SET lane_id = new_lane FROM moving
        WHERE deferred.job_id = moving.job_id AND deferred.lane_id = moving.old_lane;
        UPDATE lease SET lane_id = new_lane FROM moving WHERE lease.job_id = moving.job_id AND lease.lane_id = moving.old_lane;
        SELECT count(*) INTO round FROM moving;
        DROP TABLE moving;
        EXIT WHEN round = 0;
        moved := moved + round;
    END LOOP;
    RETURN moved;
END
$$;

-- Refuses a limit under which a waiting job could never run.
CREATE OR REPLACE FUNCTION millrace.check_weights(rule millrace.limit_rule) RETURNS void
LANGUAGE plpgsql
SET search_path = millrace, pg_temp AS $$
DECLARE
    heavy record;
BEGIN
    IF rule.kind <> 'concurrency' THEN
        RETURN;
    END IF;
    SELECT waiting.job_id, waiting.weight, coalesce(own.maximum, rule.maximum) AS allowed INTO heavy
    FROM (SELECT ready.job_id, ready.weight, ready.lane_id FROM ready WHERE ready.weight > 1
        UNION ALL SELECT deferred.job_id, deferred.weight, deferred.lane_id FROM deferred WHERE deferred.weight > 1) AS waiting
    JOIN lane_limit ON lane_limit.lane_id = waiting.lane_id AND lane_limit.limit_id = rule.id
    LEFT JOIN limit_key AS own ON own.limit_id = rule.id AND own.key = lane_limit.key
    WHERE waiting.weight > coalesce(own.maximum, rule.maximum)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'limit % allows % at once, and job % weighs %: it could never run', rule.name, heavy.allowed,
            heavy.job_id, heavy.weight USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Allow at least that much, or cancel the job first.';
    END IF;
END
$$;

-- Puts a limit in force, or changes one. Returns what it holds for now, in a sentence.
--
--   SELECT millrace.set_limit('mail', concurrency => 4, queue => 'mail');
--   SELECT millrace.set_limit('per-tenant', concurrency => 2, by_key => 'tenant');
--   SELECT millrace.set_limit('api', rate => 100, per => interval '1 minute', burst => 20, plugin => 'call-api');
--
-- It holds for the claims that begin after its commit. Jobs that run already are counted; if they are more than it allows,
-- none is stopped and none starts until they are fewer. Enqueue and claim wait while it is set: a limit that cannot be had
-- within two seconds, because a transaction that enqueued is still open, is an error.
CREATE OR REPLACE FUNCTION millrace.set_limit(
    name text, concurrency integer DEFAULT NULL, rate integer DEFAULT NULL, per interval DEFAULT NULL,
    burst integer DEFAULT NULL, queue text DEFAULT NULL, plugin text DEFAULT NULL, by_key text DEFAULT NULL,
    fair boolean DEFAULT true, set_by text DEFAULT NULL
) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = millrace, pg_temp
SET lock_timeout = '2s' AS $$
DECLARE
    kept integer;
    moved bigint := 0;
BEGIN
    IF coalesce(set_limit.name, '') !~ '^[a-z0-9][a-z0-9._-]*$' THEN
        RAISE EXCEPTION 'limit name %', coalesce(quote_literal(set_limit.name), 'is missing') USING
            ERRCODE = 'invalid_parameter_value', HINT = 'Use lower-case letters, digits, dots and hyphens.';
    END IF;
    IF num_nonnulls(concurrency, rate) <> 1 THEN
        RAISE EXCEPTION 'limit % needs either a concurrency or a rate', set_limit.name USING
            ERRCODE = 'invalid_parameter_value', HINT = 'Give concurrency => 4, or rate => 100, per => interval ''1 minute''.';
    END IF;
    IF coalesce(concurrency, rate) <= 0 THEN
        RAISE EXCEPTION 'limit % allows %: nothing would ever run', set_limit.name, coalesce(concurrency, rate) USING
            ERRCODE = 'invalid_parameter_value', HINT = 'Give a number from 1 on; to hold jobs back, pause their queue.';
    END IF;
    IF rate IS NOT NULL AND coalesce(per, interval '0') < interval '1 millisecond' THEN
        RAISE EXCEPTION 'limit % has a rate %', set_limit.name, coalesce('in ' || per, 'without a time') USING
            ERRCODE = 'invalid_parameter_value',
            HINT = 'Say per how long, a millisecond at least: per => interval ''1 minute''.';
    END IF;
    IF burst <= 0 THEN
        RAISE EXCEPTION 'limit % has burst %', set_limit.name, burst USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Give a number from 1 on, or leave it out for the rate itself.';
    END IF;

    LOCK TABLE limit_rule IN ACCESS EXCLUSIVE MODE;
    INSERT INTO limit_rule AS known (name, kind, queue, plugin, by_key, maximum, period_ms, burst, fair, set_by)
    VALUES (set_limit.name, CASE WHEN rate IS NULL THEN 'concurrency' ELSE 'rate' END, set_limit.queue, set_limit.plugin,
        set_limit.by_key, coalesce(concurrency, rate), (extract(epoch FROM per) * 1000)::bigint,
        CASE WHEN rate IS NOT NULL THEN coalesce(set_limit.burst, rate) END, set_limit.fair, coalesce(set_limit.set_by, session_user))
    ON CONFLICT ON CONSTRAINT limit_rule_name_key DO UPDATE
    SET kind = excluded.kind, queue = excluded.queue, plugin = excluded.plugin, by_key = excluded.by_key,
        maximum = excluded.maximum, period_ms = excluded.period_ms, burst = excluded.burst, fair = excluded.fair,
        set_at = clock(), set_by = excluded.set_by
    RETURNING known.id INTO kept;
    DELETE FROM bucket WHERE bucket.limit_id = kept AND rate IS NULL;
    -- What is in use has to be counted anew: for this limit, and, when jobs change lanes, for all.
    DELETE FROM limit_usage WHERE limit_usage.limit_id = kept OR set_limit.by_key IS NOT NULL;

    IF set_limit.by_key IS NOT NULL THEN
        moved := move_to_lanes(set_limit.queue, set_limit.plugin);
    END IF;
    DELETE FROM lane_limit WHERE limit_id = kept;
    PERFORM bind_lanes(ARRAY(SELECT lane.id FROM lane
        WHERE (set_limit.queue IS NULL OR lane.queue = set_limit.queue)
            AND (set_limit.plugin IS NULL OR lane.plugin = set_limit.plugin)));
    -- What runs already is to be counted.
    INSERT INTO limit_claim AS known (epoch, job_ids)
    SELECT lease.epoch, array_agg(lease.job_id) FROM lease
    WHERE lease.lane_id IN (SELECT lane_limit.lane_id FROM lane_limit WHERE limit_id = kept)
    GROUP BY lease.epoch
    ON CONFLICT ON CONSTRAINT limit_claim_pkey DO UPDATE
    SET job_ids = ARRAY(SELECT unnest(known.job_ids) UNION SELECT unnest(excluded.job_ids));

    PERFORM check_weights(known) FROM limit_rule AS known WHERE known.id = kept;
    RETURN format('limit %s holds for %s lanes%s', set_limit.name, (SELECT count(*) FROM lane_limit WHERE limit_id = kept),
        CASE WHEN moved > 0 THEN format('; %s jobs were sorted by %s', moved, set_limit.by_key) ELSE '' END);
END
$$;

-- Gives one value of a limit's key figures of its own; NULL for the limit's.
CREATE OR REPLACE FUNCTION millrace.set_limit_key(name text, key text, maximum integer DEFAULT NULL, share real DEFAULT 1)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = millrace, pg_temp AS $$
DECLARE
    rule limit_rule;
BEGIN
    SELECT * INTO rule FROM limit_rule WHERE limit_rule.name = set_limit_key.name;
    IF NOT FOUND OR rule.by_key IS NULL THEN
        RAISE EXCEPTION 'no limit by key is called %', set_limit_key.name USING ERRCODE = 'no_data_found',
            HINT = '`millrace limit list` shows the limits there are.';
    END IF;
    IF set_limit_key.maximum <= 0 OR set_limit_key.share <= 0 THEN
        RAISE EXCEPTION 'limit %, key %: % at once with share %', rule.name, set_limit_key.key,
            coalesce(set_limit_key.maximum, rule.maximum), set_limit_key.share USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Both are numbers above 0.';
    END IF;
    INSERT INTO limit_key (limit_id, key, maximum, share)
    VALUES (rule.id, set_limit_key.key, set_limit_key.maximum, set_limit_key.share)
    ON CONFLICT ON CONSTRAINT limit_key_pkey DO UPDATE SET maximum = excluded.maximum, share = excluded.share;
    PERFORM check_weights(rule);
END
$$;

-- Takes a limit out of force. Returns false when there is none of that name.
CREATE OR REPLACE FUNCTION millrace.remove_limit(name text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = millrace, pg_temp
SET lock_timeout = '2s' AS $$
DECLARE
    gone integer;
BEGIN
    LOCK TABLE limit_rule IN ACCESS EXCLUSIVE MODE;
    DELETE FROM limit_rule WHERE limit_rule.name = remove_limit.name RETURNING id INTO gone;
    DELETE FROM limit_key WHERE limit_id = gone;
    DELETE FROM lane_limit WHERE limit_id = gone;
    DELETE FROM bucket WHERE limit_id = gone;
    DELETE FROM limit_usage WHERE limit_id = gone;
    RETURN gone IS NOT NULL;
END
$$;

-- What each limit has left for each value of its key that the lanes concern, counted: permits, or whole tokens. For people;
-- a claim has claim_room.
CREATE OR REPLACE FUNCTION millrace.limit_room(lane_ids integer[])
RETURNS TABLE (limit_id integer, key text, kind text, capacity integer, in_use bigint, room bigint, share real, fair boolean,
    tokens double precision, opens_at timestamptz)
-- In PL/pgSQL, and with one plan for all calls, since planning it would cost more than running it.
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = millrace, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH concerned AS MATERIALIZED (
        SELECT DISTINCT lane_limit.limit_id, lane_limit.key FROM lane_limit WHERE lane_limit.lane_id = ANY (lane_ids)
    ), used AS MATERIALIZED (
        SELECT lane_limit.limit_id, lane_limit.key, sum(lease.weight) AS weight
        FROM lease JOIN lane_limit ON lane_limit.lane_id = lease.lane_id
        WHERE lane_limit.limit_id IN (SELECT concerned.limit_id FROM concerned)
        GROUP BY lane_limit.limit_id, lane_limit.key
    ), filled AS (
        SELECT concerned.limit_id, concerned.key, rule.kind, rule.fair, rule.burst, rule.period_ms, rule.maximum,
            coalesce(own.maximum, rule.maximum) AS capacity, coalesce(own.share, 1) AS share, coalesce(used.weight, 0) AS weight,
            CASE WHEN rule.kind = 'rate' THEN least(rule.burst, coalesce(bucket.tokens
                + extract(epoch FROM clock() - bucket.at)::double precision * 1000 / rule.period_ms * coalesce(own.maximum, rule.maximum),
                rule.burst)) END AS tokens
        FROM concerned
        JOIN limit_rule AS rule ON rule.id = concerned.limit_id
        LEFT JOIN limit_key AS own ON own.limit_id = rule.id AND own.key = concerned.key
        LEFT JOIN used ON used.limit_id = concerned.limit_id AND used.key = concerned.key
        LEFT JOIN bucket ON bucket.limit_id = concerned.limit_id AND bucket.key = concerned.key
    )
    SELECT filled.limit_id, filled.key, filled.kind, filled.capacity, filled.weight,
        CASE filled.kind WHEN 'rate' THEN floor(filled.tokens)::bigint ELSE filled.capacity - filled.weight END, filled.share,
        filled.fair, filled.tokens,
        CASE WHEN filled.tokens < 1 THEN
            clock() + (1 - filled.tokens) * filled.period_ms / filled.capacity * interval '1 millisecond' END
    FROM filled;
END
$$;

-- In how many milliseconds the first rate limit that holds jobs back lets one more start; NULL when none does.
CREATE OR REPLACE FUNCTION millrace.opens_in_ms() RETURNS bigint
LANGUAGE sql STABLE
SET search_path = millrace, pg_temp AS $$
    SELECT ceil(min((1 - room.tokens) * rule.period_ms / coalesce(own.maximum, rule.maximum)))::bigint
    FROM claim_room(ARRAY(
        SELECT lane_limit.lane_id FROM lane_limit JOIN limit_rule ON limit_rule.id = lane_limit.limit_id AND limit_rule.kind = 'rate'
        WHERE EXISTS (SELECT FROM ready WHERE ready.lane_id = lane_limit.lane_id))) AS room
    JOIN limit_rule AS rule ON rule.id = room.limit_id
    LEFT JOIN limit_key AS own ON own.limit_id = room.limit_id AND own.key = room.key
    WHERE room.kind = 'rate' AND room.tokens < 1
$$;
