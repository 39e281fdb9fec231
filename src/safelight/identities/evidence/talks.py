"""Against: the two accounts wrote to each other, back and forth, over a long time.

People do send themselves a note from one account to another; so a few messages say nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pyarrow as pa

from safelight.identities.kinds import Kind
from safelight.identities.model import Bench
from safelight.messages import _

_LEAST_MESSAGES: Final = 20
_LEAST_DAYS: Final = 7
MOST: Final = 5.0
_DAY_US: Final = 86_400_000_000

#: What is cited: the first and the last message of each that lie in conversations of these two alone.
_MEASURE = f"""
    with wrote as (
        select a, b, direct as n, (last_us - first_us) // {_DAY_US} as days
        from pairs join contacts c on c.tenure = a and c.other = b
        where direct >= {_LEAST_MESSAGES} and last_us - first_us >= {_LEAST_DAYS} * {_DAY_US}
    ), alone as (
        select conversation, min(tenure) as a, max(tenure) as b from texts
        where conversation in (
            select conversation from texts where tenure in (select a from wrote union select b from wrote)
        )
        group by conversation having count(distinct tenure) = 2
    ), cited as (
        select a, b, list_sort(list_distinct(flatten(list([first, last])))) as traces from (
            select a, b, arg_min(trace, (at_us, trace)) as first, arg_max(trace, (at_us, trace)) as last
            from alone join texts using (conversation) where tenure in (a, b) and trace is not null group by a, b, tenure
        ) group by a, b
    )
    select a, b, -least({MOST}, 1 + 0.5 * ln(n / {_LEAST_MESSAGES}) + 0.7 * ln(days / {_LEAST_DAYS}))::double as points,
           to_json({{'n': n, 'days': days}})::varchar as detail, coalesce(traces, []) as traces
    from wrote left join cited using (a, b) order by a, b
"""


def _measure(bench: Bench) -> pa.Table:
    return bench.db.sql(_MEASURE).to_arrow_table()


def _say(detail: Mapping[str, Any]) -> str:
    return _("The two had %(n)s distinct messages, calls or payments with each other over %(days)s days.") % {
        "n": detail["n"],
        "days": detail["days"],
    }


KIND = Kind("talks", "against", False, _measure, _say, version=2)
