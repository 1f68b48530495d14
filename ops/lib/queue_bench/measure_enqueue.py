"""Enqueueing: many jobs with a call, and one at a time."""

from .cost import Cost


def bulk(participant, jobs):
    return measure(participant, "enqueue", participant.jobs(jobs))


def single(participant, jobs):
    return measure(participant, "enqueue-single", jobs)


def measure(participant, what, jobs):
    participant.fresh()
    participant.server.query("postgres", "CHECKPOINT")
    with participant.start(what, "--jobs", str(jobs)) as program:
        cost = Cost(participant.server, [program])
        program.go()
        result = program.wait_for_result(3600)
        values = cost.end(jobs, result["seconds"])
        program.stop()
    return values
