"""A library that takes part: its program, its database, and what it says of itself."""

import json
import os
import pathlib
import subprocess

from .program import Program

OURS = "millrace"


class Participant:
    """`share` is the part of the jobs that it is given, so that a slow library does not take hours."""

    def __init__(self, name, command, server, logs, share=1.0, options=None):
        self.name, self.command, self.server, self.share = name, command, server, share
        self.options = options or {}
        self.template = f"bench_{name.replace('-', '_')}_template"
        self.database = f"bench_{name.replace('-', '_')}"
        self.log = pathlib.Path(logs) / f"bench-{name}.log"
        self.facts = {}

    def environment(self, database):
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "BENCH_"))}
        return {**kept, "DATABASE_URL": self.server.url(database), "PYTHONUNBUFFERED": "1"}

    def prepare(self):
        """Lays its tables in a template, of which each measurement gets a copy."""
        self.log.write_bytes(b"")
        self.server.replace_database(self.template)
        with open(self.log, "ab") as errors:
            done = subprocess.run(
                [*self.command, "prepare"], env=self.environment(self.template), stdout=subprocess.PIPE, stderr=errors,
                text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{self.name}: prepare failed; see {self.log}")
        self.facts = json.loads(done.stdout.splitlines()[-1])

    def fresh(self):
        """Empties its database: nothing of one measurement is left for the next."""
        self.server.replace_database(self.database, self.template)
        return self.database

    def start(self, what, *arguments):
        """Starts its program and waits until it is up."""
        program = Program(
            self.name, [*self.command, what, *self.options.get(what, ()), *arguments], self.environment(self.database),
            self.log)
        program.wait_until_up()
        return program

    def fill(self, jobs, *arguments):
        """Enqueues without measuring."""
        with self.start("enqueue", "--jobs", str(jobs), *arguments) as program:
            program.go()
            program.wait_for_result(3600)
            program.stop()

    def jobs(self, asked):
        """Its part of the jobs, in whole thousands."""
        return max(1000, round(asked * self.share / 1000) * 1000) if self.share < 1 else asked
