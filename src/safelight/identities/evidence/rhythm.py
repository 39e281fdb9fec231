"""Rhythm: in which hours of the week two accounts are active.

That two people are awake in the same hours says nothing: half a country is. So this kind never speaks in favour. It
speaks against, softly, when the hours of both are known well and hardly meet, beyond what one person's own accounts in
different years do. The sleeping hours give each account's time zone, as far as it can be told; the sentence names them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from safelight.identities.kinds import MEASURED, Kind
from safelight.identities.model import Bench
from safelight.messages import _

#: Below so many acts on so many hours of the week, of either account, nothing is said.
LEAST_ACTS, LEAST_HOURS = 200, 20
#: Points at most. People change shifts, countries and habits.
MOST_AGAINST: Final = 1.5
#: Overlap of the two days (0 none, 1 the same) at which the points are 0, and at which they are at most.
_USUAL, _STRANGE = 0.45, 0.15
_HOURS, _WEEK = 24, 168
_SLEEP: Final = 7

Floats = npt.NDArray[np.float64]


def day(week: Floats) -> Floats:
    """The share of each hour of the day, UTC, smoothed over its neighbours (a clock changes by an hour twice a year)."""
    hours = week.reshape(-1, _HOURS).sum(axis=0)
    smooth: Floats = (hours + np.roll(hours, 1) + np.roll(hours, -1)) / 3
    return smooth / max(1.0, float(smooth.sum()))


def quiet(hours: Floats) -> int:
    """The UTC hour in which the seven quietest hours in a row begin."""
    around = np.concatenate([hours, hours[: _SLEEP - 1]])
    sums = np.convolve(around, np.ones(_SLEEP), "valid")
    return int(np.argmin(sums))


def overlap(one: Floats, other: Floats) -> float:
    """How far two days cover each other: 1 if they are the same, 0 if never both."""
    return float(np.minimum(one, other).sum())


def _measure(bench: Bench) -> pa.Table:
    known: dict[int, tuple[Floats, int]] = {}
    weeks: dict[int, Floats] = {}
    rows = bench.db.execute(
        """select tenure, hour, n from hours where tenure in (select a from pairs union select b from pairs)
        and hour between 0 and 167 order by tenure, hour"""
    ).fetchall()
    for tenure, hour, number in rows:
        weeks.setdefault(tenure, np.zeros(_WEEK))[hour] += number
    for tenure, week in weeks.items():
        if week.sum() >= LEAST_ACTS and np.count_nonzero(week) >= LEAST_HOURS:
            known[tenure] = day(week), int(week.sum())
    cited = {
        tenure: {first, last} - {None}
        for tenure, first, last in bench.db.execute(
            """select tenure, arg_min(trace, (at_us, trace)), arg_max(trace, (at_us, trace)) from texts
            where at_us is not null group by tenure"""
        ).fetchall()
        if tenure in known
    }
    found: list[dict[str, Any]] = []
    for a, b in bench.db.execute("select a, b from pairs order by a, b").fetchall():
        if a not in known or b not in known:
            continue
        (one, acts), (other, more) = known[a], known[b]
        share = overlap(one, other)
        if share >= _USUAL:
            continue
        points = -MOST_AGAINST * min(1.0, (_USUAL - share) / (_USUAL - _STRANGE))
        detail = {
            "overlap": round(share, 2),
            "acts": [acts, more],
            "quiet": [[begin, (begin + _SLEEP) % _HOURS] for begin in (quiet(one), quiet(other))],
        }
        traces = sorted(cited.get(a, set()) | cited.get(b, set()))
        found.append({"a": a, "b": b, "points": points, "detail": json.dumps(detail), "traces": traces})
    return pa.Table.from_pylist(found, schema=MEASURED)


def _say(detail: Mapping[str, Any]) -> str:
    (one, one_end), (other, other_end) = detail["quiet"]
    return _(
        "The hours of the day in which the two are active hardly meet: one is quiet from %(one)02d to %(one_end)02d, "
        "the other from %(other)02d to %(other_end)02d (UTC)."
    ) % {"one": int(one), "one_end": int(one_end), "other": int(other), "other_end": int(other_end)}


KIND = Kind("rhythm", "rhythm", False, _measure, _say, version=2)
