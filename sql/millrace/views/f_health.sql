-- One row per check; status ok, warning or problem, and what to do about it.
CREATE OR REPLACE VIEW millrace.v_health AS
    SELECT 'workers' AS check_name,
        CASE WHEN count(*) FILTER (WHERE fresh) = 0 THEN 'warning' ELSE 'ok' END AS status,
        format('%s alive with %s slots', count(*) FILTER (WHERE fresh), coalesce(sum(slots) FILTER (WHERE fresh), 0)) AS value,
        CASE WHEN count(*) FILTER (WHERE fresh) = 0 THEN 'start one: millrace worker' END AS way_out
    FROM (SELECT slots, heartbeat_at + lease_ms * interval '1 millisecond' > millrace.clock() AS fresh
        FROM millrace.worker WHERE state = 'alive') AS alive
    UNION ALL
    SELECT 'overdue jobs',
        CASE WHEN count(*) > 0 THEN 'problem' ELSE 'ok' END,
        format('%s jobs are due for more than a minute and were not made ready', count(*)),
        CASE WHEN count(*) > 0 THEN 'start a coordinator: millrace coordinator' END
    FROM millrace.deferred WHERE state = 'scheduled' AND due_at < millrace.clock() - interval '1 minute'
    UNION ALL
    SELECT 'overdue schedules',
        CASE WHEN count(*) > 0 THEN 'problem' ELSE 'ok' END,
        format('%s schedules are past their slot for more than a minute', count(*)),
        CASE WHEN count(*) > 0 THEN 'start a coordinator: millrace coordinator' END
    FROM millrace.schedule WHERE paused_at IS NULL AND next_slot < millrace.clock() - interval '1 minute'
    UNION ALL
    SELECT 'quarantined jobs',
        CASE WHEN count(*) > 0 THEN 'warning' ELSE 'ok' END,
        format('%s in the last day', count(*)),
        CASE WHEN count(*) > 0 THEN 'see millrace job list --state quarantined; millrace job retry ID once it is mended' END
    FROM millrace.finished WHERE state = 'quarantined' AND finished_at > millrace.clock() - interval '1 day'
    UNION ALL
    SELECT 'leases without a worker',
        CASE WHEN count(*) > 0 THEN 'problem' ELSE 'ok' END,
        format('%s leases are held by workers that are lost or stopped', count(*)),
        CASE WHEN count(*) > 0 THEN 'start a coordinator: millrace coordinator' END
    FROM millrace.lease JOIN millrace.worker ON worker.id = lease.worker_id
    WHERE worker.state IN ('lost', 'stopped') AND worker.ended_at < millrace.clock() - interval '1 minute'
    UNION ALL
    SELECT 'stale outcomes',
        CASE WHEN coalesce(sum(stale_outcomes), 0) > 0 THEN 'warning' ELSE 'ok' END,
        format('%s outcomes were refused because their epoch no longer held', coalesce(sum(stale_outcomes), 0)),
        CASE WHEN coalesce(sum(stale_outcomes), 0) > 0
            THEN 'workers were paused or cut off for longer than their lease; see v_worker.stale_outcomes' END
    FROM millrace.worker
    UNION ALL
    SELECT 'oldest transaction',
        CASE WHEN max(millrace.clock() - xact_start) > interval '15 minutes' THEN 'warning' ELSE 'ok' END,
        coalesce((max(millrace.clock() - xact_start))::interval(0)::text, 'none'),
        CASE WHEN max(millrace.clock() - xact_start) > interval '15 minutes'
            THEN 'it keeps vacuum from removing dead rows; find it in pg_stat_activity' END
    FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
    UNION ALL
    SELECT 'partitions',
        CASE WHEN count(*) < 2 THEN 'warning' ELSE 'ok' END,
        format('%s daily partitions of finished jobs', count(*)),
        CASE WHEN count(*) < 2 THEN 'start a coordinator: millrace coordinator' END
    FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
    WHERE inhparent = 'millrace.finished'::regclass AND relname ~ '_\d{8}$'
    UNION ALL
    SELECT 'hot table ' || relname,
        CASE WHEN n_dead_tup > 100000 AND n_dead_tup > 10 * n_live_tup THEN 'warning' ELSE 'ok' END,
        format('%s live rows, %s dead, %s', n_live_tup, n_dead_tup, pg_size_pretty(pg_relation_size(relid))),
        CASE WHEN n_dead_tup > 100000 AND n_dead_tup > 10 * n_live_tup
            THEN 'autovacuum cannot keep up or an old transaction holds it back' END
    FROM pg_stat_user_tables WHERE schemaname = 'millrace' AND relname IN ('ready', 'deferred', 'lease', 'dependency');
COMMENT ON VIEW millrace.v_health IS 'What is well and what is not, with the way out.';
