"""Seller: the account was paid, several times and by several others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from safelight.identities.triage import payments
from safelight.identities.triage.ground import Ground
from safelight.identities.triage.model import Found, Role
from safelight.identities.triage.words import span, sums
from safelight.messages import _
from safelight.messages.figures import decimal

LEAST, OTHERS = 3, 2


def find(ground: Ground) -> Iterator[Found]:
    """Accounts that received at least three payments from at least two others."""
    return payments.found(ground, "payee", LEAST, OTHERS)


def say(detail: Mapping[str, Any]) -> str:
    """The sentence."""
    told = _("Received %(n)s payments from %(others)s accounts") % {
        "n": decimal(detail["n"]),
        "others": decimal(detail["others"]),
    }
    if detail["amounts"]:
        told += " " + _("(%(sums)s in all)") % {"sums": sums(detail["amounts"])}
    return payments.confirmed(
        f"{told}{span(detail)}.", detail, _("Confirmed as one person with %(name)s, which did this:")
    )


ROLE = Role(
    name="seller",
    title=lambda: _("seller"),
    rule=lambda: _(
        "Received at least 3 payments from at least 2 accounts. What was sold, if anything, is not known. The accounts that "
        "people confirmed as one person with it carry the role too."
    ),
    find=find,
    say=say,
    needs=("transfers",),
    reads=("transfers", "same_transfers", "accounts", "same"),
)
