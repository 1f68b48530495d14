CREATE TABLE millrace.worker (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    host text NOT NULL,
    pid integer NOT NULL,
    version text NOT NULL,
    slots integer NOT NULL CHECK (slots >= 0),
    queues text[],
    plugins jsonb NOT NULL,
    lease_ms integer NOT NULL CHECK (lease_ms >= 1000),
    state text NOT NULL DEFAULT 'alive' CHECK (state IN ('alive', 'draining', 'stopped', 'lost')),
    started_at timestamptz NOT NULL DEFAULT millrace.clock(),
    heartbeat_at timestamptz NOT NULL DEFAULT millrace.clock(),
    ended_at timestamptz,
    stale_outcomes bigint NOT NULL DEFAULT 0,
    queue_slots jsonb NOT NULL DEFAULT '{}',
    queue_weights jsonb NOT NULL DEFAULT '{}',
    clock_ahead_ms bigint,
    leases_sought_at timestamptz
) WITH (fillfactor = 50);
CREATE INDEX worker_heartbeat ON millrace.worker (state) WHERE state IN ('alive', 'draining');
COMMENT ON TABLE millrace.worker IS 'One row per start of a worker process. A worker that was declared lost comes back as a new row.';
COMMENT ON COLUMN millrace.worker.queues IS 'Queues it serves; NULL for all.';
COMMENT ON COLUMN millrace.worker.plugins IS 'Array of {"name", "version"}: what it can run.';
COMMENT ON COLUMN millrace.worker.lease_ms IS 'Without a heartbeat for this long it counts as lost and others take its jobs over.';
COMMENT ON COLUMN millrace.worker.slots IS 'Jobs it runs at once. May be changed while it runs; it follows with its next heartbeat.';
COMMENT ON COLUMN millrace.worker.queue_slots IS 'Jobs of a queue that it runs at once, {"queue": slots}; queues that are not named share all slots.';
COMMENT ON COLUMN millrace.worker.queue_weights IS
    '{"queue": weight}: how its slots are shared when several queues have ready jobs, 1 for queues that are not named. Empty: by '
    'priority over all queues.';
COMMENT ON COLUMN millrace.worker.clock_ahead_ms IS 'How far its own clock is ahead of the database''s. For people; nothing is decided by it.';
COMMENT ON COLUMN millrace.worker.leases_sought_at IS
    'When leases of a worker that has ended were last looked for, to the end; NULL for not yet.';
COMMENT ON COLUMN millrace.worker.stale_outcomes IS 'Outcomes it reported with an epoch that no longer held. They changed nothing.';

CREATE TABLE millrace.setting (
    name text PRIMARY KEY,
    value text NOT NULL,
    meaning text NOT NULL
);
INSERT INTO millrace.setting (name, value, meaning) VALUES
    ('retention_days', '14', 'Days that finished jobs and runs, errors, log lines and progress are kept.'),
    ('slot_retention_days', '400', 'Days that what became of a slot is kept; a backfill of older ones does not know whether they fired.'),
    ('quarantine_after_crashes', '3', 'Workers a job may take down before it is quarantined.'),
    ('max_args_bytes', '1048576', 'Bytes that the arguments of one job may take as JSON text.'),
    ('max_children', '100000', 'Jobs that one job or step may fan out into.');
COMMENT ON TABLE millrace.setting IS 'What the operator may change with UPDATE; read by enqueue and the duties.';
CREATE TRIGGER begin_shape_generation AFTER INSERT OR UPDATE OR DELETE ON millrace.setting
FOR EACH ROW EXECUTE FUNCTION millrace.begin_shape_generation();
