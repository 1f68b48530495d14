"""Runs Analytics and its peers in turn, and prints medians, ranges and ratios; called by ops/bench/cluster."""

import argparse
import datetime
import json
import os
import platform
import statistics
import subprocess


def machine():
    model = ""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as info:
            model = next((line.split(":", 1)[1].strip() for line in info if line.startswith("model name")), "")
    except OSError:
        pass
    return {"processor": model or platform.machine(), "processors": os.cpu_count(), "kernel": platform.release()}


def run(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def shown(values):
    if not values:
        return "–"
    return f"{statistics.median(values):,.2f} ({min(values):,.2f} – {max(values):,.2f})"


def measure(what, participants, runs, json_file):
    """participants: name → function of the round that gives a command."""
    lines = {name: [] for name in participants}
    names = list(participants)
    for number in range(1, runs + 1):
        # The one that begins moves on by one each round.
        shift = (number - 1) % len(names)
        for name in names[shift:] + names[:shift]:
            load = os.getloadavg()[0]
            figures = run(participants[name](number))
            lines[name].append(figures)
            if json_file:
                line = {
                    "bench": "cluster", "what": what, "participant": name, "round": number, **figures, "load": load,
                    "machine": machine(), "at": datetime.datetime.now(datetime.timezone.utc).isoformat(),
                }
                with open(json_file, "a", encoding="utf-8") as file:
                    file.write(json.dumps(line) + "\n")
        print(f"    {what}: round {number} of {runs}, load {os.getloadavg()[0]:.1f}", flush=True)
    return lines


def ratios(ours, theirs, key):
    return [other[key] / own[key] for own, other in zip(ours, theirs)]


def print_table(lines, extra):
    ours = lines["Analytics"]
    keys = [title for title, _ in extra]
    print(f"| | seconds | {' | '.join(keys)} | ratio of seconds | of processor time | peak MB |")
    print("|---" * (len(keys) + 5) + "|")
    for name, figures in lines.items():
        columns = [shown([figure["seconds"] for figure in figures])]
        columns += [text(figures) for _, text in extra]
        if name == "Analytics":
            columns += ["1", "1"]
        else:
            columns += [shown(ratios(ours, figures, key)) for key in ("seconds", "processor_seconds")]
        columns.append(f"{max(figure['peak_bytes'] for figure in figures) / 1e6:.0f}")
        print(f"| {name} | {' | '.join(columns)} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ours", required=True)
    parser.add_argument("--python", required=True)
    parser.add_argument("--peer", required=True)
    parser.add_argument("--home", required=True)
    parser.add_argument("--runs", type=int, required=True)
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--clusters", type=int, required=True)
    parser.add_argument("--ward-rows", type=int, required=True)
    parser.add_argument("--only", default="")
    parser.add_argument("--skip", default="")
    parser.add_argument("--json", default="")
    options = parser.parse_args()
    skipped = set(options.skip.split(",")) - {""}

    def peer(name, *more):
        return [options.python, options.peer, name, *more]

    def points(rows):
        path = f"{options.home}/points-{rows}.f32"
        if not os.path.exists(path):
            subprocess.run(peer("generate", "--points", f"{path}.new", "--rows", str(rows)), check=True)
            os.replace(f"{path}.new", path)
        return path

    if options.only != "ward":
        common = ["--points", points(options.rows), "--clusters", str(options.clusters)]
        participants = {"Analytics": lambda n: [options.ours, "kmeans", *common, "--seed", str(n)]}
        for name in ("scikit-learn", "faiss"):
            if name not in skipped:
                participants[name] = lambda n, name=name: peer(name, *common, "--seed", str(n))
        lines = measure("kmeans", participants, options.runs, options.json)
        best = [figure["inertia"] for figure in lines["Analytics"]]

        def start(figures):
            return shown([figure["start_seconds"] for figure in figures if "start_seconds" in figure])

        def iterations(figures):
            return shown([figure["iteration_seconds"] for figure in figures if "iteration_seconds" in figure])

        def worse(figures):
            middle = statistics.median(figure["inertia"] for figure in figures) / statistics.median(best) - 1
            return f"{100 * middle:+.2f} %"

        print(f"\nK-Means, {options.rows:,} × 16, k = {options.clusters}, start and 20 iterations, two threads\n")
        print_table(lines, [("start", start), ("iterations", iterations), ("median inertia to ours", worse)])
    if options.only != "kmeans":
        common = ["--points", points(options.ward_rows)]
        participants = {"Analytics": lambda n: [options.ours, "ward", *common]}
        for name in ("fastcluster", "scipy"):
            if name not in skipped:
                participants[name] = lambda n, name=name: peer(name, *common)
        lines = measure("ward", participants, options.runs, options.json)
        height = lines["Analytics"][0]["height_sum"]

        def difference(figures):
            return f"{abs(figures[0]['height_sum'] / height - 1):.0e}"

        print(f"\nWard, {options.ward_rows:,} × 16\n")
        print_table(lines, [("heights differ by", difference)])


main()
