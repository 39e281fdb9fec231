"""Against: the two accounts acted within the same seconds from two different devices.

Only acts count of which a trace tells the device or address, and only within seconds: nobody types on two phones at once,
but one person's two accounts are active in the same minute more often than strangers' are, so that says nothing against.
One coincidence is chance or a clock; it takes several on different days.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pyarrow as pa

from safelight.identities.kinds import Kind
from safelight.identities.model import Bench
from safelight.messages import ngettext

_SECONDS: Final = 2
_LEAST_DAYS: Final = 2
#: So many of the messages that were written in those seconds are cited.
_CITED: Final = 6
MOST: Final = 5.0

#: A device that both accounts were used from makes them neighbours on it: then nothing of this is said.
_MEASURE = f"""
    with known as (from moments where device is not null and tenure in (select a from pairs union select b from pairs)),
    shared as (
        select distinct x.tenure as a, y.tenure as b from known x join known y using (device) where x.tenure < y.tenure
    ),
    near as (
        select a, b, x.second // 86400 as day, x.second as first, y.second as second, x.device as one, y.device as other
        from pairs
        join known x on x.tenure = a
        join (select *, unnest(range(second - {_SECONDS}, second + {_SECONDS + 1})) as at from known) y
          on y.tenure = b and y.at = x.second
        where split_part(x.device, ':', 1) = split_part(y.device, ':', 1)
    ), wrote as (
        select tenure, at_us // 1000000 as second, min(trace) as trace from texts
        where at_us is not null and trace is not null group by all
    ), cited as (
        select a, b, list_sort(list_distinct(list(trace)))[:{_CITED}] as traces from (
            select a, b, w.trace from near join wrote w on w.tenure = a and w.second = near.first
            union all select a, b, w.trace from near join wrote w on w.tenure = b and w.second = near.second
        ) group by a, b
    )
    select a, b, -least({MOST}, 1.5 * count(distinct day))::double as points,
           to_json({{'n': count(*), 'days': count(distinct day), 'one': min(one), 'other': min(other)}})::varchar as detail,
           coalesce(any_value(traces), []) as traces
    from near anti join shared using (a, b) left join cited using (a, b)
    group by a, b having count(distinct day) >= {_LEAST_DAYS} order by a, b
"""


def _measure(bench: Bench) -> pa.Table:
    return bench.db.sql(_MEASURE).to_arrow_table()


def _say(detail: Mapping[str, Any]) -> str:
    days = int(detail["days"])
    return ngettext(
        "On %(days)d day the two acted within two seconds of each other from different devices.",
        "On %(days)d days the two acted within two seconds of each other from different devices.",
        days,
    ) % {"days": days}


KIND = Kind("together", "against", False, _measure, _say, version=2)
