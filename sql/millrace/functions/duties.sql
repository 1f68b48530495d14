-- The coordinator's duties. Each is one short transaction that any process may run at any time, beside others.

-- Moves jobs that have become due to ready. Returns how many.
CREATE OR REPLACE FUNCTION millrace.promote(at_most integer DEFAULT 1000) RETURNS integer
LANGUAGE sql
SET search_path = millrace, pg_temp AS $$
    WITH due AS MATERIALIZED (
        SELECT job_id FROM deferred
        WHERE state = 'scheduled' AND due_at <= clock_timestamp()
        ORDER BY due_at
        LIMIT at_most
        FOR UPDATE SKIP LOCKED
    ), gone AS (
        DELETE FROM deferred USING due WHERE deferred.job_id = due.job_id
        RETURNING deferred.lane_id, deferred.priority, deferred.job_id, deferred.enqueued_at, deferred.attempt, deferred.crashes
    ), moved AS (
        INSERT INTO ready (lane_id, priority, job_id, enqueued_at, attempt, crashes)
        SELECT lane_id, priority, job_id, enqueued_at, attempt, crashes FROM gone
        RETURNING job_id
    )
    SELECT count(*)::integer FROM moved
$$;

-- Declares workers lost whose lease ran out, and gives their jobs to others. A crash is not a failure: the attempt is
-- given back and the crash counted; a job that took down as many workers as the setting allows is quarantined.
-- Leases of workers that are lost or have stopped are looked for every time, so that a claim that was on its way when
-- its worker was declared lost is found as well. Returns how many jobs it moved.
CREATE OR REPLACE FUNCTION millrace.rescue() RETURNS integer
LANGUAGE plpgsql
SET search_path = millrace, pg_temp AS $$
DECLARE
    most_crashes integer := (SELECT value::integer FROM setting WHERE name = 'quarantine_after_crashes');
    held lease;
    holder text;
    rescued integer := 0;
BEGIN
    UPDATE worker SET state = 'lost', ended_at = clock_timestamp()
    WHERE id IN (
        SELECT id FROM worker
        WHERE state IN ('alive', 'draining') AND heartbeat_at + lease_ms * interval '1 millisecond' < clock_timestamp()
        FOR UPDATE SKIP LOCKED);

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
        INSERT INTO attempt_error (job_id, epoch, attempt, worker_id, kind, message)
        VALUES (held.job_id, held.epoch, held.attempt, held.worker_id, 'crash',
            format('worker %s stopped proving that it is alive', coalesce(holder, held.worker_id::text)));
        IF held.cancel_requested_at IS NOT NULL THEN
            PERFORM end_lease(held, 'cancelled', 'cancelled by ' || held.cancel_requested_by);
        ELSIF held.crashes >= most_crashes THEN
            PERFORM end_lease(held, 'quarantined', format('%s workers died while they ran it', held.crashes));
        ELSE
            INSERT INTO ready (lane_id, priority, job_id, enqueued_at, attempt, crashes)
            VALUES (held.lane_id, held.priority, held.job_id, held.enqueued_at, held.attempt - 1, held.crashes);
        END IF;
        rescued := rescued + 1;
    END LOOP;
    RETURN rescued;
END
$$;

-- Makes the partitions of the coming week and drops those past the retention. Gives up a lock that it cannot have at
-- once; the next call tries again. A day of jobs is kept while one of them is alive or its end is still kept.
-- Returns one line per partition made or dropped.
CREATE OR REPLACE FUNCTION millrace.rotate() RETURNS SETOF text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = millrace, pg_temp
SET lock_timeout = '1s'
SET timezone = 'UTC' AS $$
DECLARE
    retention integer := (SELECT value::integer FROM setting WHERE name = 'retention_days');
    today date := clock_timestamp()::date;
    kept record;
    day date;
    child text;
    old record;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('millrace.rotate')) THEN
        RETURN;
    END IF;
    FOR kept IN
        SELECT * FROM (VALUES ('job', 'enqueued_at'), ('finished', 'finished_at'), ('attempt_error', 'at'),
            ('log_line', 'at'), ('progress', 'at')) AS known(parent, clock)
    LOOP
        FOR day IN SELECT generate_series(today, today + 7, interval '1 day')::date LOOP
            child := format('%s_%s', kept.parent, to_char(day, 'YYYYMMDD'));
            CONTINUE WHEN to_regclass('millrace.' || child) IS NOT NULL;
            BEGIN
                EXECUTE format('CREATE TABLE millrace.%I (LIKE millrace.%I INCLUDING ALL)', child, kept.parent);
                EXECUTE format('ALTER TABLE millrace.%I ATTACH PARTITION millrace.%I FOR VALUES FROM (%L) TO (%L)',
                    kept.parent, child, day::timestamptz, (day + 1)::timestamptz);
                RETURN NEXT 'made ' || child;
            EXCEPTION WHEN check_violation OR lock_not_available THEN
                NULL; -- rows of that day are in the default partition already, or the table is locked
            END;
        END LOOP;
        EXECUTE format('DELETE FROM millrace.%I WHERE %I < %L', kept.parent || '_default', kept.clock,
            (today - retention)::timestamptz)
        || CASE kept.parent WHEN 'job' THEN ' AND NOT EXISTS (SELECT FROM millrace.v_kept WHERE v_kept.job_id = job_default.id)'
            ELSE '' END;

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
                RETURN NEXT 'dropped ' || old.name;
            EXCEPTION WHEN lock_not_available THEN
                NULL;
            END;
        END LOOP;
    END LOOP;

    DELETE FROM checkpoint WHERE NOT EXISTS (SELECT FROM job WHERE job.id = checkpoint.job_id)
        OR EXISTS (SELECT FROM finished WHERE finished.job_id = checkpoint.job_id);
    DELETE FROM worker WHERE state IN ('lost', 'stopped') AND ended_at < clock_timestamp() - retention * interval '1 day'
        AND NOT EXISTS (SELECT FROM lease WHERE lease.worker_id = worker.id);
END
$$;
