-- Jobs, by temperature: the immutable job, a narrow table of what can run, a table of what cannot run yet,
-- one lease per running job, and finished jobs in daily partitions that are dropped and never deleted row by row.

CREATE TYPE millrace.job_state AS ENUM (
    'scheduled', 'blocked', 'parked', 'ready', 'running', 'succeeded', 'failed', 'cancelled', 'quarantined'
);
COMMENT ON TYPE millrace.job_state IS
    'scheduled: due later. blocked: waits for other jobs. parked: held back by a limit. ready: may be claimed. '
    'running: leased to a worker. failed: attempts used up. quarantined: took its worker down three times.';

CREATE SEQUENCE millrace.job_id_seq;
CREATE SEQUENCE millrace.epoch_seq;
COMMENT ON SEQUENCE millrace.epoch_seq IS
    'Fencing tokens. Every claim takes a new one; a statement that names an older one changes nothing.';

CREATE TABLE millrace.lane (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    queue text NOT NULL,
    plugin text NOT NULL,
    args_version integer NOT NULL DEFAULT 1,
    UNIQUE (queue, plugin, args_version)
);
COMMENT ON TABLE millrace.lane IS
    'What a worker can or cannot run: jobs of one queue, plugin and argument version. Jobs that a worker must skip '
    'never stand in front of those it can run, since it reads only its own lanes. Written by enqueue, never deleted.';

CREATE TABLE millrace.queue (
    name text PRIMARY KEY,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    paused_at timestamptz,
    paused_by text
);
COMMENT ON TABLE millrace.queue IS 'Queues that were named at least once. A row is made by enqueue or pause_queue.';
COMMENT ON COLUMN millrace.queue.paused_at IS 'Since when no job of the queue is claimed; NULL when it runs.';

CREATE TABLE millrace.plugin (
    name text PRIMARY KEY,
    version integer NOT NULL,
    summary text NOT NULL,
    arguments jsonb NOT NULL,
    queue text NOT NULL,
    max_attempts smallint NOT NULL,
    timeout_ms bigint,
    backoff_base_ms bigint NOT NULL,
    backoff_cap_ms bigint NOT NULL,
    published_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE millrace.plugin IS
    'The newest description of each plugin that a worker has published: defaults for enqueue, and the JSON Schema '
    'of its arguments. Written by workers when they start.';
COMMENT ON COLUMN millrace.plugin.arguments IS 'JSON Schema (2020-12) of the arguments.';

CREATE TABLE millrace.job (
    id bigint NOT NULL,
    enqueued_at timestamptz NOT NULL,
    lane_id integer NOT NULL,
    priority smallint NOT NULL,
    args jsonb NOT NULL,
    max_attempts smallint NOT NULL,
    timeout_ms bigint,
    backoff_base_ms bigint NOT NULL,
    backoff_cap_ms bigint NOT NULL,
    logical_time timestamptz,
    tags text[],
    needs bigint[],
    parent_id bigint,
    run_id bigint,
    step text,
    enqueued_by text NOT NULL DEFAULT session_user,
    PRIMARY KEY (id, enqueued_at)
) PARTITION BY RANGE (enqueued_at);
CREATE INDEX job_run ON millrace.job (run_id) WHERE run_id IS NOT NULL;
CREATE INDEX job_parent ON millrace.job (parent_id) WHERE parent_id IS NOT NULL;
COMMENT ON TABLE millrace.job IS 'What was asked for. Written once by enqueue, never updated; dropped by the day.';
COMMENT ON COLUMN millrace.job.priority IS 'Lower runs first; 0 unless said otherwise.';
COMMENT ON COLUMN millrace.job.logical_time IS 'The time the job stands for (the slot of its schedule), not when it runs.';
COMMENT ON COLUMN millrace.job.needs IS 'Jobs it waited for, in the order given.';
COMMENT ON COLUMN millrace.job.parent_id IS 'The job whose completion made it; NULL when it came from outside.';
COMMENT ON COLUMN millrace.job.step IS 'The step of the pipeline run it belongs to; children inherit it.';

CREATE TABLE millrace.ready (
    lane_id integer NOT NULL,
    priority smallint NOT NULL,
    job_id bigint NOT NULL,
    enqueued_at timestamptz NOT NULL,
    attempt smallint NOT NULL,
    crashes smallint NOT NULL,
    PRIMARY KEY (lane_id, priority, job_id)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_cost_delay = 0);
COMMENT ON TABLE millrace.ready IS 'Jobs that may be claimed now, and nothing else. Its key is the order of the claim.';
COMMENT ON COLUMN millrace.ready.attempt IS 'Attempts used so far; the claim adds one.';
COMMENT ON COLUMN millrace.ready.crashes IS 'Workers that died while they ran it.';

CREATE TABLE millrace.deferred (
    job_id bigint PRIMARY KEY,
    enqueued_at timestamptz NOT NULL,
    lane_id integer NOT NULL,
    priority smallint NOT NULL,
    attempt smallint NOT NULL DEFAULT 0,
    crashes smallint NOT NULL DEFAULT 0,
    state millrace.job_state NOT NULL CHECK (state IN ('scheduled', 'blocked', 'parked')),
    due_at timestamptz,
    doom text,
    CHECK ((state = 'scheduled') <= (due_at IS NOT NULL))
) WITH (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 500);
CREATE INDEX deferred_due ON millrace.deferred (due_at) WHERE state = 'scheduled';
COMMENT ON TABLE millrace.deferred IS 'Jobs that cannot run yet, kept away from the claim: due later, waiting for jobs, or held by a limit.';
COMMENT ON COLUMN millrace.deferred.due_at IS
    'scheduled: when it becomes ready. blocked: not before this time even when all parents are done; NULL for at once.';
COMMENT ON COLUMN millrace.deferred.doom IS
    'Why it will be cancelled once its last parent has ended; NULL while all parents that ended did well.';

CREATE TABLE millrace.dependency (
    parent_id bigint NOT NULL,
    job_id bigint NOT NULL,
    on_failure text NOT NULL DEFAULT 'stop' CHECK (on_failure IN ('stop', 'continue', 'always')),
    PRIMARY KEY (parent_id, job_id)
);
CREATE INDEX dependency_job ON millrace.dependency (job_id);
COMMENT ON TABLE millrace.dependency IS 'Open edges: job_id waits for parent_id. A row goes when the parent ends.';
COMMENT ON COLUMN millrace.dependency.on_failure IS
    'stop: the waiter is cancelled when the parent does not succeed. continue: it runs also when the parent failed. '
    'always: it runs also when the parent was cancelled.';

CREATE TABLE millrace.lease (
    job_id bigint PRIMARY KEY,
    epoch bigint NOT NULL,
    enqueued_at timestamptz NOT NULL,
    lane_id integer NOT NULL,
    priority smallint NOT NULL,
    attempt smallint NOT NULL,
    crashes smallint NOT NULL,
    worker_id bigint NOT NULL,
    claimed_at timestamptz NOT NULL,
    cancel_requested_at timestamptz,
    cancel_requested_by text
) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 500);
CREATE INDEX lease_worker ON millrace.lease (worker_id);
COMMENT ON TABLE millrace.lease IS 'One row per running job. Who holds (job_id, epoch) may change its state; nobody else.';

CREATE TABLE millrace.finished (
    job_id bigint NOT NULL,
    enqueued_at timestamptz NOT NULL,
    lane_id integer NOT NULL,
    state millrace.job_state NOT NULL CHECK (state IN ('succeeded', 'failed', 'cancelled', 'quarantined')),
    attempt smallint NOT NULL,
    crashes smallint NOT NULL,
    epoch bigint,
    worker_id bigint,
    claimed_at timestamptz,
    finished_at timestamptz NOT NULL,
    result jsonb,
    reason text,
    successor_id bigint,
    PRIMARY KEY (job_id, finished_at)
) PARTITION BY RANGE (finished_at);
COMMENT ON TABLE millrace.finished IS 'How each job ended. Partitioned by day; whole days are dropped after the retention.';
COMMENT ON COLUMN millrace.finished.result IS 'What the plugin returned.';
COMMENT ON COLUMN millrace.finished.reason IS 'Why it did not succeed, in one sentence; NULL when it did.';
COMMENT ON COLUMN millrace.finished.successor_id IS 'The job that carries its work on (fan-in of its children); waiters wait for that one.';

CREATE TABLE millrace.attempt_error (
    job_id bigint NOT NULL,
    epoch bigint NOT NULL,
    attempt smallint NOT NULL,
    worker_id bigint,
    kind text NOT NULL CHECK (kind IN ('error', 'timeout', 'crash', 'cancelled', 'arguments')),
    message text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp()
) PARTITION BY RANGE (at);
CREATE INDEX attempt_error_job ON millrace.attempt_error (job_id, at);
COMMENT ON TABLE millrace.attempt_error IS 'Every attempt that did not succeed, append-only.';

CREATE TABLE millrace.log_line (
    job_id bigint NOT NULL,
    epoch bigint NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    level text NOT NULL,
    message text NOT NULL,
    metadata jsonb
) PARTITION BY RANGE (at);
CREATE INDEX log_line_job ON millrace.log_line (job_id, at);
COMMENT ON TABLE millrace.log_line IS 'What plugins said while they ran, append-only.';

CREATE TABLE millrace.progress (
    job_id bigint NOT NULL,
    epoch bigint NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    done bigint NOT NULL,
    total bigint,
    message text
) PARTITION BY RANGE (at);
CREATE INDEX progress_job ON millrace.progress (job_id, at);
COMMENT ON TABLE millrace.progress IS 'Reports of progress, append-only and throttled by the worker; the newest one counts.';

CREATE TABLE millrace.checkpoint (
    job_id bigint PRIMARY KEY,
    epoch bigint NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    state jsonb NOT NULL
);
COMMENT ON TABLE millrace.checkpoint IS 'What a job wants to find again on its next attempt. Removed some time after it ended.';

-- A row whose day has no partition yet is kept here and nothing is refused.
CREATE TABLE millrace.job_default PARTITION OF millrace.job DEFAULT;
CREATE TABLE millrace.finished_default PARTITION OF millrace.finished DEFAULT;
CREATE TABLE millrace.attempt_error_default PARTITION OF millrace.attempt_error DEFAULT;
CREATE TABLE millrace.log_line_default PARTITION OF millrace.log_line DEFAULT;
CREATE TABLE millrace.progress_default PARTITION OF millrace.progress DEFAULT;
