-- What a claim does where limits, slots or weights of queues have a say.

-- Locks the jobs to take, and takes them from their limits. Claims that concern the same limit take turns: each first locks the
-- limits, in the order of their ids, and then counts, in a statement of its own, so that it sees what the one before it took.
CREATE OR REPLACE FUNCTION millrace.choose_within_limits(
    host millrace.worker, wanted integer, parts millrace.lane_part[], busy jsonb
) RETURNS tid[]
LANGUAGE plpgsql
SET search_path = millrace, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off AS $$
DECLARE
    lanes integer[] := ARRAY(SELECT DISTINCT part.lane_id FROM unnest(parts) AS part);
    rule integer;
    least_room bigint;
    is_known boolean;
    is_simple boolean;
    turns bigint;
    counted integer[];
    shares real[];
    chosen tid[];
    sums lane_sum[];
    was_cut boolean;
BEGIN
    FOR rule IN SELECT DISTINCT lane_limit.limit_id FROM lane_limit WHERE lane_limit.lane_id = ANY (lanes) ORDER BY 1 LOOP
        PERFORM pg_advisory_xact_lock(hashtext('millrace.limit'), rule);
    END LOOP;
    SELECT min(room.room), bool_and(room.is_known), bool_and(room.kind = 'concurrency'),
        count(*) FILTER (WHERE room.fair AND room.key <> '')
    INTO least_room, is_known, is_simple, turns
    FROM claim_room(lanes) AS room;
    IF NOT is_known OR least_room < wanted THEN
        counted := count_usage(lanes, wanted);
        SELECT min(room.room) INTO least_room FROM claim_room(lanes) AS room;
    END IF;

    IF host.queue_slots = '{}' AND host.queue_weights = '{}' THEN
        -- Limits that are far from full have no say in what is chosen, but for the turns that they give.
        IF is_simple AND least_room >= wanted THEN
            IF turns = 0 THEN
                SELECT found.chosen, coalesce(found.sums, sums_of(found.chosen)) INTO chosen, sums
                FROM choose_by_age(wanted, parts) AS found;
            ELSE
                shares := turn_shares(parts);
                IF shares IS NOT NULL THEN
                    SELECT found.chosen, found.sums INTO chosen, sums FROM choose_by_turns(wanted, parts, shares) AS found;
                END IF;
            END IF;
            IF (SELECT coalesce(sum(each.weight), 0) FROM unnest(sums) AS each) <= least_room AND (turns = 0 OR shares IS NOT NULL)
            THEN
                PERFORM take_from_limits(sums);
                RETURN chosen;
            END IF;
            -- Heavy ones are among them, or turns have to be given that are not that simple.
        END IF;
    END IF;

    SELECT * INTO chosen, was_cut FROM pick_within_limits(host, wanted, parts, busy);
    IF was_cut AND EXISTS (SELECT FROM lane_limit JOIN limit_rule ON limit_rule.id = lane_limit.limit_id
            WHERE lane_limit.lane_id = ANY (lanes) AND limit_rule.kind = 'concurrency'
                AND limit_rule.id <> ALL (coalesce(counted, '{}'))) THEN
        -- Perhaps only because of an upper bound that is too high by now.
        PERFORM count_usage(lanes, NULL);
        SELECT * INTO chosen, was_cut FROM pick_within_limits(host, wanted, parts, busy);
    END IF;
    PERFORM take_from_limits(sums_of(chosen));
    RETURN chosen;
END
$$;

-- What jobs that are locked count and weigh, by lane.
CREATE OR REPLACE FUNCTION millrace.sums_of(chosen tid[]) RETURNS millrace.lane_sum[]
LANGUAGE plpgsql
SET search_path = millrace, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off AS $$
BEGIN
    RETURN ARRAY(SELECT (ready.lane_id, count(*), sum(ready.weight))::lane_sum FROM ready
        WHERE ready.ctid = ANY (chosen) GROUP BY ready.lane_id);
END
$$;

-- The share of each part's key in the turns of the one fair limit that holds for it. NULL where turns are less simple: a lane
-- has none or several of them, two lanes of the same priority belong to one key, or jobs stand in front.
CREATE OR REPLACE FUNCTION millrace.turn_shares(parts millrace.lane_part[]) RETURNS real[]
LANGUAGE plpgsql STABLE
SET search_path = millrace, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN (SELECT CASE WHEN bool_and(keyed.turns = 1 AND keyed.is_new AND keyed.head >= 0)
            AND count(*) = count(DISTINCT (keyed.priority, keyed.key)) THEN array_agg(keyed.share ORDER BY keyed.place) END
    FROM (
        SELECT part.place, part.priority, part.head, part.most_crashes = 32767 AS is_new, count(rule.id) AS turns,
            min(rule.id || '/' || bound.key) AS key, coalesce(min(own.share), 1)::real AS share
        FROM unnest(parts) WITH ORDINALITY AS part(lane_id, priority, head, last, least_crashes, most_crashes, most, place)
        LEFT JOIN lane_limit AS bound ON bound.lane_id = part.lane_id AND bound.key <> ''
        LEFT JOIN limit_rule AS rule ON rule.id = bound.limit_id AND rule.fair
        LEFT JOIN limit_key AS own ON own.limit_id = rule.id AND own.key = bound.key
        GROUP BY part.place, part.priority, part.head, part.most_crashes
    ) AS keyed);
END
$$;

-- Locks the jobs to take where no limit binds and the values of a key take turns: of the lanes of one priority each gives its
-- share of what is wanted, oldest first, and what some do not have the others give. Parts of a job go to some by chance, so that
-- none is left out for long. Says what they count and weigh, by lane; a lane may be named twice.
CREATE OR REPLACE FUNCTION millrace.choose_by_turns(
    wanted integer, parts millrace.lane_part[], shares real[], OUT chosen tid[], OUT sums millrace.lane_sum[]
)
LANGUAGE plpgsql
SET search_path = millrace, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off AS $$
DECLARE
    total integer := cardinality(parts);
    first integer := 1;
    last integer;
    equals lane_part[];
    lanes integer[];
    heads bigint[];
    weights real[];
    quotas integer[];
    more integer[];
    got record;
    remaining integer := wanted;
BEGIN
    chosen := '{}';
    sums := '{}';
    WHILE first <= total AND remaining > 0 LOOP
        last := first;
        WHILE last < total AND parts[last + 1].priority = parts[first].priority LOOP
            last := last + 1;
        END LOOP;
        equals := parts[first:last];
        SELECT array_agg(part.lane_id), array_agg(part.head) INTO lanes, heads
        FROM unnest(equals) AS part;
        weights := shares[first:last];
        WHILE lanes IS NOT NULL AND remaining > 0 LOOP
            SELECT array_agg(share.whole + CASE WHEN share.rank <= share.left_over THEN 1 ELSE 0 END ORDER BY share.place)
            INTO quotas
            FROM (
                SELECT even.place, even.whole, remaining - sum(even.whole) OVER () AS left_over,
                    row_number() OVER (ORDER BY -ln(1 - random()) / even.weight) AS rank
                FROM (
                    SELECT given.place, given.weight, floor(remaining * given.weight / sum(given.weight) OVER ())::integer AS whole
                    FROM unnest(weights) WITH ORDINALITY AS given(weight, place)
                ) AS even
            ) AS share;
            -- Those that give all that is asked of them may have more.
            more := '{}';
            FOR lane IN 1..cardinality(lanes) LOOP
                SELECT array_agg(locked.tid) AS tids, count(*) AS count, sum(locked.weight) AS weight, max(locked.pos) AS newest
                INTO got
                FROM (
                    SELECT ready.ctid AS tid, ready.pos, ready.weight FROM ready
                    WHERE ready.lane_id = lanes[lane] AND ready.pos >= heads[lane]
                    ORDER BY ready.pos LIMIT quotas[lane] FOR UPDATE SKIP LOCKED
                ) AS locked;
                IF got.count > 0 THEN
                    chosen := chosen || got.tids;
                    sums := sums || (lanes[lane], got.count, got.weight)::lane_sum;
                    heads[lane] := got.newest + 1;
                END IF;
                IF got.count = quotas[lane] THEN
                    more := more || lane;
                END IF;
            END LOOP;
            remaining := wanted - cardinality(chosen);
            SELECT array_agg(lanes[place]), array_agg(heads[place]), array_agg(weights[place]) INTO lanes, heads, weights
            FROM unnest(more) AS place;
        END LOOP;
        first := last + 1;
    END LOOP;
    chosen := nullif(chosen, '{}');
END
$$;

-- Picks and locks ready jobs where limits, slots or weights of queues have a say. To be called with the limits locked.
--
-- Values of a key take turns, as many as their share says; of those that are equal, chance decides, weighted by the share,
-- so that none is left out for long, also when jobs are claimed one by one. Then a job is picked if it and all picked before
-- it fit into every one of its limits. `was_cut`: a limit kept some out.
CREATE OR REPLACE FUNCTION millrace.pick_within_limits(
    host millrace.worker, wanted integer, parts millrace.lane_part[], busy jsonb, OUT chosen tid[], OUT was_cut boolean
)
LANGUAGE plpgsql
SET search_path = millrace, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    lanes integer[] := ARRAY(SELECT DISTINCT part.lane_id FROM unnest(parts) AS part);
    deep integer := 4 + 2 * wanted / cardinality(lanes);
BEGIN
    LOOP
    WITH room AS MATERIALIZED (
        SELECT room.limit_id, room.key, room.kind, room.room, room.share, room.fair FROM claim_room(lanes) AS room
        UNION ALL
        -- Slots that this worker keeps for a queue count like a limit.
        SELECT 0, slots.key, 'slots', slots.value::bigint - coalesce((busy ->> slots.key)::bigint, 0), 1, false
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
        SELECT open.queue, open.turn_key, open.share, part.lane_id, part.priority, candidate.pos, candidate.weight,
            row_number() OVER (PARTITION BY part.lane_id ORDER BY candidate.pos) AS line
        FROM unnest(parts) AS part JOIN open ON open.id = part.lane_id
        CROSS JOIN LATERAL (
            SELECT ready.pos, ready.weight FROM ready
            WHERE ready.lane_id = part.lane_id AND ready.pos >= part.head AND ready.pos <= part.last
                AND ready.crashes BETWEEN part.least_crashes AND part.most_crashes
            ORDER BY ready.pos
            LIMIT least(part.most, open.room, deep)
        ) AS candidate
    ), turned AS (
        SELECT peeked.*,
            -- Within a key by priority and age; a key of one lane, the usual case, has that order already.
            floor(CASE WHEN turn_key IS NULL THEN 1 ELSE line END / share) AS turn,
            -ln(1 - random()) / share AS chance
        FROM peeked
    ), shared AS (
        SELECT turned.*, CASE WHEN host.queue_weights <> '{}' THEN
            (row_number() OVER (PARTITION BY queue ORDER BY priority, turn, pos) - random())
                / coalesce((host.queue_weights ->> queue)::double precision, 1) END AS queue_turn
        FROM turned
    ), ranked AS MATERIALIZED (
        SELECT shared.lane_id, shared.pos, shared.weight,
            row_number() OVER (ORDER BY queue_turn, priority, turn, CASE WHEN turn_key IS NOT NULL THEN chance END, pos) AS place
        FROM shared
    ), demand AS (
        SELECT ranked.place, room.room, room.kind,
            sum(CASE room.kind WHEN 'concurrency' THEN ranked.weight ELSE 1 END)
                OVER (PARTITION BY binding.limit_id, binding.key ORDER BY ranked.place) AS needed
        FROM ranked
        JOIN binding ON binding.lane_id = ranked.lane_id
        JOIN room ON room.limit_id = binding.limit_id AND room.key = binding.key
    ), picked AS (
        SELECT ranked.* FROM ranked
        WHERE NOT EXISTS (SELECT FROM demand WHERE demand.place = ranked.place AND demand.needed > demand.room)
        ORDER BY ranked.place LIMIT wanted
    ), locked AS (
        SELECT ready.ctid AS tid
        FROM picked JOIN ready ON ready.lane_id = picked.lane_id AND ready.pos = picked.pos
        FOR UPDATE OF ready SKIP LOCKED
    )
    SELECT array_agg(locked.tid), count(*) < wanted
            AND (EXISTS (SELECT FROM demand WHERE demand.needed > demand.room AND demand.kind = 'concurrency')
                OR EXISTS (SELECT FROM room WHERE room.kind = 'concurrency' AND room.room <= 0))
    INTO chosen, was_cut FROM locked;
    EXIT WHEN deep >= wanted OR cardinality(chosen) >= wanted;
    deep := wanted;
    END LOOP;
END
$$;
