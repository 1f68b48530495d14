"""Medians, ranges and ratios of the figures that ops/bench/recommend collects."""

import json
import pathlib
import statistics
import sys

ROWS = [
    ("ALS, 3 steps of CG, f = 64", "cg-64", "seconds"),
    ("ALS, 3 steps of CG, f = 128", "cg-128", "seconds"),
    ("ALS, Cholesky, f = 64", "cholesky-64", "seconds"),
    ("ALS, Cholesky, f = 128", "cholesky-128", "seconds"),
    ("Top 20 of all items, f = 64", "top-64", "users_per_second"),
]


def figures(folder, who, name):
    lines = (folder / f"{who}-{name}").read_text().splitlines()
    return [json.loads(line) for line in lines]


def shown(values):
    middle = statistics.median(values)
    digits = 0 if middle > 100 else 2
    return f"{middle:,.{digits}f} ({min(values):,.{digits}f} – {max(values):,.{digits}f})"


def cost(figure):
    """Processor seconds for each iteration or user."""
    return figure["processor_seconds"] / figure.get("users", 1)


def main():
    folder = pathlib.Path(sys.argv[1])
    print("| what | implicit | Analytics | ratio | ratio of processor time | peak MB |")
    print("|---|---|---|---|---|---|")
    for title, name, key in ROWS:
        sides = {}
        for who in ("peer", "ours"):
            lines = figures(folder, who, name)
            measured = [line for line in lines if key in line]
            sides[who] = (
                [line[key] for line in measured],
                statistics.median(cost(line) for line in measured),
                max(line["peak_bytes"] for line in lines if "peak_bytes" in line) / 1e6,
            )
        peer, ours = sides["peer"], sides["ours"]
        ratio = statistics.median(peer[0]) / statistics.median(ours[0])
        if key != "seconds":
            ratio = 1 / ratio
        unit = "s per iteration" if key == "seconds" else "users/s"
        print(
            f"| {title}, {unit} | {shown(peer[0])} | {shown(ours[0])} | {ratio:.1f} × | {peer[1] / ours[1]:.1f} × | "
            f"{peer[2]:.0f} and {ours[2]:.0f} |"
        )


main()
