"""Counts the jobs that ran and keeps how long the stamped ones took from their sender to here.

One for a process, in a module of its own: some libraries import the module of a job's function a second time."""

import math
import time


class Tally:
    def __init__(self):
        self.ran = self.stamped = 0
        self.keeps_times, self.nanoseconds = False, []

    def count(self, sent):
        """The first line of a job's function; `sent` is 0 for jobs that are not timed."""
        if sent:
            if self.keeps_times:
                self.nanoseconds.append(time.monotonic_ns() - sent)
            self.stamped += 1
        self.ran += 1

    def times(self):
        found = sorted(self.nanoseconds)

        def quantile(share):
            return found[max(1, math.ceil(share * len(found))) - 1] / 1e6 if found else 0

        return {"samples": len(found), "p50_ms": quantile(0.5), "p99_ms": quantile(0.99), "max_ms": quantile(1)}


TALLY = Tally()
