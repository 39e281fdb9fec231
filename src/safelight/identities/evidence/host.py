"""Hosts from which accounts connected (IRC: user@host). Web gateways and localhost stand for many and count nothing.

The same user at the same host weighs by how few have it; the same host under different user names is a household, a firm or
a provider's line that is given to the next customer, and weighs little. Many programs give the same user name to all,
too. So this is a soft kind: a host alone never makes a proposal.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pyarrow as pa

from safelight.identities.evidence.holders import others
from safelight.identities.kinds import PAIRS, Kind
from safelight.identities.model import Bench
from safelight.identities.placeholders import condition
from safelight.identities.shared_values import FEW, STEEP, strongest
from safelight.messages import _

#: Log-odds that two accounts of the same user@host, or of one host, which they have alone, are one person's.
WHOLE: Final = -1.5
HOST: Final = -3.5
#: From a host with more users than this, each user name weighs less.
MOST_HOLDERS: Final = 20
#: What all hosts together add at most: less than the prior takes off.
MOST: Final = 4.0

#: A tilde before the user says that nobody's ident server vouched for it; it is no part of the name.
_HELD = f"""
    create or replace temp table hosts_held as
    with whole as (
        select tenure, ltrim(value, '~') as value, regexp_extract(ltrim(value, '~'), '[^@]*$') as host,
               min(trace) as trace
        from identifiers where kind = 'host' and not {condition("host", "value")} group by all
    ), kept as (from whole where not {condition("host", "host")}),
    by_value as (select value, count(distinct tenure) as n from kept where contains(value, '@') group by value),
    by_host as (select host, count(distinct tenure) as n from kept group by host)
    select k.tenure, value, host, trace, v.n as value_holders, h.n as host_holders,
           ln((select count(*) from tenures) / v.n) + {WHOLE} - {STEEP} * greatest(0, v.n - {FEW})
               - greatest(0, ln(h.n / {MOST_HOLDERS})) as value_weight,
           ln((select count(*) from tenures) / h.n) + {HOST} - {STEEP} * greatest(0, h.n - {FEW}) as host_weight
    from kept k left join by_value v using (value) join by_host h using (host)
"""
_COMMON = """
    select x.tenure as a, y.tenure as b, x.value, x.value_holders as holders, true as whole, x.value_weight as weight,
           x.trace as trace_a, y.trace as trace_b
    from hosts_held x join hosts_held y on x.value = y.value and x.tenure < y.tenure where x.value_weight > 0
    union all
    select x.tenure, y.tenure, x.host, x.host_holders, false, x.host_weight, x.trace, y.trace
    from hosts_held x join hosts_held y on x.host = y.host and x.value <> y.value and x.tenure < y.tenure
    where x.host_weight > 0
"""


def _measure(bench: Bench) -> pa.Table:
    bench.db.execute(_HELD)
    return strongest(bench, _COMMON, ("value", "holders", "whole"), MOST)


def _propose(bench: Bench) -> pa.Table:
    bench.db.execute(_HELD)
    return bench.db.sql(f"select distinct a, b from ({_COMMON}) order by a, b").to_arrow_table().cast(PAIRS)


def _say(detail: Mapping[str, Any]) -> str:
    told = (
        _("Both accounts connected as the user %(value)s.")
        if detail["whole"]
        else _("Both accounts connected from the host %(value)s.")
    )
    return told % {"value": detail["value"]} + " " + others(detail)


KIND = Kind("host", "identifier", False, _measure, _say, _propose)
