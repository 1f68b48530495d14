import Postgres

/// What must hold of the engine's tables in every snapshot. Each statement returns a line for each thing that is wrong.
enum Invariants {
    static let always: [(name: String, statement: Statement)] = [
        (
            "a job has one row in one place",
            """
            WITH place AS (
                SELECT job_id FROM millrace.ready UNION ALL SELECT job_id FROM millrace.deferred
                UNION ALL SELECT job_id FROM millrace.lease UNION ALL SELECT job_id FROM millrace.finished
            )
            SELECT format('job %s has %s places', job.id, count(place.job_id))
            FROM millrace.job LEFT JOIN place ON place.job_id = job.id GROUP BY job.id HAVING count(place.job_id) <> 1
            """
        ),
        (
            "lane and priority are those of the job",
            """
            SELECT format('job %s is in lane %s with priority %s, its row in lane %s with %s', job.id, job.lane_id,
                job.priority, place.lane_id, lane.priority)
            FROM (SELECT job_id, lane_id FROM millrace.ready
                UNION ALL SELECT job_id, lane_id FROM millrace.deferred
                UNION ALL SELECT job_id, lane_id FROM millrace.lease) AS place
            JOIN millrace.job ON job.id = place.job_id
            JOIN millrace.lane ON lane.id = place.lane_id
            WHERE job.lane_id <> place.lane_id OR job.priority <> lane.priority
            """
        ),
        (
            "an open edge leads from a live job to one that waits",
            """
            SELECT format('edge %s -> %s: %s', edge.parent_id, edge.job_id, CASE WHEN finished.job_id IS NULL
                THEN 'nobody waits' ELSE 'the parent has ended' END)
            FROM millrace.dependency AS edge
            LEFT JOIN millrace.finished ON finished.job_id = edge.parent_id
            WHERE finished.job_id IS NOT NULL OR NOT EXISTS (SELECT FROM millrace.deferred WHERE job_id = edge.job_id)
                OR NOT EXISTS (SELECT FROM millrace.job WHERE id = edge.parent_id)
            """
        ),
        (
            "a blocked job waits for something",
            """
            SELECT format('job %s is blocked by nothing', job_id) FROM millrace.deferred
            WHERE state = 'blocked' AND awaits IS NULL AND traits & 8 = 0
                AND NOT EXISTS (SELECT FROM millrace.dependency WHERE dependency.job_id = deferred.job_id)
            """
        ),
        (
            "no ended job holds a unique key",
            """
            SELECT format('key %s is held by job %s, which has ended', key, unique_key.job_id)
            FROM millrace.unique_key
            WHERE until IS NULL AND NOT EXISTS (SELECT FROM millrace.ready WHERE ready.job_id = unique_key.job_id)
                AND NOT EXISTS (SELECT FROM millrace.deferred WHERE deferred.job_id = unique_key.job_id)
                AND NOT EXISTS (SELECT FROM millrace.lease WHERE lease.job_id = unique_key.job_id)
            """
        ),
        (
            "a unique key has at most one live job that may run, and one that waits for it",
            """
            SELECT format('key %s: %s', job.unique_key, string_agg(format('job %s %s', job.id, place.state), ', '))
            FROM (SELECT job_id, 'free' AS state FROM millrace.ready
                UNION ALL SELECT job_id, CASE state WHEN 'blocked' THEN 'blocked' ELSE 'free' END FROM millrace.deferred
                UNION ALL SELECT job_id, 'free' FROM millrace.lease) AS place
            JOIN millrace.job ON job.id = place.job_id
            WHERE job.unique_key NOT LIKE '%period%'
            GROUP BY job.unique_key
            HAVING count(*) > 2 OR count(*) FILTER (WHERE place.state = 'free') > 1
                OR (count(*) > 1 AND job.unique_key LIKE '%reject%')
                OR count(*) FILTER (WHERE place.state = 'blocked') > 1
            """
        ),
        (
            "leases stay within concurrency limits",
            """
            SELECT format('limit %s, key %s: %s of %s', rule.name, bound.key, sum(lease.weight),
                coalesce(own.maximum, rule.maximum))
            FROM millrace.lease
            JOIN millrace.lane_limit AS bound ON bound.lane_id = lease.lane_id
            JOIN millrace.limit_rule AS rule ON rule.id = bound.limit_id AND rule.kind = 'concurrency'
            LEFT JOIN millrace.limit_key AS own ON own.limit_id = rule.id AND own.key = bound.key
            GROUP BY rule.name, bound.key, own.maximum, rule.maximum
            HAVING sum(lease.weight) > coalesce(own.maximum, rule.maximum)
                AND max(lease.epoch) > (SELECT epoch FROM public.witness_limits)
            """
        ),
        (
            "tokens are never negative",
            "SELECT format('bucket %s %s has %s', limit_id, key, tokens) FROM millrace.bucket WHERE tokens < 0"
        ),
        (
            "each start of a job has a higher epoch than the one before",
            """
            SELECT format('job %s: epoch %s after %s', job_id, epoch, before) FROM (
                SELECT job_id, epoch, lag(epoch) OVER (PARTITION BY job_id ORDER BY place) AS before FROM public.witness_start
            ) AS start WHERE epoch <= before
            """
        ),
        (
            "starts in any window stay within burst and rate",
            """
            WITH start AS (
                SELECT bound.limit_id, bound.key, rule.burst, rule.maximum * 1000.0 / rule.period_ms AS rate, bucket.at
                FROM public.witness_start
                JOIN millrace.lane_limit AS bound ON bound.lane_id = public.witness_start.lane_id
                JOIN millrace.limit_rule AS rule ON rule.id = bound.limit_id AND rule.kind = 'rate'
                JOIN public.witness_bucket AS bucket ON bucket.limit_id = rule.id AND bucket.key = bound.key
                    AND bucket.writer = public.witness_start.writer
            ), counted AS (
                SELECT start.*, row_number() OVER (PARTITION BY limit_id, key ORDER BY at) AS number FROM start
            )
            SELECT format('%s starts within %s', later.number - earlier.number + 1, later.at - earlier.at)
            FROM counted AS earlier JOIN counted AS later USING (limit_id, key)
            WHERE later.number >= earlier.number AND later.number - earlier.number + 1
                > later.burst + later.rate * extract(epoch FROM later.at - earlier.at) + 0.001
            LIMIT 3
            """
        ),
    ]

    /// What must hold besides when all has been worked off.
    static let atRest: [(name: String, statement: Statement)] = [
        (
            "every job has ended, and nothing of it is left",
            """
            SELECT format('%s rows in %s', left_over.count, left_over.place) FROM (
                SELECT 'ready', count(*) FROM millrace.ready UNION ALL SELECT 'deferred', count(*) FROM millrace.deferred
                UNION ALL SELECT 'lease', count(*) FROM millrace.lease
                UNION ALL SELECT 'dependency', count(*) FROM millrace.dependency
                UNION ALL SELECT 'unique_key', count(*) FROM millrace.unique_key WHERE until IS NULL
            ) AS left_over(place, count) WHERE left_over.count > 0
            """
        )
    ]

    /// Tables and triggers by which a test sees what the engine does not keep: every start, and every write of a bucket.
    static let witnesses: Statement = """
        CREATE TABLE public.witness_start (place bigserial, job_id bigint, epoch bigint, lane_id integer, writer xid8);
        CREATE TABLE public.witness_bucket (limit_id integer, key text, tokens float8, at timestamptz, writer xid8);
        CREATE TABLE public.witness_limits (epoch bigint);
        INSERT INTO public.witness_limits VALUES (0);
        CREATE FUNCTION public.note_start() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            INSERT INTO public.witness_start (job_id, epoch, lane_id, writer)
            VALUES (new.job_id, new.epoch, new.lane_id, pg_current_xact_id()); RETURN NULL; END $$;
        CREATE FUNCTION public.note_bucket() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            INSERT INTO public.witness_bucket
            VALUES (new.limit_id, new.key, new.tokens, new.at, pg_current_xact_id()); RETURN NULL; END $$;
        CREATE TRIGGER note_start AFTER INSERT ON millrace.lease FOR EACH ROW EXECUTE FUNCTION public.note_start();
        CREATE TRIGGER note_bucket AFTER INSERT OR UPDATE ON millrace.bucket FOR EACH ROW EXECUTE FUNCTION public.note_bucket();
        """

    /// Everything that is wrong in the session's snapshot.
    static func broken(
        _ checks: [(name: String, statement: Statement)], on session: some Session
    ) async throws -> [String] {
        var faults: [String] = []
        for check in checks {
            for row in try await session.query(check.statement) {
                faults.append("\(check.name): \(try row[0] as String)")
            }
        }
        return faults
    }
}
