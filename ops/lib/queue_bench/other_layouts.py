"""Other tables for the same jobs than Millrace's, with the same columns, for ops/bench/layouts."""

from .floor import BATCH, JOB, READY, Floor
from .layout import Layout

TABLES = ("job", "ready", "lease", "finished")
NEW = {**READY, **{name: value for name, value in JOB.items() if name != "id"}, "state": "'ready'"}


class OtherLayout(Floor):
    """A layout whose tables have all columns that Millrace spreads over four."""

    def prepare(self):
        self.server.replace_database(self.prepared, self.template)
        self.server.query(self.prepared, "CREATE SCHEMA floor", "CREATE SEQUENCE floor.epoch_seq")
        self.columns = self.server.query(self.prepared, f"""
            SELECT attname || ' ' || format_type(min(atttypid), -1) FROM pg_attribute
            WHERE attrelid = ANY ('{{{", ".join("millrace." + name for name in TABLES)}}}'::regclass[]) AND attnum > 0
                AND NOT attisdropped AND attname <> 'id'
            GROUP BY attname ORDER BY min(array_position('{{{", ".join("millrace." + name for name in TABLES)}}}'::regclass[],
                attrelid::regclass)), min(attnum)""")
        self.make()
        layout = Layout(self.server, self.prepared)
        columns, values = layout.insertion(self.entry, NEW)
        self.fill = f"INSERT INTO {self.entry} ({columns}) SELECT {values} FROM generate_series(1, {{jobs}}) AS n"
        self.enqueue_script = f"""
            INSERT INTO {self.entry} ({columns}) SELECT {values}
            FROM (SELECT nextval('floor.epoch_seq') AS n FROM generate_series(1, {BATCH})) AS number;
            """
        self.drain_script = self.written_drain()

    def table(self, name, *more):
        self.server.query(self.prepared, f"CREATE TABLE floor.{name} ({', '.join([*self.columns, *more])})")


class InPlace(OtherLayout):
    """One table; a job's state is a column, and a partial index holds the ready ones."""

    entry = "floor.job"
    ended = "SELECT count(*) FROM floor.job WHERE state = 'succeeded'"

    def make(self):
        self.table("job", "PRIMARY KEY (job_id)")
        self.server.query(self.prepared, "CREATE INDEX ON floor.job (lane_id, pos) WHERE state = 'ready'")

    def written_drain(self):
        return f"""
            WITH taken AS (
                UPDATE floor.job SET state = 'running', attempt = attempt + 1, epoch = nextval('floor.epoch_seq'),
                    worker_id = :client_id + 1, claimed_at = clock_timestamp()
                WHERE ctid = ANY (ARRAY(
                    SELECT ctid FROM floor.job WHERE lane_id = 1 AND state = 'ready' ORDER BY pos LIMIT {BATCH}
                    FOR UPDATE SKIP LOCKED))
                RETURNING job_id
            )
            SELECT array_agg(job_id) AS ids FROM taken \\gset
            UPDATE floor.job SET state = 'succeeded', finished_at = clock_timestamp() WHERE job_id = ANY (:ids::bigint[]);
            """


class Whole(OtherLayout):
    """The whole job moves from table to table; there is none that keeps what was asked for."""

    entry = "floor.ready"

    def make(self):
        self.table("ready", "PRIMARY KEY (lane_id, pos)")
        self.table("lease", "PRIMARY KEY (job_id)")
        self.table("finished")
        self.server.query(self.prepared, "CREATE INDEX ON floor.finished (job_id)")

    def written_drain(self):
        names = [column.split()[0] for column in self.columns]
        leased = {"attempt": "attempt + 1", "epoch": "nextval('floor.epoch_seq')", "worker_id": ":client_id + 1",
                  "claimed_at": "clock_timestamp()"}
        ended = {"state": "'succeeded'", "finished_at": "clock_timestamp()"}
        return f"""
            WITH taken AS (
                DELETE FROM floor.ready WHERE ctid = ANY (ARRAY(
                    SELECT ctid FROM floor.ready WHERE lane_id = 1 ORDER BY pos LIMIT {BATCH} FOR UPDATE SKIP LOCKED))
                RETURNING *
            ), leased AS (
                INSERT INTO floor.lease ({", ".join(names)}) SELECT {", ".join(leased.get(name, name) for name in names)}
                FROM taken RETURNING job_id
            )
            SELECT array_agg(job_id) AS ids FROM leased \\gset
            WITH gone AS (
                DELETE FROM floor.lease WHERE job_id = ANY (:ids::bigint[]) RETURNING *
            )
            INSERT INTO floor.finished ({", ".join(names)}) SELECT {", ".join(ended.get(name, name) for name in names)} FROM gone;
            """
