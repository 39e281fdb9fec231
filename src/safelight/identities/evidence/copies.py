"""One account seen twice: in copies of a conversation, what one account wrote in one stands as the other's in another.

A database knows numbers and the export beside it display names; a log may not say which IRC network it is from. It rests on
whole conversations laid on each other by their texts, senders and times (`analyse/same_messages.py`), so that a chain
letter that many pass on, or an `ok` in the same second, ties nobody.

An export's display name may stand for two people of whom the exporter thought by one name, and a log without a network for
two networks: where such an account wrote in conversations of which there is no copy, this is a reason to look and no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pyarrow as pa

from safelight.identities.kinds import PAIRS, Kind
from safelight.identities.model import Bench
from safelight.messages import ngettext

#: Different texts, long enough to be one's own, that both must have written for a look, and for a claim.
FEWEST: Final = 5
ENOUGH: Final = 12
#: Of the messages that both copies hold, so many may stand as somebody else's: two persons with a name in common.
OTHERWISE: Final = 0.02
#: Log-odds beyond log(accounts) that it is one account, and the most where it is a reason to look only: less than carries a
#: claim (`combine.CARRIES`).
TRUST: Final = 2.0
ASKED: Final = 1.9

#: In the same channel of the same network: nicks there are one account's at a time, and pass on seldom.
ROOMS: Final = 1.0

_MADE_UP: Final = (
    "(regexp_matches(t.native, '^(name:|local:|[?])') or starts_with(coalesce(t.instance, ''), '?'))"
)
_SEEN: Final = f"""
    with seen as (
        select x.tenure as a, x.other as b, x.n, least(x.texts, y.texts) as texts, x.traces, x.rooms,
               {_MADE_UP} and x.elsewhere > 0 or {_MADE_UP.replace("t.", "u.")} and y.elsewhere > 0 as mixed
        from copies x join copies y on y.tenure = x.other and y.other = x.tenure and y.rooms = x.rooms
        join tenures t on t.tenure = x.tenure join tenures u on u.tenure = x.other
        where x.tenure < x.other and t.network = u.network and (x.rooms or least(x.texts, y.texts) >= {FEWEST})
              and x.differ <= {OTHERWISE} * x.n and y.differ <= {OTHERWISE} * y.n
    )
    select *, case when rooms then ln((select count(*) from tenures)) + {ROOMS} when mixed or texts < {ENOUGH} then {ASKED}
                   else ln((select count(*) from tenures)) + {TRUST} end::double as weight
    from seen qualify row_number() over (partition by a, b order by weight desc, rooms) = 1
"""


def _measure(bench: Bench) -> pa.Table:
    return bench.db.sql(
        f"""select a, b, weight as points, to_json({{'n': n, 'mixed': mixed, 'rooms': rooms}})::varchar as detail, traces
            from ({_SEEN}) join pairs using (a, b) order by a, b"""
    ).to_arrow_table()


def _propose(bench: Bench) -> pa.Table:
    return bench.db.sql(f"select a, b from ({_SEEN}) order by a, b").to_arrow_table().cast(PAIRS)


def _say(detail: Mapping[str, Any]) -> str:
    n = int(detail["n"])
    if detail["rooms"]:
        return ngettext(
            "The log names no network; its only message of this nick stands in a channel of which there is a copy from the "
            "other's network.",
            "The log names no network; all its %(n)d messages of this nick stand in channels of which there are copies from "
            "the other's network.",
            n,
        ) % {"n": n}
    return ngettext(
        "%(n)d message stands in one copy of a conversation as the one account's and in another copy as the other's.",
        "%(n)d messages stand in one copy of a conversation as the one account's and in another copy as the other's.",
        n,
    ) % {"n": n}


KIND = Kind("copies", "identifier", True, _measure, _say, _propose)
