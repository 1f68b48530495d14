"""Medians with their ranges, and ratios of Millrace to the others, round by round."""

import statistics

from .participant import OURS

# name of a measurement → title, and its figures: (name, heading, format, whether Millrace is compared by it)
RATE = ("per_second", "jobs/s", "{:.0f}", True)
COSTS = [("client_cpu_s_per_1000", "client CPU s/1000", "{:.3f}", False),
         ("server_cpu_s_per_1000", "server CPU s/1000", "{:.3f}", False),
         ("wal_bytes_per_job", "WAL bytes/job", "{:.0f}", False)]
P50, P99 = ("p50_ms", "p50 ms", "{:.2f}", True), ("p99_ms", "p99 ms", "{:.2f}", True)
TABLES = {
    "enqueue": ("Bulk enqueue", [RATE, *COSTS]),
    "single": ("Single enqueue, a transaction each", [RATE, *COSTS]),
    "drain1": ("Drain, one worker process", [RATE, *COSTS]),
    "drain2": ("Drain, two worker processes", [RATE, *COSTS]),
    "latency": ("Pick-up at 20 jobs/s; less is better", [P50, P99, ("max_ms", "max ms", "{:.2f}", False)]),
    "peak": ("Enqueue and drain at the same time, one worker process", [RATE]),
    "busy": ("Pick-up at half of each one's own peak; less is better",
             [P50, P99, ("max_ms", "max ms", "{:.2f}", False), ("sent_per_second", "jobs/s", "{:.0f}", False)]),
    "slots": ("Jobs of 1 s, 1,000 slots in one process",
              [("slots_in_use", "slots in use", "{:.3f}", False), ("resident_mb", "resident MB", "{:.0f}", False)]),
    "idle": ("One worker without jobs",
             [("queries_per_second", "queries/s", "{:.2f}", False), ("cpu_percent", "CPU % of a core", "{:.2f}", False),
              ("server_cpu_percent", "server CPU %", "{:.2f}", False)]),
}


def spread(values, form):
    """Median and range."""
    text = form.format(statistics.median(values))
    if len(values) == 1:
        return text
    return f"{text} ({form.format(min(values))}–{form.format(max(values))})"


def ratios(records, what, name, other):
    """Millrace to another participant, each round by itself: what slows a round down slows both."""
    ours = records.values(what, OURS, name)
    theirs = records.values(what, other, name)
    return [a / b for a, b in zip(ours, theirs) if b]


def lines(records):
    for what in records.whats():
        title, figures = TABLES[what]
        yield ""
        yield f"{title}"
        rows = [["", *(heading for _, heading, _, _ in figures)]]
        for participant in records.participants(what):
            rows.append([participant, *(
                spread(values, form) if (values := records.values(what, participant, name)) else "–"
                for name, _, form, _ in figures)])
        yield from table(rows)
        for name, heading, _, compared in figures:
            if not compared or not records.values(what, OURS, name):
                continue
            found = [(other, ratios(records, what, name, other))
                     for other in records.participants(what) if other != OURS]
            shown = ", ".join(f"{other} {spread(values, '{:.2f}')}" for other, values in found if values)
            if shown:
                yield f"  millrace / … by {heading}: {shown}"


def table(rows):
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    for row in rows:
        yield "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip()
