"""Ids of other networks that a profile states ("my ICQ is ..."): the account of that id, or another that states the same."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from safelight.identities.evidence.holders import others
from safelight.identities.kinds import Kind
from safelight.identities.shared_values import Sharing, measure, propose
from safelight.messages import _

#: Each account holds its own id; alone it has that in common with nobody.
_SOURCE: Final = """
    select tenure, kind, value, basis, trace from identifiers where kind = 'native'
    union all
    select tenure, 'native' as kind, network || ':' || native as value, 'own' as basis, null::varchar as trace from tenures
    where native is not null and not regexp_matches(native, '^(name:|local:|[?])')
"""
#: Anybody may write somebody else's id into a profile, and some do to harm them; most write their own.
SHARING: Final = Sharing(("native",), trust=3.5, stated=1.0, source=_SOURCE)


def _say(detail: Mapping[str, Any]) -> str:
    network, _colon, value = str(detail["value"]).partition(":")
    told = (
        _("One account's profile names the other as its own: %(value)s in the network %(network)s.")
        if "own" in (detail["basis_a"], detail["basis_b"])
        else _("The profiles of both accounts name %(value)s in the network %(network)s as their own.")
    )
    return told % {"value": value, "network": network} + " " + others(detail)


KIND = Kind("native", "identifier", True, partial(measure, by=SHARING), _say, partial(propose, by=SHARING))
