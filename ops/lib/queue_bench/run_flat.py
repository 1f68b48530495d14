"""ops/bench/flat: throughput over minutes, with and without what slows other queues down."""

import argparse
import signal
import statistics
import sys
import time

from . import machine
from .participant import OURS, Participant
from .records import Records
from .report import table
from .server import Server
from .traffic import BUCKET_SECONDS, Traffic
from .variants import VARIANTS

WARM_UP_SECONDS = 10
MINUTE = 60 // BUCKET_SECONDS


def options():
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--only", required=True)
    parser.add_argument("--scale", type=float, required=True)
    parser.add_argument("--slots", type=int, required=True)
    parser.add_argument("--json")
    parser.add_argument("--program", required=True)
    parser.add_argument("--logs", required=True)
    asked = parser.parse_args()
    asked.only = [name for name in asked.only.split(",") if name]
    for name in asked.only:
        if name not in VARIANTS:
            parser.error(f"--only {name}: known are {', '.join(VARIANTS)}")
    return asked


class FlatBench:
    def __init__(self, asked):
        self.asked, self.server = asked, Server()
        self.records = Records("flat", machine.facts(self.server), asked.json)
        self.ours = Participant(OURS, [asked.program], self.server, asked.logs,
                                options={"drain": ("--slots", str(asked.slots))})
        self.seconds = asked.minutes * 60
        self.clean_seconds = min(120, self.seconds)
        self.rows = [["", "clean jobs/s", "its lowest minute", "median", "lowest minute", "median / clean",
                      "lowest / clean"]]

    def run(self):
        print(machine.described(self.records.machine))
        self.ours.prepare()
        for name in self.asked.only:
            self.measure(name, VARIANTS[name])
        print()
        for line in table(self.rows):
            print(line)

    def measure(self, name, variant):
        size = max(1, round(variant.size * self.asked.scale))
        title = variant.title.format(size=f"{size:,}")
        print(f"\n{name}: {title}", flush=True)
        self.ours.fresh()
        before = self.phase(name, "clean before", self.clean_seconds)
        with variant.prepare(self.ours, size, self.progress):
            during = self.phase(name, title, self.seconds, variant.load(size))
        self.ours.fresh()
        after = self.phase(name, "clean after", self.clean_seconds)

        clean = (statistics.median(before) + statistics.median(after)) / 2
        lowest_clean = min(lowest_minute(before), lowest_minute(after))
        median, lowest = statistics.median(during), lowest_minute(during)
        self.records.add(name, OURS, 1, {
            "clean_per_second": clean, "lowest_clean_minute_per_second": lowest_clean,
            "median_per_second": median, "lowest_minute_per_second": lowest, "median_to_clean": median / clean, "lowest_minute_to_clean": lowest / clean, "size": size,
            "bucket_seconds": BUCKET_SECONDS, "clean_before": before, "buckets": during, "clean_after": after})
        self.rows.append([f"{name}: {title}", f"{clean:.0f}", f"{lowest_clean:.0f}", f"{median:.0f}", f"{lowest:.0f}",
                          f"{median / clean:.2f}", f"{lowest / clean:.2f}"])
        print("  " + "   ".join(f"{head} {cell}" for head, cell in zip(self.rows[0][1:], self.rows[-1][1:])), flush=True)

    def phase(self, name, what, seconds, load=()):
        with Traffic(self.ours, 20 * self.asked.slots, load) as traffic:
            traffic.run(min(WARM_UP_SECONDS, seconds))
            buckets = traffic.run(seconds)
            traffic.stop()
        print(f"  {what}: median {statistics.median(buckets):.0f} jobs/s; each {BUCKET_SECONDS} s: "
              + " ".join(f"{bucket:.0f}" for bucket in buckets), flush=True)
        return buckets

    def progress(self, text):
        print(f"  {time.strftime('%H:%M:%S')}  {text}", flush=True)


def lowest_minute(buckets):
    """The mean of the lowest twelve buckets in a row; of all when there are fewer."""
    width = min(MINUTE, len(buckets))
    return min(statistics.mean(buckets[first:first + width]) for first in range(len(buckets) - width + 1))


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        FlatBench(options()).run()
    except RuntimeError as problem:
        sys.exit(f"ops/bench/flat: {problem}")


if __name__ == "__main__":
    main()
