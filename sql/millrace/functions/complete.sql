-- Ends jobs that succeeded. An epoch that no longer holds changes nothing; returns the ids that did end.
CREATE OR REPLACE FUNCTION millrace.complete_many(job_ids bigint[], epochs bigint[], results jsonb[]) RETURNS bigint[]
LANGUAGE plpgsql
SET search_path = millrace, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    done bigint[];
    is_keyed boolean;
BEGIN
    SELECT * INTO done, is_keyed FROM end_leases(job_ids, epochs, results);
    IF is_keyed OR EXISTS (SELECT FROM dependency WHERE parent_id = ANY (done)) THEN
        PERFORM settle(done, array_fill('succeeded'::job_state, ARRAY[cardinality(done)]));
    END IF;
    RETURN done;
END
$$;

-- Moves leases whose epoch holds to finished. `is_keyed`: one of the jobs holds a unique key.
--
-- The key is asked for as a range, which lets no plan but one begin with the outcomes and look each of them up. For an
-- equation the planner may read the whole of lease in the order of its key and compare each with all outcomes, when the table
-- was empty at the last vacuum, and it would keep that plan when the table has filled.
CREATE OR REPLACE FUNCTION millrace.end_leases(
    job_ids bigint[], epochs bigint[], results jsonb[], OUT done bigint[], OUT is_keyed boolean
)
LANGUAGE plpgsql
SET search_path = millrace, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off AS $$
DECLARE
    moment timestamptz := clock();
BEGIN
    WITH gone AS (
        DELETE FROM lease USING unnest(job_ids, epochs, results) AS outcome(id, token, value)
        WHERE lease.job_id BETWEEN outcome.id AND outcome.id AND lease.epoch = outcome.token
        RETURNING lease.*, outcome.value
    ), kept AS (
        INSERT INTO finished (job_id, enqueued_at, lane_id, state, attempt, crashes, epoch, worker_id, claimed_at,
            finished_at, result)
        SELECT job_id, enqueued_at, lane_id, 'succeeded', attempt, crashes, epoch, worker_id, claimed_at, moment, value
        FROM gone
    )
    SELECT coalesce(array_agg(gone.job_id), '{}'), coalesce(bool_or(gone.traits & 1 <> 0), false) INTO done, is_keyed FROM gone;
END
$$;

-- Ends one job that succeeded and carries its work on in children. Waiters of the job wait for `successor` from now on:
-- the element of `children` with that key, or, when it is NULL, a barrier over all of them. A job that was asked to stop hands
-- nothing on: its children would escape whoever stopped it.
-- Returns the ids of the children, or NULL when the epoch no longer holds.
CREATE OR REPLACE FUNCTION millrace.hand_over(
    ended_id bigint, token bigint, value jsonb, children jsonb, successor text DEFAULT NULL
) RETURNS bigint[]
LANGUAGE plpgsql
SET search_path = millrace, pg_temp AS $$
DECLARE
    held lease;
    origin job;
    ids bigint[];
    heir bigint;
BEGIN
    -- Very many children take a while to insert: whoever asks the job to stop meanwhile must not have to wait for them.
    SELECT * INTO held FROM lease WHERE job_id = ended_id AND epoch = token FOR KEY SHARE;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    SELECT * INTO origin FROM job WHERE id = held.job_id AND enqueued_at = held.enqueued_at;

    IF successor IS NULL THEN
        successor := 'millrace.all';
        children := (
            SELECT jsonb_agg(CASE WHEN element.job ? 'key' THEN element.job
                ELSE element.job || jsonb_build_object('key', 'millrace.' || element.place) END ORDER BY element.place)
            FROM jsonb_array_elements(children) WITH ORDINALITY AS element(job, place));
        children := children || jsonb_build_array(jsonb_build_object('plugin', 'millrace.barrier', 'key', successor,
            'rules', '{}'::jsonb, 'needs', (SELECT jsonb_agg(element.job ->> 'key') FROM jsonb_array_elements(children) AS element(job))));
    END IF;

    ids := (insert_jobs(children, origin.run_id, origin.id, origin.step, origin.logical_time)).ids;
    SELECT ids[element.place] INTO heir
    FROM jsonb_array_elements(children) WITH ORDINALITY AS element(job, place)
    WHERE element.job ->> 'key' = successor;
    IF heir IS NULL THEN
        RAISE EXCEPTION 'job %: its successor % is none of its children', ended_id, successor
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Give one child that key.';
    END IF;

    -- First the lease, on which whoever adds an edge to this job holds a lock, and then the edges that are there.
    DELETE FROM lease WHERE job_id = ended_id RETURNING * INTO held;
    IF held.cancel_requested_at IS NOT NULL THEN
        RAISE EXCEPTION 'job % was asked to stop by %, and hands no work on', ended_id, held.cancel_requested_by
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    UPDATE dependency SET parent_id = heir WHERE parent_id = ended_id;
    INSERT INTO finished (job_id, enqueued_at, lane_id, state, attempt, crashes, epoch, worker_id, claimed_at,
        finished_at, result, successor_id)
    VALUES (held.job_id, held.enqueued_at, held.lane_id, 'succeeded', held.attempt, held.crashes, held.epoch,
        held.worker_id, held.claimed_at, clock(), value, heir);
    IF held.traits & 1 <> 0 THEN
        DELETE FROM unique_key WHERE job_id = ended_id AND until IS NULL;
    END IF;
    RETURN ids;
END
$$;

-- The delay before the next attempt: base · 2^(attempt − 1), at most the cap, of which a random half is taken away,
-- so that jobs that failed together do not come back together.
CREATE OR REPLACE FUNCTION millrace.backoff(attempt integer, base_ms bigint, cap_ms bigint) RETURNS interval
LANGUAGE sql VOLATILE
SET search_path = millrace, pg_temp AS $$
    SELECT least(cap_ms::double precision, base_ms * power(2, least(attempt - 1, 40)))
        * (0.5 + random() / 2) * interval '1 millisecond'
$$;

-- Ends one attempt that did not succeed. The job is tried again while attempts are left and the error allows it.
-- kind      'error', 'timeout', 'arguments' (never tried again), 'deadline', 'expired' or 'cancelled'
-- stack     where it happened, if the error knew
-- Returns the state the job is in now, or NULL when the epoch no longer holds.
CREATE OR REPLACE FUNCTION millrace.fail(
    ended_id bigint, token bigint, kind text, message text, retryable boolean, retry_after_ms bigint DEFAULT NULL,
    stack text DEFAULT NULL
) RETURNS millrace.job_state
LANGUAGE plpgsql
SET search_path = millrace, pg_temp AS $$
DECLARE
    held lease;
    origin job;
    final job_state;
    again_at timestamptz;
BEGIN
    DELETE FROM lease WHERE job_id = ended_id AND epoch = token RETURNING * INTO held;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    INSERT INTO attempt_error (job_id, epoch, attempt, worker_id, kind, message, stack, started_at)
    VALUES (held.job_id, held.epoch, held.attempt, held.worker_id, fail.kind, fail.message, fail.stack, held.claimed_at);

    SELECT * INTO origin FROM job WHERE id = held.job_id AND enqueued_at = held.enqueued_at;
    again_at := clock() + coalesce(retry_after_ms * interval '1 millisecond',
        backoff(held.attempt, origin.backoff_base_ms, origin.backoff_cap_ms));
    IF fail.kind = 'expired' THEN
        held.attempt := held.attempt - 1;
        final := 'cancelled';
    ELSIF held.cancel_requested_at IS NOT NULL AND held.cancel_requested_by = 'its deadline' THEN
        final := 'failed';
        message := 'its deadline has passed';
    ELSIF held.cancel_requested_at IS NOT NULL OR fail.kind = 'cancelled' THEN
        final := 'cancelled';
    ELSIF retryable AND held.attempt < origin.max_attempts AND again_at >= origin.deadline_at THEN
        final := 'failed';
        message := format('its next attempt would be after its deadline: %s', message);
    ELSIF retryable AND held.attempt < origin.max_attempts THEN
        INSERT INTO deferred (job_id, enqueued_at, lane_id, attempt, crashes, weight, traits, state, due_at)
        VALUES (held.job_id, held.enqueued_at, held.lane_id, held.attempt, held.crashes, held.weight, held.traits,
            'scheduled', again_at);
        RETURN 'scheduled';
    ELSE
        final := 'failed';
    END IF;

    PERFORM end_lease(held, final, CASE
        WHEN fail.kind = 'expired' THEN message
        WHEN final = 'cancelled' THEN format('was cancelled by %s', coalesce(held.cancel_requested_by, 'its plugin'))
        ELSE message END);
    RETURN final;
END
$$;

-- Writes how a job that was running ended and carries it on to its waiters. The lease is gone already.
CREATE OR REPLACE FUNCTION millrace.end_lease(held millrace.lease, final millrace.job_state, why text) RETURNS void
LANGUAGE plpgsql
SET search_path = millrace, pg_temp AS $$
BEGIN
    INSERT INTO finished (job_id, enqueued_at, lane_id, state, attempt, crashes, epoch, worker_id, claimed_at,
        finished_at, reason)
    VALUES (held.job_id, held.enqueued_at, held.lane_id, final, held.attempt, held.crashes, held.epoch, held.worker_id,
        held.claimed_at, clock(), why);
    PERFORM settle(ARRAY[held.job_id], ARRAY[final]);
END
$$;

-- Ends a job that was asked to stop and is not running any more. The lease is gone already.
CREATE OR REPLACE FUNCTION millrace.end_stopped(held millrace.lease) RETURNS void
LANGUAGE plpgsql
SET search_path = millrace, pg_temp AS $$
BEGIN
    IF held.cancel_requested_by = 'its deadline' THEN
        PERFORM end_lease(held, 'failed', 'its deadline has passed');
    ELSE
        PERFORM end_lease(held, 'cancelled', 'was cancelled by ' || held.cancel_requested_by);
    END IF;
END
$$;

-- Gives running jobs back untouched, the attempt with them: for shutdown. One that was asked to stop ends instead, or the
-- request would be lost with the lease. Returns the ids whose epoch held. For the ranges see end_leases.
CREATE OR REPLACE FUNCTION millrace.release(job_ids bigint[], epochs bigint[]) RETURNS bigint[]
LANGUAGE plpgsql
SET search_path = millrace, pg_temp
SET enable_seqscan = off AS $$
DECLARE
    freed bigint[];
    held lease;
BEGIN
    WITH gone AS (
        DELETE FROM lease USING unnest(job_ids, epochs) AS given(id, token)
        WHERE lease.job_id BETWEEN given.id AND given.id AND lease.epoch = given.token AND lease.cancel_requested_at IS NULL
        RETURNING lease.*
    ), back AS (
        INSERT INTO ready (lane_id, pos, job_id, enqueued_at, attempt, crashes, weight, traits)
        SELECT lane_id, front_place(), job_id, enqueued_at, attempt - 1, crashes, weight, traits FROM gone ORDER BY job_id
        RETURNING job_id
    )
    SELECT coalesce(array_agg(job_id), '{}') INTO freed FROM back;

    FOR held IN
        DELETE FROM lease USING unnest(job_ids, epochs) AS given(id, token)
        WHERE lease.job_id BETWEEN given.id AND given.id AND lease.epoch = given.token
        RETURNING lease.*
    LOOP
        PERFORM end_stopped(held);
        freed := freed || held.job_id;
    END LOOP;
    RETURN freed;
END
$$;

-- Puts a running job off, the attempt given back; one that was asked to stop ends instead. Returns false when the epoch no
-- longer holds.
CREATE OR REPLACE FUNCTION millrace.snooze(held_id bigint, token bigint, delay_ms bigint) RETURNS boolean
LANGUAGE plpgsql
SET search_path = millrace, pg_temp AS $$
DECLARE
    held lease;
BEGIN
    DELETE FROM lease WHERE job_id = held_id AND epoch = token RETURNING * INTO held;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    IF held.cancel_requested_at IS NOT NULL THEN
        PERFORM end_stopped(held);
    ELSE
        INSERT INTO deferred (job_id, enqueued_at, lane_id, attempt, crashes, weight, traits, state, due_at)
        VALUES (held.job_id, held.enqueued_at, held.lane_id, held.attempt - 1, held.crashes, held.weight, held.traits,
            'scheduled', clock() + delay_ms * interval '1 millisecond');
    END IF;
    RETURN true;
END
$$;
