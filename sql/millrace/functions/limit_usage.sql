-- What limits have in use: how it is counted, what a claim may take of it, and how that is written down.

-- Counts what limits have in use where the upper bound leaves less than `wanted`, or, when that is NULL, everywhere. Returns
-- the limits that it counted.
CREATE OR REPLACE FUNCTION millrace.count_usage(lanes integer[], wanted integer) RETURNS integer[]
LANGUAGE plpgsql
SET search_path = millrace, pg_temp
SET plan_cache_mode = force_generic_plan
SET join_collapse_limit = 1
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off AS $$
DECLARE
    short integer[];
    floor bigint;
    latest bigint;
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
    -- From the oldest claim on that had a lease at the last count: that passes by those that are gone and not cleaned up yet.
    SELECT min(coalesce(usage.from_epoch, 0)) INTO floor
    FROM lane_limit LEFT JOIN limit_usage AS usage ON usage.limit_id = lane_limit.limit_id AND usage.key = lane_limit.key
    WHERE lane_limit.lane_id = ANY (lanes) AND lane_limit.limit_id = ANY (short);
    -- Claims of these limits take turns, so none of an earlier epoch can follow.
    SELECT last_value INTO latest FROM epoch_seq;
    PERFORM trim_limit_claims(floor);
    WITH used AS MATERIALIZED (
        SELECT lane_limit.limit_id, lane_limit.key, sum(lease.weight) AS weight, min(lease.epoch) AS oldest
        FROM limit_claim
        CROSS JOIN unnest(limit_claim.job_ids) AS given(id)
        -- By a range, as completions look them up: no other plan than the index can be chosen.
        JOIN lease ON lease.job_id BETWEEN given.id AND given.id AND lease.epoch = limit_claim.epoch
        JOIN lane_limit ON lane_limit.lane_id = lease.lane_id AND lane_limit.limit_id = ANY (short)
        WHERE limit_claim.epoch >= floor
        GROUP BY lane_limit.limit_id, lane_limit.key
    )
    INSERT INTO limit_usage AS known (limit_id, key, at_most, from_epoch)
    SELECT bound.limit_id, bound.key, coalesce(used.weight, 0),
        coalesce((SELECT min(any_key.oldest) FROM used AS any_key WHERE any_key.limit_id = bound.limit_id), latest)
    FROM (SELECT DISTINCT lane_limit.limit_id, lane_limit.key FROM lane_limit
        WHERE lane_limit.lane_id = ANY (lanes) AND lane_limit.limit_id = ANY (short)) AS bound
    LEFT JOIN used ON used.limit_id = bound.limit_id AND used.key = bound.key
    ON CONFLICT ON CONSTRAINT limit_usage_pkey DO UPDATE SET at_most = excluded.at_most, from_epoch = excluded.from_epoch
    WHERE (known.at_most, known.from_epoch) IS DISTINCT FROM (excluded.at_most, excluded.from_epoch);
    RETURN short;
END
$$;

-- Forgets claims of limited lanes whose jobs have all ended, from an epoch on, and the most of the jobs of the others that have.
-- Somebody else who does so at the same moment is not waited for.
CREATE OR REPLACE FUNCTION millrace.trim_limit_claims(from_epoch bigint) RETURNS void
LANGUAGE plpgsql
SET search_path = millrace, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off AS $$
BEGIN
    WITH known AS MATERIALIZED (
        SELECT limit_claim.epoch, limit_claim.job_ids FROM limit_claim
        WHERE limit_claim.epoch >= from_epoch
        ORDER BY limit_claim.epoch
        FOR UPDATE SKIP LOCKED
    ), alive AS MATERIALIZED (
        SELECT known.epoch, (
            SELECT array_agg(lease.job_id) FROM unnest(known.job_ids) AS given(id)
            JOIN lease ON lease.job_id BETWEEN given.id AND given.id AND lease.epoch = known.epoch) AS job_ids
        FROM known
    ), gone AS (
        DELETE FROM limit_claim USING alive WHERE limit_claim.epoch = alive.epoch AND alive.job_ids IS NULL
    )
    UPDATE limit_claim SET job_ids = alive.job_ids FROM alive
    WHERE limit_claim.epoch = alive.epoch AND 2 * cardinality(alive.job_ids) <= cardinality(limit_claim.job_ids);
END
$$;

-- What a claim may take of each limit on the lanes: permits that are free for certain, or whole tokens. Permits that were never
-- counted are not known.
CREATE OR REPLACE FUNCTION millrace.claim_room(lanes integer[])
RETURNS TABLE (limit_id integer, key text, kind text, room bigint, share real, fair boolean, tokens double precision,
    is_known boolean)
LANGUAGE plpgsql STABLE
SET search_path = millrace, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT filled.limit_id, filled.key, filled.kind,
        CASE filled.kind WHEN 'rate' THEN floor(filled.tokens)::bigint ELSE filled.capacity - filled.at_most END,
        filled.share, filled.fair, filled.tokens, filled.is_known
    FROM (
        SELECT bound.limit_id, bound.key, rule.kind, rule.fair, coalesce(own.maximum, rule.maximum) AS capacity,
            coalesce(own.share, 1) AS share, coalesce(usage.at_most, 0) AS at_most,
            rule.kind = 'rate' OR usage.at_most IS NOT NULL AS is_known,
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

-- Takes jobs that were chosen from their limits: raises the upper bounds of permits in use, and takes tokens, for all at once.
CREATE OR REPLACE FUNCTION millrace.take_from_limits(sums millrace.lane_sum[]) RETURNS void
LANGUAGE plpgsql
SET search_path = millrace, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    UPDATE limit_usage SET at_most = limit_usage.at_most + taken.weight
    FROM (
        SELECT lane_limit.limit_id, lane_limit.key, sum(given.weight) AS weight
        FROM unnest(sums) AS given JOIN lane_limit ON lane_limit.lane_id = given.lane_id
        GROUP BY lane_limit.limit_id, lane_limit.key
    ) AS taken
    WHERE limit_usage.limit_id = taken.limit_id AND limit_usage.key = taken.key;

    IF EXISTS (SELECT FROM unnest(sums) AS given JOIN lane_limit ON lane_limit.lane_id = given.lane_id
            JOIN limit_rule ON limit_rule.id = lane_limit.limit_id AND limit_rule.kind = 'rate') THEN
        INSERT INTO bucket AS known (limit_id, key, tokens, at)
        SELECT room.limit_id, room.key, room.tokens - (
                SELECT sum(given.count) FROM unnest(sums) AS given JOIN lane_limit ON lane_limit.lane_id = given.lane_id
                WHERE lane_limit.limit_id = room.limit_id AND lane_limit.key = room.key), clock()
        FROM claim_room(ARRAY(SELECT DISTINCT given.lane_id FROM unnest(sums) AS given)) AS room
        WHERE room.kind = 'rate'
        ON CONFLICT ON CONSTRAINT bucket_pkey DO UPDATE SET tokens = excluded.tokens, at = excluded.at;
    END IF;
END
$$;

-- Forgets which jobs claims of limited lanes took, where these have ended. One look over all leases, which costs less than to
-- look up each of the jobs, as a claim does that has to count (trim_limit_claims).
CREATE OR REPLACE FUNCTION millrace.forget_limit_claims() RETURNS void
LANGUAGE plpgsql
SET search_path = millrace, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM limit_claim) THEN
        RETURN;
    END IF;
    WITH known AS MATERIALIZED (
        SELECT limit_claim.epoch, cardinality(limit_claim.job_ids) AS count FROM limit_claim FOR UPDATE SKIP LOCKED
    ), alive AS MATERIALIZED (
        SELECT lease.epoch, array_agg(lease.job_id) AS job_ids FROM lease GROUP BY lease.epoch
    ), trimmed AS (
        UPDATE limit_claim SET job_ids = alive.job_ids FROM known JOIN alive ON alive.epoch = known.epoch
        WHERE limit_claim.epoch = known.epoch AND 2 * cardinality(alive.job_ids) <= known.count
    )
    DELETE FROM limit_claim USING known
    WHERE limit_claim.epoch = known.epoch AND NOT EXISTS (SELECT FROM alive WHERE alive.epoch = known.epoch);
END
$$;
