"""What stands in the tables while the throughput is measured."""

from .layout import Layout

CHUNK = 1_000_000
# Values by the names of columns; `n` is the job's number, `at` its time. A column that is not here gets its default.
FINISHED = {
    "job_id": "n", "enqueued_at": "at", "lane_id": "(SELECT min(id) FROM millrace.lane)", "state": "'succeeded'",
    "attempt": "1", "crashes": "0", "epoch": "-n", "worker_id": "1", "claimed_at": "at", "finished_at": "at",
}
JOB = {
    "id": "n", "enqueued_at": "at", "lane_id": "(SELECT min(id) FROM millrace.lane)", "priority": "0",
    "args": "jsonb_build_object('n', -n, 'sent', 0, 'tenant', 't0')", "max_attempts": "5", "backoff_base_ms": "5000",
    "backoff_cap_ms": "600000",
}


def finished(participant, count, progress):
    """Writes `count` finished jobs and what they were asked to do straight into the partitions of today, spread over the
    day until now. Their ids are negative, so that they meet none of the ids that enqueue gives out."""
    server, database = participant.server, participant.database
    layout = Layout(server, database)
    for parent, values in (("finished", FINISHED), ("job", JOB)):
        columns, expressions = layout.insertion(f"millrace.{parent}", values)
        table = server.query(database, f"""
            SELECT coalesce(to_regclass('millrace.{parent}_' || to_char(now() AT TIME ZONE 'UTC', 'YYYYMMDD')),
                'millrace.{parent}'::regclass)""")[0]
        for first in range(-count, 0, CHUNK):
            last = min(first + CHUNK, 0) - 1
            server.query(database, f"""
                WITH moment AS (SELECT date_trunc('day', now(), 'UTC') AS day)
                INSERT INTO {table} ({columns})
                SELECT {expressions}
                FROM moment, generate_series({first}, {last}) AS n,
                    LATERAL (SELECT day + (now() - day) * ((n + {count}) / {count}::double precision) AS at) AS spread""")
            progress(f"{parent}: {last + 1 + count} of {count}")
    server.settle(database)


def ready(participant, count, progress):
    """Enqueues ready jobs of a worse priority than the ones that are measured, which are newer and wanted first."""
    progress(f"enqueueing {count} jobs of priority 5")
    participant.fill(count, "--priority", "5")
    participant.server.settle(participant.database)


def future(participant, count, progress):
    """Enqueues jobs of a better priority than the ones that are measured, due in ten hours."""
    progress(f"enqueueing {count} jobs of priority -5, due in ten hours")
    participant.fill(count, "--priority=-5", "--delay-seconds", "36000")
    participant.server.settle(participant.database)
