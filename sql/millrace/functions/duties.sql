-- The coordinator's duties. Each is one short transaction that any process may run at any time, beside others.

-- Moves jobs that have become due to ready, and releases steps that have. Returns how many.
CREATE OR REPLACE FUNCTION millrace.promote(at_most integer DEFAULT 1000) RETURNS integer
LANGUAGE plpgsql
SET search_path = millrace, pg_temp AS $$
DECLARE
    due bigint[];
    steps bigint[];
BEGIN
    SELECT array_agg(locked.job_id), array_agg(locked.job_id) FILTER (WHERE locked.traits & 2 <> 0) INTO due, steps
    FROM (
        SELECT job_id, traits FROM deferred
        WHERE state = 'scheduled' AND due_at <= clock()
        ORDER BY due_at
        LIMIT at_most
        FOR UPDATE SKIP LOCKED
    ) AS locked;
    IF due IS NULL THEN
        RETURN 0;
    END IF;
    IF steps IS NOT NULL THEN
        UPDATE deferred SET state = 'blocked' WHERE job_id = ANY (steps);
        PERFORM release_steps(steps);
    END IF;
    WITH gone AS (
        DELETE FROM deferred WHERE job_id = ANY (due) AND traits & 2 = 0
        RETURNING lane_id, job_id, enqueued_at, attempt, crashes, weight, traits, due_at
    )
    INSERT INTO ready (lane_id, pos, job_id, enqueued_at, attempt, crashes, weight, traits)
    SELECT lane_id, place_for(crashes), job_id, enqueued_at, attempt, crashes, weight, traits
    FROM (SELECT * FROM gone ORDER BY due_at, job_id) AS gone;
    RETURN cardinality(due);
END
$$;

-- Releases gathering jobs (those that wait for very many) whose last edges went in transactions that did not see each
-- other; see settle. Returns how many.
CREATE OR REPLACE FUNCTION millrace.gather() RETURNS integer
LANGUAGE plpgsql
SET search_path = millrace, pg_temp AS $$
DECLARE
    complete bigint[];
BEGIN
    SELECT array_agg(locked.job_id) INTO complete
    FROM (
        SELECT job_id FROM deferred
        WHERE state = 'blocked' AND traits & 8 <> 0 AND awaits IS NULL
            AND NOT EXISTS (SELECT FROM dependency WHERE dependency.job_id = deferred.job_id)
        LIMIT 100
        FOR UPDATE SKIP LOCKED
    ) AS locked;
    IF complete IS NULL THEN
        RETURN 0;
    END IF;
    PERFORM free_jobs(complete);
    RETURN cardinality(complete);
END
$$;

-- Ends what has run out of time: jobs that did not start before they expired or did not end before their deadline, approvals
-- that nobody gave, and runs past their deadline. A running job is asked to stop. Returns how many it found.
CREATE OR REPLACE FUNCTION millrace.expire(at_most integer DEFAULT 1000) RETURNS integer
LANGUAGE plpgsql
SET search_path = millrace, pg_temp AS $$
DECLARE
    late record;
    origin job;
    moved integer := 0;
    holder bigint;
BEGIN
    FOR late IN
        DELETE FROM expiry WHERE (expiry.job_id, expiry.kind) IN (
            SELECT expiry.job_id, expiry.kind FROM expiry WHERE expiry.at <= clock() ORDER BY expiry.at LIMIT at_most
            FOR UPDATE SKIP LOCKED)
        RETURNING *
    LOOP
        moved := moved + 1;
        SELECT * INTO origin FROM job WHERE job.id = late.job_id;
        CONTINUE WHEN NOT FOUND;
        IF late.kind = 'expires' THEN
            -- Only what never started expires.
            PERFORM end_waiting(late.job_id, 'cancelled', format('expired: it had not started by %s', late.at))
            WHERE NOT EXISTS (SELECT FROM find_ready(late.job_id, origin.lane_id) AS place WHERE place.attempt > 0)
                AND NOT EXISTS (SELECT FROM deferred WHERE deferred.job_id = late.job_id AND deferred.attempt > 0);
        ELSE
            -- It may move between the looks, and nobody looks again.
            LOOP
                EXIT WHEN end_waiting(late.job_id, 'failed', CASE WHEN origin.step_rules ? 'approval'
                    THEN format('nobody approved it by %s', late.at) ELSE format('its deadline passed at %s', late.at) END);
                UPDATE lease SET cancel_requested_at = coalesce(cancel_requested_at, clock()),
                    cancel_requested_by = coalesce(cancel_requested_by, 'its deadline')
                WHERE lease.job_id = late.job_id RETURNING worker_id INTO holder;
                IF FOUND THEN
                    PERFORM pg_notify('millrace_cancel', holder::text);
                    EXIT;
                END IF;
                EXIT WHEN NOT EXISTS (SELECT FROM lease WHERE lease.job_id = late.job_id) AND NOT is_waiting(late.job_id);
            END LOOP;
        END IF;
    END LOOP;

    FOR late IN
        SELECT id, deadline_at FROM pipeline_run WHERE state = 'running' AND deadline_at <= clock() AND reason IS NULL
        FOR UPDATE SKIP LOCKED
    LOOP
        UPDATE pipeline_run SET reason = format('its deadline passed at %s', late.deadline_at) WHERE id = late.id;
        PERFORM cancel_run(late.id, 'the deadline of run ' || late.id);
        moved := moved + 1;
    END LOOP;
    RETURN moved;
END
$$;

-- Raises jobs of queues with aging that have waited long enough for another step of priority, the longest waiting first.
-- Returns how many.
CREATE OR REPLACE FUNCTION millrace.age(at_most integer DEFAULT 1000) RETURNS integer
LANGUAGE plpgsql
SET search_path = millrace, pg_temp
-- Other joins would read all jobs there are, and were chosen after an ANALYZE in which no queue had aging.
SET enable_hashjoin = off
SET enable_mergejoin = off AS $$
DECLARE
    waiting record;
    raised smallint;
    moved integer := 0;
    new_lane integer;
BEGIN
    IF NOT EXISTS (SELECT FROM queue WHERE queue.aging_ms IS NOT NULL) THEN
        RETURN 0;
    END IF;
    FOR waiting IN
        SELECT candidate.*, lane.queue, lane.plugin, lane.args_version, lane.priority, lane.keys, job.aged, steps.wanted
        FROM queue
        JOIN lane ON lane.queue = queue.name
        CROSS JOIN LATERAL (
            SELECT ready.* FROM ready WHERE ready.lane_id = lane.id ORDER BY ready.pos LIMIT at_most
        ) AS candidate
        JOIN job ON job.id = candidate.job_id AND job.enqueued_at = candidate.enqueued_at
        CROSS JOIN LATERAL (SELECT least(32767,
            floor(extract(epoch FROM clock() - candidate.enqueued_at) * 1000 / queue.aging_ms))::smallint AS wanted) AS steps
        WHERE queue.aging_ms IS NOT NULL AND steps.wanted > job.aged
        ORDER BY candidate.enqueued_at, candidate.job_id
        LIMIT at_most
    LOOP
        raised := greatest(-32768, waiting.priority::integer - (waiting.wanted - waiting.aged));
        new_lane := lane_for(waiting.queue, waiting.plugin, waiting.args_version, raised, waiting.keys);
        UPDATE ready SET lane_id = new_lane, pos = take_place()
        WHERE ready.lane_id = waiting.lane_id AND ready.pos = waiting.pos AND ready.job_id = waiting.job_id;
        IF FOUND THEN
            UPDATE job SET lane_id = new_lane, priority = raised, aged = waiting.wanted
            WHERE job.id = waiting.job_id AND job.enqueued_at = waiting.enqueued_at;
            moved := moved + 1;
        END IF;
    END LOOP;
    RETURN moved;
END
$$;

-- Declares workers lost whose lease ran out, and gives their jobs to others. A crash is not a failure: the attempt is
-- given back and the crash counted; a job that took down as many workers as the setting allows is quarantined.
-- Returns how many jobs it moved.
--
-- Leases have no index by worker, which each claim would pay for; they are looked through. So that is done when a worker has
-- ended, and again after one second, three, seven and so on up to ten minutes, for a claim that was on its way when its worker was
-- declared lost; or when it is asked for. An old snapshot keeps the rows of all leases since in the table, and makes each look a long one.
CREATE OR REPLACE FUNCTION millrace.rescue(thorough boolean DEFAULT true) RETURNS integer
LANGUAGE plpgsql
SET search_path = millrace, pg_temp AS $$
DECLARE
    most_crashes integer := (SELECT value::integer FROM setting WHERE name = 'quarantine_after_crashes');
    held lease;
    holder text;
    rescued integer := 0;
    began timestamptz;
BEGIN
    UPDATE worker SET state = 'lost', ended_at = clock()
    WHERE id IN (
        SELECT id FROM worker
        WHERE state IN ('alive', 'draining') AND heartbeat_at + lease_ms * interval '1 millisecond' < clock()
        FOR UPDATE SKIP LOCKED);
    began := clock();
    IF NOT thorough AND NOT EXISTS (
        SELECT FROM worker WHERE state IN ('lost', 'stopped') AND ended_at > began - interval '10 minutes'
            AND (leases_sought_at IS NULL OR began - ended_at >= 2 * (leases_sought_at - ended_at) + interval '1 second')) THEN
        RETURN 0;
    END IF;

    FOR held IN
        SELECT lease.* FROM lease
        WHERE lease.worker_id IN (SELECT id FROM worker WHERE state IN ('lost', 'stopped'))
            OR NOT EXISTS (SELECT FROM worker WHERE worker.id = lease.worker_id)
        ORDER BY lease.job_id
        LIMIT 1000
        FOR UPDATE OF lease SKIP LOCKED
    LOOP
        DELETE FROM lease WHERE job_id = held.job_id;
        SELECT name INTO holder FROM worker WHERE id = held.worker_id;
        held.crashes := held.crashes + 1;
        INSERT INTO attempt_error (job_id, epoch, attempt, worker_id, kind, message, started_at)
        VALUES (held.job_id, held.epoch, held.attempt, held.worker_id, 'crash',
            format('worker %s stopped proving that it is alive', coalesce(holder, held.worker_id::text)), held.claimed_at);
        IF held.cancel_requested_at IS NOT NULL THEN
            PERFORM end_stopped(held);
        ELSIF held.crashes >= most_crashes THEN
            PERFORM end_lease(held, 'quarantined', format('%s workers died while they ran it', held.crashes));
        ELSE
            INSERT INTO ready (lane_id, pos, job_id, enqueued_at, attempt, crashes, weight, traits)
            VALUES (held.lane_id, front_place(), held.job_id, held.enqueued_at, held.attempt - 1, held.crashes, held.weight,
                held.traits);
        END IF;
        rescued := rescued + 1;
    END LOOP;
    IF rescued < 1000 THEN
        UPDATE worker SET leases_sought_at = began
        WHERE id IN (
            SELECT id FROM worker WHERE state IN ('lost', 'stopped') AND ended_at BETWEEN began - interval '10 minutes' AND began
            FOR UPDATE SKIP LOCKED);
    END IF;
    RETURN rescued;
END
$$;

-- The tables that are partitioned by the day, and the column of its time. Jobs last: a day of them goes when their ends are gone.
CREATE OR REPLACE FUNCTION millrace.partitioned_tables() RETURNS TABLE (parent text, clock text)
LANGUAGE sql IMMUTABLE AS $$
    VALUES ('finished', 'finished_at'), ('attempt_error', 'at'), ('log_line', 'at'), ('progress', 'at'), ('job', 'enqueued_at')
$$;

-- Makes one of the partitions of the coming week, or drops one past the retention, and says which; to be called until it
-- returns NULL. A day of jobs is kept while one of them is alive or its end is still kept. The last call forgets runs whose jobs
-- are gone, and slots so old that only a backfill would ask for them.
--
-- One at a time, each in a transaction of its own: making one locks the default partition, and dropping one the whole table,
-- against everybody. Whoever reads job and finished together would meet two such locks in the other order: a deadlock. A lock
-- that it cannot have at once is given up, and the next turn tries again.
CREATE OR REPLACE FUNCTION millrace.rotate() RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = millrace, pg_temp
SET lock_timeout = '1s'
SET timezone = 'UTC' AS $$
DECLARE
    retention integer := (SELECT value::integer FROM setting WHERE name = 'retention_days');
    today date := clock()::date;
    kept record;
    day date;
    child text;
    old record;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('millrace.rotate')) THEN
        RETURN NULL;
    END IF;
    FOR kept IN SELECT * FROM partitioned_tables() LOOP
        FOR day IN SELECT generate_series(today, today + 7, interval '1 day')::date LOOP
            child := format('%s_%s', kept.parent, to_char(day, 'YYYYMMDD'));
            CONTINUE WHEN to_regclass('millrace.' || child) IS NOT NULL;
            BEGIN
                EXECUTE format('CREATE TABLE millrace.%I (LIKE millrace.%I INCLUDING ALL)', child, kept.parent);
                EXECUTE format('ALTER TABLE millrace.%I ATTACH PARTITION millrace.%I FOR VALUES FROM (%L) TO (%L)',
                    kept.parent, child, day::timestamptz, (day + 1)::timestamptz);
                RETURN 'made ' || child;
            EXCEPTION WHEN check_violation OR lock_not_available THEN
                NULL; -- rows of that day are in the default partition already, or the table is locked
            END;
        END LOOP;

        FOR old IN
            SELECT relation.relname AS name,
                to_date(substring(relation.relname FROM '_(\d{8})$'), 'YYYYMMDD') AS day
            FROM pg_inherits JOIN pg_class AS relation ON relation.oid = pg_inherits.inhrelid
            WHERE pg_inherits.inhparent = format('millrace.%I', kept.parent)::regclass
                AND relation.relname ~ '_\d{8}$'
        LOOP
            CONTINUE WHEN old.day >= today - retention;
            IF kept.parent = 'job' THEN
                CONTINUE WHEN EXISTS (SELECT FROM v_kept
                    WHERE enqueued_at >= old.day::timestamptz AND enqueued_at < (old.day + 1)::timestamptz);
            END IF;
            BEGIN
                EXECUTE format('DROP TABLE millrace.%I', old.name);
                RETURN 'dropped ' || old.name;
            EXCEPTION WHEN lock_not_available THEN
                NULL;
            END;
        END LOOP;
    END LOOP;

    FOR kept IN SELECT * FROM partitioned_tables() LOOP
        EXECUTE format('DELETE FROM millrace.%I WHERE %I < %L', kept.parent || '_default', kept.clock,
            (today - retention)::timestamptz)
        || CASE kept.parent WHEN 'job' THEN ' AND NOT EXISTS (SELECT FROM millrace.v_kept WHERE v_kept.job_id = job_default.id)'
            ELSE '' END;
    END LOOP;
    DELETE FROM pipeline_run WHERE state <> 'running' AND finished_at < (today - retention)::timestamptz;
    DELETE FROM schedule_slot
    WHERE slot < clock() - (SELECT value::integer FROM setting WHERE name = 'slot_retention_days') * interval '1 day';
    DELETE FROM unique_key WHERE until < clock() - interval '1 minute';
    DELETE FROM checkpoint WHERE NOT EXISTS (SELECT FROM job WHERE job.id = checkpoint.job_id)
        OR EXISTS (SELECT FROM finished WHERE finished.job_id = checkpoint.job_id);
    DELETE FROM worker WHERE state IN ('lost', 'stopped') AND ended_at < clock() - retention * interval '1 day'
        AND NOT EXISTS (SELECT FROM lease WHERE lease.worker_id = worker.id);
    RETURN NULL;
END
$$;
