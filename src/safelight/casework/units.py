"""Who can own a case: a police district, a national unit, or a force abroad.

In the ledger a Norwegian unit is its name (`Vest`, `Kripos`), one abroad is `{"country": "SE", "unit": "Polisen"}`; the
country is ISO 3166-1 alpha-2.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, Self

from safelight.casework import districts
from safelight.errors import Refused
from safelight.messages import _

_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit that owns cases."""

    kind: Literal["district", "national", "foreign"]
    name: str
    country: str = "NO"

    @classmethod
    def of(cls, value: Any) -> Self:
        """A unit as a statement of the ledger holds it."""
        if isinstance(value, Mapping) and value.get("country") not in (None, "", "NO"):
            return cls("foreign", str(value.get("unit") or ""), str(value["country"]))
        name = str(value.get("unit") or "") if isinstance(value, Mapping) else str(value)
        return cls("national" if name in districts.national() else "district", name)

    @property
    def value(self) -> str | dict[str, str]:
        """As a statement of the ledger holds it."""
        return {"country": self.country, "unit": self.name} if self.kind == "foreign" else self.name

    @property
    def title(self) -> str:
        """As people say it: `Vest`, `Kripos`, `Polisen (SE)`."""
        if self.kind != "foreign":
            return self.name
        return f"{self.name} ({self.country})" if self.name else self.country


def unit(text: str, day: date) -> Unit:
    """The unit that somebody named for a day: a district, a national unit, or a force abroad as `SE` or `SE:Polisen`.

    Raises Refused for an unknown one and for a district that was not there that day.
    """
    given = text.strip()
    if given in districts.national():
        return Unit("national", given)
    abroad = re.fullmatch(r"([A-Z]{2})(?::(.*))?", given, re.DOTALL)
    if abroad is None:
        return Unit("district", districts.district(given, day).name)
    if abroad[1] == "NO":
        raise Refused(
            _("Units in Norway are named without a country."),
            _("Name a district, or one of %(names)s.") % {"names": ", ".join(districts.national())},
        )
    name = (abroad[2] or "").strip()
    if len(name) > _LONGEST:
        raise Refused(_("The unit's name is too long."), _("Give it in a few words."))
    return Unit("foreign", name, abroad[1])
