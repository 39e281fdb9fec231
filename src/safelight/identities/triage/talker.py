"""Talker: wrote more than nearly all other accounts of its network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from safelight.identities.triage.ground import Ground
from safelight.identities.triage.model import ONCE, Found, Role
from safelight.messages import _, ngettext
from safelight.messages.figures import decimal

#: From so many messages on, and among the first tenth of the network's accounts that wrote.
LEAST, SHARE = 200, 10


def find(ground: Ground) -> Iterator[Found]:
    """The first tenth of each network."""
    for account, network, n, conversations, place, of in ground.rows(
        f"""with mine as (select account, any_value(network) as network, count(*) as n,
                                 count(distinct conversation_id) as conversations from once group by account),
            ranked as (select *, rank() over (partition by network order by n desc) as place,
                              count(*) over (partition by network) as total from mine)
            select account, network, n, conversations, place, total from ranked
            where n >= {LEAST} and place * {SHARE} <= greatest(total, {SHARE}) order by account"""
    ):
        detail = {"messages": n, "conversations": conversations, "network": network, "place": place, "of": of}
        yield Found(account, float(n), detail)


def say(detail: Mapping[str, Any]) -> str:
    """The sentence."""
    n = detail["conversations"]
    return ngettext(
        "Wrote %(messages)s distinct messages in %(n)s conversation; place %(place)s of %(of)s in %(network)s.",
        "Wrote %(messages)s distinct messages in %(n)s conversations; place %(place)s of %(of)s in %(network)s.",
        n,
    ) % {
        "messages": decimal(detail["messages"]),
        "n": decimal(n),
        "place": decimal(detail["place"]),
        "of": decimal(detail["of"]),
        "network": detail["network"],
    }


ROLE = Role(
    name="talker",
    title=lambda: _("talker"),
    rule=lambda: _("At least 200 distinct messages, and among the first tenth of its network by them."),
    find=find,
    say=say,
    needs=("messages",),
    reads=ONCE,
)
