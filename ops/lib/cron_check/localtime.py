"""The oracle's local times: each minute that matches is taken to its instants with zoneinfo, one by one."""

import datetime
import zoneinfo

UTC = datetime.timezone.utc
HORIZON_YEARS = 45


class Zone:
    def __init__(self, name):
        self.name = name
        self.info = UTC if name == "UTC" else zoneinfo.ZoneInfo(name)

    def local(self, instant):
        return datetime.datetime.fromtimestamp(instant, self.info).replace(tzinfo=None)

    def offset(self, instant):
        return int(datetime.datetime.fromtimestamp(instant, self.info).utcoffset().total_seconds())

    def instants(self, local):
        """The instants at which clocks show `local`, and those it would be by the offsets before and after."""
        both = [local.replace(tzinfo=self.info, fold=fold).utcoffset() for fold in (0, 1)]
        guesses = sorted({int((local - offset).replace(tzinfo=UTC).timestamp()) for offset in both})
        if len(guesses) == 1:
            return guesses, guesses
        return [guess for guess in guesses if self.local(guess) == local], guesses

    def after_gap(self, local, guesses):
        """The first minute whose local time lies beyond `local`, which no clock shows."""
        instant = guesses[0]
        while self.local(instant) < local:
            instant += 60
        return instant

    def transitions(self, first_year, last_year):
        """The instants at which the offset changes, found by looking four times a day and halving."""
        instant = int(datetime.datetime(first_year, 1, 1, tzinfo=UTC).timestamp())
        end = int(datetime.datetime(last_year, 1, 1, tzinfo=UTC).timestamp())
        found, step = [], 6 * 3600
        offset = self.offset(instant)
        while instant < end:
            following = self.offset(instant + step)
            if following != offset:
                low, high = instant, instant + step
                while high - low > 60:
                    middle = (low + high) // 120 * 60
                    low, high = (middle, high) if self.offset(middle) == offset else (low, middle)
                found.append(high)
            instant, offset = instant + step, following
        return found


def slots(expression, zone, start, count, gap, fold, keeps_rhythm=None):
    """The first `count` slots strictly after `start`, and the instant up to which was looked.

    An expression that keeps its rhythm fires in each real minute whose local time matches."""
    rhythm = expression.every_hour if keeps_rhythm is None else keeps_rhythm
    first = zone.local(start).date() - datetime.timedelta(days=2)
    year, month = first.year, first.month
    found, enough_after = set(), None
    while year <= first.year + HORIZON_YEARS:
        for day in expression.days(year, month):
            date = datetime.date(year, month, day)
            if date < first:
                continue
            if enough_after is not None and date > enough_after:
                return sorted(found)[:count], None
            for hour in expression.hours:
                for minute in expression.minutes:
                    local = datetime.datetime(year, month, day, hour, minute)
                    found.update(t for t in fire(zone, local, gap, fold, rhythm) if t > start)
            if len(found) >= count and enough_after is None:
                # Days can interleave where a fold crosses midnight, so look a little further before sorting.
                enough_after = zone.local(max(found)).date() + datetime.timedelta(days=1)
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    horizon = datetime.datetime(first.year + HORIZON_YEARS, 12, 30, tzinfo=UTC).timestamp()
    return sorted(t for t in found if t <= horizon)[:count], horizon


def fire(zone, local, gap, fold, rhythm):
    """When one local time fires."""
    shown, guesses = zone.instants(local)
    if shown:
        return shown if rhythm or fold == "both" else shown[:1]
    if rhythm or gap == "skip":
        return []
    return [zone.after_gap(local, guesses)]
