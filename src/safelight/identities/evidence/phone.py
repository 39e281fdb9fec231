"""Telephone numbers that both accounts have: registered with the number, or written into their profiles."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from safelight.identities.evidence.holders import others
from safelight.identities.kinds import Kind
from safelight.identities.shared_values import Sharing, measure, propose
from safelight.messages import _

#: Numbers are passed on and families share them; most often a number is one person's.
SHARING: Final = Sharing(("phone",), trust=3.0, stated=1.0, timed=True)


def _say(detail: Mapping[str, Any]) -> str:
    told = _("The telephone number %(value)s stands in the records of both accounts.")
    return told % {"value": detail["value"]} + " " + others(detail)


KIND = Kind("phone", "identifier", True, partial(measure, by=SHARING), _say, partial(propose, by=SHARING))
