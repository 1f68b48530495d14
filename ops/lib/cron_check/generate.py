"""Random requests: expressions that like to fire near a transition of their zone, and starts shortly before it."""

import dataclasses
import datetime
import random

from .expression import MONTHS, WEEKDAYS

ZONES = [
    "Australia/Lord_Howe", "Atlantic/Azores", "Africa/Casablanca", "Pacific/Apia", "America/New_York", "Europe/Berlin",
    "Asia/Shanghai", "America/Sao_Paulo", "Asia/Kolkata", "Antarctica/Troll",
]
MACROS = ["@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually", "@Daily"]

# Offsets are whole minutes from here on. The last years lie beyond the listed transitions, where a rule goes on.
FIRST_YEAR = {"Asia/Kolkata": 1941}
YEARS = (1970, 2060)

# Not an expression, and the field that the refusal must name ("" for the expression as a whole).
MALFORMED = [
    ("60 * * * *", "minute"), ("*/0 * * * *", "minute"), ("5-1 * * * *", "minute"), ("-1 * * * *", "minute"),
    ("1.5 * * * *", "minute"), ("1,,2 * * * *", "minute"), ("L * * * *", "minute"), ("5W * * * *", "minute"),
    ("0 24 * * *", "hour"), ("0 1#2 * * *", "hour"), ("0 8-25 * * *", "hour"), ("0 MON * * *", "hour"),
    ("0 0 0 * *", "day of month"), ("0 0 32 * *", "day of month"), ("0 0 32W * *", "day of month"),
    ("0 0 0W * *", "day of month"), ("0 0 L-0 * *", "day of month"), ("0 0 L-31 * *", "day of month"),
    ("0 0 1-5W * *", "day of month"), ("0 0 5#2 * *", "day of month"), ("0 0 */32 * *", "day of month"),
    ("0 0 W * *", "day of month"), ("0 0 * 0 *", "month"), ("0 0 * 13 *", "month"), ("0 0 * JANUARY *", "month"),
    ("0 0 * L *", "month"), ("0 0 * MON *", "month"), ("0 0 * * 8", "day of week"), ("0 0 * * 5#0", "day of week"),
    ("0 0 * * 5#6", "day of week"), ("0 0 * * #2", "day of week"), ("0 0 * * 5W", "day of week"),
    ("0 0 * * JAN", "day of week"), ("0 0 * * 8L", "day of week"), ("0 0 * *", ""), ("0 0 0 * * *", ""), ("", ""),
    ("@fortnightly", ""), ("@reboot", ""), ("daily", ""),
]

# Well-formed, and no year has such a day.
IMPOSSIBLE = [
    "0 0 31 2 *", "0 0 30 FEB *", "0 0 31 4,6,9,11 *", "0 0 31W 4 *", "0 0 30W 2 *", "0 0 L-30 4 *", "0 0 L-29 2 *",
    "0 0 */31 * 5#2", "0 0 L-29W 2 *",
]


@dataclasses.dataclass(frozen=True)
class Request:
    index: int
    cron: str
    zone: str
    start: int
    count: int
    gap: str
    fold: str


def request(seed, index, zones, transitions):
    """The request number `index` of a seed; it does not depend on the others."""
    rng = random.Random(f"{seed}/{index}")
    zone = zones[ZONES[index % len(ZONES)]]
    transition = rng.choice(transitions[zone.name])
    back = rng.choice([rng.randrange(-3 * 3600, 3 * 3600), rng.randrange(26 * 3600), rng.randrange(20 * 86400)])
    start = transition - back
    if rng.random() < 0.7:
        start -= start % 60
    count = rng.choice([5, 20, 60, 150])
    cron = expression(rng, zone, transition)
    return Request(index, cron, zone.name, start, count, rng.choice(["shift", "skip"]), rng.choice(["first", "both"]))


def expression(rng, zone, transition):
    if rng.random() < 0.02:
        return rng.choice(MACROS)
    local, aimed = aim(rng, zone, transition)
    minute = listed(rng, lambda: plain(rng, 0, 59, local.minute))
    hour = "*" if rng.random() < 0.2 else listed(rng, lambda: plain(rng, 0, 23, local.hour, nearness=aimed))
    free = 0.55 if aimed < 0.9 else 0.8
    day = "*" if rng.random() < free else listed(rng, lambda: day_of_month(rng, local))
    month = "*" if rng.random() < 0.7 else listed(rng, lambda: plain(rng, 1, 12, local.month, MONTHS, aimed))
    weekday = "*" if rng.random() < free else listed(rng, lambda: day_of_week(rng, local))
    text = " ".join([minute, hour, day, month, weekday])
    return text.lower() if rng.random() < 0.1 else text


def aim(rng, zone, transition):
    """A local time to name in the fields, and how often: usually one that the transition leaves out or repeats."""
    before, after = zone.local(transition - 60) + datetime.timedelta(minutes=1), zone.local(transition)
    if rng.random() < 0.6:
        return min(before, after) + (abs(after - before) * rng.random()), 0.95
    return zone.local(transition + rng.randrange(-150, 150) * 60), 0.6


def nearest_weekday(seed, index):
    """A request in UTC with one 15W, which croniter knows and cronsim does not."""
    rng = random.Random(f"{seed}/W/{index}")
    minute, hour = listed(rng, lambda: plain(rng, 0, 59, 0)), listed(rng, lambda: plain(rng, 0, 23, 0))
    month = rng.choice(["*", "*", listed(rng, lambda: plain(rng, 1, 12, 2, MONTHS))])
    cron = f"{minute} {hour} {rng.randint(1, 31)}W {month} *"
    return Request(index, cron, "UTC", rng.randrange(0, 2**31), rng.choice([5, 60]), "shift", "first")


def listed(rng, item):
    return ",".join(item() for _ in range(rng.choice([1, 1, 1, 2, 3])))


def plain(rng, low, high, near, names=None, nearness=0.4):
    """A value, a range, a step; often one that holds the value of the transition."""
    def text(value):
        return names[(value - low) % len(names)] if names and rng.random() < 0.3 else str(value)

    middle = near if rng.random() < nearness else rng.randint(low, high)
    first, last = rng.randint(low, middle), rng.randint(middle, high)
    step = min(rng.choice([1, 2, 3, 4, 5, 7, 10, 15, 20, 30, high]), high)
    # Sunday as 7 only as a number: the name would turn the range around.
    last_text = str(last) if last == high else text(last)
    return rng.choice([
        text(middle), text(middle), text(middle), f"{text(first)}-{last_text}", f"{text(first)}-{last_text}/{step}",
        f"*/{step}", f"{middle if middle == high else text(middle)}/{step}",
        "*" if rng.random() < 0.3 else text(middle),
    ])


def day_of_month(rng, local):
    day = local.day if rng.random() < 0.5 else rng.randint(1, 31)
    following = (local.replace(day=28) + datetime.timedelta(days=4)).replace(day=1)
    before_last = (following - local).days if rng.random() < 0.5 else rng.randint(1, 30)
    before_last = max(1, min(before_last, 30))
    return rng.choice([
        plain(rng, 1, 31, day), plain(rng, 1, 31, day), "L", "LW", f"{day}W", f"L-{before_last}", f"L-{before_last}W",
    ])


def day_of_week(rng, local):
    weekday = local.isoweekday() % 7 if rng.random() < 0.6 else rng.randint(0, 7)
    name = WEEKDAYS[weekday % 7] if rng.random() < 0.4 else str(weekday)
    nth = (local.day + 6) // 7 if rng.random() < 0.6 else rng.randint(1, 5)
    return rng.choice([
        plain(rng, 0, 7, weekday, WEEKDAYS), plain(rng, 0, 7, weekday, WEEKDAYS), f"{weekday}L", f"{name}#{nth}",
    ])
