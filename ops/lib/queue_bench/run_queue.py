"""ops/bench/queue: Millrace, other libraries and the floor, alternating round by round."""

import argparse
import signal
import sys
import time

from . import machine, measure_drain, measure_enqueue, measure_latency, measure_worker, report
from .floor import NAME as FLOOR
from .floor import Floor
from .participant import OURS, Participant
from .peers import PEERS
from .records import Records
from .server import Server

WHATS = ("enqueue", "single", "drain1", "drain2", "latency", "busy", "slots", "idle")


def options():
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", type=int, required=True)
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--only", default=",".join(WHATS))
    parser.add_argument("--peers", default="")
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=PROGRAM")
    parser.add_argument("--set", action="append", default=[], metavar="PEER.NAME=VALUE")
    parser.add_argument("--slots", type=int, required=True)
    parser.add_argument("--json")
    parser.add_argument("--program", required=True, help="our own")
    parser.add_argument("--python", default="", help="that of the peers")
    parser.add_argument("--logs", required=True)
    asked = parser.parse_args()
    asked.only = [what for what in asked.only.split(",") if what]
    for what in asked.only:
        if what not in WHATS:
            parser.error(f"--only {what}: known are {', '.join(WHATS)}")
    return asked


def settings(peer, given):
    """Other values of a peer's settings, for its program."""
    return [part for each in given if each.startswith(f"{peer}.") for part in ("--set", each.removeprefix(f"{peer}."))]


class QueueBench:
    def __init__(self, asked):
        self.asked, self.server = asked, Server()
        self.records = Records("queue", machine.facts(self.server), asked.json)
        worker = ("--slots", str(asked.slots))
        self.ours = Participant(OURS, [asked.program], self.server, asked.logs,
                                options={"drain": worker, "latency": worker})
        self.participants = [self.ours]
        for name in filter(None, asked.peers.split(",")):
            self.participants.append(Participant(
                name, [asked.python, "-m", f"queue_bench.peers.{PEERS[name].module}", *settings(name, asked.set)],
                self.server, asked.logs, share=PEERS[name].share))
        for given in asked.peer:
            name, _, program = given.partition("=")
            self.participants.append(Participant(name, [program], self.server, asked.logs))
        self.floor = None
        # A fifth of the jobs is plenty where a round trip is paid for each.
        self.single_jobs = max(100, min(3000, asked.jobs // 5))
        self.latency_jobs = max(20, min(400, asked.jobs // 100))
        self.seconds = max(3, min(15, asked.jobs // 5000))

    def run(self):
        print(machine.described(self.records.machine))
        for participant in self.participants:
            participant.prepare()
            facts = participant.facts
            part = "" if participant.share == 1 else f", {participant.jobs(self.asked.jobs)} jobs in bulk and drain"
            print(f"\n{participant.name} {facts.get('version', '')}: keeps {facts.get('keeps', 'nothing')}{part}")
            for what, setting in facts.get("settings", {}).items():
                print(f"  {what}: {setting}")
        self.floor = Floor(self.server, self.ours.template, self.asked.logs)
        self.floor.prepare()
        print(f"\n{FLOOR}: bare SQL; keeps {self.floor.facts['keeps']}")
        for what, setting in self.floor.facts["settings"].items():
            print(f"  {what}: {setting}")
        print(flush=True)
        for number in range(1, self.asked.rounds + 1):
            for what in self.asked.only:
                self.measure(what, number)
        for line in report.lines(self.records):
            print(line)

    def measure(self, what, number):
        """One round of one measurement: each participant once, in an order that moves on by one each round."""
        takers = list(self.participants)
        if what == "busy":
            takers = [taker for taker in takers if taker.share == 1]  # Millrace, PgQueuer, and who is given with --peer
        elif what in ("slots", "idle"):
            takers = [self.ours]
        if what in ("enqueue", "drain1", "drain2"):
            takers.append(self.floor)
        shift = (number - 1) % len(takers)
        for taker in takers[shift:] + takers[:shift]:
            if taker is self.floor:
                self.record(what, FLOOR, number, self.floor.facts, self.of_floor(what))
            elif what == "busy":
                peak = measure_latency.peak(taker, self.seconds, 20 * self.asked.slots)
                self.record("peak", taker.name, number, taker.facts, peak)
                self.record(what, taker.name, number, taker.facts,
                            measure_latency.busy(taker, peak["per_second"], 0.5, self.seconds))
            else:
                self.record(what, taker.name, number, taker.facts, self.of_participant(what, taker))

    def of_participant(self, what, taker):
        match what:
            case "enqueue":
                return measure_enqueue.bulk(taker, self.asked.jobs)
            case "single":
                return measure_enqueue.single(taker, self.single_jobs)
            case "drain1" | "drain2":
                return measure_drain.drain(taker, int(what[-1]), self.asked.jobs)
            case "latency":
                return measure_latency.idle(taker, 20, self.latency_jobs)
            case "slots":
                return measure_worker.slots(taker, 20)
            case "idle":
                return measure_worker.idle(taker, 30)

    def of_floor(self, what):
        if what == "enqueue":
            return self.floor.enqueue(self.asked.jobs)
        return self.floor.drain(int(what[-1]), self.asked.jobs)

    def record(self, what, name, number, facts, values):
        self.records.add(what, name, number, values, facts.get("settings"))
        _, figures = report.TABLES[what]
        shown = ", ".join(f"{heading} {form.format(values[figure])}" for figure, heading, form, _ in figures
                          if values.get(figure) is not None)
        warning = ""
        if values.get("kept") is not None and values["kept"] != values["jobs"]:
            warning = f"  (keeps {values['kept']} of {values['jobs']})"
        if values.get("rate") and values["sent_per_second"] < 0.95 * values["rate"]:
            warning = f"  (not at the wanted {values['rate']:.0f} jobs/s)"
        print(f"{time.strftime('%H:%M:%S')}  round {number}  {what:8} {name:14} {shown}{warning}", flush=True)


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        QueueBench(options()).run()
    except RuntimeError as problem:
        sys.exit(f"ops/bench/queue: {problem}")


if __name__ == "__main__":
    main()
