CREATE TABLE millrace.pipeline (
    name text PRIMARY KEY,
    revision integer NOT NULL DEFAULT 1,
    definition jsonb NOT NULL,
    source text,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    applied_by text NOT NULL DEFAULT session_user
);
COMMENT ON TABLE millrace.pipeline IS 'Definitions as last applied.';
COMMENT ON COLUMN millrace.pipeline.definition IS
    '{"steps": [{"name", "plugin", "args", "needs": [{"step", "on_failure"}], "queue"?, "priority"?, "max_attempts"?, "timeout_ms"?}]}';

CREATE TABLE millrace.pipeline_run (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    pipeline text NOT NULL,
    revision integer NOT NULL,
    definition jsonb NOT NULL,
    logical_time timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'succeeded', 'failed', 'cancelled')),
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz,
    started_by text NOT NULL DEFAULT session_user
);
CREATE INDEX pipeline_run_open ON millrace.pipeline_run (pipeline) WHERE state = 'running';
CREATE INDEX pipeline_run_recent ON millrace.pipeline_run (pipeline, id DESC);
COMMENT ON TABLE millrace.pipeline_run IS 'One row per run. Its jobs carry run_id; it ends with the run''s last job.';

CREATE TABLE millrace.schedule (
    name text PRIMARY KEY,
    pipeline text NOT NULL,
    cadence jsonb NOT NULL,
    misfire text NOT NULL DEFAULT 'latest' CHECK (misfire IN ('skip', 'latest', 'all')),
    misfire_max integer NOT NULL DEFAULT 100 CHECK (misfire_max > 0),
    overlap text NOT NULL DEFAULT 'allow' CHECK (overlap IN ('allow', 'skip')),
    jitter_ms bigint NOT NULL DEFAULT 0 CHECK (jitter_ms >= 0),
    next_slot timestamptz,
    paused_at timestamptz,
    paused_by text,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX schedule_due ON millrace.schedule (next_slot) WHERE paused_at IS NULL AND next_slot IS NOT NULL;
COMMENT ON TABLE millrace.schedule IS 'When pipelines start by themselves.';
COMMENT ON COLUMN millrace.schedule.cadence IS '{"cron", "timezone", "gap", "fold"}';
COMMENT ON COLUMN millrace.schedule.next_slot IS 'The next slot that has not been decided; NULL when there is none.';

CREATE TABLE millrace.schedule_slot (
    schedule text NOT NULL,
    slot timestamptz NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('fired', 'missed', 'overlap')),
    run_id bigint,
    decided_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (schedule, slot)
);
COMMENT ON TABLE millrace.schedule_slot IS 'Every slot that was decided, once: its key is what makes a slot fire once.';
