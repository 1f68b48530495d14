-- One row per check: status ok, warning or problem, what was found, and what to do about it.
CREATE OR REPLACE VIEW millrace.v_health AS
    -- Work that nobody does
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
        format('%s schedules are past their slot for more than a minute%s', count(*),
            coalesce(', in namespace ' || string_agg(DISTINCT namespace, ', '), '')),
        CASE WHEN count(*) > 0 THEN 'start a coordinator of that namespace: millrace coordinator --namespace NAME' END
    FROM millrace.schedule WHERE next_slot < millrace.clock() - interval '1 minute'
    UNION ALL
    SELECT 'slots that failed',
        CASE WHEN count(*) > 0 THEN 'problem' ELSE 'ok' END,
        format('%s slots of the last day could not start their run%s', count(*), coalesce(': ' || max(problem), '')),
        CASE WHEN count(*) > 0 THEN 'mend the definition, then millrace schedule backfill NAME; see millrace.schedule_slot' END
    FROM millrace.schedule_slot WHERE outcome = 'failed' AND slot > millrace.clock() - interval '1 day'
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
    SELECT 'stuck steps',
        CASE WHEN count(*) > 0 THEN 'problem' ELSE 'ok' END,
        format('%s jobs wait for nothing and were not released%s', count(*), coalesce(', e.g. job ' || min(job_id), '')),
        CASE WHEN count(*) > 0 THEN 'start a coordinator, which releases them; if they stay, report it with millrace job show ID' END
    FROM millrace.deferred
    WHERE state = 'blocked' AND awaits IS NULL AND enqueued_at < millrace.clock() - interval '1 minute'
        AND NOT EXISTS (SELECT FROM millrace.dependency WHERE dependency.job_id = deferred.job_id)
    UNION ALL
    SELECT 'approvals',
        CASE WHEN min(job.enqueued_at) < millrace.clock() - interval '1 day' THEN 'warning' ELSE 'ok' END,
        format('%s steps wait for an approval%s', count(*),
            coalesce(', the oldest in run ' || (array_agg(job.run_id ORDER BY job.id))[1], '')),
        CASE WHEN min(job.enqueued_at) < millrace.clock() - interval '1 day' THEN 'millrace pipeline approve RUN STEP' END
    FROM millrace.deferred JOIN millrace.job ON job.id = deferred.job_id AND job.enqueued_at = deferred.enqueued_at
    WHERE deferred.awaits = 'approval'
    UNION ALL
    SELECT 'paused queues',
        CASE WHEN count(*) > 0 THEN 'warning' ELSE 'ok' END,
        coalesce(string_agg(format('%s by %s since %s', name, paused_by, millrace.moment(paused_at)), ', ' ORDER BY name), 'none'),
        CASE WHEN count(*) > 0 THEN 'millrace queue resume NAME, if that was not meant' END
    FROM millrace.queue WHERE paused_at < millrace.clock() - interval '1 hour'
    UNION ALL
    -- Workers that are not what they should be
    SELECT 'stale outcomes',
        CASE WHEN coalesce(sum(stale_outcomes), 0) > 0 THEN 'warning' ELSE 'ok' END,
        format('%s outcomes were refused because their epoch no longer held', coalesce(sum(stale_outcomes), 0)),
        CASE WHEN coalesce(sum(stale_outcomes), 0) > 0
            THEN 'workers were paused or cut off for longer than their lease; see v_worker.stale_outcomes' END
    FROM millrace.worker WHERE heartbeat_at > millrace.clock() - interval '1 day'
    UNION ALL
    SELECT 'clocks of workers',
        CASE WHEN max(abs(clock_ahead_ms)) > 2000 THEN 'warning' ELSE 'ok' END,
        coalesce('off by at most ' || max(abs(clock_ahead_ms)) || ' ms', 'no worker is alive'),
        CASE WHEN max(abs(clock_ahead_ms)) > 2000
            THEN 'nothing is decided by them, but their logs will not match; set the clock of ' || string_agg(DISTINCT host, ', ')
                FILTER (WHERE abs(clock_ahead_ms) > 2000) END
    FROM millrace.worker WHERE state = 'alive'
    UNION ALL
    SELECT 'versions of workers',
        CASE WHEN count(DISTINCT version) > 1 THEN 'warning' ELSE 'ok' END,
        coalesce(string_agg(DISTINCT version, ', '), 'no worker is alive'),
        CASE WHEN count(DISTINCT version) > 1 THEN 'finish the roll-out: restart the older ones; see millrace worker list' END
    FROM millrace.worker WHERE state = 'alive'
    UNION ALL
    SELECT 'plugins nobody offers',
        CASE WHEN count(*) > 0 THEN 'warning' ELSE 'ok' END,
        coalesce(string_agg(DISTINCT format('%s version %s in queue %s', lane.plugin, lane.args_version, lane.queue), ', '),
            'every ready job has a worker'),
        CASE WHEN count(*) > 0 THEN 'start a worker that has them; see millrace job list --state ready' END
    FROM millrace.lane
    WHERE EXISTS (SELECT FROM millrace.ready WHERE ready.lane_id = lane.id)
        AND NOT EXISTS (SELECT FROM millrace.worker CROSS JOIN jsonb_array_elements(worker.plugins) AS offer
            WHERE worker.state = 'alive' AND (worker.queues IS NULL OR lane.queue = ANY (worker.queues))
                AND offer.value ->> 'name' = lane.plugin AND (offer.value ->> 'version')::integer >= lane.args_version)
    UNION ALL
    -- The database
    SELECT 'oldest snapshot',
        CASE WHEN max(age) > interval '15 minutes' THEN 'warning' ELSE 'ok' END,
        coalesce((array_agg(format('%s old, held by %s', age::interval(0), holder) ORDER BY age DESC))[1],
            CASE WHEN pg_has_role('millrace_owner', 'pg_read_all_stats', 'USAGE') THEN 'none' ELSE 'not to be seen' END),
        CASE
            WHEN max(age) > interval '15 minutes'
                THEN 'it keeps vacuum from removing dead rows; end it: SELECT pg_terminate_backend(PID)'
            WHEN NOT pg_has_role('millrace_owner', 'pg_read_all_stats', 'USAGE')
                THEN 'let the owner see other sessions: GRANT pg_read_all_stats TO millrace_owner' END
    FROM (
        SELECT clock_timestamp() - xact_start AS age, format('process %s of %s%s, %s: %s', pid, usename,
            coalesce(' (' || nullif(application_name, '') || ')', ''), state, left(query, 60)) AS holder
        FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
            AND (backend_xmin IS NOT NULL OR backend_xid IS NOT NULL)
        UNION ALL
        SELECT clock_timestamp() - prepared, format('prepared transaction %s of %s', gid, owner)
        FROM pg_prepared_xacts WHERE database = current_database()
    ) AS old
    UNION ALL
    SELECT 'replication slots',
        CASE WHEN count(*) > 0 THEN 'warning' ELSE 'ok' END,
        coalesce('inactive and holding rows back: ' || string_agg(slot_name, ', '), 'none holds rows back'),
        CASE WHEN count(*) > 0 THEN 'start their readers, or drop them: SELECT pg_drop_replication_slot(NAME)' END
    FROM pg_replication_slots WHERE NOT active AND (xmin IS NOT NULL OR catalog_xmin IS NOT NULL)
    UNION ALL
    SELECT 'notification queue',
        CASE WHEN pg_notification_queue_usage() > 0.5 THEN 'problem' WHEN pg_notification_queue_usage() > 0.1 THEN 'warning' ELSE 'ok' END,
        format('%s %% full', round((pg_notification_queue_usage() * 100)::numeric, 1)),
        CASE WHEN pg_notification_queue_usage() > 0.1
            THEN 'a session that listens has an open transaction; it is among the oldest of pg_stat_activity' END
    UNION ALL
    SELECT 'connections',
        CASE WHEN count(*) > 0.9 * current_setting('max_connections')::integer THEN 'warning' ELSE 'ok' END,
        format('%s of %s', count(*), current_setting('max_connections')),
        CASE WHEN count(*) > 0.9 * current_setting('max_connections')::integer
            THEN 'raise max_connections, give workers fewer slots, or put PgBouncer in front' END
    FROM pg_stat_activity WHERE backend_type = 'client backend'
    UNION ALL
    SELECT 'partitions',
        CASE WHEN count(*) < 2 THEN 'warning' ELSE 'ok' END,
        format('%s daily partitions of finished jobs', count(*)),
        CASE WHEN count(*) < 2 THEN 'start a coordinator: millrace coordinator' END
    FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
    WHERE inhparent = 'millrace.finished'::regclass AND relname ~ '_\d{8}$'
    UNION ALL
    SELECT 'indexes',
        CASE WHEN count(*) > 0 THEN 'problem' ELSE 'ok' END,
        coalesce('missing or invalid: ' || string_agg(wanted.name, ', '), 'all there'),
        CASE WHEN count(*) > 0 THEN 'make them again as sql/millrace/migrations has them; without them every claim is slow' END
    FROM unnest(ARRAY['ready_pkey', 'ready_moved', 'ready_front', 'deferred_pkey', 'deferred_due', 'dependency_pkey', 'dependency_job', 'lease_pkey',
        'limit_claim_pkey', 'unique_key_pkey', 'unique_key_job', 'expiry_at', 'lane_pkey', 'lane_limit_pkey', 'lane_limit_key',
        'job_id', 'job_run', 'job_parent', 'finished_job', 'attempt_error_job', 'schedule_due']) AS wanted(name)
    LEFT JOIN pg_class AS relation ON relation.relname = wanted.name AND relation.relnamespace = 'millrace'::regnamespace
    LEFT JOIN pg_index ON pg_index.indexrelid = relation.oid
    WHERE pg_index.indexrelid IS NULL OR NOT pg_index.indisvalid
    UNION ALL
    SELECT 'hot table ' || stats.relname,
        CASE WHEN n_dead_tup > 100000 AND n_dead_tup > 10 * n_live_tup THEN 'warning' ELSE 'ok' END,
        format('%s live rows, %s dead, %s, vacuumed %s', n_live_tup, n_dead_tup, pg_size_pretty(pg_total_relation_size(relid)),
            coalesce(millrace.moment(greatest(last_vacuum, last_autovacuum)), 'never')),
        CASE WHEN n_dead_tup > 100000 AND n_dead_tup > 10 * n_live_tup
            THEN 'autovacuum cannot keep up or an old snapshot holds it back: see "oldest snapshot", then VACUUM millrace.' || stats.relname END
    FROM pg_stat_user_tables AS stats
    WHERE schemaname = 'millrace' AND relname IN ('ready', 'deferred', 'lease', 'dependency', 'unique_key', 'bucket', 'limit_claim', 'worker')
    UNION ALL
    SELECT 'autovacuum',
        CASE WHEN count(*) > 0 THEN 'warning' ELSE 'ok' END,
        coalesce('behind on ' || string_agg(format('%s (%s dead rows since %s)', relname, n_dead_tup,
            coalesce(millrace.moment(last_autovacuum), 'ever')), ', '), 'not behind'),
        CASE WHEN count(*) > 0 THEN 'give it more to work with: autovacuum_max_workers, autovacuum_vacuum_cost_limit' END
    FROM pg_stat_user_tables
    WHERE schemaname = 'millrace' AND n_dead_tup > 100000 AND n_dead_tup > 0.5 * n_live_tup
        AND coalesce(last_autovacuum, '-infinity') < now() - interval '10 minutes'
    UNION ALL
    SELECT 'setting ' || setting.name,
        CASE WHEN setting.hurts THEN setting.status ELSE 'ok' END,
        setting.found, CASE WHEN setting.hurts THEN setting.way_out END
    FROM (VALUES
        ('autovacuum', current_setting('autovacuum'), current_setting('autovacuum') = 'off' OR current_setting('track_counts') = 'off',
            'problem', 'turn autovacuum and track_counts on: without them the hot tables only grow'),
        ('fsync', current_setting('fsync'), current_setting('fsync') = 'off',
            'problem', 'turn fsync on: a power failure would lose accepted jobs or the whole database'),
        ('full_page_writes', current_setting('full_page_writes'), current_setting('full_page_writes') = 'off',
            'warning', 'turn it on unless the file system guarantees whole pages'),
        ('synchronous_commit', current_setting('synchronous_commit'), current_setting('synchronous_commit') = 'off',
            'warning', 'with off, jobs accepted in the last moments before a crash are lost; on is the promise that is kept here'),
        ('idle_in_transaction_session_timeout', current_setting('idle_in_transaction_session_timeout'),
            current_setting('idle_in_transaction_session_timeout') = '0',
            'ok', 'set it to some minutes, so that a forgotten session cannot hold dead rows back'),
        ('shared_buffers', current_setting('shared_buffers'),
            pg_size_bytes(current_setting('shared_buffers')) < pg_size_bytes('128MB'),
            'warning', 'give it at least 128MB, a quarter of the memory as a rule')
    ) AS setting(name, found, hurts, status, way_out)
    UNION ALL
    SELECT 'version of PostgreSQL',
        CASE WHEN current_setting('server_version_num')::integer < 140000 THEN 'problem' ELSE 'ok' END,
        current_setting('server_version'),
        CASE WHEN current_setting('server_version_num')::integer < 140000 THEN 'use PostgreSQL 14 or newer' END
    UNION ALL
    SELECT 'version of the schema', 'ok',
        (SELECT string_agg(format('%s %s', component, version), ', ' ORDER BY component)
            FROM (SELECT component, max(version) AS version FROM millrace.migration GROUP BY component) AS newest), NULL;
COMMENT ON VIEW millrace.v_health IS 'What is well and what is not, with the way out.';
