"""A few accounts that came or changed after a whole weighing, weighed without weighing all anew (docs/decisions/0014).

What they are weighed by stays that of the whole weighing: which runs of letters tell writers apart, how alike strangers
write, and what was found about all pairs that they have nothing to do with. Everything else is gathered as for a whole one.
So the outcome follows from two sets of inputs, those of the last whole weighing and those of now, and not from what came
between them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
import pyarrow as pa

from safelight.catalog.catalog import Catalog
from safelight.identities import combine as combining
from safelight.identities.calibration import Calibration
from safelight.identities.candidates import propose
from safelight.identities.evidence import style
from safelight.identities.findings import measure
from safelight.identities.gather import OF_ALL, OF_EACH, gathering
from safelight.identities.kept import Kept, Numbers, inputs
from safelight.identities.model import Bench
from safelight.identities.registry import KINDS
from safelight.ledger.clocks import ClockDecision
from safelight.ledger.identities import Tenure
from safelight.ledger.police import PolicePeriod

#: So many of all accounts may have come or changed since the last whole weighing.
SHARE: Final = 0.01


def weigh_arrived(
    bench: Bench,
    catalog: Catalog,
    kept: Kept,
    standing: Mapping[str, Sequence[Tenure]],
    clocks: Sequence[ClockDecision],
    police: Sequence[PolicePeriod],
    by: Calibration,
    step: Callable[[], None],
) -> tuple[combining.Combined, int] | None:
    """All pairs on an empty bench, and how many accounts came or changed; None where all must be weighed anew.

    Calls `step` once for each step of a whole weighing. Raises OSError if what was kept is not whole.
    """
    with gathering(bench, catalog, standing, clocks, police) as source:
        step()
        for fill in OF_ALL:
            fill(source)
            step()
        now = inputs(bench)
        changed = [n for n, (one, digest) in enumerate(now.items()) if kept.inputs.get(one) != digest]
        place = {one: n for n, one in enumerate(now)}
        if not kept.inputs.keys() <= place.keys() or len(changed) > SHARE * len(now):
            return None
        number = np.array([place[one] for one in kept.inputs], np.int64)
        source.only(changed)
        for fill in OF_EACH:
            fill(source)
            step()
        _stays(bench, "moves", kept.table("moves", number), changed)
        if not style.resume(bench, kept.style(number, len(now)), changed):
            return None
        bench.only = frozenset(changed)
        propose(bench, KINDS, step)
        _only_of(bench, changed, kept.table("pairs", number))
        source.only(_ends(bench, changed))
        for fill in OF_EACH[:-1]:
            fill(source)
    style.explain(bench)
    measure(bench, KINDS, step)
    _other_pairs(bench, kept, number)
    combined = combining.combine(bench, KINDS, by, _sizes(bench, kept, number, changed))
    step()
    return combined, len(changed)


def _only_of(bench: Bench, changed: Sequence[int], before: pa.Table) -> None:
    """Leave the pairs that are weighed anew: all of accounts that changed, and those of `before` among accounts that have
    something in common with one that changed, for what more accounts have weighs less. That two write alike makes nothing
    common."""
    bench.db.register("before", before)
    bench.db.execute(
        """create or replace temp table touched as
           with changed as (select unnest(?::integer[]) as tenure),
           met as (select a, b from pairs where len(list_filter("by", lambda kind: kind <> ?)) > 0)
           select tenure, true as changed from changed
           union all select b, false from met semi join changed on tenure = a where b not in (from changed)
           union select a, false from met semi join changed on tenure = b where a not in (from changed)""",
        [list(changed), style.KIND.name],
    )
    new, beside = (f"(select tenure from touched where {which})" for which in ("changed", "not changed"))
    bench.db.execute(
        f"""create or replace temp table anew as
            from pairs where a in {new} or b in {new}
            union all from before where a in {beside} and b in {beside}"""
    )
    bench.db.execute("delete from pairs; insert into pairs from anew order by a, b; drop table anew")
    bench.db.unregister("before")


#: SQL behind a table of pairs: those that are weighed anew.
_TOUCHED: Final = """
    left join touched x on x.tenure = a left join touched y on y.tenure = b
    where coalesce(x.changed, false) or coalesce(y.changed, false) or (x.tenure is not null and y.tenure is not null)
"""


def _ends(bench: Bench, changed: Sequence[int]) -> list[int]:
    """Who else is in a pair."""
    rows = bench.db.execute("select a from pairs union select b from pairs order by 1").fetchall()
    return sorted({row[0] for row in rows} - set(changed))


def _stays(bench: Bench, table: str, rows: pa.Table, changed: Sequence[int]) -> None:
    """Add the kept rows of tenures that did not change."""
    away = np.isin(rows["tenure"].to_numpy(), np.asarray(changed, np.int64))
    bench.add(table, rows.filter(pa.array(~away)))


def _other_pairs(bench: Bench, kept: Kept, number: Numbers) -> None:
    """Add the pairs that are not weighed anew, with what was found about them."""
    for table in ("evidence", "pairs"):
        bench.db.register("kept_rows", kept.table(table, number))
        bench.db.execute(f"insert into {table} select k.* from kept_rows k anti join "
                         f"(select k.a, k.b from kept_rows k {_TOUCHED}) using (a, b)")  # fmt: skip
        bench.db.unregister("kept_rows")


def _sizes(bench: Bench, kept: Kept, number: Numbers, changed: Sequence[int]) -> combining.Floats:
    """By tenure, how much it wrote."""
    made = combining.written(bench)
    before = kept.table("sizes", number)
    tenure = before["tenure"].to_numpy()
    stays = ~np.isin(tenure, np.asarray(changed, np.int64))
    made[tenure[stays]] = before["n"].to_numpy()[stays]
    return made
