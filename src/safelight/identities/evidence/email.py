"""Mail addresses that both accounts have: registered with the address, or written into their profiles."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from safelight.identities.evidence.holders import others
from safelight.identities.kinds import Kind
from safelight.identities.shared_values import Sharing, measure, propose
from safelight.messages import _

#: An address has one password, and few share it.
SHARING: Final = Sharing(("email",), trust=3.5, stated=1.0, timed=True)


def _say(detail: Mapping[str, Any]) -> str:
    told = _("The mail address %(value)s stands in the records of both accounts.")
    return told % {"value": detail["value"]} + " " + others(detail)


KIND = Kind("email", "identifier", True, partial(measure, by=SHARING), _say, partial(propose, by=SHARING))
