CREATE TABLE millrace.pipeline (
    name text PRIMARY KEY,
    namespace text NOT NULL DEFAULT 'default',
    revision integer NOT NULL DEFAULT 1,
    definition jsonb NOT NULL,
    source text,
    applied_at timestamptz NOT NULL DEFAULT millrace.clock(),
    applied_by text NOT NULL DEFAULT session_user
);
COMMENT ON TABLE millrace.pipeline IS 'Definitions as last applied.';
COMMENT ON COLUMN millrace.pipeline.namespace IS 'The service it belongs to; another service cannot apply over it.';
COMMENT ON COLUMN millrace.pipeline.definition IS
    '{"parameters"?: {name: {"default"?, "description"?}}, "deadline_ms"?, "steps": [{"name", "plugin" | "approval" | "pipeline", '
    '"args" | "parameters", "needs": [{"step", "on_failure"}], "when"?: [{"step", "is"}], "for_each"?: {"step", "items"}, "queue"?, '
    '"priority"?, "max_attempts"?, "timeout_ms"?, "backoff_base_ms"?, "backoff_cap_ms"?, "weight"?, "keys"?}]}';

CREATE TABLE millrace.pipeline_run (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    pipeline text NOT NULL,
    revision integer NOT NULL,
    definition jsonb NOT NULL,
    logical_time timestamptz NOT NULL,
    parameters jsonb NOT NULL DEFAULT '{}',
    state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'succeeded', 'failed', 'cancelled')),
    reason text,
    started_at timestamptz NOT NULL DEFAULT millrace.clock(),
    finished_at timestamptz,
    started_by text NOT NULL DEFAULT session_user,
    deadline_at timestamptz,
    end_job_id bigint,
    after_run_id bigint,
    parent_job_id bigint,
    rerun_of bigint,
    depth smallint NOT NULL DEFAULT 0
);
CREATE INDEX pipeline_run_deadline ON millrace.pipeline_run (deadline_at) WHERE state = 'running' AND deadline_at IS NOT NULL;
CREATE INDEX pipeline_run_open ON millrace.pipeline_run (pipeline) WHERE state = 'running';
CREATE INDEX pipeline_run_recent ON millrace.pipeline_run (pipeline, id DESC);
COMMENT ON TABLE millrace.pipeline_run IS 'One row per run. Its jobs carry run_id; it ends with the run''s last job.';
COMMENT ON COLUMN millrace.pipeline_run.parameters IS 'Every parameter with its value, defaults filled in.';
COMMENT ON COLUMN millrace.pipeline_run.reason IS 'Why it did not succeed, where that was not a job''s failure.';
COMMENT ON COLUMN millrace.pipeline_run.end_job_id IS 'The barrier that ends the run; other jobs may wait for it.';
COMMENT ON COLUMN millrace.pipeline_run.after_run_id IS 'The run that has to end before this one begins; NULL for none.';
COMMENT ON COLUMN millrace.pipeline_run.parent_job_id IS 'The step of another run that this run is; NULL for a run of its own.';
COMMENT ON COLUMN millrace.pipeline_run.rerun_of IS 'The run whose steps it does again.';
COMMENT ON COLUMN millrace.pipeline_run.depth IS 'How deep it is nested.';

CREATE TABLE millrace.schedule (
    name text PRIMARY KEY,
    namespace text NOT NULL DEFAULT 'default',
    pipeline text NOT NULL,
    cadence jsonb NOT NULL,
    misfire text NOT NULL DEFAULT 'latest' CHECK (misfire IN ('skip', 'latest', 'all')),
    misfire_max integer NOT NULL DEFAULT 100 CHECK (misfire_max > 0),
    overlap text NOT NULL DEFAULT 'allow' CHECK (overlap IN ('allow', 'skip', 'queue', 'cancel-running')),
    jitter_ms bigint NOT NULL DEFAULT 0 CHECK (jitter_ms >= 0),
    starts_at timestamptz,
    ends_at timestamptz,
    parameters jsonb NOT NULL DEFAULT '{}',
    next_slot timestamptz,
    paused_at timestamptz,
    paused_by text,
    past_pauses tstzmultirange NOT NULL DEFAULT '{}',
    applied_at timestamptz NOT NULL DEFAULT millrace.clock()
);
CREATE INDEX schedule_due ON millrace.schedule (next_slot) WHERE next_slot IS NOT NULL;
COMMENT ON TABLE millrace.schedule IS 'When pipelines start by themselves.';
COMMENT ON COLUMN millrace.schedule.namespace IS 'Only coordinators of this namespace fire it.';
COMMENT ON COLUMN millrace.schedule.cadence IS '{"cron", "timezone", "gap", "fold"} or {"every", "anchor"}';
COMMENT ON COLUMN millrace.schedule.starts_at IS 'No slot before this instant.';
COMMENT ON COLUMN millrace.schedule.ends_at IS 'No slot after this instant.';
COMMENT ON COLUMN millrace.schedule.parameters IS 'Values of the pipeline''s parameters for the runs it starts.';
COMMENT ON COLUMN millrace.schedule.past_pauses IS 'When it was paused and is no more: slots in there do not fire. What lies before next_slot is forgotten.';
COMMENT ON COLUMN millrace.schedule.paused_at IS 'Since when its slots pass without firing; NULL when they fire.';
COMMENT ON COLUMN millrace.schedule.next_slot IS 'The next slot that has not been decided; NULL when there is none.';

CREATE TABLE millrace.schedule_slot (
    schedule text NOT NULL,
    slot timestamptz NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('fired', 'missed', 'overlap', 'paused', 'failed')),
    run_id bigint,
    problem text,
    decided_at timestamptz NOT NULL DEFAULT millrace.clock(),
    PRIMARY KEY (schedule, slot)
);
COMMENT ON COLUMN millrace.schedule_slot.outcome IS
    'fired: a run was started. missed: no coordinator was there in time. overlap: an earlier run went on. paused: the schedule was '
    'paused. failed: the run could not be started; problem says why.';
COMMENT ON TABLE millrace.schedule_slot IS 'Every slot that was decided, once: its key is what makes a slot fire once.';
