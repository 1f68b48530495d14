-- Jobs, by temperature: the immutable job, a narrow table of what can run, a table of what cannot run yet,
-- one lease per running job, and finished jobs in daily partitions that are dropped and never deleted row by row.

CREATE TYPE millrace.job_state AS ENUM (
    'scheduled', 'blocked', 'parked', 'ready', 'running', 'succeeded', 'skipped', 'failed', 'cancelled', 'quarantined'
);
COMMENT ON TYPE millrace.job_state IS
    'scheduled: due later. blocked: waits for other jobs, an approval or a nested run. parked: stands in ready, in a lane that is '
    'closed: its queue is paused or a limit is full. ready: may be claimed. running: leased to a worker. skipped: the condition of '
    'its step did not hold. failed: attempts used up. quarantined: took its worker down three times.';

CREATE SEQUENCE millrace.job_id_seq;
CREATE SEQUENCE millrace.epoch_seq;
COMMENT ON SEQUENCE millrace.epoch_seq IS
    'Fencing tokens. Every claim takes a new one; a statement that names an older one changes nothing.';

CREATE TABLE millrace.lane (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    queue text NOT NULL,
    plugin text NOT NULL,
    args_version integer NOT NULL DEFAULT 1,
    priority smallint NOT NULL DEFAULT 0,
    keys jsonb NOT NULL DEFAULT '{}',
    UNIQUE (queue, plugin, args_version, priority, keys)
);
COMMENT ON TABLE millrace.lane IS
    'What can or cannot run together: jobs of one queue, plugin, argument version and priority, and with the same keys where a '
    'limit counts by key. A lane is open or closed as a whole, so jobs that must wait never stand in front of those that can run. '
    'Written by enqueue, never changed or deleted.';
COMMENT ON COLUMN millrace.lane.priority IS 'Lanes with a lower one are worked off first.';
COMMENT ON COLUMN millrace.lane.keys IS 'Values by name, such as {"tenant": "acme"}, of the keys that limits on its jobs count by.';

CREATE TABLE millrace.queue (
    name text PRIMARY KEY,
    created_at timestamptz NOT NULL DEFAULT millrace.clock(),
    paused_at timestamptz,
    paused_by text,
    draining_at timestamptz,
    draining_by text,
    aging_ms bigint CHECK (aging_ms > 0)
);
COMMENT ON COLUMN millrace.queue.draining_at IS 'Since when the queue takes no new jobs and works off what it has; NULL when it takes them.';
COMMENT ON COLUMN millrace.queue.aging_ms IS 'A ready job gains one step of priority each time it has waited this long; NULL for never.';
CREATE INDEX queue_paused ON millrace.queue (name) WHERE paused_at IS NOT NULL;
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
    secrets text[] NOT NULL DEFAULT '{}',
    published_at timestamptz NOT NULL DEFAULT millrace.clock()
);
COMMENT ON TABLE millrace.plugin IS
    'The newest description of each plugin that a worker has published: defaults for enqueue, and the JSON Schema '
    'of its arguments. Written by workers when they start.';
COMMENT ON COLUMN millrace.plugin.secrets IS 'Arguments that are accepted only in sealed form.';
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
    weight smallint NOT NULL DEFAULT 1 CHECK (weight > 0),
    traits smallint NOT NULL DEFAULT 0,
    aged smallint NOT NULL DEFAULT 0,
    keys jsonb,
    deadline_at timestamptz,
    expires_at timestamptz,
    unique_key text,
    step_rules jsonb,
    trace jsonb,
    enqueued_by text NOT NULL DEFAULT session_user
) PARTITION BY RANGE (enqueued_at);
CREATE INDEX job_id ON millrace.job (id);
CREATE INDEX job_run ON millrace.job (run_id) WHERE run_id IS NOT NULL;
CREATE INDEX job_parent ON millrace.job (parent_id) WHERE parent_id IS NOT NULL;
COMMENT ON TABLE millrace.job IS
    'What was asked for. Written by enqueue; later only its lane and priority follow what an operator says, and placeholders in '
    'the arguments of a step are filled in when it is released. Dropped by the day.';
COMMENT ON COLUMN millrace.job.id IS 'From job_id_seq, so no two are equal; no constraint says so, since it would have to span all days.';
COMMENT ON COLUMN millrace.job.lane_id IS 'Always that of the row in ready, deferred or lease.';
COMMENT ON COLUMN millrace.job.priority IS 'Lower runs first; 0 unless said otherwise. Always that of its lane.';
COMMENT ON COLUMN millrace.job.weight IS 'Permits of a concurrency limit that it takes while it runs.';
COMMENT ON COLUMN millrace.job.traits IS
    'What few jobs have and all statements must see cheaply, as bits: 1 holds a unique key, 2 is a step with rules of its own '
    '(step_rules), 4 has a deadline or expires, 8 waits for very many jobs.';
COMMENT ON COLUMN millrace.job.aged IS 'Steps of priority that it gained by waiting.';
COMMENT ON COLUMN millrace.job.keys IS 'Keys for limits that the caller gave by name; others are read from the arguments.';
COMMENT ON COLUMN millrace.job.deadline_at IS 'It fails if it has not ended by then.';
COMMENT ON COLUMN millrace.job.expires_at IS 'It is cancelled if it has not started by then.';
COMMENT ON COLUMN millrace.job.unique_key IS 'The key that no two waiting jobs may hold; see unique_key.';
COMMENT ON COLUMN millrace.job.step_rules IS
    '{"when": [{"step", "is"}], "for_each": {"step", "items"}, "approval": text, "pipeline": name, "fill": true}: what is looked '
    'at when the step is released.';
COMMENT ON COLUMN millrace.job.trace IS 'W3C trace context of whoever enqueued it, {"traceparent", "tracestate"}.';
COMMENT ON COLUMN millrace.job.logical_time IS 'The time the job stands for (the slot of its schedule), not when it runs.';
COMMENT ON COLUMN millrace.job.needs IS 'Jobs it waited for, in the order given.';
COMMENT ON COLUMN millrace.job.parent_id IS 'The job whose completion made it; NULL when it came from outside.';
COMMENT ON COLUMN millrace.job.step IS 'The step of the pipeline run it belongs to; children inherit it.';

CREATE TABLE millrace.shape_generation (number bigint NOT NULL);
INSERT INTO millrace.shape_generation VALUES (1);
COMMENT ON TABLE millrace.shape_generation IS
    'One row. Its number rises when something changes that the meaning of a shape depends on: the description of a plugin, whether '
    'a queue drains, a setting, a limit.';

CREATE UNLOGGED TABLE millrace.known_shape (
    shape jsonb NOT NULL,
    generation bigint NOT NULL,
    lane_id integer NOT NULL,
    priority smallint NOT NULL,
    max_attempts smallint NOT NULL,
    timeout_ms bigint,
    backoff_base_ms bigint NOT NULL,
    backoff_cap_ms bigint NOT NULL,
    tags text[],
    most_bytes bigint NOT NULL,
    text text COLLATE "C"
);
CREATE INDEX known_shape_shape ON millrace.known_shape (shape, generation);
CREATE INDEX known_shape_text ON millrace.known_shape (text, generation) WHERE text IS NOT NULL;
COMMENT ON TABLE millrace.known_shape IS
    'What jobs without their arguments mean, so that enqueue need not find it out for each: see known_shapes.sql. A row holds as '
    'long as its generation is the present one. A shape may stand here twice, so that nobody waits for somebody who writes it down.';
COMMENT ON COLUMN millrace.known_shape.shape IS 'A job as enqueue_many takes it, without "args".';
COMMENT ON COLUMN millrace.known_shape.most_bytes IS 'Bytes that arguments may take; more than that is looked at more closely.';
COMMENT ON COLUMN millrace.known_shape.text IS 'The shape as enqueue_mixed was given it, to be found without being parsed; NULL when it was not.';

CREATE FUNCTION millrace.begin_shape_generation() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = millrace, pg_temp AS $$
BEGIN
    UPDATE shape_generation SET number = number + 1;
    RETURN NULL;
END
$$;
CREATE TRIGGER begin_shape_generation AFTER INSERT OR DELETE ON millrace.plugin
FOR EACH ROW EXECUTE FUNCTION millrace.begin_shape_generation();
CREATE TRIGGER begin_shape_generation_anew AFTER UPDATE ON millrace.plugin FOR EACH ROW WHEN (
    (OLD.version, OLD.queue, OLD.max_attempts, OLD.timeout_ms, OLD.backoff_base_ms, OLD.backoff_cap_ms, OLD.secrets)
    IS DISTINCT FROM
    (NEW.version, NEW.queue, NEW.max_attempts, NEW.timeout_ms, NEW.backoff_base_ms, NEW.backoff_cap_ms, NEW.secrets))
EXECUTE FUNCTION millrace.begin_shape_generation();
CREATE TRIGGER begin_shape_generation AFTER UPDATE ON millrace.queue FOR EACH ROW
WHEN ((OLD.draining_at IS NULL) <> (NEW.draining_at IS NULL)) EXECUTE FUNCTION millrace.begin_shape_generation();

CREATE TABLE millrace.ready (
    lane_id integer NOT NULL,
    pos bigint NOT NULL,
    job_id bigint NOT NULL,
    enqueued_at timestamptz NOT NULL,
    attempt smallint NOT NULL,
    crashes smallint NOT NULL,
    weight smallint NOT NULL DEFAULT 1,
    traits smallint NOT NULL DEFAULT 0,
    max_attempts smallint,
    timeout_ms bigint,
    args jsonb,
    PRIMARY KEY (lane_id, pos)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_cost_delay = 0);
CREATE UNIQUE INDEX ready_moved ON millrace.ready (job_id) WHERE pos <> job_id;
CREATE INDEX ready_front ON millrace.ready (lane_id, pos) WHERE pos < 0;
COMMENT ON TABLE millrace.ready IS 'Jobs that may be claimed now, and nothing else. Its key is the order of the claim.';
COMMENT ON COLUMN millrace.ready.pos IS
    'Its place in the lane, from job_id_seq, and only ever behind what was there: a new job stands at its own id, one that becomes '
    'ready later at a new number (take_place), one that was given back unfinished in front of all others, below 0 (front_place). '
    'So a claimer that has seen the begin of a lane settled need not look there again.';
COMMENT ON COLUMN millrace.ready.attempt IS 'Attempts used so far; the claim adds one.';
COMMENT ON COLUMN millrace.ready.crashes IS 'Workers that died while they ran it.';
COMMENT ON COLUMN millrace.ready.args IS
    'A new job whose arguments are small and which has nothing that few jobs have carries here all that a worker needs. NULL: it is '
    'read from job.';
COMMENT ON COLUMN millrace.ready.max_attempts IS 'NULL where args is.';
COMMENT ON COLUMN millrace.ready.timeout_ms IS 'NULL where args is, or there is none.';

CREATE TYPE millrace.lane_sum AS (lane_id integer, count bigint, weight bigint);
COMMENT ON TYPE millrace.lane_sum IS 'How many jobs of a lane a claim takes, and their permits.';

CREATE TYPE millrace.lane_part AS (
    lane_id integer, priority smallint, head bigint, last bigint, least_crashes smallint, most_crashes smallint, most integer
);
COMMENT ON TYPE millrace.lane_part IS
    'Jobs of one lane that a claim may take: those with places from head to last and as many crashes, the first of them at head; at '
    'most `most`.';

CREATE TABLE millrace.deferred (
    job_id bigint PRIMARY KEY,
    enqueued_at timestamptz NOT NULL,
    lane_id integer NOT NULL,
    attempt smallint NOT NULL DEFAULT 0,
    crashes smallint NOT NULL DEFAULT 0,
    weight smallint NOT NULL DEFAULT 1,
    traits smallint NOT NULL DEFAULT 0,
    state millrace.job_state NOT NULL CHECK (state IN ('scheduled', 'blocked')),
    due_at timestamptz,
    doom text,
    doom_state millrace.job_state CHECK (doom_state IN ('cancelled', 'skipped')),
    awaits text CHECK (awaits IN ('approval', 'pipeline')),
    CHECK ((state = 'scheduled') <= (due_at IS NOT NULL))
) WITH (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 500);
CREATE INDEX deferred_due ON millrace.deferred (due_at) WHERE state = 'scheduled';
COMMENT ON TABLE millrace.deferred IS 'Jobs that cannot run yet, kept away from the claim: due later, or waiting for jobs, an approval or a nested run.';
COMMENT ON COLUMN millrace.deferred.due_at IS
    'scheduled: when it becomes ready. blocked: not before this time even when all parents are done; NULL for at once.';
COMMENT ON COLUMN millrace.deferred.doom IS
    'Why it will be cancelled or skipped once its last parent has ended; NULL while all parents that ended did well.';
COMMENT ON COLUMN millrace.deferred.awaits IS 'What a step that is released still waits for; NULL before that, and for ordinary jobs.';

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
    'always: it runs also when the parent was cancelled. A parent that was skipped has not failed: stop skips the waiter too, '
    'the others let it run.';

CREATE TABLE millrace.lease (
    job_id bigint PRIMARY KEY,
    epoch bigint NOT NULL,
    enqueued_at timestamptz NOT NULL,
    lane_id integer NOT NULL,
    attempt smallint NOT NULL,
    crashes smallint NOT NULL,
    weight smallint NOT NULL DEFAULT 1,
    traits smallint NOT NULL DEFAULT 0,
    worker_id bigint NOT NULL,
    claimed_at timestamptz NOT NULL,
    cancel_requested_at timestamptz,
    cancel_requested_by text
) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 500);
COMMENT ON TABLE millrace.lease IS
    'One row per running job. Who holds (job_id, epoch) may change its state; nobody else. The row is also its permit of every '
    'concurrency limit on its lane: what is in use is counted here, so no counter can drift, and a lost lease gives its permits back.';
COMMENT ON COLUMN millrace.lease.epoch IS 'That of the claim; all jobs of one claim have the same.';

CREATE TABLE millrace.finished (
    job_id bigint NOT NULL,
    enqueued_at timestamptz NOT NULL,
    lane_id integer NOT NULL,
    state millrace.job_state NOT NULL CHECK (state IN ('succeeded', 'skipped', 'failed', 'cancelled', 'quarantined')),
    attempt smallint NOT NULL,
    crashes smallint NOT NULL,
    epoch bigint,
    worker_id bigint,
    claimed_at timestamptz,
    finished_at timestamptz NOT NULL,
    result jsonb,
    reason text,
    successor_id bigint
) PARTITION BY RANGE (finished_at);
CREATE INDEX finished_job ON millrace.finished (job_id);
COMMENT ON TABLE millrace.finished IS 'How each job ended. Partitioned by day; whole days are dropped after the retention.';
COMMENT ON COLUMN millrace.finished.result IS 'What the plugin returned.';
COMMENT ON COLUMN millrace.finished.reason IS 'Why it did not succeed, in one sentence; NULL when it did.';
COMMENT ON COLUMN millrace.finished.successor_id IS 'The job that carries its work on (fan-in of its children); waiters wait for that one.';

CREATE TABLE millrace.attempt_error (
    job_id bigint NOT NULL,
    epoch bigint NOT NULL,
    attempt smallint NOT NULL,
    worker_id bigint,
    kind text NOT NULL CHECK (kind IN ('error', 'timeout', 'deadline', 'expired', 'crash', 'cancelled', 'arguments')),
    message text NOT NULL,
    stack text,
    started_at timestamptz,
    at timestamptz NOT NULL DEFAULT millrace.clock()
) PARTITION BY RANGE (at);
CREATE INDEX attempt_error_job ON millrace.attempt_error (job_id, at);
COMMENT ON TABLE millrace.attempt_error IS 'Every attempt that did not succeed, append-only.';
COMMENT ON COLUMN millrace.attempt_error.stack IS 'Where it happened, if the error knew.';

CREATE TABLE millrace.log_line (
    job_id bigint NOT NULL,
    epoch bigint NOT NULL,
    at timestamptz NOT NULL DEFAULT millrace.clock(),
    level text NOT NULL,
    message text NOT NULL,
    metadata jsonb
) PARTITION BY RANGE (at);
CREATE INDEX log_line_job ON millrace.log_line (job_id, at);
COMMENT ON TABLE millrace.log_line IS 'What plugins said while they ran, append-only.';

CREATE TABLE millrace.progress (
    job_id bigint NOT NULL,
    epoch bigint NOT NULL,
    at timestamptz NOT NULL DEFAULT millrace.clock(),
    done bigint NOT NULL,
    total bigint,
    message text
) PARTITION BY RANGE (at);
CREATE INDEX progress_job ON millrace.progress (job_id, at);
COMMENT ON TABLE millrace.progress IS 'Reports of progress, append-only and throttled by the worker; the newest one counts.';

CREATE TABLE millrace.checkpoint (
    job_id bigint PRIMARY KEY,
    epoch bigint NOT NULL,
    at timestamptz NOT NULL DEFAULT millrace.clock(),
    state jsonb NOT NULL
);
COMMENT ON TABLE millrace.checkpoint IS 'What a job wants to find again on its next attempt. Removed some time after it ended.';

CREATE TABLE millrace.unique_key (
    key text PRIMARY KEY,
    job_id bigint NOT NULL,
    until timestamptz,
    first_at timestamptz NOT NULL
);
CREATE INDEX unique_key_job ON millrace.unique_key (job_id);
CREATE INDEX unique_key_until ON millrace.unique_key (until) WHERE until IS NOT NULL;
COMMENT ON TABLE millrace.unique_key IS
    'Who holds a unique key. Its primary key is what decides between callers: the second one waits until the first has committed '
    'or rolled back.';
COMMENT ON COLUMN millrace.unique_key.job_id IS 'The newest job with the key.';
COMMENT ON COLUMN millrace.unique_key.until IS 'Held for a period: until then, whatever becomes of the job. NULL: until the job has ended.';
COMMENT ON COLUMN millrace.unique_key.first_at IS 'When the first of a row of debounced jobs was asked for.';

CREATE TABLE millrace.expiry (
    job_id bigint NOT NULL,
    at timestamptz NOT NULL,
    kind text NOT NULL CHECK (kind IN ('deadline', 'expires')),
    PRIMARY KEY (job_id, kind)
);
CREATE INDEX expiry_at ON millrace.expiry (at);
COMMENT ON TABLE millrace.expiry IS 'When a duty has to look at a job whose time may have run out. A row goes when its time has come.';

-- A row whose day has no partition yet is kept here and nothing is refused.
CREATE TABLE millrace.job_default PARTITION OF millrace.job DEFAULT;
CREATE TABLE millrace.finished_default PARTITION OF millrace.finished DEFAULT;
CREATE TABLE millrace.attempt_error_default PARTITION OF millrace.attempt_error DEFAULT;
CREATE TABLE millrace.log_line_default PARTITION OF millrace.log_line DEFAULT;
CREATE TABLE millrace.progress_default PARTITION OF millrace.progress DEFAULT;
