"""Contacts in common: two accounts that talk with the same others. Those who talk with few count more than a hub.

Within one network a contact in common is the same account; across networks it is an account of the same telephone number
or address. Groups make no contact here: everybody in a club knows its members.

Acquaintances have contacts in common as well, more often than chance has it. So the sum is damped and limited: this never
carries a claim by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pyarrow as pa

from safelight.identities.kinds import Kind
from safelight.identities.model import Bench
from safelight.messages import ngettext

#: A contact counts log(accounts with contacts / accounts that talk with it), less this: friends of friends meet.
_EXPECTED: Final = 3.0
_HALF: Final = 0.5
MOST: Final = 2.5
#: Who talks with more accounts than this is everybody's contact.
_HUB: Final = 60

_WHO = f"""
    create or replace temp table contact_ends as
    with same as (
        select tenure, 'i' || min(kind || value) as person from identifiers
        where kind in ('phone', 'email') and basis in ('own', 'profile') group by tenure
    ), ends as (
        select distinct c.tenure, coalesce(s.person, 't' || c.other) as person, c.other
        from contacts c left join same s on s.tenure = c.other where c.direct > 0
    ), sizes as (select person, count(distinct tenure) as n from ends group by person having n <= {_HUB})
    select tenure, person, any_value(other) as other, any_value(n) as n from ends join sizes using (person) group by all
"""
_MEASURE = f"""
    with total as (select count(distinct tenure) as n from contacts where direct > 0),
    common as (
        select p.a, p.b, x.person, x.other, greatest(0, ln(total.n / x.n) - {_EXPECTED}) as weight
        from pairs p join contact_ends x on x.tenure = p.a
        join contact_ends y on y.tenure = p.b and y.person = x.person, total
        where x.other not in (p.a, p.b) and y.other not in (p.a, p.b)
    )
    select a, b, least({MOST}, {_HALF} * sum(weight))::double as points,
           to_json({{'n': count(*), 'rare': count(*) filter (weight > 0),
                     'others': list(other order by weight desc, other)[:5]}})::varchar as detail,
           []::varchar[] as traces
    from common group by a, b having sum(weight) > 0 order by a, b
"""


def _measure(bench: Bench) -> pa.Table:
    bench.db.execute(_WHO)
    found = bench.db.sql(_MEASURE).to_arrow_table()
    bench.db.execute("drop table contact_ends")
    return found


def _say(detail: Mapping[str, Any]) -> str:
    n = int(detail["n"])
    return ngettext(
        "Both are in direct contact with one and the same other account.",
        "Both are in direct contact with the same %(n)d other accounts.",
        n,
    ) % {"n": n}


KIND = Kind("contacts", "contacts", False, _measure, _say)
