"""Accounts that were logged in on one seized thing. What many of one network were logged in on is a family's or a café's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pyarrow as pa

from safelight.identities.kinds import PAIRS, Kind
from safelight.identities.model import Bench
from safelight.identities.shared_values import strongest
from safelight.messages import _, ngettext

#: Log-odds that two accounts of different networks, each the only one of its network on a thing, are one person's: people
#: share computers, and an account that was logged in once stays. A modest sum whatever the number of accounts is.
ALONE: Final = 3.0
#: In a small operation any two are likelier one person's beforehand, and it is less, so that by itself it never proposes
#: (the prior of `calibration.json` is about `PRIOR` less the logarithm of the accounts; it weighs this kind up to `HEAVY`).
PRIOR: Final = 3.0
HEAVY: Final = 1.5
#: Taken off for each further account of a network on it (two accounts of one network on one computer: two people, or one
#: who changes between them).
EACH: Final = 2.0
MOST: Final = ALONE
#: With no more accounts of a network on a thing than this, two on it are worth a look for whatever else says of them.
CROWD: Final = 4
#: Things on which more were logged in are nobody's own.
MOST_LOGGED_IN: Final = 40

_ON = f"""
    with logged_in as (
        select distinct value as thing, tenure, network, instance, identifiers.trace
        from identifiers join tenures using (tenure)
        where kind = 'device' and basis = 'file' and value like 'source:%'
    ), crowds as (
        select thing, sum(n)::bigint as holders, max(n) as crowd from (
            select thing, network, instance, count(distinct tenure) as n from logged_in group by all
        ) group by thing having sum(n) between 2 and {MOST_LOGGED_IN}
    )
    select x.tenure as a, y.tenure as b, thing, holders, crowd, x.trace as trace_a, y.trace as trace_b,
           least({ALONE}, (ln((select count(*) from tenures)) - {PRIOR}) / {HEAVY}) - {EACH} * (crowd - 1) as weight
    from logged_in x join logged_in y using (thing) join crowds using (thing) where x.tenure < y.tenure
"""


def _measure(bench: Bench) -> pa.Table:
    return strongest(bench, _ON, ("thing", "holders", "crowd"), MOST)


def _propose(bench: Bench) -> pa.Table:
    return (
        bench.db.sql(f"select distinct a, b from ({_ON}) where crowd <= {CROWD} order by a, b")
        .to_arrow_table()
        .cast(PAIRS)
    )


def _say(detail: Mapping[str, Any]) -> str:
    told = ngettext(
        "Both accounts were logged in on the same seized item.",
        "Both accounts were logged in on the same %(n)d seized items.",
        int(detail["n"]),
    ) % {"n": int(detail["n"])}
    crowd = int(detail["crowd"])
    if crowd > 1:
        told += " " + _(
            "Of one network %(crowd)d accounts were logged in there, so several people may have used it."
        ) % {"crowd": crowd}
    return told


KIND = Kind("owner", "identifier", True, _measure, _say, _propose, version=2)
