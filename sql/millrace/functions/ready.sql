-- Places in the lanes of ready, and the way from a job to its row there.
--
-- A claimer keeps in mind up to where a lane is settled: nothing stands before that place, and nothing will come to stand
-- there. It finds out with two numbers that it reads at every claim, first the newest place given out, then the oldest
-- transaction that runs: once all transactions have ended that ran when a place was the newest, no place before it can still
-- appear. That holds because every transaction gets its number before it takes its first place.
--
-- A transaction that writes for a long time elsewhere would hold that up. So whoever takes places holds a lock besides, which
-- it shares with all others who do: of transactions that run on, only those with the lock can still make a place appear.

-- To be said before the first place is taken.
CREATE OR REPLACE FUNCTION millrace.announce_places() RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = millrace, pg_temp AS $$
BEGIN
    PERFORM pg_current_xact_id();
    PERFORM pg_advisory_xact_lock_shared(1835625580, 1);
END
$$;

-- The next place, behind all others.
CREATE OR REPLACE FUNCTION millrace.take_place() RETURNS bigint
LANGUAGE sql VOLATILE
SET search_path = millrace, pg_temp AS $$
    SELECT CASE WHEN pg_current_xact_id() IS NOT NULL THEN
        CASE WHEN pg_advisory_xact_lock_shared(1835625580, 1)::text IS NOT NULL THEN nextval('job_id_seq') END END
$$;

-- The oldest transaction that may have taken places and still runs; when there is none, the one that will begin next.
CREATE OR REPLACE FUNCTION millrace.oldest_place_taker() RETURNS bigint
LANGUAGE sql VOLATILE
SET search_path = millrace, pg_temp AS $$
    WITH locks AS MATERIALIZED (
        SELECT * FROM pg_locks WHERE granted AND locktype IN ('advisory', 'transactionid')
    ), taker AS (
        SELECT own.transactionid::text::bigint AS low_bits
        FROM locks AS shared
        JOIN locks AS own ON own.locktype = 'transactionid' AND own.mode = 'ExclusiveLock'
            AND own.virtualtransaction = shared.virtualtransaction
        WHERE shared.locktype = 'advisory' AND shared.classid = 1835625580 AND shared.objid = 1 AND shared.objsubid = 2
            AND shared.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    )
    -- Of a number the locks show the last 32 bits; it lies within 2³¹ of the next one, on either side.
    SELECT coalesce(min(latest.number - ((latest.number - taker.low_bits + 2147483648) & 4294967295) + 2147483648),
        min(latest.number))
    FROM (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint) AS latest(number) LEFT JOIN taker ON true
$$;

-- A place in front of all new jobs, behind those that came back earlier.
CREATE OR REPLACE FUNCTION millrace.front_place() RETURNS bigint
LANGUAGE sql VOLATILE
SET search_path = millrace, pg_temp AS $$
    SELECT nextval('job_id_seq') - 4611686018427387904
$$;

-- The place of a job that becomes ready again: one that took workers down stands in front, where suspect ones are told apart.
CREATE OR REPLACE FUNCTION millrace.place_for(crashes smallint) RETURNS bigint
LANGUAGE sql VOLATILE
SET search_path = millrace, pg_temp AS $$
    SELECT CASE WHEN crashes > 0 THEN front_place() ELSE take_place() END
$$;

-- Takes a job's row out of ready and returns it; no row when the job is not there. `in_lane` is the lane in its row of job.
CREATE OR REPLACE FUNCTION millrace.take_ready(id bigint, in_lane integer) RETURNS SETOF millrace.ready
LANGUAGE sql VOLATILE
SET search_path = millrace, pg_temp AS $$
    DELETE FROM ready
    WHERE (ready.lane_id = in_lane AND ready.pos = take_ready.id AND ready.job_id = ready.pos)
        OR (ready.job_id = take_ready.id AND ready.pos <> ready.job_id)
    RETURNING ready.*
$$;

-- A job's row in ready, in the snapshot of the caller's statement.
CREATE OR REPLACE FUNCTION millrace.find_ready(id bigint, in_lane integer) RETURNS SETOF millrace.ready
LANGUAGE sql STABLE
SET search_path = millrace, pg_temp AS $$
    SELECT ready.* FROM ready
    WHERE (ready.lane_id = in_lane AND ready.pos = find_ready.id AND ready.job_id = ready.pos)
        OR (ready.job_id = find_ready.id AND ready.pos <> ready.job_id)
$$;

-- Moves a job's row in ready from a lane to another, behind all that stand there. Returns false when it is not there (any more).
CREATE OR REPLACE FUNCTION millrace.move_ready(id bigint, in_lane integer, to_lane integer) RETURNS boolean
LANGUAGE plpgsql
SET search_path = millrace, pg_temp AS $$
BEGIN
    UPDATE ready SET lane_id = to_lane, pos = take_place()
    WHERE ready.lane_id = in_lane AND ((ready.pos = move_ready.id AND ready.job_id = ready.pos)
        OR (ready.job_id = move_ready.id AND ready.pos <> ready.job_id));
    RETURN FOUND;
END
$$;
