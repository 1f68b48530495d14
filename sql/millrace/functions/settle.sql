-- Carries the end of jobs on to the jobs that wait for them, and gives their unique keys back.
--
-- Waiters are locked in the order of their ids before their edges are looked at, each step in a statement of its own:
-- of two parents that end at the same moment the second one waits for the first and then sees its edge gone. So a
-- waiter is released by exactly one of them. A waiter is released, or ended because of a parent that did not
-- succeed, when its last parent has ended: so a run never ends before its jobs.
--
-- A waiter with very many parents (trait 8) would be a hot row. While many of its edges are left, ends only take their own
-- edge away and do not lock it. Should the last ones go in transactions that do not see each other, `gather` releases it.
CREATE OR REPLACE FUNCTION millrace.settle(ended_ids bigint[], ended_states millrace.job_state[]) RETURNS void
LANGUAGE plpgsql
SET search_path = millrace, pg_temp
SET enable_seqscan = off AS $$
DECLARE
    waiters bigint[];
    crowded bigint[];
    doomed record;
    freed bigint[];
    next_ids bigint[];
    next_states job_state[];
    cascaded record;
BEGIN
    LOOP
        DELETE FROM unique_key WHERE job_id = ANY (ended_ids) AND until IS NULL;

        SELECT array_agg(DISTINCT job_id) INTO waiters FROM dependency WHERE parent_id = ANY (ended_ids);
        IF waiters IS NULL THEN
            RETURN;
        END IF;
        SELECT array_agg(deferred.job_id) INTO crowded
        FROM deferred
        WHERE deferred.job_id = ANY (waiters) AND deferred.traits & 8 <> 0
            AND (SELECT count(*) FROM (SELECT FROM dependency WHERE dependency.job_id = deferred.job_id
                LIMIT 201 + cardinality(ended_ids)) AS edge) > 200 + cardinality(ended_ids);
        PERFORM FROM deferred
        WHERE job_id = ANY (waiters) AND (crowded IS NULL OR job_id <> ALL (crowded)) ORDER BY job_id FOR UPDATE;

        WITH closed AS (
            DELETE FROM dependency AS edge USING unnest(ended_ids, ended_states) AS parent(id, state)
            WHERE edge.parent_id BETWEEN parent.id AND parent.id
            RETURNING edge.job_id, edge.on_failure, parent.id AS parent_id, parent.state AS parent_state
        ), stopped AS (
            SELECT DISTINCT ON (job_id) job_id,
                CASE parent_state WHEN 'skipped' THEN 'skipped' ELSE 'cancelled' END::job_state AS state,
                format('job %s, which it waited for, %s', parent_id,
                    CASE parent_state WHEN 'failed' THEN 'failed' ELSE 'was ' || parent_state END) AS reason
            FROM closed
            WHERE parent_state <> 'succeeded'
                AND NOT (on_failure = 'always' OR (on_failure = 'continue' AND parent_state <> 'cancelled'))
            ORDER BY job_id, (parent_state = 'skipped'), parent_id
        )
        UPDATE deferred SET doom = stopped.reason, doom_state = stopped.state
        FROM stopped WHERE deferred.job_id = stopped.job_id
            AND (deferred.doom IS NULL OR (deferred.doom_state = 'skipped' AND stopped.state = 'cancelled'));

        SELECT array_agg(job_id) FILTER (WHERE doom IS NULL) INTO freed
        FROM deferred
        WHERE job_id = ANY (waiters) AND (crowded IS NULL OR job_id <> ALL (crowded)) AND state = 'blocked' AND awaits IS NULL
            AND NOT EXISTS (SELECT FROM dependency WHERE dependency.job_id = deferred.job_id);
        next_ids := '{}';
        next_states := '{}';
        FOR doomed IN
            SELECT doom_state AS state, array_agg(job_id) AS ids FROM deferred
            WHERE job_id = ANY (waiters) AND (crowded IS NULL OR job_id <> ALL (crowded)) AND doom IS NOT NULL
                AND NOT EXISTS (SELECT FROM dependency WHERE dependency.job_id = deferred.job_id)
            GROUP BY doom_state
        LOOP
            PERFORM end_deferred(doomed.ids, doomed.state, NULL);
            next_ids := next_ids || doomed.ids;
            next_states := next_states || array_fill(doomed.state, ARRAY[cardinality(doomed.ids)]);
        END LOOP;
        IF freed IS NOT NULL THEN
            SELECT * INTO cascaded FROM free_waiting(freed);
            next_ids := next_ids || cascaded.ended_ids;
            next_states := next_states || cascaded.ended_states;
        END IF;

        IF cardinality(next_ids) = 0 THEN
            RETURN;
        END IF;
        ended_ids := next_ids;
        ended_states := next_states;
    END LOOP;
END
$$;

-- Releases jobs that wait for nothing any more, and settles what that ends. A job that is doomed is ended instead.
CREATE OR REPLACE FUNCTION millrace.free_jobs(ids bigint[]) RETURNS void
LANGUAGE plpgsql
SET search_path = millrace, pg_temp AS $$
DECLARE
    doomed record;
    outcome record;
BEGIN
    FOR doomed IN
        SELECT doom_state AS state, array_agg(job_id) AS ids FROM deferred
        WHERE job_id = ANY (free_jobs.ids) AND doom IS NOT NULL GROUP BY doom_state
    LOOP
        PERFORM end_deferred(doomed.ids, doomed.state, NULL);
        PERFORM settle(doomed.ids, array_fill(doomed.state, ARRAY[cardinality(doomed.ids)]));
    END LOOP;
    SELECT * INTO outcome FROM free_waiting(ids);
    PERFORM settle(outcome.ended_ids, outcome.ended_states);
END
$$;

-- Moves jobs that wait for nothing any more to where they belong: those that are due to ready, the others to scheduled, and
-- steps with rules of their own to wherever these lead. Returns what ended by that and has yet to be settled.
CREATE OR REPLACE FUNCTION millrace.free_waiting(ids bigint[], OUT ended_ids bigint[], OUT ended_states millrace.job_state[])
LANGUAGE plpgsql
SET search_path = millrace, pg_temp AS $$
DECLARE
    moment timestamptz := clock();
    step_id bigint;
    outcome record;
BEGIN
    ended_ids := '{}';
    ended_states := '{}';
    UPDATE deferred SET state = 'scheduled' WHERE job_id = ANY (ids) AND due_at > moment;
    FOR step_id IN
        SELECT job_id FROM deferred
        WHERE job_id = ANY (ids) AND traits & 2 <> 0 AND state = 'blocked' AND awaits IS NULL ORDER BY job_id
    LOOP
        SELECT * INTO outcome FROM release_step(step_id);
        ended_ids := ended_ids || outcome.ended_ids;
        ended_states := ended_states || outcome.ended_states;
    END LOOP;
    WITH moved AS (
        DELETE FROM deferred WHERE job_id = ANY (ids) AND traits & 2 = 0 AND state = 'blocked'
        RETURNING lane_id, job_id, enqueued_at, attempt, crashes, weight, traits
    )
    INSERT INTO ready (lane_id, pos, job_id, enqueued_at, attempt, crashes, weight, traits)
    SELECT lane_id, take_place(), job_id, enqueued_at, attempt, crashes, weight, traits
    FROM (SELECT * FROM moved ORDER BY job_id) AS moved;
END
$$;

-- Releases steps that wait for nothing, and settles what that ends.
CREATE OR REPLACE FUNCTION millrace.release_steps(ids bigint[]) RETURNS void
LANGUAGE plpgsql
SET search_path = millrace, pg_temp AS $$
DECLARE
    step_id bigint;
    outcome record;
BEGIN
    FOREACH step_id IN ARRAY ids LOOP
        SELECT * INTO outcome FROM release_step(step_id);
        PERFORM settle(outcome.ended_ids, outcome.ended_states);
    END LOOP;
END
$$;

-- Moves jobs from deferred to finished; the reason is the one given, or else what doomed them.
CREATE OR REPLACE FUNCTION millrace.end_deferred(
    ids bigint[], final_state millrace.job_state, why text, value jsonb DEFAULT NULL, heir bigint DEFAULT NULL
) RETURNS void
LANGUAGE sql
SET search_path = millrace, pg_temp AS $$
    WITH gone AS (
        DELETE FROM deferred WHERE job_id = ANY (ids)
        RETURNING job_id, enqueued_at, lane_id, attempt, crashes, doom
    )
    INSERT INTO finished (job_id, enqueued_at, lane_id, state, attempt, crashes, finished_at, reason, result, successor_id)
    SELECT job_id, enqueued_at, lane_id, final_state, attempt, crashes, clock(), coalesce(why, doom), value, heir FROM gone
$$;

-- Ends a job that waits, wherever it waits, and settles it. Returns false when it does not wait: it runs or has ended.
CREATE OR REPLACE FUNCTION millrace.end_waiting(ended_id bigint, final_state millrace.job_state, why text) RETURNS boolean
LANGUAGE plpgsql
SET search_path = millrace, pg_temp AS $$
DECLARE
    origin job;
    waiting deferred;
    ahead bigint;
BEGIN
    SELECT * INTO origin FROM job WHERE job.id = ended_id;
    IF origin.unique_key IS NOT NULL THEN
        -- A job whose end it waited for gets the key back that it took over from it. It is locked first, as by its completion.
        ahead := lock_ahead(origin.id, origin.unique_key);
    END IF;
    INSERT INTO finished (job_id, enqueued_at, lane_id, state, attempt, crashes, finished_at, reason)
    SELECT gone.job_id, gone.enqueued_at, gone.lane_id, final_state, gone.attempt, gone.crashes, clock(), why
    FROM take_ready(origin.id, origin.lane_id) AS gone;
    IF NOT FOUND THEN
        SELECT * INTO waiting FROM deferred WHERE deferred.job_id = ended_id FOR UPDATE;
        IF NOT FOUND THEN
            RETURN false;
        END IF;
        DELETE FROM dependency WHERE dependency.job_id = ended_id;
        UPDATE unique_key SET job_id = ahead WHERE unique_key.job_id = ended_id AND ahead IS NOT NULL;
        PERFORM end_deferred(ARRAY[ended_id], final_state, why);
        IF waiting.awaits = 'pipeline' THEN
            PERFORM cancel_run(id, 'the end of job ' || ended_id) FROM pipeline_run
            WHERE parent_job_id = ended_id AND state = 'running';
        END IF;
    END IF;
    PERFORM settle(ARRAY[ended_id], ARRAY[final_state]);
    RETURN true;
END
$$;

-- What a job returned, or whoever carried its work on; NULL until that one has succeeded.
CREATE OR REPLACE FUNCTION millrace.output_of(job_id bigint) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = millrace, pg_temp AS $$
    SELECT finished.result FROM finished
    WHERE finished.job_id = last_successor(output_of.job_id) AND finished.state = 'succeeded'
$$;
