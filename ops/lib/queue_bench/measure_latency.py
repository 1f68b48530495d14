"""Pick-up: from just before the call that enqueues a job to the first line of its function."""

import time

from .program import wait_until

WARM_UP = 20


def idle(participant, rate, jobs):
    """At a low rate, when the worker has nothing else to do."""
    participant.fresh()
    return picked_up(participant, rate, 1, jobs, warm_up=WARM_UP)


def busy(participant, peak, share, seconds):
    """At a share of the peak, sent in calls a hundredth of a second apart."""
    rate = peak * share
    batch = max(1, round(rate / 100))
    participant.fresh()
    values = picked_up(participant, rate, batch, round(rate * seconds), warm_up=round(rate))
    return {**values, "rate": rate, "peak": peak, "batch": batch}


def picked_up(participant, rate, batch, jobs, warm_up):
    with participant.start("latency") as worker, participant.start(
            "load", "--rate", str(rate), "--batch", str(batch), "--jobs", str(jobs + warm_up),
            "--warm-up", str(warm_up)) as load:
        worker.go()
        time.sleep(2)  # it settles
        load.go()
        sent = load.wait_for_result(60 + 3 * (jobs + warm_up) / rate)
        load.stop()
        if not wait_until(lambda: worker.ran >= sent["jobs"], 60, [worker]):
            raise RuntimeError(f"{participant.name}: {worker.ran} of {sent['jobs']} jobs ran within a minute")
        times = worker.stop()
    return {**times, "sent_per_second": sent["jobs"] / sent["seconds"], "latest_call_ms": sent["latest_ms"]}


def peak(participant, seconds, bound):
    """The rate at which jobs go through when they are enqueued and run at the same time, with a bounded backlog."""
    participant.fresh()
    batch = participant.facts.get("batch", 1000)
    with participant.start("drain") as worker, participant.start("load", "--batch", str(batch)) as load:
        worker.go()
        load.go()
        flow = Flow(worker, load, bound)
        flow.run(3)
        before, start = worker.ran, time.monotonic()
        flow.run(seconds)
        rate = (worker.ran - before) / (time.monotonic() - start)
        load.stop()
        worker.stop()
    return {"per_second": rate, "batch": batch, "backlog_bound": bound}


class Flow:
    """Lets a load send as much as the workers have run, and a bounded number more."""

    def __init__(self, worker, load, bound):
        self.worker, self.load, self.bound = worker, load, bound

    def run(self, seconds):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.allow()
            time.sleep(0.01)

    def allow(self):
        self.worker.check()
        self.load.check()
        self.load.order(f"allow {self.worker.stamped + self.bound}")
