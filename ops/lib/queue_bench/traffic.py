"""Enqueue and drain going on at the same time with a bounded backlog, counted in buckets of five seconds."""

import time

from .measure_latency import Flow
from .program import wait_until

BUCKET_SECONDS = 5
BATCH = 1000


class Traffic:
    """One process that enqueues and one that works. `load` are further arguments of the one that enqueues."""

    def __init__(self, participant, bound, load=()):
        self.worker = participant.start("drain")
        self.load = participant.start("load", "--batch", str(BATCH), *load)
        self.flow = Flow(self.worker, self.load, bound)
        self.worker.go()
        self.load.go()

    def run(self, seconds):
        """Jobs per second in each bucket."""
        buckets, started, ran = [], time.monotonic(), self.worker.ran
        until = started + seconds
        while time.monotonic() < until - BUCKET_SECONDS / 2:
            self.flow.run(min(BUCKET_SECONDS, until - time.monotonic()))
            now, count = time.monotonic(), self.worker.ran
            buckets.append((count - ran) / (now - started))
            started, ran = now, count
        return buckets

    def stop(self):
        """Ends the enqueueing, lets what was enqueued run, then ends the worker."""
        self.load.stop()
        if not wait_until(lambda: self.worker.stamped >= self.load.sent, 120, [self.worker]):
            raise RuntimeError(f"{self.worker.stamped} of {self.load.sent} jobs ran within two minutes of the last one")
        self.worker.stop()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.load.kill()
        self.worker.kill()
