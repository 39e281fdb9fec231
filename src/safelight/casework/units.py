"""Who can own a case: a police district, a national unit or a force abroad, written as a short code that can be counted.

`district:Vest`, `national:Kripos`, `foreign:SE:Polisen`. The country is ISO 3166-1 alpha-2.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal, Self

from safelight.casework import districts
from safelight.errors import Refused
from safelight.messages import _

#: A code is counted by in SQL, so it is as short as `ledger.projections` keeps.
_LONGEST = 64


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit that owns cases."""

    kind: Literal["district", "national", "foreign"]
    name: str
    country: str = "NO"

    @classmethod
    def of(cls, code: str) -> Self:
        """A unit as the ledger holds it. Raises Refused for what is no code."""
        kind, _colon, rest = code.partition(":")
        if kind == "foreign":
            country, _colon, name = rest.partition(":")
            return cls("foreign", name, country)
        if kind not in ("district", "national") or not rest:
            raise Refused(
                _("“%(code)s” names no unit.") % {"code": code},
                _("Write district:Vest, national:Kripos or foreign:SE:Polisen."),
            )
        return cls("district" if kind == "district" else "national", rest)

    @property
    def code(self) -> str:
        """As the ledger holds it."""
        return f"foreign:{self.country}:{self.name}" if self.kind == "foreign" else f"{self.kind}:{self.name}"

    @property
    def title(self) -> str:
        """As people say it: `Vest`, `Kripos`, `Polisen (SE)`."""
        if self.kind != "foreign":
            return self.name
        return f"{self.name} ({self.country})" if self.name else self.country


def unit(text: str, day: date) -> Unit:
    """The unit that somebody named for a day: a code, a district or a national unit by name, or `SE`.

    Raises Refused for an unknown one and for a district that was not there that day.
    """
    given = text.strip()
    kind, colon, rest = given.partition(":")
    if kind == "foreign" or re.fullmatch("[A-Z]{2}", given):
        country, _colon, name = rest.partition(":") if colon else (given, "", "")
        if not re.fullmatch("[A-Z]{2}", country) or country == "NO":
            raise Refused(
                _("“%(country)s” is no country abroad.") % {"country": country},
                _("Give its two letters of ISO 3166-1, as in foreign:SE:Polisen."),
            )
        found = Unit("foreign", name.strip(), country)
    elif kind == "national" or given in districts.national():
        name = rest.strip() if colon else given
        if name not in districts.national():
            raise Refused(
                _("There is no national unit “%(name)s”.") % {"name": name},
                _("Use one of %(names)s.") % {"names": ", ".join(districts.national())},
            )
        found = Unit("national", name)
    else:
        found = Unit(
            "district", districts.district(rest if kind == "district" and colon else given, day).name
        )
    if len(found.code) > _LONGEST:
        raise Refused(_("The unit's name is too long."), _("Give it in a few words."))
    return found
