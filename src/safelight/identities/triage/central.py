"""Central: one of those through whom the network holds together, by PageRank."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from safelight.identities.triage import place
from safelight.identities.triage.ground import Ground
from safelight.identities.triage.model import NETWORK, Found, Role
from safelight.messages import _
from safelight.messages.figures import decimal

#: The first fiftieth of all accounts with ties, as far as they have so many contacts.
SHARE, CONTACTS = 50, 5


def find(ground: Ground) -> Iterator[Found]:
    """The first ones by PageRank."""
    for one in place.find(ground):
        if one.detail["rank"] * SHARE <= one.detail["of"] and one.detail["contacts"] >= CONTACTS:
            yield one


def say(detail: Mapping[str, Any]) -> str:
    """The sentence."""
    return _("Tied to %(n)s accounts; place %(rank)s of %(of)s by PageRank.") % {
        "n": decimal(detail["contacts"]),
        "rank": decimal(detail["rank"]),
        "of": decimal(detail["of"]),
    }


ROLE = Role(
    name="central",
    title=lambda: _("central"),
    rule=lambda: _(
        "The first 2 of 100 by PageRank among all accounts with ties, if tied to at least 5 others."
    ),
    find=find,
    say=say,
    reads=NETWORK,
)
