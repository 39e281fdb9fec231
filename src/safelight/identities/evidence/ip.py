"""IP addresses with time: both accounts connected from one address within the same span of days.

An address is lent to one line at a time and to another next week, so it links only where the spans of use overlap; and it
weighs by how many accounts ever used it, for a school, a provider's gateway or an exit of an anonymising network has many
behind one address. It is a soft kind: an address is a line's and not a person's, and alone never makes a proposal.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pyarrow as pa

from safelight.identities.kinds import PAIRS, Kind
from safelight.identities.model import Bench
from safelight.identities.placeholders import condition
from safelight.identities.shared_values import FEW, STEEP, strongest
from safelight.messages import _, ngettext

#: Log-odds that two accounts which alone ever used an address are one person's: a household has one address too, and what it
#: weighs stays below what the prior takes off.
TRUST: Final = -3.0
#: All addresses together add no more: whoever lives, works or travels together moves from one to the next together.
MOST: Final = 3.5
#: An address that more accounts ever used proposes nobody.
MOST_HOLDERS: Final = 12
#: Spans of use that lie so close count as overlapping: a log tells of the moments of connecting only.
SLACK_HOURS: Final = 12
_SLACK_US: Final = SLACK_HOURS * 3_600_000_000

#: It weighs by all who ever used the address; a sentence tells of those who used it between the first and the last moment of
#: the spans in which the two met there.
_HELD = f"""
    create or replace temp table ip_spans as
    with used as (from identifiers where kind = 'ip' and not {condition("ip", "value")}),
    by_value as (select value, count(distinct tenure) as holders from used
                 group by value having holders between 2 and {MOST_HOLDERS})
    select tenure, value, first_us - {_SLACK_US} as begins, last_us + {_SLACK_US} as ends, trace, holders,
           ln((select count(*) from tenures) / holders) + {TRUST} - {STEEP} * greatest(0, holders - {FEW}) as weight
    from used join by_value using (value) where first_us is not null
"""
_COMMON = f"""
    with met as (
        select x.tenure as a, y.tenure as b, x.value, min(x.trace) as trace_a, min(y.trace) as trace_b,
               max(x.weight) as weight, min(least(x.begins, y.begins)) as begins, max(greatest(x.ends, y.ends)) as ends
        from ip_spans x join ip_spans y on x.value = y.value and x.tenure < y.tenure
             and x.begins + {_SLACK_US} <= y.ends and y.begins + {_SLACK_US} <= x.ends
        where x.weight > 0 group by all
    )
    select m.a, m.b, m.value, m.trace_a, m.trace_b, m.weight, count(distinct o.tenure) as holders
    from met m join ip_spans o on o.value = m.value and o.begins <= m.ends and m.begins <= o.ends group by all
"""


def _measure(bench: Bench) -> pa.Table:
    bench.db.execute(_HELD)
    return strongest(bench, _COMMON, ("value", "holders"), MOST)


def _propose(bench: Bench) -> pa.Table:
    bench.db.execute(_HELD)
    return bench.db.sql(f"select distinct a, b from ({_COMMON}) order by a, b").to_arrow_table().cast(PAIRS)


def _say(detail: Mapping[str, Any]) -> str:
    told = _("Both accounts connected from the address %(value)s in the same days.")
    n = int(detail["holders"]) - 2
    if n <= 0:
        crowd = _("No other known account used it in those days.")
    else:
        crowd = ngettext(
            "%(n)d other known account used it in those days.",
            "%(n)d other known accounts used it in those days.",
            n,
        ) % {"n": n}
    return told % {"value": detail["value"]} + " " + crowd


KIND = Kind("ip", "identifier", False, _measure, _say, _propose)
