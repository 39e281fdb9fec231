"""Buyer: the account paid, several times."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from safelight.identities.triage import payments
from safelight.identities.triage.ground import Ground
from safelight.identities.triage.model import Found, Role
from safelight.identities.triage.words import span, sums
from safelight.messages import _, ngettext
from safelight.messages.figures import decimal

LEAST, OTHERS = 3, 1


def find(ground: Ground) -> Iterator[Found]:
    """Accounts that sent at least three payments."""
    return payments.found(ground, "payer", LEAST, OTHERS)


def say(detail: Mapping[str, Any]) -> str:
    """The sentence."""
    told = ngettext(
        "Sent %(n)s payments to %(others)s account",
        "Sent %(n)s payments to %(others)s accounts",
        detail["others"],
    ) % {"n": decimal(detail["n"]), "others": decimal(detail["others"])}
    if detail["amounts"]:
        told += " " + _("(%(sums)s in all)") % {"sums": sums(detail["amounts"])}
    return payments.confirmed(
        f"{told}{span(detail)}.", detail, _("Confirmed as one person with %(name)s, which did this:")
    )


ROLE = Role(
    name="buyer",
    title=lambda: _("buyer"),
    rule=lambda: _(
        "Sent at least 3 payments. What was bought, if anything, is not known. The accounts that people confirmed as one "
        "person with it carry the role too."
    ),
    find=find,
    say=say,
    needs=("transfers",),
    reads=("transfers", "same_transfers", "accounts", "same"),
)
