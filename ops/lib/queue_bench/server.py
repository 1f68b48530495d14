"""The one private PostgreSQL of a run, which the script has started."""

import os
import pathlib
import subprocess
import urllib.parse

from . import processes
from .session import Session


class Server:
    """Named by BENCH_SERVER_URL (database postgres), BENCH_SERVER_PID and BENCH_POSTGRES_BIN."""

    def __init__(self):
        self.address = urllib.parse.urlsplit(os.environ["BENCH_SERVER_URL"])
        self.pid = int(os.environ["BENCH_SERVER_PID"])
        self.programs = pathlib.Path(os.environ["BENCH_POSTGRES_BIN"])

    def url(self, database):
        return urllib.parse.urlunsplit(self.address._replace(path="/" + database))

    def environment(self, database):
        """For programs of PostgreSQL: the password does not show in the list of processes."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "BENCH_", "DATABASE_"))}
        return {
            **kept, "PGHOST": self.address.hostname, "PGPORT": str(self.address.port), "PGUSER": self.address.username,
            "PGPASSWORD": self.address.password, "PGDATABASE": database}

    def psql(self, database):
        return [str(self.programs / "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", database]

    def query(self, database, *statements):
        """Runs statements in a connection of their own; returns the lines of the answer."""
        commands = [part for statement in statements for part in ("-c", statement)]
        done = subprocess.run(
            self.psql(database) + commands, env=self.environment(database), capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{statements}: {done.stderr.strip()}")
        return done.stdout.splitlines()

    def session(self, database):
        return Session(self, database)

    def replace_database(self, name, template="template1"):
        self.query("postgres", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)",
                   f"CREATE DATABASE {name} TEMPLATE {template}")

    def drop_database(self, name):
        self.query("postgres", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def settle(self, database):
        """What autovacuum would have done a little later, done now; and a checkpoint, so that each measurement begins
        with the same work before it."""
        self.query(database, "VACUUM (ANALYZE)", "CHECKPOINT")

    def cpu_seconds(self):
        return processes.server_cpu_seconds(self.pid)

    def wal_position(self):
        """Bytes of WAL written since the beginning of the cluster."""
        return int(self.query("postgres", "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')")[0])

    def version(self):
        return self.query("postgres", "SHOW server_version")[0]
