"""Ties to known persons: accounts of seized devices, and accounts that people confirmed as a person's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from safelight.identities.network import ANSWER, CALL, MESSAGE, PAYMENT
from safelight.identities.triage.ground import Ground
from safelight.identities.triage.model import NETWORK, Found, Role
from safelight.identities.triage.words import listed
from safelight.messages import _, ngettext
from safelight.messages.figures import decimal

#: Named one by one at most.
_NAMED = 5


def find(ground: Ground) -> Iterator[Found]:
    """Accounts that wrote with, called or paid a known one; sharing a group alone is no tie here."""
    pairs, accounts = ground.woven.pairs, ground.woven.pairs.accounts
    met: dict[str, list[tuple[float, str, list[int]]]] = defaultdict(list)
    for a, b, counts, weight in zip(
        pairs.a.tolist(), pairs.b.tolist(), pairs.counts.tolist(), pairs.weight.tolist(), strict=True
    ):
        if not any(counts[kind] for kind in (MESSAGE, ANSWER, CALL, PAYMENT)):
            continue
        for one, other in ((accounts[a], accounts[b]), (accounts[b], accounts[a])):
            if other in ground.known and one not in ground.known:
                met[one].append((weight, other, counts))
    for account, ties in sorted(met.items()):
        ties.sort(key=lambda one: (-one[0], one[1]))
        known = [
            {
                "account": other, "name": ground.names.get(other, other), "basis": ground.known[other].basis,
                "where": list(ground.known[other].where), "messages": counts[MESSAGE] + counts[ANSWER],
                "calls": counts[CALL], "payments": counts[PAYMENT],
            }
            for _weight, other, counts in ties[:_NAMED]
        ]  # fmt: skip
        yield Found(
            account, sum(weight for weight, _other, _counts in ties), {"n": len(ties), "known": known}
        )


def say(detail: Mapping[str, Any]) -> str:
    """The sentence: the strongest tie in figures, how many more."""
    first = detail["known"][0]
    did = []
    if first["messages"]:
        did.append(
            ngettext("%(n)s distinct message", "%(n)s distinct messages", first["messages"])
            % {"n": decimal(first["messages"])}
        )
    if first["calls"]:
        did.append(ngettext("%(n)s call", "%(n)s calls", first["calls"]) % {"n": decimal(first["calls"])})
    if first["payments"]:
        did.append(
            ngettext("%(n)s payment", "%(n)s payments", first["payments"]) % {"n": decimal(first["payments"])}
        )
    why = (
        _("seized with %(exhibits)s") % {"exhibits": listed(first["where"][:2], len(first["where"]) - 2)}
        if first["basis"] == "seized"
        else _("confirmed, entry %(entries)s")
        % {"entries": listed(first["where"][:2], len(first["where"]) - 2)}
    )
    told = _("%(did)s with %(name)s (%(why)s)") % {"did": listed(did), "name": first["name"], "why": why}
    more = detail["n"] - 1
    if more:
        told += ngettext(
            ", and ties to %(n)s other known account", ", and ties to %(n)s other known accounts", more
        ) % {"n": decimal(more)}
    return f"{told[:1].upper()}{told[1:]}."


ROLE = Role(
    name="known",
    title=lambda: _("known tie"),
    rule=lambda: _(
        "Messages, answers, calls or payments with an account that a seized exhibit shows as its owner's, or that people "
        "confirmed as one person with another account. Being in a group together is not enough."
    ),
    find=find,
    say=say,
    reads=(*NETWORK, "accounts", "same", "exhibits"),
)
