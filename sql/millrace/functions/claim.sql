-- Takes up to `wanted` jobs for a worker, over the lanes that it can run.
--
-- Only lanes that have ready jobs are looked at, found by hopping over the ready table's key, and of those only the open
-- ones: a lane whose queue is paused, or one of whose limits is full, is not read at all. Where nothing but priority
-- decides, the order is that of the key. A worker that was declared lost, or drains, is given nothing: what it started
-- would only be taken from it again. Each job gets a new epoch, which every later statement about it must name.
CREATE OR REPLACE FUNCTION millrace.claim(
    for_worker bigint, wanted integer, of_queues text[], of_plugins text[], of_versions integer[]
) RETURNS TABLE (
    job_id bigint, epoch bigint, enqueued_at timestamptz, plugin text, queue text, args jsonb, args_version integer,
    attempt smallint, crashes smallint, max_attempts smallint, timeout_ms bigint, logical_time timestamptz,
    parent_id bigint, run_id bigint, step text, needs bigint[], remaining_ms bigint, expired boolean, trace jsonb
)
LANGUAGE plpgsql
SET search_path = millrace, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    host worker;
    lanes integer[];
    is_limited boolean;
    lane_ids integer[];
    priorities smallint[];
    job_ids bigint[];
    seen integer;
    rule integer;
    least_room bigint;
    picked record;
    counted integer[];
BEGIN
    SELECT * INTO host FROM worker WHERE worker.id = for_worker AND worker.state = 'alive';
    IF NOT FOUND OR wanted < 1 THEN
        RETURN;
    END IF;

    -- limit_rule is named for its lock: whoever sets a limit waits for the claims on their way, which it could not count, and
    -- claims wait for it, limited by then or not.
    WITH RECURSIVE filled(id) AS (
        (SELECT ready.lane_id FROM ready ORDER BY ready.lane_id LIMIT 1)
        UNION ALL
        SELECT (SELECT ready.lane_id FROM ready WHERE ready.lane_id > filled.id ORDER BY ready.lane_id LIMIT 1)
        FROM filled WHERE filled.id IS NOT NULL
    )
    SELECT array_agg(lane.id), bool_or(EXISTS (
        SELECT FROM lane_limit JOIN limit_rule ON limit_rule.id = lane_limit.limit_id WHERE lane_limit.lane_id = lane.id))
    INTO lanes, is_limited
    FROM filled
    JOIN lane ON lane.id = filled.id
    JOIN unnest(of_plugins, of_versions) AS offer(name, version)
        ON offer.name = lane.plugin AND lane.args_version <= offer.version
    JOIN queue ON queue.name = lane.queue
    WHERE queue.paused_at IS NULL AND (of_queues IS NULL OR lane.queue = ANY (of_queues));
    IF lanes IS NULL THEN
        RETURN;
    END IF;

    IF is_limited THEN
        -- Claims that concern the same limit take turns: each first locks the limits, in the order of their ids, and then
        -- counts, in a statement of its own, so that it sees what the one before it took.
        FOR rule IN SELECT DISTINCT lane_limit.limit_id FROM lane_limit WHERE lane_limit.lane_id = ANY (lanes) ORDER BY 1 LOOP
            PERFORM pg_advisory_xact_lock(hashtext('millrace.limit'), rule);
        END LOOP;
        counted := count_usage(lanes, wanted);
        -- A limit that is far from full, and has no turns to give, does not change what is picked.
        SELECT min(room.room) INTO least_room FROM claim_room(lanes) AS room
        HAVING bool_and(room.kind = 'concurrency' AND (room.key = '' OR NOT room.fair));
        is_limited := coalesce(least_room < wanted, true);
    END IF;

    IF is_limited OR host.queue_slots <> '{}' OR host.queue_weights <> '{}' THEN
        SELECT * INTO picked FROM pick_within_limits(host, wanted, lanes);
        IF picked.was_cut AND EXISTS (SELECT FROM lane_limit JOIN limit_rule ON limit_rule.id = lane_limit.limit_id
                WHERE lane_limit.lane_id = ANY (lanes) AND limit_rule.kind = 'concurrency'
                    AND limit_rule.id <> ALL (coalesce(counted, '{}'))) THEN
            -- Perhaps only because of an upper bound that is too high by now.
            PERFORM count_usage(lanes, NULL);
            SELECT * INTO picked FROM pick_within_limits(host, wanted, lanes);
        END IF;
        lane_ids := picked.lane_ids;
        priorities := picked.priorities;
        job_ids := picked.job_ids;
    ELSE
        IF cardinality(lanes) > 1 THEN
            -- What is looked at is not locked before it is chosen, or the other workers would have to pass it by.
            SELECT array_agg(locked.lane_id), array_agg(locked.priority), array_agg(locked.job_id), max(locked.seen)
            INTO lane_ids, priorities, job_ids, seen
            FROM (
                SELECT ready.lane_id, ready.priority, ready.job_id, first.seen
                FROM (
                    SELECT candidate.*, count(*) OVER () AS seen
                    FROM unnest(lanes) AS able(id) CROSS JOIN LATERAL (
                        SELECT ready.lane_id, ready.priority, ready.job_id FROM ready
                        WHERE ready.lane_id = able.id
                        ORDER BY ready.priority, ready.job_id LIMIT wanted
                    ) AS candidate
                    ORDER BY candidate.priority, candidate.job_id LIMIT wanted
                ) AS first
                JOIN ready ON ready.lane_id = first.lane_id AND ready.priority = first.priority AND ready.job_id = first.job_id
                FOR UPDATE OF ready SKIP LOCKED
            ) AS locked;
        END IF;
        IF cardinality(lanes) = 1 OR coalesce(cardinality(job_ids), 0) < least(wanted, coalesce(seen, wanted)) THEN
            -- One lane, or others are at the same rows: take what is free behind them.
            SELECT array_agg(locked.lane_id), array_agg(locked.priority), array_agg(locked.job_id)
            INTO lane_ids, priorities, job_ids
            FROM (
                SELECT candidate.* FROM unnest(lanes) AS able(id) CROSS JOIN LATERAL (
                    SELECT ready.lane_id, ready.priority, ready.job_id FROM ready
                    WHERE ready.lane_id = able.id
                    ORDER BY ready.priority, ready.job_id LIMIT wanted
                    FOR UPDATE SKIP LOCKED
                ) AS candidate
                ORDER BY candidate.priority, candidate.job_id LIMIT wanted
            ) AS locked;
        END IF;
    END IF;
    IF job_ids IS NULL THEN
        RETURN;
    END IF;
    IF NOT is_limited AND least_room < (
        SELECT sum(ready.weight) FROM unnest(lane_ids, priorities, job_ids) AS chosen(lane_id, priority, job_id)
        JOIN ready ON ready.lane_id = chosen.lane_id AND ready.priority = chosen.priority AND ready.job_id = chosen.job_id) THEN
        -- Heavy ones are among them.
        SELECT * INTO picked FROM pick_within_limits(host, wanted, lanes);
        lane_ids := picked.lane_ids;
        priorities := picked.priorities;
        job_ids := picked.job_ids;
        IF job_ids IS NULL THEN
            RETURN;
        END IF;
    END IF;
    IF is_limited OR least_room IS NOT NULL THEN
        PERFORM take_from_limits(lane_ids, priorities, job_ids);
    END IF;

    RETURN QUERY
    WITH taken AS (
        DELETE FROM ready USING unnest(lane_ids, priorities, job_ids) AS picked(lane_id, priority, job_id)
        WHERE ready.lane_id = picked.lane_id AND ready.priority = picked.priority AND ready.job_id = picked.job_id
        RETURNING ready.*
    ), leased AS (
        INSERT INTO lease (job_id, epoch, enqueued_at, lane_id, priority, attempt, crashes, weight, traits, worker_id, claimed_at)
        SELECT taken.job_id, nextval('epoch_seq'), taken.enqueued_at, taken.lane_id, taken.priority,
            taken.attempt + 1, taken.crashes, taken.weight, taken.traits, for_worker, clock()
        FROM taken
        RETURNING lease.*
    )
    SELECT leased.job_id, leased.epoch, leased.enqueued_at, lane.plugin, lane.queue, job.args, lane.args_version,
        leased.attempt, leased.crashes, job.max_attempts, job.timeout_ms, job.logical_time,
        job.parent_id, job.run_id, job.step, job.needs,
        (extract(epoch FROM job.deadline_at - leased.claimed_at) * 1000)::bigint,
        coalesce(job.expires_at < leased.claimed_at AND leased.attempt = 1, false), job.trace
    FROM leased
    JOIN lane ON lane.id = leased.lane_id
    JOIN job ON job.id = leased.job_id AND job.enqueued_at = leased.enqueued_at
    ORDER BY leased.priority, leased.job_id;
END
$$;

-- Counts what limits have in use where the upper bound leaves less than `wanted`, or, when that is NULL, everywhere. Returns
-- the limits that it counted.
--
-- The leases are reached by their workers: an index scan passes by the entries of leases that are gone, where a scan of the
-- table would read all that vacuum has not yet removed.
CREATE OR REPLACE FUNCTION millrace.count_usage(lanes integer[], wanted integer) RETURNS integer[]
LANGUAGE plpgsql
SET search_path = millrace, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off AS $$
DECLARE
    short integer[];
BEGIN
    SELECT array_agg(DISTINCT bound.limit_id) INTO short
    FROM lane_limit AS bound
    JOIN limit_rule AS rule ON rule.id = bound.limit_id AND rule.kind = 'concurrency'
    LEFT JOIN limit_key AS own ON own.limit_id = bound.limit_id AND own.key = bound.key
    LEFT JOIN limit_usage AS usage ON usage.limit_id = bound.limit_id AND usage.key = bound.key
    WHERE bound.lane_id = ANY (lanes)
        AND (usage.at_most IS NULL OR wanted IS NULL OR coalesce(own.maximum, rule.maximum) - usage.at_most < wanted);
    IF short IS NULL THEN
        RETURN NULL;
    END IF;
    INSERT INTO limit_usage AS known (limit_id, key, at_most)
    SELECT bound.limit_id, bound.key, coalesce(used.weight, 0)
    FROM (SELECT DISTINCT lane_limit.limit_id, lane_limit.key FROM lane_limit
        WHERE lane_limit.lane_id = ANY (lanes) AND lane_limit.limit_id = ANY (short)) AS bound
    LEFT JOIN (
        SELECT lane_limit.limit_id, lane_limit.key, sum(lease.weight) AS weight
        FROM worker
        JOIN lease ON lease.worker_id = worker.id
        JOIN lane_limit ON lane_limit.lane_id = lease.lane_id AND lane_limit.limit_id = ANY (short)
        GROUP BY lane_limit.limit_id, lane_limit.key
    ) AS used ON used.limit_id = bound.limit_id AND used.key = bound.key
    ON CONFLICT ON CONSTRAINT limit_usage_pkey DO UPDATE SET at_most = excluded.at_most
    WHERE known.at_most <> excluded.at_most;
    RETURN short;
END
$$;

-- What a claim may take of each limit on the lanes: permits that are free for certain, or whole tokens.
CREATE OR REPLACE FUNCTION millrace.claim_room(lanes integer[])
RETURNS TABLE (limit_id integer, key text, kind text, room bigint, share real, fair boolean, tokens double precision)
LANGUAGE plpgsql STABLE
SET search_path = millrace, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT filled.limit_id, filled.key, filled.kind,
        CASE filled.kind WHEN 'rate' THEN floor(filled.tokens)::bigint ELSE filled.capacity - filled.at_most END,
        filled.share, filled.fair, filled.tokens
    FROM (
        SELECT bound.limit_id, bound.key, rule.kind, rule.fair, coalesce(own.maximum, rule.maximum) AS capacity,
            coalesce(own.share, 1) AS share, coalesce(usage.at_most, 0) AS at_most,
            CASE WHEN rule.kind = 'rate' THEN least(rule.burst, coalesce(bucket.tokens
                + extract(epoch FROM clock() - bucket.at)::double precision * 1000 / rule.period_ms * coalesce(own.maximum, rule.maximum),
                rule.burst)) END AS tokens
        FROM (SELECT DISTINCT lane_limit.limit_id, lane_limit.key FROM lane_limit WHERE lane_limit.lane_id = ANY (lanes)) AS bound
        JOIN limit_rule AS rule ON rule.id = bound.limit_id
        LEFT JOIN limit_key AS own ON own.limit_id = bound.limit_id AND own.key = bound.key
        LEFT JOIN limit_usage AS usage ON usage.limit_id = bound.limit_id AND usage.key = bound.key
        LEFT JOIN bucket ON bucket.limit_id = bound.limit_id AND bucket.key = bound.key
    ) AS filled;
END
$$;

-- Takes what is picked from its limits: raises the upper bounds of permits in use, and takes tokens, for all at once.
CREATE OR REPLACE FUNCTION millrace.take_from_limits(lane_ids integer[], priorities smallint[], job_ids bigint[]) RETURNS void
LANGUAGE plpgsql
SET search_path = millrace, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    UPDATE limit_usage SET at_most = at_most + taken.weight
    FROM (
        SELECT lane_limit.limit_id, lane_limit.key, sum(ready.weight) AS weight
        FROM unnest(lane_ids, priorities, job_ids) AS picked(lane_id, priority, job_id)
        JOIN ready ON ready.lane_id = picked.lane_id AND ready.priority = picked.priority AND ready.job_id = picked.job_id
        JOIN lane_limit ON lane_limit.lane_id = picked.lane_id
        GROUP BY lane_limit.limit_id, lane_limit.key
    ) AS taken
    WHERE limit_usage.limit_id = taken.limit_id AND limit_usage.key = taken.key;

    IF EXISTS (SELECT FROM lane_limit JOIN limit_rule ON limit_rule.id = lane_limit.limit_id
            WHERE lane_limit.lane_id = ANY (lane_ids) AND limit_rule.kind = 'rate') THEN
        INSERT INTO bucket AS known (limit_id, key, tokens, at)
        SELECT room.limit_id, room.key, room.tokens - (
                SELECT count(*) FROM unnest(lane_ids) AS picked(lane_id)
                JOIN lane_limit ON lane_limit.lane_id = picked.lane_id
                WHERE lane_limit.limit_id = room.limit_id AND lane_limit.key = room.key), clock()
        FROM claim_room(lane_ids) AS room
        WHERE room.kind = 'rate'
        ON CONFLICT ON CONSTRAINT bucket_pkey DO UPDATE SET tokens = excluded.tokens, at = excluded.at;
    END IF;
END
$$;

-- Picks and locks ready jobs where limits, slots or weights of queues have a say. To be called with the limits locked.
--
-- Values of a key take turns, as many as their share says; of those that are equal, chance decides, weighted by the share,
-- so that none is left out for long, also when jobs are claimed one by one. Then a job is picked if it and all picked before
-- it fit into every one of its limits. `was_cut`: a limit kept some out.
CREATE OR REPLACE FUNCTION millrace.pick_within_limits(
    host millrace.worker, wanted integer, lanes integer[], OUT lane_ids integer[], OUT priorities smallint[], OUT job_ids bigint[],
    OUT was_cut boolean
)
LANGUAGE plpgsql
SET search_path = millrace, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    deep integer := 4 + 2 * wanted / cardinality(lanes);
BEGIN
    LOOP
    WITH room AS MATERIALIZED (
        SELECT room.limit_id, room.key, room.kind, room.room, room.share, room.fair FROM claim_room(lanes) AS room
        UNION ALL
        -- Slots that this worker keeps for a queue count like a limit.
        SELECT 0, slots.key, 'slots', slots.value::bigint - (
            SELECT count(*) FROM lease JOIN lane ON lane.id = lease.lane_id
            WHERE lease.worker_id = host.id AND lane.queue = slots.key), 1, false
        FROM jsonb_each_text(host.queue_slots) AS slots
    ), binding AS MATERIALIZED (
        SELECT lane_limit.lane_id, lane_limit.limit_id, lane_limit.key FROM lane_limit WHERE lane_limit.lane_id = ANY (lanes)
        UNION ALL
        SELECT lane.id, 0, lane.queue FROM lane WHERE lane.id = ANY (lanes) AND host.queue_slots ? lane.queue
    ), open AS MATERIALIZED (
        SELECT lane.id, lane.queue, coalesce(min(room.room), wanted) AS room,
            -- Lanes without a fair limit take turns as one.
            max(room.limit_id || '/' || room.key) FILTER (WHERE room.fair AND room.key <> '') AS turn_key,
            coalesce(min(room.share) FILTER (WHERE room.fair AND room.key <> ''), 1) AS share
        FROM unnest(lanes) AS able(id)
        JOIN lane ON lane.id = able.id
        LEFT JOIN binding ON binding.lane_id = lane.id
        LEFT JOIN room ON room.limit_id = binding.limit_id AND room.key = binding.key
        GROUP BY lane.id, lane.queue
        HAVING coalesce(min(room.room), 1) > 0
    ), peeked AS (
        -- First what an even share is and a little more; only if that is not enough, all that one lane could give.
        SELECT open.queue, open.turn_key, open.share, candidate.*
        FROM open CROSS JOIN LATERAL (
            SELECT ready.lane_id, ready.priority, ready.job_id, ready.weight,
                row_number() OVER (ORDER BY ready.priority, ready.job_id) AS line
            FROM ready
            WHERE ready.lane_id = open.id
            ORDER BY ready.priority, ready.job_id
            LIMIT least(wanted, open.room, deep)
        ) AS candidate
    ), turned AS (
        SELECT peeked.*,
            -- Within a key by priority and age; a key of one lane, the usual case, has that order already.
            floor(CASE WHEN turn_key IS NULL THEN 1 ELSE line END / share) AS turn,
            -ln(1 - random()) / share AS chance
        FROM peeked
    ), shared AS (
        SELECT turned.*, CASE WHEN host.queue_weights <> '{}' THEN
            (row_number() OVER (PARTITION BY queue ORDER BY priority, turn, job_id) - random())
                / coalesce((host.queue_weights ->> queue)::double precision, 1) END AS queue_turn
        FROM turned
    ), ranked AS MATERIALIZED (
        SELECT shared.lane_id, shared.priority, shared.job_id, shared.weight,
            row_number() OVER (ORDER BY queue_turn, priority, turn, CASE WHEN turn_key IS NOT NULL THEN chance END, job_id) AS place
        FROM shared
    ), demand AS (
        SELECT ranked.place, room.room, room.kind,
            sum(CASE room.kind WHEN 'concurrency' THEN ranked.weight ELSE 1 END)
                OVER (PARTITION BY binding.limit_id, binding.key ORDER BY ranked.place) AS needed
        FROM ranked
        JOIN binding ON binding.lane_id = ranked.lane_id
        JOIN room ON room.limit_id = binding.limit_id AND room.key = binding.key
    ), chosen AS (
        SELECT ranked.* FROM ranked
        WHERE NOT EXISTS (SELECT FROM demand WHERE demand.place = ranked.place AND demand.needed > demand.room)
        ORDER BY ranked.place LIMIT wanted
    ), locked AS (
        SELECT ready.lane_id, ready.priority, ready.job_id
        FROM chosen
        JOIN ready ON ready.lane_id = chosen.lane_id AND ready.priority = chosen.priority AND ready.job_id = chosen.job_id
        FOR UPDATE OF ready SKIP LOCKED
    )
    SELECT array_agg(locked.lane_id), array_agg(locked.priority), array_agg(locked.job_id),
        coalesce(cardinality(array_agg(locked.job_id)), 0) < wanted
            AND (EXISTS (SELECT FROM demand WHERE demand.needed > demand.room AND demand.kind = 'concurrency')
                OR EXISTS (SELECT FROM room WHERE room.kind = 'concurrency' AND room.room <= 0))
    INTO lane_ids, priorities, job_ids, was_cut FROM locked;
    EXIT WHEN deep >= wanted OR cardinality(job_ids) >= wanted;
    deep := wanted;
    END LOOP;
END
$$;
