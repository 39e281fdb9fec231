"""Arrangements to move: one account says "add me on kik: foo.bar", and the other is that account.

What was written may be a slip, a joke or somebody else's account. So one message is a reason to look and no more
(`ONCE`), different messages count more, and an id to which several accounts point, or that fits several accounts,
counts less.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pyarrow as pa

from safelight.identities.kinds import PAIRS, Kind
from safelight.identities.model import Bench
from safelight.messages import _

MOST: Final = 7.0
#: The most that a single message adds (natural log-odds).
ONCE: Final = 4.0
#: Each further account that says or fits the same id takes this (natural log-odds, twice for three ...).
_SEVERAL: Final = 2.0

#: What can be pointed to: handles, native ids, numbers, addresses, by network.
_TARGETS = """
    create or replace temp table move_targets as
    select distinct tenure, network, value from (
        select t.tenure, t.network, lower(ltrim(n.name, '@')) as value from tenures t join names n using (tenure)
        where n.kind in ('user name', 'nick') or (n.kind = 'display name' and t.network = 'irc')
        union all
        select tenure, network, lower(native) from tenures
        union all
        select tenure, network, split_part(lower(native), '@', 1) from tenures where network in ('kik', 'xmpp')
        union all
        select tenure, unnest(case i.kind when 'email' then ['mail', 'msn'] else ['phone', 'whatsapp'] end), value
        from identifiers i where kind in ('phone', 'email') and basis = 'own'
    ) where value <> ''
"""
_POINTS = """
    with said as (select network, value, count(distinct tenure) as n from moves group by all),
    fits as (
        select least(m.tenure, t.tenure) as a, greatest(m.tenure, t.tenure) as b, m.network, m.value, m.text, m.trace,
               count(distinct t.tenure) over (partition by m.network, m.value) as fitting, said.n as saying,
               count(distinct m.text) over (partition by m.tenure, m.network, m.value) as messages
        from moves m join move_targets t using (network, value) join said using (network, value) where m.tenure <> t.tenure
    )
"""
_MEASURE = f"""
    {_POINTS}, total as (select count(*) as n from tenures)
    select a, b,
           max(greatest(
               0, least(if(messages > 1, {MOST}, {ONCE}), ln(total.n) + 2) - {_SEVERAL} * (saying + fitting - 2)
           ))::double as points,
           to_json({{'network': arg_min(network, trace), 'value': arg_min(value, trace), 'text': arg_min(text, trace),
                     'n': count(distinct trace), 'saying': max(saying)}})::varchar as detail,
           list(distinct trace order by trace)[:5] as traces
    from fits join pairs using (a, b), total group by a, b having points > 0 order by a, b
"""
_PROPOSE = f"{_POINTS} select distinct a, b from fits where fitting <= 5 order by a, b"


def _measure(bench: Bench) -> pa.Table:
    bench.db.execute(_TARGETS)
    return bench.db.sql(_MEASURE).to_arrow_table()


def _propose(bench: Bench) -> pa.Table:
    bench.db.execute(_TARGETS)
    return bench.db.sql(_PROPOSE).to_arrow_table().cast(PAIRS)


def _say(detail: Mapping[str, Any]) -> str:
    return _(
        "One wrote that it can be reached as “%(value)s” on %(network)s, and the other account goes by that."
    ) % {
        "value": detail["value"],
        "network": detail["network"],
    }


KIND = Kind("moves", "told", True, _measure, _say, _propose, version=2)
