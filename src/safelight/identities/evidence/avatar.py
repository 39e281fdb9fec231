"""Avatars: both accounts show the same picture, byte for byte. A default picture is shared by many and counts nothing."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from safelight.identities.evidence.holders import others
from safelight.identities.kinds import Kind
from safelight.identities.shared_values import Sharing, measure, propose
from safelight.messages import _

#: Pictures are copied, and apps hand out small sets of them.
SHARING: Final = Sharing(("avatar",), trust=-1.0, stated=0.0)


def _say(detail: Mapping[str, Any]) -> str:
    told = _("Both accounts use the same profile picture (%(value)s).")
    return told % {"value": str(detail["value"])[:12]} + " " + others(detail)


KIND = Kind("avatar", "identifier", False, partial(measure, by=SHARING), _say, partial(propose, by=SHARING))
