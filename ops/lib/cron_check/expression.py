"""The oracle's reading of a cron expression, written from the documented rules and not from the program.

Every question is answered by trying: a day fires if a rule says so of that very day."""

import calendar
import functools

MACROS = {
    "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
}
MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]


def values(item, low, high, names=()):
    """The numbers of `*`, `5`, `1-5`, each perhaps with `/step`; `5/20` goes on to the end."""
    def number(text):
        return names.index(text) + (1 if names is MONTHS else 0) if text in names else int(text)

    span, _, step = item.partition("/")
    if span == "*":
        first, last = low, high
    elif "-" in span:
        first, last = (number(end) for end in span.split("-"))
    else:
        first = number(span)
        last = high if step else first
    return set(range(first, last + 1, int(step or 1)))


def day_of_month_rule(item):
    """A function of (day, length of month, weekday of the 1st) that says whether the item admits the day."""
    def nearest(target, length, first_weekday):
        workdays = [d for d in range(1, length + 1) if (first_weekday + d - 1) % 7 not in (0, 6)]
        return min(workdays, key=lambda d: abs(d - target)) if 1 <= target <= length else None

    before_last = None
    if item.startswith("L"):
        before_last = int(item.rstrip("W")[2:] or 0)
    if item.endswith("W"):
        def rule(day, length, first_weekday):
            target = length - before_last if before_last is not None else int(item[:-1])
            return day == nearest(target, length, first_weekday)
    elif before_last is not None:
        def rule(day, length, _):
            return day == length - before_last
    else:
        admitted = values(item, 1, 31)
        def rule(day, _length, _first):
            return day in admitted
    return rule


def day_of_week_rule(item):
    """The same for the day of the week; 0 and 7 are Sunday."""
    if "#" in item:
        weekday, nth = item.split("#")
        (weekday,) = values(weekday, 0, 7, WEEKDAYS)
        return lambda day, _length, first: (first + day - 1) % 7 == weekday % 7 and (day + 6) // 7 == int(nth)
    if item.endswith("L"):
        (weekday,) = values(item[:-1], 0, 7, WEEKDAYS)
        return lambda day, length, first: (first + day - 1) % 7 == weekday % 7 and day + 7 > length
    admitted = {value % 7 for value in values(item, 0, 7, WEEKDAYS)}
    return lambda day, _length, first: (first + day - 1) % 7 in admitted


class Expression:
    def __init__(self, text):
        self.text = text
        self.fields = MACROS.get(text.lower(), text).upper().split()
        minute, hour, day, month, weekday = self.fields
        self.minutes = sorted(set().union(*(values(item, 0, 59) for item in minute.split(","))))
        self.hours = sorted(set().union(*(values(item, 0, 23) for item in hour.split(","))))
        self.months = set().union(*(values(item, 1, 12, MONTHS) for item in month.split(",")))
        self.by_date = [day_of_month_rule(item) for item in day.split(",")]
        self.by_weekday = [day_of_week_rule(item) for item in weekday.split(",")]
        # Vixie: a field that starts with a star does not restrict, and then both must admit the day.
        self.either = not day.startswith("*") and not weekday.startswith("*")
        self.every_hour = self.hours == list(range(24))
        self.days_of_shape = functools.lru_cache(maxsize=None)(self._days_of_shape)

    def days(self, year, month):
        """The days of that month that fire."""
        if month not in self.months:
            return []
        monday_first, length = calendar.monthrange(year, month)
        return self.days_of_shape(length, (monday_first + 1) % 7)

    def _days_of_shape(self, length, first):
        def admits(rules, day):
            return any(rule(day, length, first) for rule in rules)

        join = any if self.either else all
        return [d for d in range(1, length + 1) if join((admits(self.by_date, d), admits(self.by_weekday, d)))]

    def never_fires(self):
        """Whether none of the 400 years of the calendar has such a day."""
        return not any(self.days(year, month) for year in range(2000, 2400) for month in range(1, 13))
