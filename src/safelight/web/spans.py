"""How spans of time are said: `7–11 Nov 2016`, `November 2016`, `8 Nov 2016 16:00 – 18:00`, in the language in use."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from babel.dates import format_date, format_datetime, format_interval, format_timedelta

from safelight.access.zones import Zone
from safelight.messages import language


def locale() -> str:
    """The locale whose way of writing dates is used; English as in Europe, day first."""
    return {"en": "en_GB"}.get(language(), language())


def long_span(us: int) -> str:
    """`10 years`, `3 months`, `26 hours`, `5 minutes`."""
    return format_timedelta(timedelta(microseconds=us), threshold=1.5, locale=locale())


def said(begin: int, end: int, zone: Zone, year: bool = True) -> str:
    """The span from `begin` to before `end` as clocks in the zone show it; whole days, months and years as such.

    Without `year` it is left out where hours stand beside the day.
    """
    first, after = zone.local(begin), zone.local(end)
    if first is None or after is None:
        return "–"
    if _is_midnight(first) and _is_midnight(after):
        return _days(first.date(), (after - timedelta(days=1)).date())
    clock = "HH:mm:ss" if first.second or after.second else "HH:mm"
    day = _day_pattern() if year else _day_pattern().removesuffix(" y")
    opening = format_datetime(first, f"{day} {clock}", locale=locale())
    closing = clock if first.date() == after.date() else f"{day} {clock}"
    return f"{opening} – {format_datetime(after, closing, locale=locale())}"


def _days(first: date, last: date) -> str:
    after = last + timedelta(days=1)
    if (first.month, first.day, after.month, after.day) == (1, 1, 1, 1):
        return str(first.year) if first.year == last.year else f"{first.year}–{last.year}"
    if (first.day, after.day) == (1, 1):
        if (first.year, first.month) == (last.year, last.month):
            return month(first)
        return (
            f"{format_date(first, 'MMM y', locale=locale())} – {format_date(last, 'MMM y', locale=locale())}"
        )
    if first == last:
        return format_date(first, _day_pattern(), locale=locale())
    return str(format_interval(first, last, "yMMMd", locale=locale()))


def month(day: date) -> str:
    """`November 2016`."""
    return format_date(day, "LLLL y", locale=locale())


def _day_pattern() -> str:
    return "d MMM y" if language() == "en" else "d. MMM y"


def short_day(day: date) -> str:
    """`8 Nov`."""
    return format_date(day, "d MMM" if language() == "en" else "d. MMM", locale=locale())


def weekday(day: date) -> str:
    """`Tue`."""
    return format_date(day, "ccc", locale=locale()).rstrip(".")


def crumbs(
    whole: tuple[int, int], begin: int, end: int, zone: Zone
) -> list[tuple[str, int | None, int | None]]:
    """The way of the zoom: the whole, then year, month, day and hour as far as the span lies within one, then itself."""
    if (begin, end) == whole:
        return [(long_span(whole[1] - whole[0]), None, None)]
    found: list[tuple[str, int | None, int | None]] = [(long_span(whole[1] - whole[0]), None, None)]
    first, last = zone.local(begin), zone.local(end - 1)
    if first is None or last is None:
        return [*found, (said(begin, end, zone), begin, end)]
    for name, low, high in _around(first):
        if not (low <= first and last < high):
            break
        span = zone.utc(low), zone.utc(high)
        if span == (begin, end):
            break
        found.append((name, *span))
    return [*found, (said(begin, end, zone, year=len(found) == 1), begin, end)]


def _around(wall: datetime) -> list[tuple[str, datetime, datetime]]:
    year = datetime(wall.year, 1, 1)  # noqa: DTZ001
    first = datetime(wall.year, wall.month, 1)  # noqa: DTZ001
    day = datetime(wall.year, wall.month, wall.day)  # noqa: DTZ001
    hour = day + timedelta(hours=wall.hour)
    return [
        (str(wall.year), year, datetime(wall.year + 1, 1, 1)),  # noqa: DTZ001
        (format_date(first, "LLLL", locale=locale()), first, _next_month(first)),
        (short_day(day), day, day + timedelta(days=1)),
        (f"{wall.hour:02}–{(wall.hour + 1) % 24:02}", hour, hour + timedelta(hours=1)),
    ]


def _next_month(first: datetime) -> datetime:
    return datetime(first.year + first.month // 12, first.month % 12 + 1, 1)  # noqa: DTZ001


def _is_midnight(wall: datetime) -> bool:
    return (wall.hour, wall.minute, wall.second, wall.microsecond) == (0, 0, 0, 0)
