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
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    heartbeat_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at timestamptz,
    stale_outcomes bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);
CREATE INDEX worker_heartbeat ON millrace.worker (state) WHERE state IN ('alive', 'draining');
COMMENT ON TABLE millrace.worker IS 'One row per start of a worker process. A worker that was declared lost comes back as a new row.';
COMMENT ON COLUMN millrace.worker.queues IS 'Queues it serves; NULL for all.';
COMMENT ON COLUMN millrace.worker.plugins IS 'Array of {"name", "version"}: what it can run.';
COMMENT ON COLUMN millrace.worker.lease_ms IS 'Without a heartbeat for this long it counts as lost and others take its jobs over.';
COMMENT ON COLUMN millrace.worker.stale_outcomes IS 'Outcomes it reported with an epoch that no longer held. They changed nothing.';

CREATE TABLE millrace.setting (
    name text PRIMARY KEY,
    value text NOT NULL,
    meaning text NOT NULL
);
INSERT INTO millrace.setting (name, value, meaning) VALUES
    ('retention_days', '14', 'Days that finished jobs, errors, log lines and progress are kept.'),
    ('quarantine_after_crashes', '3', 'Workers a job may take down before it is quarantined.');
COMMENT ON TABLE millrace.setting IS 'What the operator may change with UPDATE; read by the duties.';
