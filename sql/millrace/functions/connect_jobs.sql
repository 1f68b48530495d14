-- Adds the edges of jobs that were just inserted, and settles those whose parents have ended already. Of an element that a
-- unique key kept out the id is NULL: it adds nothing to the job that is there.
CREATE OR REPLACE FUNCTION millrace.connect_jobs(jobs jsonb, ids bigint[]) RETURNS void
LANGUAGE plpgsql
SET search_path = millrace, pg_temp AS $$
DECLARE
    missing text;
    asked bigint[];
    outside bigint[];
    circular bigint;
    ended_ids bigint[];
    ended_states job_state[];
BEGIN
    SELECT string_agg(DISTINCT format('%L', need.key), ', ') INTO missing
    FROM jsonb_array_elements(jobs) AS element(job)
    CROSS JOIN LATERAL jsonb_array_elements_text(coalesce(element.job -> 'needs', '[]')) AS need(key)
    LEFT JOIN (SELECT other.job ->> 'key' AS key FROM jsonb_array_elements(jobs) AS other(job)) AS named USING (key)
    WHERE named.key IS NULL;
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
        -- While it waits for the lock a parent may hand its work on, and then its successor is the one to lock.
        asked := outside;
        LOOP
            outside := ARRAY(SELECT DISTINCT last_successor(given.id) FROM unnest(asked) AS given(id));
            PERFORM lock_alive(outside);
            EXIT WHEN NOT EXISTS (SELECT FROM unnest(asked) AS given(id) WHERE last_successor(given.id) <> ALL (outside));
        END LOOP;
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
    WHERE keyed.id IS NOT NULL
    UNION
    SELECT last_successor(given.id::bigint), keyed.id, coalesce(keyed.job -> 'on_failure' ->> given.id, 'stop')
    FROM keyed
    CROSS JOIN LATERAL jsonb_array_elements_text(coalesce(keyed.job -> 'parents', '[]')) AS given(id)
    WHERE keyed.id <> last_successor(given.id::bigint)
    ON CONFLICT DO NOTHING;
    -- A job that took another's place has that one's waiters from now on, and must not wait for one of these.
    IF outside IS NOT NULL AND EXISTS (
        SELECT FROM dependency WHERE parent_id = ANY (ids) AND job_id <> ALL (array_remove(ids, NULL))) THEN
        WITH RECURSIVE above(origin, id) AS (
            SELECT dependency.job_id, dependency.parent_id FROM dependency WHERE dependency.job_id = ANY (ids)
            UNION
            SELECT above.origin, dependency.parent_id FROM above JOIN dependency ON dependency.job_id = above.id
        )
        SELECT above.origin INTO circular FROM above WHERE above.id = above.origin LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'job % would wait for itself: one of its parents waits for the job whose place it takes',
                array_position(ids, circular) USING ERRCODE = 'invalid_parameter_value',
                HINT = 'Leave that parent out, or give the job another unique key.';
        END IF;
    END IF;
    -- One that was to wait for the very job whose place it took waits for nothing.
    IF outside && ids THEN
        PERFORM free_jobs(ARRAY(
            SELECT job_id FROM deferred
            WHERE job_id = ANY (ids) AND job_id = ANY (outside) AND state = 'blocked' AND traits & 2 = 0
                AND NOT EXISTS (SELECT FROM dependency WHERE dependency.job_id = deferred.job_id)));
    END IF;

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
