"""Changes of nick: one connection went by both names. Strong, unless a name is one that many come and go by.

A guest's name that a network gives to whoever has not identified joins thousands of nicks in chains; so a nick with many
partners counts little and soon nothing, and one change counts less than several on different days.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pyarrow as pa

from safelight.identities.kinds import PAIRS, Kind
from safelight.identities.model import Bench
from safelight.messages import ngettext

#: Log-odds that two nicks of one connection are one person's, where each has few other nicks.
ALONE: Final = 2.5
#: So many partners are one person's own variants; each further one takes this.
_OWN: Final = 5
EACH: Final = 1.0
MOST: Final = 12.0

_CHANGED = f"""
    with taken as (
        select i.tenure as a, t.tenure as b, i.uses, i.trace from identifiers i join tenures t on t.account_id = i.value
        where i.kind = 'renamed' and i.tenure <> t.tenure
    ), partners as (
        select tenure, count(distinct other) as n from (
            select a as tenure, b as other from taken union all select b, a from taken
        ) group by tenure
    ), changed as (
        select least(a, b) as a, greatest(a, b) as b, sum(uses)::bigint as times, list(trace order by trace)[:5] as traces
        from taken group by 1, 2
    )
    select a, b, times, traces, greatest(x.n, y.n) as partners,
           least({MOST}, ln((select count(*) from tenures)) - 0.7 + {ALONE} - if(times = 1, 1, 0)
                 - {EACH} * greatest(0, greatest(x.n, y.n) - {_OWN})) as weight
    from changed join partners x on x.tenure = a join partners y on y.tenure = b
"""


def _measure(bench: Bench) -> pa.Table:
    return bench.db.sql(
        f"""select a, b, weight::double as points,
                   to_json({{'n': times, 'partners': partners}})::varchar as detail, traces
            from ({_CHANGED}) join pairs using (a, b) where weight > 0 order by a, b"""
    ).to_arrow_table()


def _propose(bench: Bench) -> pa.Table:
    return (
        bench.db.sql(f"select a, b from ({_CHANGED}) where weight > 0 order by a, b")
        .to_arrow_table()
        .cast(PAIRS)
    )


def _say(detail: Mapping[str, Any]) -> str:
    n = int(detail["n"])
    return ngettext(
        "Once one connection changed from one of these names to the other.",
        "%(n)d times one connection changed from one of these names to the other.",
        n,
    ) % {"n": n}


KIND = Kind("renamed", "identifier", True, _measure, _say, _propose)
