"""Devices that both accounts were used from, by the device's own id (not: logged in on one exhibit, see `owner.py`)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from safelight.identities.evidence.holders import others
from safelight.identities.kinds import Kind
from safelight.identities.shared_values import Sharing, measure, propose
from safelight.messages import _

#: Devices are lent, sold and shared in families.
SHARING: Final = Sharing(("device",), trust=2.0, stated=1.0)


def _say(detail: Mapping[str, Any]) -> str:
    told = _("Both accounts were used on the device %(value)s.")
    return told % {"value": detail["value"]} + " " + others(detail)


KIND = Kind("device", "identifier", True, partial(measure, by=SHARING), _say, partial(propose, by=SHARING))
