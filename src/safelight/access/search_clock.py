"""Decisions about clocks and zones (`ledger/clocks.py`) as spans of times that move by one number of microseconds.

The index orders texts by their times as found. Within a span in which all times move alike that order is the true one, so
the search asks span by span (those that move alike at once) and merges. The rules are those of `access/clock.py`: of
several decisions that cover a time the newest counts alone; a zone gives wall times their UTC, a correction is added after
that; a wall time that comes twice in autumn is the second; a wall time without a zone stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from safelight.catalog.fulltext_search import AS_FOUND, Group, Span
from safelight.ledger.clocks import ClockDecision

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - a wall clock
_SECOND = 1_000_000
#: Clocks that changed twice a year are followed between these; before and after the nearest offset holds.
_FROM, _TO = datetime(1980, 1, 1), datetime(2040, 1, 1)  # noqa: DTZ001 - wall clocks


def groups(decisions: Sequence[ClockDecision]) -> tuple[Group, ...]:
    """Groups of texts that move alike: those without any decision first."""
    if not decisions:
        return AS_FOUND
    exhibits = sorted({one.exhibit for one in decisions})
    spans: dict[tuple[int, bool], list[Span]] = {}
    for exhibit in exhibits:
        own = sorted((one for one in decisions if one.exhibit == exhibit), key=lambda one: -one.seq)
        named = tuple(sorted({name for one in own for name in one.formats}))
        for name in (*named, None):
            covering = [one for one in own if not one.formats or name in one.formats]
            for zoned in (True, False):
                for begin, end, shift, assumed in _pieces(covering, zoned):
                    span = Span(exhibit, zoned, begin, end, (name,) if name else (), () if name else named)
                    spans.setdefault((shift, assumed), []).append(span)
    moved = (Group(shift, assumed, tuple(found)) for (shift, assumed), found in sorted(spans.items()))
    return (Group(untouched=tuple(exhibits)), *moved)


def _pieces(
    decisions: Sequence[ClockDecision], zoned: bool
) -> list[tuple[int | None, int | None, int, bool]]:
    """Begin, end (as found), shift and whether the zone was assumed, one after the other over all of time."""
    edges: set[int] = set()
    zones = [one for one in decisions if one.zone]
    offsets = {0}
    if not zoned:
        for one in zones:
            edges |= {edge for edge in (one.begin, one.end) if edge is not None}
            changes = _changes(one.zone or "UTC")
            edges |= {at for at, _offset in changes}
            offsets |= {offset for _at, offset in changes} | {_offset(one.zone or "UTC", _us(_FROM))}
    for one in decisions:
        if one.seconds:
            edges |= {
                edge + offset for edge in (one.begin, one.end) if edge is not None for offset in offsets
            }
    points = [None, *sorted(edges), None]
    pieces: list[tuple[int | None, int | None, int, bool]] = []
    for begin, end in pairwise(points):
        at = begin if begin is not None else (end - 1 if end is not None else 0)
        shift, assumed = _shift(decisions, zones, at, zoned)
        if pieces and pieces[-1][2:] == (shift, assumed):
            pieces[-1] = (pieces[-1][0], end, shift, assumed)
        else:
            pieces.append((begin, end, shift, assumed))
    return pieces


def _shift(
    decisions: Sequence[ClockDecision], zones: Sequence[ClockDecision], at: int, zoned: bool
) -> tuple[int, bool]:
    found, assumed = at, False
    if not zoned:
        zone = next((one.zone for one in zones if _covers(one, at)), None)
        if zone is None:
            return 0, False
        found, assumed = at - _offset(zone, at), True
    seconds = next((one.seconds for one in decisions if one.seconds and _covers(one, found)), 0) or 0
    return found - at + seconds * _SECOND, assumed


def _covers(one: ClockDecision, at: int) -> bool:
    return (one.begin is None or at >= one.begin) and (one.end is None or at < one.end)


def _us(wall: datetime) -> int:
    return (wall - _EPOCH) // timedelta(microseconds=1)


def _offset(zone: str, wall_us: int) -> int:
    """How far a zone is ahead of UTC at a wall time, microseconds."""
    bounded = min(max(wall_us, _us(_FROM)), _us(_TO))
    wall = (_EPOCH + timedelta(microseconds=bounded)).replace(tzinfo=ZoneInfo(zone))
    # The smaller one is the second of a doubled hour and the former of a skipped one, as DuckDB has them.
    ahead = min(wall.replace(fold=fold).utcoffset() or timedelta() for fold in (0, 1))
    return ahead // timedelta(microseconds=1)


@cache
def _changes(zone: str) -> tuple[tuple[int, int], ...]:
    """Wall times from which another offset holds, with that offset; `zoneinfo` does not tell, so they are looked for."""
    found = []
    step = 7 * 86_400 * _SECOND
    for low in range(_us(_FROM), _us(_TO), step):
        high = low + step
        before, after = _offset(zone, low), _offset(zone, high)
        if before == after:
            continue
        while high - low > _SECOND:
            middle = (low + high) // 2
            low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
        found.append((-(-low // _SECOND) * _SECOND, after))
    return tuple(found)
