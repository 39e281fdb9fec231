"""Whose conversations lie on a seized thing: accounts that alone take part in (nearly) all of their network there.

Many formats do not say whose they are (a mail folder, an export of chats). The account that is in every conversation of its
network on a thing, and the only one, is most likely its user's: several such accounts on one thing, or one beside an
account that was logged in there, may well be one person's. Logs that an operator handed over show its robot this way, a
forum its moderator, a mailbox whose assistant answers another than its owner: it is a reason to look, never enough alone.

Where nobody stands out, those who wrote most in nearly all conversations are proposed beside the thing's other accounts, so
that another kind can speak of them; that several are in one room says nothing, and this kind says nothing of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pyarrow as pa

from safelight.identities.evidence.owner import CROWD
from safelight.identities.kinds import PAIRS, Kind
from safelight.identities.model import Bench
from safelight.identities.shared_values import strongest
from safelight.messages import _

#: Log-odds that two such accounts are one person's, and what each further account of one network on the thing takes off.
ALONE: Final = 0.0
EACH: Final = 2.0
#: Taken off where one of them takes part in no more than three of four.
MOSTLY: Final = 2.0
MOST: Final = 5.0
_MOST_ON_IT: Final = 40

_ON = f"""
    with there as (
        select value as thing, tenure, network, instance, bool_or(basis = 'file') as stated,
               bool_and(basis = 'mostly') as mostly, min(identifiers.trace) as trace
        from identifiers join tenures using (tenure)
        where kind = 'device' and basis in ('file', 'presence', 'mostly') and value like 'source:%' group by all
    ), crowds as (
        select thing, sum(n)::bigint as holders, max(n) as crowd from (
            select thing, network, instance, count(distinct tenure) as n from there group by all
        ) group by thing having sum(n) between 2 and {_MOST_ON_IT}
    )
    select x.tenure as a, y.tenure as b, thing, holders, crowd, x.stated or y.stated as stated,
           x.mostly or y.mostly as mostly, x.trace as trace_a, y.trace as trace_b,
           least({MOST}, ln((select count(*) from tenures) / least(holders, 2 * crowd)) + {ALONE} - {EACH} * (crowd - 1))
           - if(x.mostly or y.mostly, {MOSTLY}, 0) as weight
    from there x join there y using (thing) join crowds using (thing)
    where x.tenure < y.tenure and not (x.stated and y.stated)
"""


#: Who may be the user of a thing of which nothing tells whose one network there is, beside who may be or is of another.
_AMONG = f"""
    with known as (
        select distinct value as thing, tenure, network from identifiers join tenures using (tenure)
        where (kind = 'device' and basis in ('file', 'presence', 'mostly') or kind = 'among') and value like 'source:%'
        qualify count(*) over (partition by value) <= {_MOST_ON_IT}
    )
    select least(k.tenure, i.tenure) as a, greatest(k.tenure, i.tenure) as b
    from identifiers i join tenures t using (tenure) join known k on k.thing = i.value
    where i.kind = 'among' and k.tenure <> i.tenure and k.network is distinct from t.network
"""


def _measure(bench: Bench) -> pa.Table:
    return strongest(bench, _ON, ("thing", "holders", "crowd", "stated", "mostly"), MOST)


def _propose(bench: Bench) -> pa.Table:
    found = bench.db.sql(f"select a, b from ({_ON}) where crowd <= {CROWD} union ({_AMONG}) order by a, b")
    return found.to_arrow_table().cast(PAIRS)


def _say(detail: Mapping[str, Any]) -> str:
    if detail.get("mostly"):
        return _(
            "Both were used on one seized item, as it seems: of a network there one takes part in most conversations, and "
            "no other in so many."
        )
    if detail["stated"]:
        return _(
            "One was logged in on a seized item; the other takes part in nine of ten conversations of its network there, "
            "or more."
        )
    return _(
        "On one seized item each takes part in nine of ten conversations of its network, or more; no other account does."
    )


KIND = Kind("everywhere", "identifier", True, _measure, _say, _propose, version=5)
