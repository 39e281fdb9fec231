"""IP addresses with time: both accounts connected from one address within the same span of days.

An address is lent to one line at a time and to another next week, so it links only where the spans of use overlap; and it
weighs by how many accounts used it in that span, for a school, a provider's gateway or an exit of an anonymising network has
many behind one address.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pyarrow as pa

from safelight.identities.kinds import PAIRS, Kind
from safelight.identities.model import Bench
from safelight.identities.placeholders import condition
from safelight.identities.shared_values import FEW, STEEP, strongest
from safelight.messages import _, ngettext

#: Log-odds that two accounts which alone used an address in a span are one person's: a household has one address too.
TRUST: Final = 0.0
#: Added for addresses beyond the first that the two shared, up to two: who moves together is one, or a pair.
MOST: Final = 10.0
#: A span in which more used the address proposes nobody.
MOST_TOGETHER: Final = 12
#: Spans of use that lie so close count as overlapping: a log tells of the moments of connecting only.
SLACK_HOURS: Final = 12
_HOUR_US: Final = 3_600_000_000

_SPANS = f"""
    select tenure, value, first_us // {_HOUR_US} as begins, last_us // {_HOUR_US} as ends, trace,
           dense_rank() over (order by value) - 1 as code
    from identifiers where kind = 'ip' and first_us is not null and not {condition("ip", "value")}
    order by value, first_us, tenure
"""
_COMMON = f"""
    select least(x.tenure, y.tenure) as a, greatest(x.tenure, y.tenure) as b, x.value,
           max(least(x.together, y.together)) as holders, min(x.trace) as trace_a, min(y.trace) as trace_b,
           max(ln((select count(*) from tenures) / greatest(x.together, y.together)) + {TRUST}
               - {STEEP} * greatest(0, greatest(x.together, y.together) - {FEW})) as weight
    from ip_spans x join ip_spans y on x.value = y.value and x.tenure < y.tenure
         and x.begins <= y.ends + {SLACK_HOURS} and y.begins <= x.ends + {SLACK_HOURS}
    group by all having weight > 0
"""


def _spans(bench: Bench) -> None:
    """Spans of use with how many others overlap each (`together`, itself included); crowded ones are left out."""
    found = bench.db.sql(_SPANS).to_arrow_table()
    begins, ends, code = (found[name].to_numpy().astype(np.int64) for name in ("begins", "ends", "code"))
    # Those that begin before I end, less those that end before I begin, all within one address: two searches in sorted keys.
    base = int(begins.min()) - 2 * SLACK_HOURS if len(begins) else 0
    width = int(ends.max()) - base + 4 * SLACK_HOURS if len(ends) else 1
    starts = np.sort(code * width + begins - base)
    stops = np.sort(code * width + ends - base)
    before_end = np.searchsorted(starts, code * width + ends - base + SLACK_HOURS, side="right")
    before_begin = np.searchsorted(stops, code * width + begins - base - SLACK_HOURS, side="left")
    together = before_end - before_begin
    spans = found.append_column("together", pa.array(together, pa.int64()))
    bench.db.register("_ip_spans", spans)
    bench.db.execute(
        f"create or replace temp table ip_spans as from _ip_spans where together between 2 and {MOST_TOGETHER}"
    )
    bench.db.unregister("_ip_spans")


def _measure(bench: Bench) -> pa.Table:
    _spans(bench)
    return strongest(bench, _COMMON, ("value", "holders"), MOST)


def _propose(bench: Bench) -> pa.Table:
    _spans(bench)
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


KIND = Kind("ip", "identifier", True, _measure, _say, _propose)
