-- Carries the end of jobs on to the jobs that wait for them.
--
-- Waiters are locked in the order of their ids before their edges are looked at, each step in a statement of its own:
-- of two parents that end at the same moment the second one waits for the first and then sees its edge gone. So a
-- waiter is released by exactly one of them. A waiter is released, or cancelled because of a parent that did not
-- succeed, when its last parent has ended: so a run never ends before its jobs. A barrier has no plugin to run and ends here, which may release others.
CREATE OR REPLACE FUNCTION millrace.settle(ended_ids bigint[], ended_states millrace.job_state[]) RETURNS void
LANGUAGE plpgsql
SET search_path = millrace, pg_temp AS $$
DECLARE
    moment timestamptz := clock_timestamp();
    waiters bigint[];
    doomed bigint[];
    freed bigint[];
    barriers bigint[];
BEGIN
    LOOP
        SELECT array_agg(DISTINCT job_id) INTO waiters FROM dependency WHERE parent_id = ANY (ended_ids);
        IF waiters IS NULL THEN
            RETURN;
        END IF;
        PERFORM FROM deferred WHERE job_id = ANY (waiters) ORDER BY job_id FOR UPDATE;

        WITH closed AS (
            DELETE FROM dependency AS edge USING unnest(ended_ids, ended_states) AS parent(id, state)
            WHERE edge.parent_id = parent.id
            RETURNING edge.job_id, edge.on_failure, parent.id AS parent_id, parent.state AS parent_state
        ), stopped AS (
            SELECT DISTINCT ON (job_id) job_id, format('job %s, which it waited for, %s', parent_id,
                CASE parent_state WHEN 'failed' THEN 'failed' ELSE 'was ' || parent_state END) AS reason
            FROM closed
            WHERE parent_state <> 'succeeded'
                AND NOT (on_failure = 'always' OR (on_failure = 'continue' AND parent_state <> 'cancelled'))
            ORDER BY job_id, parent_id
        )
        UPDATE deferred SET doom = stopped.reason
        FROM stopped WHERE deferred.job_id = stopped.job_id AND deferred.doom IS NULL;

        SELECT array_agg(job_id) FILTER (WHERE doom IS NULL), array_agg(job_id) FILTER (WHERE doom IS NOT NULL)
        INTO freed, doomed
        FROM deferred
        WHERE job_id = ANY (waiters) AND state = 'blocked'
            AND NOT EXISTS (SELECT FROM dependency WHERE dependency.job_id = deferred.job_id);

        ended_ids := '{}';
        ended_states := '{}';

        IF freed IS NOT NULL THEN
            SELECT array_agg(waiting.job_id) INTO barriers
            FROM deferred AS waiting JOIN lane ON lane.id = waiting.lane_id
            WHERE waiting.job_id = ANY (freed) AND lane.plugin IN ('millrace.barrier', 'millrace.run-end');
            IF barriers IS NOT NULL THEN
                PERFORM end_deferred(barriers, 'succeeded', NULL);
                PERFORM end_runs(barriers);
                ended_ids := barriers;
                ended_states := array_fill('succeeded'::job_state, ARRAY[cardinality(barriers)]);
            END IF;

            UPDATE deferred SET state = 'scheduled'
            WHERE job_id = ANY (freed) AND NOT (job_id = ANY (coalesce(barriers, '{}'))) AND due_at > moment;

            WITH moved AS (
                DELETE FROM deferred
                WHERE job_id = ANY (freed) AND NOT (job_id = ANY (coalesce(barriers, '{}')))
                    AND (due_at IS NULL OR due_at <= moment)
                RETURNING lane_id, priority, job_id, enqueued_at, attempt, crashes
            )
            INSERT INTO ready (lane_id, priority, job_id, enqueued_at, attempt, crashes)
            SELECT lane_id, priority, job_id, enqueued_at, attempt, crashes FROM moved;
        END IF;

        IF doomed IS NOT NULL THEN
            PERFORM end_deferred(doomed, 'cancelled', NULL);
            ended_ids := ended_ids || doomed;
            ended_states := ended_states || array_fill('cancelled'::job_state, ARRAY[cardinality(doomed)]);
        END IF;

        IF cardinality(ended_ids) = 0 THEN
            RETURN;
        END IF;
    END LOOP;
END
$$;

-- Moves jobs from deferred to finished; the reason is the one given, or else what doomed them.
CREATE OR REPLACE FUNCTION millrace.end_deferred(ids bigint[], final_state millrace.job_state, why text) RETURNS void
LANGUAGE sql
SET search_path = millrace, pg_temp AS $$
    WITH gone AS (
        DELETE FROM deferred WHERE job_id = ANY (ids)
        RETURNING job_id, enqueued_at, lane_id, attempt, crashes, doom
    )
    INSERT INTO finished (job_id, enqueued_at, lane_id, state, attempt, crashes, finished_at, reason)
    SELECT job_id, enqueued_at, lane_id, final_state, attempt, crashes, clock_timestamp(), coalesce(why, doom) FROM gone
$$;

-- Ends the pipeline runs whose last barrier is among these jobs. A run failed when one of its jobs failed for good,
-- also when a later step was allowed to go on; it was cancelled when a job of it was cancelled and none failed.
CREATE OR REPLACE FUNCTION millrace.end_runs(barriers bigint[]) RETURNS void
LANGUAGE sql
SET search_path = millrace, pg_temp AS $$
    UPDATE pipeline_run AS run
    SET finished_at = clock_timestamp(), state = CASE
        WHEN EXISTS (SELECT FROM job JOIN finished ON finished.job_id = job.id
            WHERE job.run_id = run.id AND finished.state IN ('failed', 'quarantined')) THEN 'failed'
        WHEN EXISTS (SELECT FROM job JOIN finished ON finished.job_id = job.id
            WHERE job.run_id = run.id AND finished.state = 'cancelled') THEN 'cancelled'
        ELSE 'succeeded' END
    FROM job AS barrier JOIN lane ON lane.id = barrier.lane_id AND lane.plugin = 'millrace.run-end'
    WHERE barrier.id = ANY (barriers) AND run.id = barrier.run_id
$$;

-- What a job returned, or whoever carried its work on; NULL until that one has succeeded.
CREATE OR REPLACE FUNCTION millrace.output_of(job_id bigint) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = millrace, pg_temp AS $$
    SELECT finished.result FROM finished
    WHERE finished.job_id = last_successor(output_of.job_id) AND finished.state = 'succeeded'
$$;
