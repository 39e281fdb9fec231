"""Place in the network: with how many others an account is tied, how central it is, and in which community it lies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from safelight.identities.triage.ground import Ground
from safelight.identities.triage.model import NETWORK, Found, Role
from safelight.messages import _, ngettext
from safelight.messages.figures import decimal


def find(ground: Ground) -> Iterator[Found]:
    """Every account that is tied to another."""
    woven = ground.woven
    accounts, degree = woven.pairs.accounts, woven.pairs.degree()
    order = np.lexsort((np.arange(len(accounts)), -woven.rank)).tolist()
    for position, one in enumerate(order, 1):
        number = int(woven.community[one])
        yield Found(
            accounts[one],
            float(woven.rank[one]),
            {
                "contacts": int(degree[one]),
                "rank": position,
                "of": len(order),
                "betweenness": round(float(woven.ways[one]), 6),
                "community": accounts[int(woven.first[number])],
                "members": int(woven.members[number]),
            },
        )


def say(detail: Mapping[str, Any]) -> str:
    """The sentence."""
    n = detail["contacts"]
    tied = ngettext("Tied to %(n)s other account", "Tied to %(n)s other accounts", n) % {"n": decimal(n)}
    return _("%(tied)s; place %(rank)s of %(of)s by PageRank, in a community of %(members)s.") % {
        "tied": tied,
        "rank": decimal(detail["rank"]),
        "of": decimal(detail["of"]),
        "members": decimal(detail["members"]),
    }


ROLE = Role(
    name="place",
    title=lambda: _("place in the network"),
    rule=lambda: _(
        "Accounts are tied by messages between two, answers in groups, calls, payments, and (weakly) by writing in the "
        "same group of at most 12 in the same month. PageRank by weight; betweenness from a sample of 100 accounts; "
        "communities by the method of Louvain, always the same for the same ties."
    ),
    find=find,
    say=say,
    tag=False,
    reads=NETWORK,
)
