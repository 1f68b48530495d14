-- The text under which a unique job is known. Long ones are hashed, since an index entry is short.
CREATE OR REPLACE FUNCTION millrace.unique_text(job jsonb, queue_name text) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = millrace, pg_temp AS $$
    SELECT CASE WHEN length(plain.text) > 400
        THEN left(plain.text, 100) || '…' || encode(sha256(convert_to(plain.text, 'UTF8')), 'hex') ELSE plain.text END
    FROM (SELECT jsonb_build_array(
        job ->> 'plugin',
        CASE WHEN coalesce((job #>> '{unique,queue}')::boolean, true) THEN queue_name END,
        CASE
            WHEN job #> '{unique,key}' IS NOT NULL THEN job #> '{unique,key}'
            WHEN jsonb_typeof(job #> '{unique,args}') = 'array' THEN coalesce((
                SELECT jsonb_object_agg(name, job -> 'args' #> string_to_array(name, '.'))
                FROM jsonb_array_elements_text(job #> '{unique,args}') AS chosen(name)), '{}')
            ELSE coalesce(job -> 'args', '{}') END)::text AS text) AS plain
$$;

-- Takes a unique key for a job that is about to be inserted.
--
-- The key's row decides: an insert of the same key waits until whoever has it commits or rolls back. `holder` is the job
-- that keeps the newcomer out, or NULL; `predecessor` is the job whose place it takes, or NULL.
CREATE OR REPLACE FUNCTION millrace.take_key(
    wanted text, taker bigint, conflict text, held_until timestamptz, moment timestamptz,
    OUT holder bigint, OUT predecessor bigint, OUT first_at timestamptz
)
LANGUAGE plpgsql
SET search_path = millrace, pg_temp AS $$
DECLARE
    held unique_key;
BEGIN
    first_at := moment;
    LOOP
        INSERT INTO unique_key (key, job_id, until, first_at) VALUES (wanted, taker, held_until, moment)
        ON CONFLICT (key) DO NOTHING;
        IF FOUND THEN
            RETURN;
        END IF;
        SELECT * INTO held FROM unique_key WHERE unique_key.key = wanted FOR UPDATE;
        CONTINUE WHEN NOT FOUND; -- released since
        IF held.until <= moment THEN
            UPDATE unique_key SET job_id = taker, until = held_until, first_at = moment WHERE unique_key.key = wanted;
            RETURN;
        END IF;
        IF conflict = 'reject' THEN
            holder := held.job_id;
            RETURN;
        END IF;
        predecessor := held.job_id;
        first_at := held.first_at;
        UPDATE unique_key SET job_id = taker, until = held_until WHERE unique_key.key = wanted;
        RETURN;
    END LOOP;
END
$$;

-- Locks the live rows of jobs, so that these cannot move or end before the caller commits. Returns those that are alive.
CREATE OR REPLACE FUNCTION millrace.lock_alive(ids bigint[]) RETURNS bigint[]
LANGUAGE plpgsql
SET search_path = millrace, pg_temp AS $$
DECLARE
    locked bigint[];
BEGIN
    -- A job may move between the looks; one that is alive in a snapshot and was not met by them is looked for again.
    LOOP
        locked := ARRAY(SELECT job_id FROM lease WHERE job_id = ANY (ids) ORDER BY job_id FOR SHARE);
        locked := locked || ARRAY(SELECT job_id FROM deferred WHERE job_id = ANY (ids) ORDER BY job_id FOR SHARE);
        locked := locked || ARRAY(SELECT ready.job_id FROM job
            JOIN ready ON ready.lane_id = job.lane_id AND ready.pos = job.id AND ready.job_id = job.id
            WHERE job.id = ANY (ids) ORDER BY job.id FOR SHARE OF ready);
        locked := locked || ARRAY(SELECT ready.job_id FROM ready
            WHERE ready.job_id = ANY (ids) AND ready.pos <> ready.job_id ORDER BY ready.job_id FOR SHARE);
        IF NOT EXISTS (
            SELECT FROM unnest(ids) AS given(id)
            WHERE given.id <> ALL (locked) AND (EXISTS (SELECT FROM lease WHERE lease.job_id = given.id) OR is_waiting(given.id)))
        THEN
            RETURN locked;
        END IF;
    END LOOP;
END
$$;

-- Whether a job stands in ready or deferred, in the snapshot of the caller's statement.
CREATE OR REPLACE FUNCTION millrace.is_waiting(id bigint) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = millrace, pg_temp AS $$
    SELECT EXISTS (SELECT FROM deferred WHERE deferred.job_id = is_waiting.id)
        OR EXISTS (SELECT FROM job CROSS JOIN LATERAL find_ready(job.id, job.lane_id) WHERE job.id = is_waiting.id)
$$;

-- Locks the live job with the same unique key that a waiting one lets end first, and returns it; NULL when there is none.
CREATE OR REPLACE FUNCTION millrace.lock_ahead(waiting_id bigint, unique_text text) RETURNS bigint
LANGUAGE sql
SET search_path = millrace, pg_temp AS $$
    SELECT (lock_alive(ARRAY(
        SELECT edge.parent_id FROM dependency AS edge JOIN job ON job.id = edge.parent_id
        WHERE edge.job_id = waiting_id AND job.unique_key = unique_text)))[1]
$$;

-- Lets a newer job with the same unique key take an older one's place. Returns what became of the older one: 'replaced',
-- 'runs' (its lease is locked, so that it cannot end before the newer one waits for it), or 'ended'.
CREATE OR REPLACE FUNCTION millrace.make_way(older bigint, newer bigint, moment timestamptz) RETURNS text
LANGUAGE plpgsql
SET search_path = millrace, pg_temp AS $$
BEGIN
    -- It may move between the looks; then it is looked for again.
    LOOP
        IF supersede(older, newer, moment) THEN
            RETURN 'replaced';
        END IF;
        IF cardinality(lock_alive(ARRAY[older])) = 0 THEN
            RETURN 'ended';
        END IF;
        IF EXISTS (SELECT FROM lease WHERE job_id = older) THEN
            RETURN 'runs';
        END IF;
    END LOOP;
END
$$;

-- Ends a waiting job in favour of a newer one with the same unique key; whatever waited for it waits for the newer one.
-- Returns false when it is not waiting: it runs, or has ended.
CREATE OR REPLACE FUNCTION millrace.supersede(older bigint, newer bigint, moment timestamptz) RETURNS boolean
LANGUAGE plpgsql
SET search_path = millrace, pg_temp AS $$
DECLARE
    origin job;
BEGIN
    SELECT * INTO origin FROM job WHERE job.id = older;
    INSERT INTO finished (job_id, enqueued_at, lane_id, state, attempt, crashes, finished_at, reason, successor_id)
    SELECT gone.job_id, gone.enqueued_at, gone.lane_id, 'cancelled', gone.attempt, gone.crashes, moment,
        'was replaced by job ' || newer, newer
    FROM take_ready(older, origin.lane_id) AS gone;
    IF NOT FOUND THEN
        WITH gone AS (
            DELETE FROM deferred WHERE job_id = older RETURNING *
        )
        INSERT INTO finished (job_id, enqueued_at, lane_id, state, attempt, crashes, finished_at, reason, successor_id)
        SELECT job_id, enqueued_at, lane_id, 'cancelled', attempt, crashes, moment, 'was replaced by job ' || newer, newer
        FROM gone;
        IF NOT FOUND THEN
            RETURN false;
        END IF;
        DELETE FROM dependency WHERE job_id = older;
    END IF;
    UPDATE dependency SET parent_id = newer WHERE parent_id = older;
    RETURN true;
END
$$;
