"""Bridge: tied into several communities, on many of the shortest ways between accounts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from safelight.identities.network import ANSWER, CALL, MESSAGE, PAYMENT
from safelight.identities.triage.ground import Ground
from safelight.identities.triage.model import NETWORK, Found, Role
from safelight.messages import _
from safelight.messages.figures import decimal

#: A tie counts from so many messages (or one call or payment) on; a community from so many such ties on.
LEAST_MESSAGES, LEAST_TIES = 3, 2
COMMUNITIES = 3
#: Only the first tenth by betweenness.
SHARE = 10


def find(ground: Ground) -> Iterator[Found]:
    """Accounts with firm ties into at least three communities."""
    into: dict[int, Counter[int]] = defaultdict(Counter)
    woven = ground.woven
    pairs, community = woven.pairs, woven.community.tolist()
    firm = (
        (pairs.counts[:, MESSAGE] + pairs.counts[:, ANSWER] >= LEAST_MESSAGES)
        | (pairs.counts[:, CALL] > 0)
        | (pairs.counts[:, PAYMENT] > 0)
    )
    for a, b in zip(pairs.a[firm].tolist(), pairs.b[firm].tolist(), strict=True):
        into[a][community[b]] += 1
        into[b][community[a]] += 1
    candidates = {
        one: sorted((n for n in ties.values() if n >= LEAST_TIES), reverse=True) for one, ties in into.items()
    }
    candidates = {one: ties for one, ties in candidates.items() if len(ties) >= COMMUNITIES}
    if not candidates:
        return
    ways = woven.ways.tolist()
    first = sorted(range(len(ways)), key=lambda one: (-ways[one], one))[: max(len(ways) // SHARE, 1)]
    for one in first:
        if one in candidates and ways[one] > 0:
            yield Found(
                pairs.accounts[one],
                ways[one],
                {"ties": candidates[one], "betweenness": round(ways[one], 6)},
            )


def say(detail: Mapping[str, Any]) -> str:
    """The sentence."""
    ties = detail["ties"]
    return _("Tied to accounts of %(n)s communities: %(ties)s.") % {
        "n": decimal(len(ties)),
        "ties": ", ".join(decimal(n) for n in ties[:6]) + (" …" if len(ties) > 6 else ""),
    }


ROLE = Role(
    name="bridge",
    title=lambda: _("bridge"),
    rule=lambda: _(
        "In the first tenth by betweenness, and tied to at least 2 accounts in each of at least 3 communities by 3 distinct "
        "messages or more, a call or a payment."
    ),
    find=find,
    say=say,
    reads=NETWORK,
)
