"""One comparison: the program against the oracle and a library, with counts by class and what was wrong."""

import datetime
import re

from . import generate, libraries, localtime
from .expression import Expression

KINDS = {kind: re.compile(form, re.IGNORECASE) for kind, form in {
    "L": r"\bL\b(?!-)", "L-3": r"\bL-\d+\b", "15W": r"[ ,]\d+W", "LW": "LW", "L-3W": r"L-\d+W",
    "5L": r"\dL", "5#2": "#", "name": r"(?<!@)\b[A-Z]{3}\b", "step": "/", "range": r"\w-\w", "list": ",", "@macro": "@",
    "both days restricted": r"^\S+ \S+ [^* ]\S* \S+ [^*]",
}.items()}


class Check:
    """What the processes share."""

    def __init__(self, seed, program):
        self.seed, self.program = seed, program
        self.zones = {name: localtime.Zone(name) for name in [*generate.ZONES, "UTC"]}
        self.transitions = {
            name: self.zones[name].transitions(generate.FIRST_YEAR.get(name, generate.YEARS[0]), generate.YEARS[1])
            for name in generate.ZONES
        }

    def random_request(self, index):
        return generate.request(self.seed, index, self.zones, self.transitions)

    def compare(self, index):
        """Counts of one request, by heading and class, and what was wrong."""
        request = self.random_request(index)
        zone, expression = self.zones[request.zone], Expression(request.cron)
        outcome, found, problem = self.against_oracle(request, zone, expression)
        counts = [("oracle", outcome), ("zone", zone.name), ("rules", f"{request.gap}, {request.fold}"),
                  ("transitions", self.role_of_transitions(request, zone, expression, found))]
        counts += [("kinds of syntax", kind) for kind, form in KINDS.items() if form.search(request.cron)]
        problems = [problem] if problem else []
        if found or expression.never_fires():
            outcome, explained = libraries.compare_cronsim(
                request, expression, zone, self.transitions[zone.name], found)
            counts.append(("cronsim", outcome))
            if not explained:
                problems.append(f"cronsim: {outcome}: {self.spelled(request)}")
        else:
            counts.append(("cronsim", "not asked: no slot with skip, or a problem above"))
        return counts, problems

    def against_oracle(self, request, zone, expression):
        """The class, the program's slots, and what was wrong."""
        code, answer, message = self.program.ask(*self.arguments(request))
        expected, horizon = localtime.slots(
            expression, zone, request.start, request.count, request.gap, request.fold)
        found = [instant for instant, _ in answer]
        if not expected and expression.never_fires():
            if code != 0 and "never fires" in message:
                return "impossible, refused", [], None
            return "unexplained", [], f"impossible and not refused: {self.spelled(request)}\n    {message}"
        if code != 0:
            return "unexplained", [], f"refused: {self.spelled(request)}\n    {message}"
        for instant, offset in answer:
            if zone.offset(instant) != offset:
                return "unexplained", found, f"{instant} has another offset: {self.spelled(request)}"
        if [slot for slot in found if horizon is None or slot <= horizon] == expected:
            return ("agrees" if horizon is None else "agrees, as far as 45 years"), found, None
        first = next(n for n in range(len(found) + 1) if found[:n + 1] != expected[:n + 1])
        return "unexplained", found, (
            f"number {request.index}: {self.spelled(request)}\n    from slot {first + 1} on it finds "
            f"{self.texts(zone, found[first:])}\n    and the oracle {self.texts(zone, expected[first:])}")

    def role_of_transitions(self, request, zone, expression, found):
        """Whether a run that found no difference could have found one."""
        if found and not any(request.start < t <= found[-1] for t in self.transitions[zone.name]):
            return "none passed"
        ways = {tuple(localtime.slots(expression, zone, request.start, request.count, gap, fold, rhythm)[0])
                for gap in ("shift", "skip") for fold in ("first", "both") for rhythm in (True, False)}
        return "passed, and the rules matter" if len(ways) > 1 else "passed, and all rules give the same slots"

    def compare_nearest_weekday(self, index):
        request = generate.nearest_weekday(self.seed, index)
        expression = Expression(request.cron)
        outcome, found, problem = self.against_oracle(request, self.zones["UTC"], expression)
        counts, problems = [("oracle, 15W in UTC", outcome)], [problem] if problem else []
        if found or expression.never_fires():
            outcome, explained = libraries.compare_croniter(request, expression, self.zones["UTC"], found)
            counts.append(("croniter", outcome))
            if not explained:
                problems.append(f"croniter: {outcome}: {self.spelled(request)}")
        return counts, problems

    def compare_refusal(self, index):
        malformed = index < len(generate.MALFORMED)
        text, named = (generate.MALFORMED + [(text, "never fires") for text in generate.IMPOSSIBLE])[index]
        code, _, message = self.program.ask(text, "UTC", 0, 1)
        is_right = code != 0 and named in message and (malformed or Expression(text).never_fires())
        heading = "malformed expressions" if malformed else "impossible expressions"
        if is_right:
            return [(heading, "refused")], []
        return [(heading, "unexplained")], [f"\"{text}\" is not refused naming \"{named}\": {message}"]

    @staticmethod
    def arguments(request):
        return request.cron, request.zone, request.start, request.count, request.gap, request.fold

    def spelled(self, request):
        return self.program.spelled(*self.arguments(request))

    @staticmethod
    def texts(zone, instants):
        times = [datetime.datetime.fromtimestamp(instant, zone.info).isoformat() for instant in instants[:3]]
        return ", ".join(times) or "none"
