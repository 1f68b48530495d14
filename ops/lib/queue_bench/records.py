"""What was measured: a JSON line each, and kept for the report."""

import datetime
import json


class Records:
    def __init__(self, bench, machine, path=None):
        self.bench, self.machine = bench, machine
        self.kept = {}  # (what, participant) → values in the order of the rounds
        self.file = open(path, "a", encoding="utf-8") if path else None

    def add(self, what, participant, round_number, values, settings=None):
        self.kept.setdefault((what, participant), []).append(values)
        if self.file:
            line = {
                "bench": self.bench, "at": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
                "what": what, "participant": participant, "round": round_number, **values,
                "participant_settings": settings or {}, "machine": self.machine}
            self.file.write(json.dumps(line, sort_keys=True) + "\n")
            self.file.flush()

    def values(self, what, participant, name):
        return [values[name] for values in self.kept.get((what, participant), []) if values.get(name) is not None]

    def participants(self, what):
        return [participant for found, participant in self.kept if found == what]

    def whats(self):
        return list(dict.fromkeys(what for what, _ in self.kept))
