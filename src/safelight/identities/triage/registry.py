"""All roles, in the order of the written rule by which accounts are listed: the first one that an account has decides.

Within one role accounts go by messages, most first. A role that a person rejected does not count. What looks automatic
comes last, whatever else it has, because its figures drown the others'.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from safelight.identities.triage import (
    activity,
    automatic,
    beside,
    bridge,
    buyer,
    central,
    contact,
    known,
    moderator,
    place,
    seized,
    seller,
    talker,
)
from safelight.identities.triage.model import Role

ROLES: Final[tuple[Role, ...]] = (
    contact.ROLE,
    beside.ROLE,
    seized.ROLE,
    seller.ROLE,
    buyer.ROLE,
    known.ROLE,
    moderator.ROLE,
    bridge.ROLE,
    central.ROLE,
    talker.ROLE,
    automatic.ROLE,
    place.ROLE,
    activity.ROLE,
)
BY_NAME: Final[Mapping[str, Role]] = {role.name: role for role in ROLES}
#: Those that stand as tags, in the order of the rule.
TAGS: Final = tuple(role for role in ROLES if role.tag)
#: The one that puts an account at the end.
LAST: Final = automatic.ROLE.name
