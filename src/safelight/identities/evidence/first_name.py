"""One first name on one seized thing: both accounts were used on it, and both go by the same first name.

That two accounts were used on one computer says little where a household shares it (`owner.py`), and a surname in common
is what a household has too. Its members hardly ever bear one first name, though; so this tells apart whose account is
whose, and it rests on two things that do not depend on each other: what lies on the thing, and what the accounts are
called. A first name is a word of at least three letters that begins somebody's name in full, standing by itself or
(four letters or more) at the beginning or the end of a handle: `Kari Vik`, `rook_kari`, `karivik87`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import pyarrow as pa

from safelight.identities.handles import Handle, handle
from safelight.identities.kinds import PAIRS, Kind
from safelight.identities.model import Bench
from safelight.messages import _

#: Log-odds: of two members of a household about one in a hundred pairs bears one first name, of a person's two accounts two
#: in five show it; half of it is kept back for names that are put on.
POINTS: Final = 2.5
#: With more accounts of one network on it a thing is many people's, and two of them bear one name soon.
CROWD: Final = 2
#: Letters that a name needs to be a word of its own, and to be part of a longer word.
_WORD, _PART = 3, 4

_ON = f"""
    with there as (
        select distinct value as thing, tenure, network, instance from identifiers join tenures using (tenure)
        where kind = 'device' and basis in ('file', 'presence') and value like 'source:%'
    ), crowds as (
        select thing from (select thing, network, instance, count(*) as n from there group by all)
        group by thing having max(n) <= {CROWD}
    )
    select x.tenure as a, y.tenure as b, min(n.first) as name,
           list_sort(list_distinct(list_concat(list(n.trace), list(m.trace)))) as traces
    from there x join there y using (thing) semi join crowds using (thing)
    join first_names n on n.tenure = x.tenure join first_names m on m.tenure = y.tenure and m.first = n.first
    where x.tenure < y.tenure group by all
"""


def _found(bench: Bench, query: str) -> pa.Table:
    rows = list(first_names(bench))
    columns = zip(*rows, strict=True) if rows else ([], [], [])
    types = (pa.int32(), pa.string(), pa.string())
    arrays = [pa.array(list(one), kind) for one, kind in zip(columns, types, strict=True)]
    bench.db.register("first_names", pa.table(arrays, names=["tenure", "first", "trace"]))
    found = bench.db.sql(query).to_arrow_table()
    bench.db.unregister("first_names")
    return found


def _measure(bench: Bench) -> pa.Table:
    return _found(
        bench,
        f"""select a, b, {POINTS}::double as points, to_json({{'name': name}})::varchar as detail,
                   list_filter(traces, lambda one: one is not null)[:4] as traces
            from ({_ON}) join pairs using (a, b) order by a, b""",
    )


def _propose(bench: Bench) -> pa.Table:
    return _found(bench, f"select a, b from ({_ON}) order by a, b").cast(PAIRS)


def first_names(bench: Bench) -> Iterator[tuple[int, str, str | None]]:
    """Tenure, a first name that it goes by, and a trace: of accounts that were used on a thing."""
    told = bench.db.execute(
        "select tenure, name, min(trace) from names where kind <> 'book' group by all order by all"
    ).fetchall()
    on_things = {
        row[0]
        for row in bench.db.execute(
            "select distinct tenure from identifiers where kind = 'device' and value like 'source:%'"
        ).fetchall()
    }
    handles = {name: handle(name) for _tenure, name, _trace in told}
    firsts = {
        one.words[0]
        for name, one in handles.items()
        if " " in name.strip()
        and len(one.words) > 1
        and len(one.words[0]) >= _WORD
        and len(one.words[-1]) >= _WORD
    }
    seen: set[tuple[int, str]] = set()
    for tenure, name, trace in told:
        if tenure in on_things:
            for first in _firsts(handles[name], firsts):
                if (tenure, first) not in seen:
                    seen.add((tenure, first))
                    yield tenure, first, trace


def _firsts(name: Handle, firsts: set[str]) -> Iterator[str]:
    """Of one name: words that are first names, and those that a longer word begins or ends with, the longest of each."""
    for word in name.words:
        if word in firsts:
            yield word
            continue
        for parts in (
            (word[:size] for size in range(len(word) - 1, _PART - 1, -1)),
            (word[-size:] for size in range(len(word) - 1, _PART - 1, -1)),
        ):
            found = next((part for part in parts if part in firsts), None)
            if found is not None:
                yield found


def _say(detail: Mapping[str, Any]) -> str:
    return _("Both accounts were used on one seized item and go by the first name “%(name)s”.") % {
        "name": str(detail["name"]).capitalize()
    }


KIND = Kind("first name", "name", False, _measure, _say, _propose)
