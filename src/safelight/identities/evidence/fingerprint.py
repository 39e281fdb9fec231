"""Certificates and keys by their fingerprint: whoever uses one holds its secret half."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from safelight.identities.evidence.holders import others
from safelight.identities.kinds import Kind
from safelight.identities.shared_values import Sharing, measure, propose
from safelight.messages import _

#: A secret key is hardly ever given away; the fingerprint in a profile anybody may copy.
SHARING: Final = Sharing(("fingerprint",), trust=4.0, stated=1.5)


def _say(detail: Mapping[str, Any]) -> str:
    told = _("The key or certificate with the fingerprint %(value)s stands in the records of both accounts.")
    return told % {"value": detail["value"]} + " " + others(detail)


KIND = Kind(
    "fingerprint", "identifier", True, partial(measure, by=SHARING), _say, partial(propose, by=SHARING)
)
