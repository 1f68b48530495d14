"""The floor: the life of the same jobs as bare SQL, run by pgbench in the same server.

On copies of Millrace's own tables, so that the layout is always the current one: one statement deletes a batch of the
ready jobs in the order of their index, passing over locked ones, and leases them; one statement deletes their leases and
writes them to the finished ones. Nothing checks queues, limits, pauses, priorities between lanes, epochs or waiters, the
arguments are not handed to anybody, and no function is called."""

import os
import pathlib
import re
import subprocess
import tempfile

from .layout import Layout

BATCH = 1000
NAME = "floor"
READY = {
    "lane_id": "1", "pos": "n", "priority": "0", "job_id": "n", "enqueued_at": "clock_timestamp()", "attempt": "0",
    "crashes": "0", "weight": "1", "traits": "0", "max_attempts": "5",
    "args": """jsonb_build_object('n', n, 'sent', 0, 'tenant', 't0')""",
}
JOB = {
    **READY, "id": "n", "backoff_base_ms": "5000", "backoff_cap_ms": "600000", "enqueued_by": "'floor'",
}


class Floor:
    ended = "SELECT count(*) FROM floor.finished"

    def __init__(self, server, template, logs, name="floor"):
        self.server, self.template, self.log = server, template, pathlib.Path(logs) / f"bench-{name}.log"
        self.database, self.prepared = f"bench_{name}", f"bench_{name}_template"
        self.facts = {"keeps": "each job's end, as Millrace does", "settings": {
            "drain": f"pgbench -M prepared, {BATCH} jobs a statement",
            "enqueue": f"pgbench -M prepared, INSERT INTO ready and job, {BATCH} rows a statement"}}

    def prepare(self):
        self.log.write_bytes(b"")
        self.server.replace_database(self.prepared, self.template)
        self.server.query(self.prepared, "CREATE SCHEMA floor", "CREATE SEQUENCE floor.epoch_seq")
        layout = Layout(self.server, self.prepared)
        tables = [name for name in ("ready", "lease", "finished", "job") if layout.exists(f"millrace.{name}")]
        for name in tables:
            layout.copy(f"millrace.{name}", f"floor.{name}")
        columns, values = layout.insertion("floor.ready", READY)
        self.fill = f"INSERT INTO floor.ready ({columns}) SELECT {values} FROM generate_series(1, {{jobs}}) AS n"
        self.drain_script = self.written_drain(layout)
        self.enqueue_script = self.written_enqueue(layout, "job" in tables)

    def written_drain(self, layout):
        ready = {name for name, _ in layout.columns("floor.ready")}
        order = ", ".join(name for name in layout.key("floor.ready") if name != "lane_id")
        leased = {name: name for name in ready} | {
            "attempt": "attempt + 1", "epoch": "nextval('floor.epoch_seq')", "worker_id": ":client_id + 1",
            "claimed_at": "clock_timestamp()"}
        columns, values = layout.insertion("floor.lease", leased)
        lease = {name for name, _ in layout.columns("floor.lease")}
        ended = {name: name for name in lease} | {"state": "'succeeded'", "finished_at": "clock_timestamp()"}
        finished, ends = layout.insertion("floor.finished", ended)
        return f"""
            WITH taken AS (
                DELETE FROM floor.ready WHERE ctid = ANY (ARRAY(
                    SELECT ctid FROM floor.ready WHERE lane_id = 1 ORDER BY {order} LIMIT {BATCH}
                    FOR UPDATE SKIP LOCKED))
                RETURNING *
            ), leased AS (
                INSERT INTO floor.lease ({columns}) SELECT {values} FROM taken RETURNING job_id
            )
            SELECT array_agg(job_id) AS ids FROM leased \\gset
            WITH gone AS (
                DELETE FROM floor.lease WHERE job_id = ANY (:ids::bigint[]) RETURNING *
            )
            INSERT INTO floor.finished ({finished}) SELECT {ends} FROM gone;
            """

    def written_enqueue(self, layout, has_jobs):
        numbers = f"SELECT nextval('floor.epoch_seq') AS n FROM generate_series(1, {BATCH})"
        columns, values = layout.insertion("floor.ready", READY)
        ready = f"INSERT INTO floor.ready ({columns}) SELECT {values} FROM number"
        if not has_jobs:
            return f"WITH number AS ({numbers}) {ready};"
        columns, values = layout.insertion("floor.job", JOB)
        return f"""
            WITH number AS MATERIALIZED ({numbers}),
            kept AS (INSERT INTO floor.job ({columns}) SELECT {values} FROM number)
            {ready};
            """

    def enqueue(self, jobs):
        self.server.replace_database(self.database, self.prepared)
        self.server.query("postgres", "CHECKPOINT")
        return self.measured(self.enqueue_script, 1, jobs)

    def drain(self, clients, jobs):
        jobs -= jobs % (BATCH * clients)
        self.server.replace_database(self.database, self.prepared)
        self.server.query(self.database, self.fill.format(jobs=jobs))
        self.server.settle(self.database)
        values = self.measured(self.drain_script, clients, jobs)
        kept = int(self.server.query(self.database, self.ended)[0])
        if kept != jobs:
            raise RuntimeError(f"the floor finished {kept} of {jobs} jobs; see {self.log}")
        return values

    def measured(self, script, clients, jobs):
        with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
            # pgbench takes a statement from its first line on.
            file.write(re.sub(r"\n\s+", "\n", script.strip()) + "\n")
            file.flush()
            wal, cpu = self.server.wal_position(), self.server.cpu_seconds()
            own = os.times()
            done = subprocess.run(
                [str(self.server.programs / "pgbench"), "-n", "-M", "prepared", "-c", str(clients), "-j", str(clients),
                 "-t", str(jobs // BATCH // clients), "-f", file.name],
                env=self.server.environment(self.database), capture_output=True, text=True, check=False)
            ended = os.times()
        self.log.write_text(script + done.stdout + done.stderr, encoding="utf-8")
        found = re.search(r"tps = ([0-9.]+) \(without initial connection time\)", done.stdout)
        if done.returncode != 0 or found is None:
            raise RuntimeError(f"pgbench failed; see {self.log}")
        client = ended.children_user + ended.children_system - own.children_user - own.children_system
        return {
            "jobs": jobs, "seconds": jobs / BATCH / float(found[1]), "per_second": float(found[1]) * BATCH,
            "client_cpu_s_per_1000": client * 1000 / jobs,
            "server_cpu_s_per_1000": (self.server.cpu_seconds() - cpu) * 1000 / jobs,
            "wal_bytes_per_job": (self.server.wal_position() - wal) / jobs,
        }
