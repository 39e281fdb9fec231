"""Lanes below the histogram: what each exhibit, network or account holds over time, and its gaps.

Exhibits and networks are asked what they hold of the chosen kinds, networks and states, whoever it is of: that an account is
silent is no gap of a source. Copies count, so that an exhibit holds a message even where another one's copy stands for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import pyarrow as pa

from safelight.access.account_names import usual
from safelight.access.reading import Reading
from safelight.access.timeline import (
    COUNTED,
    SCOPES,
    Facets,
    Group,
    Tally,
    all_of_it,
    chosen,
    condition,
    groups,
    key_of,
    slack,
    stretches,
)
from safelight.access.timeline_events import Span, relation
from safelight.access.timeline_held import Bits, Stretches, together
from safelight.ledger.identities import Tenure

By = Literal["exhibit", "network", "account"]
BY: Final[tuple[By, ...]] = ("exhibit", "network", "account")
#: Lanes of one picture.
MOST: Final = 6
_AT: Final = {"network": 1, "exhibit": 3}


@dataclass(frozen=True, slots=True)
class Lane:
    """One row. `value` is what a filter calls it, `name` what people do; `first` and `last` event of all; in the window
    the times with events, the gaps (µs), and how many events."""

    value: str
    name: str
    first: int
    last: int
    runs: tuple[tuple[int, int], ...]
    gaps: tuple[tuple[int, int], ...]
    tally: Tally


def lanes(reading: Reading, by: By, facets: Facets, begin: int, end: int) -> list[Lane]:
    """Those that are chosen as facets, else those with most events in all (accounts: in the window)."""
    if by == "account":
        return _accounts(reading, facets, begin, end)
    everything = groups(reading, {})
    span = (begin, end)
    if stretches(span).unit == stretches(None).unit and all_of_it(reading, {}, begin, end):
        here, cut = everything, stretches(None)
    else:
        here, cut = groups(reading, {}, span), stretches(span)
    at, picked = _AT[by], facets.get(by, ())
    events: dict[str, int] = {}
    for one in _matching(everything, facets, by):
        events[one.values[at]] = events.get(one.values[at], 0) + one.events
    ranked = sorted(
        (name for name in events if name), key=lambda name: (name not in picked, -events[name], name)
    )
    wanted = ranked[: min(len(picked) or MOST, MOST)]
    found = []
    for name in sorted(wanted):
        mine = [one for one in _matching(everything, facets, by) if one.values[at] == name]
        inside = [one for one in _matching(here, facets, by) if one.values[at] == name]
        held = together((one.held for one in inside), cut.count)
        tally = Tally(
            sum(one.own if by == "exhibit" else one.events for one in inside),
            sum(one.found for one in inside),
        )
        first, last = min(one.first for one in mine), max(one.last for one in mine)
        found.append(_made(name, name, first, last, cut, held, begin, end, tally))
    return found


def nowhere(reading: Reading, begin: int, end: int) -> list[tuple[int, int]]:
    """Times between two of which no exhibit holds anything, though some do before and after; to the day."""
    found, cut = groups(reading, {}), stretches(None)
    if not found:
        return []
    held = together((one.held for one in found), cut.count)
    return cut.gaps(held, min(one.first for one in found), max(one.last for one in found), begin, end)


def silent(reading: Reading) -> list[str]:
    """Numbers of exhibits of which nothing has a time that can be compared."""
    there = {one.values[3] for one in groups(reading, {})}
    return sorted(number for number in reading.numbers if number not in there)


def _matching(every: Sequence[Group], facets: Facets, by: By) -> list[Group]:
    """Groups that match the facets of kinds, networks and states; not its own one, for that chooses lanes."""
    asked = [(n, facets[name]) for n, name in enumerate(COUNTED[:3]) if facets.get(name) and name != by]
    return [one for one in every if all(one.values[n] in values for n, values in asked)]


def _made(
    value: str,
    name: str,
    first: int,
    last: int,
    cut: Stretches,
    held: Bits,
    begin: int,
    end: int,
    tally: Tally,
) -> Lane:
    return Lane(
        value, name, first, last, tuple(cut.runs(held, begin, end)),
        tuple(cut.gaps(held, first, last, begin, end)), tally,
    )  # fmt: skip


def _accounts(reading: Reading, facets: Facets, begin: int, end: int) -> list[Lane]:
    """The accounts that are chosen, alone or as persons, else those that did most in the window."""
    picked = [str(one) for one in facets.get("account", ())]
    picked += [one.account_id for one in facets.get("person", ()) if isinstance(one, Tenure)]

    cut = stretches((begin, end))

    def read() -> list[tuple[str, int, int, Bits, Tally]]:
        match, values = condition(reading, facets, (*SCOPES, *COUNTED))
        kinds, keys = [str(one) for one in facets.get("kind", ())], chosen(reading, facets)
        wanted = list(dict.fromkeys(picked))[:MOST] or _busiest(reading, facets, begin, end)
        # Of all times, for what an account did before and after tells a gap from its beginning and end.
        inside = f"us >= {begin} and us < {end}"
        table: pa.Table = reading.db.sql(
            f"""select account, min(us) as first, max(us) as last, {cut.sql("us")} as held,
                       count(*) filter (stands and {inside}) as events, count(*) filter ({inside}) as found
                from ({relation(reading.snapshot, kinds, copies=True, exhibits=keys)})
                where us is not null and account = any($_lanes) and {match} group by account""",
            params=values | {"_lanes": wanted},
        ).to_arrow_table()
        there = {
            row["account"]: (
                row["first"],
                row["last"],
                cut.bits(row["held"]),
                Tally(row["events"], row["found"]),
            )
            for row in table.to_pylist()
        }
        return [(one, *there[one]) for one in wanted if one in there]

    found = reading.memo.get(("timeline accounts", begin, end, key_of(facets)), read)
    names = usual(reading, [one[0] for one in found])
    reading.show(one[0] for one in found)
    return [
        _made(one, names.get(one, one[:14]), first, last, cut, held, begin, end, tally)
        for one, first, last, held, tally in found
    ]


def _busiest(reading: Reading, facets: Facets, begin: int, end: int) -> Sequence[str]:
    match, values = condition(reading, facets, (*SCOPES, *COUNTED))
    kinds, span = [str(one) for one in facets.get("kind", ())], Span(begin, end, slack(reading))
    rows = reading.db.execute(
        f"""select account from ({relation(reading.snapshot, kinds, span, exhibits=chosen(reading, facets))})
            where account is not null and {match} group by account order by count(*) desc, account limit {MOST}""",
        values,
    ).fetchall()
    return [row[0] for row in rows]
