"""How much the clocks of two sources differed around a time, as what both of them tell shows."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from safelight.analyse.align import DELIVERY_US, agreed
from safelight.analyse.same_conversations import TIME, ZONED

#: Of what lies nearest before and after a time so much is asked, and so many must be there.
NEAREST, LEAST = 5, 3
#: Messages of a coarser step show no seconds.
_STEP_US = 1_000_000
_HOUR_US = 3_600_000_000


@dataclass(frozen=True, slots=True)
class Difference:
    """Of two clocks (µs, second less first). `basis`: shown, none (nothing shows it: taken as none), or unclear (what is
    there does not agree)."""

    us: int
    basis: str


class Clocks:
    """Differences by network and pair of clocks, each at a time."""

    def __init__(self) -> None:
        self._points: dict[tuple[str, str, str], list[tuple[int, int]]] = defaultdict(list)

    def learn(self, network: str, one: str, at: int, other: str, there: int) -> None:
        """One thing was stamped `at` by one clock and `there` by the other."""
        if one > other:
            one, at, other, there = other, there, one, at
        if one != other:
            insort(self._points[network, one, other], (at, there - at))

    def difference(
        self, network: str, one: str, other: str, at: int, step: int, least: int = LEAST
    ) -> Difference:
        """Around a time, between times of a step (µs), if at least so much shows it."""
        if one > other:
            turned = self.difference(network, other, one, at, step, least)
            return Difference(-turned.us, turned.basis)
        points = self._points.get((network, one, other), [])
        place = bisect_left(points, (at, 0))
        near = [apart for _at, apart in points[max(0, place - NEAREST) : place + NEAREST]]
        if len(near) < least:
            return Difference(0, "none")
        found = agreed(near, step + DELIVERY_US, least)
        return Difference(0, "unclear") if found is None else Difference(found, "shown")


def of_messages(database: DuckDBPyConnection) -> Clocks:
    """What messages that were found in two sources show, an hour's together, in the networks of calls.

    The connection has the macros of `access/clock.py`.
    """
    found = Clocks()
    for *seen, messages in database.execute(_MESSAGES).fetchall():
        for _message in range(min(messages, LEAST)):
            found.learn(*seen)
    return found


def clock_of(source: str, zoned: bool) -> str:
    """Name of what stamps the times of a source: those in a known zone, or its wall clock."""
    return f"{source} {'utc' if zoned else 'wall'}"


_MESSAGES = f"""
    with told as (
        select s.distinct_id, m.network, {TIME} as us,
               m.source_id || case when {ZONED} then ' utc' else ' wall' end as clock
        from same_messages s join messages m using (trace_id)
        where m.network in (select distinct network from calls) and m.state <> 'recovered'
          and coalesce(m.precision_us, {_STEP_US}) <= {_STEP_US}
    )
    select a.network, a.clock, median(a.us)::bigint, b.clock, (median(a.us) + median(b.us - a.us))::bigint, count(*)
    from told a join told b on a.distinct_id = b.distinct_id and a.network = b.network and a.clock < b.clock
    where a.us is not null and b.us is not null
    group by a.network, a.clock, b.clock, a.us // {_HOUR_US}
    order by all
"""
