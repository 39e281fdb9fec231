"""The same files, shared first: both accounts were among the first to send what few others ever sent.

Whoever was sent a file passes it on; so a pair that talked with each other, or sat in one group, gets nothing for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pyarrow as pa

from safelight.identities.kinds import PAIRS, Kind
from safelight.identities.model import Bench
from safelight.messages import ngettext

#: A file that more accounts shared goes round.
_HOLDERS: Final = 4
#: Among the first so many to share it.
_FIRST: Final = 2
#: One file in common is chance; each further one adds this share of log(accounts that share files / holders).
_SHARE: Final = 0.5
MOST: Final = 4.0
_LEAST_FILES: Final = 2

_COMMON = f"""
    with holders as (select digest, count(*) as n from media group by digest having n between 2 and {_HOLDERS}),
    sharing as (select count(distinct tenure) as n from media),
    rare as (select tenure, digest, trace, n from media join holders using (digest) where coalesce(place, 1) <= {_FIRST})
    select x.tenure as a, y.tenure as b, x.digest, x.n as holders, sharing.n as total, x.trace as one, y.trace as other
    from rare x join rare y on x.digest = y.digest and x.tenure < y.tenure, sharing
"""
_MEASURE = f"""
    select a, b, least({MOST}, (count(*) - 1) * {_SHARE} * avg(ln(total / holders)))::double as points,
           to_json({{'n': count(*)}})::varchar as detail, flatten(list([one, other] order by digest)[:3]) as traces
    from ({_COMMON}) join pairs using (a, b)
    where not exists (from contacts c where c.tenure = a and c.other = b)
    group by a, b having count(*) >= {_LEAST_FILES} and points > 0 order by a, b
"""
_PROPOSE = f"select a, b from ({_COMMON}) group by a, b having count(*) > {_LEAST_FILES} order by a, b"


def _measure(bench: Bench) -> pa.Table:
    return bench.db.sql(_MEASURE).to_arrow_table()


def _propose(bench: Bench) -> pa.Table:
    return bench.db.sql(_PROPOSE).to_arrow_table().cast(PAIRS)


def _say(detail: Mapping[str, Any]) -> str:
    n = int(detail["n"])
    return ngettext(
        "Both were among the first to share the same file; no conversation of the two is known.",
        "Both were among the first to share the same %(n)d files; no conversation of the two is known.",
        n,
    ) % {"n": n}


KIND = Kind("media", "media", False, _measure, _say, _propose)
