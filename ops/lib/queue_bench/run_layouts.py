"""ops/bench/layouts: the life of the same jobs as bare SQL in several layouts, alternating round by round."""

import argparse
import signal
import statistics
import sys

from . import machine
from .floor import Floor
from .other_layouts import InPlace, Whole
from .participant import OURS, Participant
from .records import Records
from .report import spread, table
from .server import Server

LAYOUTS = {"split": Floor, "whole": Whole, "in-place": InPlace}
FIGURES = [("per_second", "jobs/s", "{:.0f}"), ("server_cpu_s_per_1000", "server CPU s/1000", "{:.4f}"),
           ("wal_bytes_per_job", "WAL bytes/job", "{:.0f}")]


def measures(layout, jobs):
    yield "enqueue", lambda: layout.enqueue(jobs)
    yield "drain, one client", lambda: layout.drain(1, jobs)
    yield "drain, two clients", lambda: layout.drain(2, jobs)


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", type=int, required=True)
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--json")
    parser.add_argument("--program", required=True)
    parser.add_argument("--logs", required=True)
    asked = parser.parse_args()
    server = Server()
    records = Records("layouts", machine.facts(server), asked.json)
    print(machine.described(records.machine), flush=True)
    ours = Participant(OURS, [asked.program], server, asked.logs)
    ours.prepare()
    layouts = {name: kind(server, ours.template, asked.logs, f"layout_{name.replace('-', '_')}")
               for name, kind in LAYOUTS.items()}
    for layout in layouts.values():
        layout.prepare()
    kept = {}
    for number in range(asked.rounds):
        names = list(layouts)
        for name in names[number % len(names):] + names[:number % len(names)]:
            for what, measured in measures(layouts[name], asked.jobs):
                values = measured()
                records.add(what, name, number + 1, values)
                kept.setdefault((what, name), []).append(values)
                print(f"  round {number + 1}, {name}, {what}: {values['per_second']:.0f} jobs/s", flush=True)
    for what in dict.fromkeys(what for what, _ in kept):
        print(f"\n{what}")
        rows = [["", *(heading for _, heading, _ in FIGURES), "split / this"]]
        for name in layouts:
            pairs = zip(kept[what, "split"], kept[what, name])
            ratio = statistics.median(ours["per_second"] / other["per_second"] for ours, other in pairs)
            rows.append([name, *(spread([values[key] for values in kept[what, name]], form) for key, _, form in FIGURES),
                         f"{ratio:.2f}"])
        for line in table(rows):
            print(line)


if __name__ == "__main__":
    try:
        main()
    except RuntimeError as problem:
        sys.exit(f"ops/bench/layouts: {problem}")
