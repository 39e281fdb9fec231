"""Accounts at banks and remitters, and wallets, that both accounts name as theirs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from safelight.identities.evidence.holders import others
from safelight.identities.kinds import Kind
from safelight.identities.shared_values import Sharing, measure, propose
from safelight.messages import _

#: Where somebody wants the money to go is rarely stated wrongly, but a helper's account may stand there.
SHARING: Final = Sharing(("payment", "wallet"), trust=3.0, stated=0.5)


def _say(detail: Mapping[str, Any]) -> str:
    told = (
        _("The wallet %(value)s stands in the records of both accounts.")
        if detail["kind"] == "wallet"
        else _("The payment account %(value)s stands in the records of both accounts.")
    )
    return told % {"value": str(detail["value"]).partition(":")[2] or detail["value"]} + " " + others(detail)


KIND = Kind("payment", "identifier", True, partial(measure, by=SHARING), _say, partial(propose, by=SHARING))
