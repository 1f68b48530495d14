-- Limits: how many jobs of a set run at once, and how many start in a time.

CREATE TABLE millrace.limit_rule (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE,
    kind text NOT NULL CHECK (kind IN ('concurrency', 'rate')),
    queue text,
    plugin text,
    by_key text CHECK (by_key <> ''),
    maximum integer NOT NULL CHECK (maximum > 0),
    period_ms bigint CHECK (period_ms > 0),
    burst integer CHECK (burst > 0),
    fair boolean NOT NULL DEFAULT true,
    set_at timestamptz NOT NULL DEFAULT millrace.clock(),
    set_by text NOT NULL DEFAULT session_user,
    CHECK ((kind = 'rate') = (period_ms IS NOT NULL)),
    CHECK ((kind = 'rate') = (burst IS NOT NULL))
);
COMMENT ON TABLE millrace.limit_rule IS 'Limits in force. Written by set_limit and remove_limit.';
COMMENT ON COLUMN millrace.limit_rule.queue IS 'The jobs of this queue; NULL for all queues.';
COMMENT ON COLUMN millrace.limit_rule.plugin IS 'The jobs of this plugin; NULL for all plugins.';
COMMENT ON COLUMN millrace.limit_rule.by_key IS
    'Each value of this key has the limit for itself; NULL for one limit over all. A key is one of the job''s keys, or else the '
    'argument at this path (names joined by dots). A job without the key is not limited.';
COMMENT ON COLUMN millrace.limit_rule.maximum IS 'concurrency: permits. rate: jobs in a period.';
COMMENT ON COLUMN millrace.limit_rule.burst IS 'rate: how many may start at once after a rest; the size of the bucket.';
COMMENT ON COLUMN millrace.limit_rule.fair IS 'Whether the values of the key take turns, whoever has more jobs waiting.';

CREATE TRIGGER begin_shape_generation AFTER INSERT OR UPDATE OR DELETE ON millrace.limit_rule
FOR EACH ROW EXECUTE FUNCTION millrace.begin_shape_generation();

CREATE TABLE millrace.limit_key (
    limit_id integer NOT NULL,
    key text NOT NULL,
    maximum integer CHECK (maximum > 0),
    share real NOT NULL DEFAULT 1 CHECK (share > 0),
    PRIMARY KEY (limit_id, key)
);
COMMENT ON TABLE millrace.limit_key IS 'What holds for one value of a key instead of the limit''s own figures.';
COMMENT ON COLUMN millrace.limit_key.maximum IS 'NULL for the limit''s own.';
COMMENT ON COLUMN millrace.limit_key.share IS 'Turns it gets for each turn of a value with share 1.';

CREATE TABLE millrace.lane_limit (
    lane_id integer NOT NULL,
    limit_id integer NOT NULL,
    key text NOT NULL,
    PRIMARY KEY (lane_id, limit_id)
);
CREATE INDEX lane_limit_key ON millrace.lane_limit (limit_id, key);
COMMENT ON TABLE millrace.lane_limit IS 'Which limits hold for a lane, and under which value of the key; empty for a limit without one.';

CREATE TABLE millrace.bucket (
    limit_id integer NOT NULL,
    key text NOT NULL,
    tokens double precision NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (limit_id, key)
) WITH (fillfactor = 50);
COMMENT ON TABLE millrace.bucket IS
    'Token buckets of rate limits: tokens there were at that time. A bucket that is not here is full. Written by claim, once for '
    'all jobs that it takes.';

CREATE TABLE millrace.limit_claim (
    epoch bigint PRIMARY KEY,
    job_ids bigint[] NOT NULL
);
-- Written once and read whole: to compress it would cost more than it saves.
ALTER TABLE millrace.limit_claim ALTER COLUMN job_ids SET STORAGE EXTERNAL;
COMMENT ON TABLE millrace.limit_claim IS
    'The jobs of each claim of lanes with limits: where to look for the leases that are their permits. The leases are the truth; a '
    'job here whose lease is gone counts for nothing, and a row whose jobs have all ended is removed some time later.';

CREATE TABLE millrace.limit_usage (
    limit_id integer NOT NULL,
    key text NOT NULL,
    at_most bigint NOT NULL,
    from_epoch bigint NOT NULL,
    PRIMARY KEY (limit_id, key)
) WITH (fillfactor = 50);
COMMENT ON TABLE millrace.limit_usage IS
    'An upper bound of the permits in use: what was counted last, and what was claimed since. While it leaves room, claims need '
    'not count the leases; when it does not, they count and write the bound anew. It is never the truth, so it cannot drift.';
COMMENT ON COLUMN millrace.limit_usage.from_epoch IS
    'When they were counted last, all leases that the limit holds for had this epoch or a later one; earlier ones need no look.';
