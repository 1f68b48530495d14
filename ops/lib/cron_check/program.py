"""Asks `millrace schedule next`."""

import datetime
import json
import os
import shlex
import subprocess

from .localtime import UTC


class Program:
    def __init__(self, binary, zone_folder):
        self.binary = binary
        self.environment = {**os.environ, "TZDIR": str(zone_folder)}

    def command(self, cron, zone, start, count, gap="shift", fold="first"):
        instant = datetime.datetime.fromtimestamp(start, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return ["schedule", "next", f"--cron={cron}", "--timezone", zone, "--from", instant, "--count", str(count),
                "--gap", gap, "--fold", fold, "--format", "json"]

    def spelled(self, *request):
        """The command as a person would type it."""
        return "millrace " + " ".join(map(shlex.quote, self.command(*request)))

    def ask(self, *request):
        """Its exit code, its slots as (instant, offset from UTC), and its message."""
        done = subprocess.run([self.binary, *self.command(*request)], env=self.environment, capture_output=True,
                              text=True, check=False, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            return done.returncode, [], done.stderr.strip()
        times = [datetime.datetime.fromisoformat(text.replace("Z", "+00:00")) for text in json.loads(done.stdout)]
        return 0, [(int(time.timestamp()), int(time.utcoffset().total_seconds())) for time in times], ""
