"""Draining: jobs that are all ready before, run by one or more worker processes."""

import time

from .cost import Cost
from .program import wait_until


def drain(participant, processes, jobs):
    jobs = participant.jobs(jobs)
    database = participant.fresh()
    participant.fill(jobs)
    participant.server.settle(database)
    with participant.server.session(database) as watch:
        programs = []
        try:
            programs = [participant.start("drain", "--name", f"bench-{n + 1}") for n in range(processes)]
            cost = Cost(participant.server, programs)
            for program in programs:
                program.go()
            patience = 60 + jobs / 50

            # The programs say what they have run; only then is the database asked whether all of it is written.
            def ran():
                return sum(program.ran for program in programs) >= jobs

            if not wait_until(ran, patience, programs):
                raise RuntimeError(f"{participant.name}: {sum(p.ran for p in programs)} of {jobs} jobs ran "
                                   f"within {patience:.0f} s")
            if not wait_until(lambda: watch.query(participant.facts["left"]) == ["f"], 60, programs):
                raise RuntimeError(f"{participant.name}: all jobs ran, but not all are finished after a minute")
            values = cost.end(jobs, time.monotonic() - cost.start)
            for program in programs:
                program.stop()
        finally:
            for program in programs:
                program.kill()
        values["ran"] = sum(program.ran for program in programs)
        if participant.facts.get("kept"):
            values["kept"] = int(watch.query(participant.facts["kept"])[0])
    return values
