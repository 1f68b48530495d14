"""Compares with cronsim, and with croniter in UTC, and says which rule of the library's own a difference comes from.

A difference is explained when the oracle, given that rule, finds the library's slots; one class says instead where the
slots must lie that only one side has. Whatever is left is unexplained."""

import datetime
import re

import croniter
import cronsim

from .expression import MONTHS, WEEKDAYS, Expression, day_of_month_rule
from .localtime import UTC, slots

COMPARED = 30
UNSUPPORTED_BY_CRONSIM = re.compile(r"\d+W|L-")


def cronsim_slots(expression, zone, start, count):
    moment = datetime.datetime.fromtimestamp(start, zone.info)
    found = []
    # It forgets which of two equal local times it starts at, and may then begin before the start.
    for steps, slot in enumerate(cronsim.CronSim(" ".join(expression.fields), moment)):
        instant = int(slot.timestamp())
        if instant > start:
            found.append(instant)
        if len(found) == count or steps > count + 2000:
            break
    return found


def with_one_value_ranges(expression, meaning):
    """The expression with ranges of one value, `3-3` and `3-3/5`, written otherwise."""
    def rewritten(item):
        parts = re.fullmatch(r"(\w+)-(\w+)(/\d+)?", item)
        return meaning(parts[1], parts[3] or "") if parts and number(parts[1]) == number(parts[2]) else item

    def number(text):
        return MONTHS.index(text) + 1 if text in MONTHS else WEEKDAYS.index(text) if text in WEEKDAYS else int(text)

    return Expression(" ".join(",".join(map(rewritten, field.split(","))) for field in expression.fields))


def compare_cronsim(request, expression, zone, transitions, found):
    """The class of the comparison, and whether it is explained."""
    start, count = request.start, min(request.count, COMPARED)
    try:
        theirs = cronsim_slots(expression, zone, start, count)
    except cronsim.CronSimError:
        if UNSUPPORTED_BY_CRONSIM.search(expression.fields[2]):
            return "not supported by cronsim: 15W, L-3", True
        return "refused by both: impossible", expression.never_fires()
    if theirs == found[:count]:
        return "agrees", True
    if theirs and len(theirs) < count and theirs == found[:len(theirs)]:
        return "agrees up to the 50 years that cronsim looks ahead", found[len(theirs)] - theirs[-1] > 49 * 365 * 86400

    minute, hour = expression.fields[:2]
    wild = minute.startswith("*") or hour.startswith("*")
    own = "shift", "first"
    widened = with_one_value_ranges(
        expression, lambda value, step: value + step if step else f"{value}-{value}")
    for rule, variant, rules, rhythm in [
        ("cronsim knows no rules but shift and first", expression, own, expression.every_hour),
        ("cronsim keeps the rhythm of each minute or hour field that starts with *", expression, own, wild),
        ("cronsim reads 3-3/5 as 3/5", widened, own, wild),
    ]:
        expected, horizon = slots(variant, zone, start, count, *rules, rhythm)
        if [slot for slot in theirs if horizon is None or slot <= horizon] == expected:
            return rule, True
        if wild and only_after(odd_transition(zone), zone, transitions, theirs, expected):
            return "cronsim steps by hours: wrong on a day that lost its midnight or moved by part of an hour", True
    return "unexplained", False


def odd_transition(zone):
    """Whether a transition moves the clock by a part of an hour, or leaves a midnight out."""
    def is_odd(instant):
        before, after = zone.local(instant - 60) + datetime.timedelta(minutes=1), zone.local(instant)
        gap = after > before
        midnight = before.replace(hour=0, minute=0)
        if midnight < before:
            midnight += datetime.timedelta(days=1)
        return (after - before).total_seconds() % 3600 != 0 or gap and midnight < after

    return is_odd


def only_after(is_odd, zone, transitions, ours, theirs):
    """Whether each slot that only one side has lies on the local day of such a transition.

    The step that leaves that day can land in the middle of the next one's first hour."""
    if not ours or not theirs:
        return False
    end = min(ours[-1], theirs[-1])
    differing = {slot for slot in set(ours) ^ set(theirs) if slot <= end}
    days = {zone.local(instant).date() for instant in transitions if is_odd(instant)}
    hour = datetime.timedelta(hours=1)
    return bool(differing) and all(
        {zone.local(slot).date(), (zone.local(slot) - hour).date()} & days for slot in differing)


def compare_croniter(request, expression, zone, found):
    """The same for croniter, which is asked for one 15W in UTC."""
    moment = datetime.datetime.fromtimestamp(request.start, UTC)
    iterator = croniter.croniter(request.cron, moment)
    theirs = []
    try:
        while len(theirs) < request.count:
            theirs.append(int(iterator.get_next(datetime.datetime).timestamp()))
    except croniter.CroniterBadDateError:
        pass  # it has looked for 50 years
    if theirs == found:
        return "agrees", True
    whole = with_one_value_ranges(expression, lambda _, step: "*" + step)
    for rule, variant in [
        ("croniter reads 3-3 as *", whole),
        ("croniter takes 31W to the last day of a shorter month", within_month(expression)),
        ("croniter: both of these", within_month(whole)),
    ]:
        expected, horizon = slots(variant, zone, request.start, request.count, "shift", "first")
        if [slot for slot in theirs if horizon is None or slot <= horizon] == expected:
            return rule, True
    return "unexplained", False


def within_month(expression):
    """The expression with its `31W` taken to the last day of months that are shorter."""
    target = int(expression.fields[2][:-1])
    variant = Expression(" ".join(expression.fields))
    variant.by_date = [
        lambda day, length, first: day_of_month_rule(f"{min(target, length)}W")(day, length, first)
    ]
    return variant
