"""Ids of other networks that a profile states ("my ICQ is ..."): the account of that id, or another that states the same.

One of the two must state it: that two accounts are called alike where they are registered is no statement about each other.
User 57 of one forum is not user 57 of the next, and a profile seldom says which forum; an id that accounts of several
instances of a network have is nobody's (`own_ids.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from safelight.identities.evidence.holders import others
from safelight.identities.evidence.own_ids import OWN_IDS
from safelight.identities.kinds import Kind
from safelight.identities.shared_values import Sharing, measure, propose
from safelight.messages import _

_SOURCE: Final = f"""
    select tenure, kind, value, basis, trace, book, first_us, last_us from identifiers where kind = 'native'
    union all {OWN_IDS}
"""
#: Anybody may write somebody else's id into a profile, and some do to harm them; most write their own.
SHARING: Final = Sharing(("native",), trust=3.5, stated=1.0, source=_SOURCE, one_of="profile")


def _say(detail: Mapping[str, Any]) -> str:
    network, _colon, value = str(detail["value"]).partition(":")
    told = (
        _("One account's profile names the other as its own: %(value)s in the network %(network)s.")
        if "own" in (detail["basis_a"], detail["basis_b"])
        else _("The profiles of both accounts name %(value)s in the network %(network)s as their own.")
    )
    return told % {"value": value, "network": network} + " " + others(detail)


KIND = Kind("native", "identifier", True, partial(measure, by=SHARING), _say, partial(propose, by=SHARING))
