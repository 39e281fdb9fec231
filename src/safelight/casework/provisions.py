"""Penal provisions that a case is about: code, section and the version of the text that is meant.

Headings are data (`data/provisions.toml`) with their source and the day on which they were read.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final, Self

from safelight.errors import Refused
from safelight.ledger.as_of import day_of
from safelight.messages import _

_FILE: Final = Path(__file__).parent / "data" / "provisions.toml"
_WRITTEN: Final = re.compile(
    r"(?P<code>\d{4})\s*(?:§|:|\s)\s*(?P<section>\d{1,4}(?: ?[a-z])?(?:-\d+)?)(?P<rest>.*)", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Code:
    """A penal code, with the days between which it was the one for what is done then."""

    code: str
    name: str
    begins: date | None
    ends: date | None
    headings: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Provision:
    """One provision. `version`: the day whose text is meant; None: not stated. `part`: letter or clause, as written."""

    code: str
    section: str
    part: str = ""
    version: date | None = None

    @classmethod
    def of(cls, value: Any) -> Self:
        """As a statement of the ledger holds it."""
        if not isinstance(value, Mapping):
            return cls("", str(value))
        version = value.get("version")
        return cls(
            str(value.get("code") or ""), str(value.get("section") or ""), str(value.get("part") or ""),
            date.fromisoformat(version) if version else None,
        )  # fmt: skip

    @property
    def value(self) -> dict[str, str]:
        """As a statement of the ledger holds it."""
        version = self.version.isoformat() if self.version else ""
        return {"code": self.code, "section": self.section, "part": self.part, "version": version}

    @property
    def title(self) -> str:
        """`strl. 2005 § 305 b (2015-10-01)`."""
        told = " ".join(part for part in (f"strl. {self.code} § {self.section}", self.part) if part)
        return f"{told} ({self.version.isoformat()})" if self.version else told

    @property
    def heading(self) -> str:
        """Its heading, where it was read."""
        found = codes().get(self.code)
        return found.headings.get(self.section, "") if found else ""


@cache
def codes() -> Mapping[str, Code]:
    """The penal codes, by the year that people name them by."""
    return {
        one["code"]: Code(one["code"], one["name"], one.get("begins"), one.get("ends"), one["headings"])
        for one in tomllib.loads(_FILE.read_text(encoding="utf-8"))["code"]
    }


def provision(text: str, version: str = "") -> Provision:
    """A provision as people write it: `2005 § 305 b`. Raises Refused, BadInput; also where the code was not in force on the
    day of the version."""
    found = _WRITTEN.fullmatch(text.strip())
    known = codes().get(found["code"]) if found else None
    if found is None or known is None:
        raise Refused(
            _("“%(text)s” names no provision.") % {"text": text.strip()},
            _("Write the code's year and the section: 2005 § 305. Codes: %(codes)s.")
            % {"codes": ", ".join(codes())},
        )
    day = day_of(version) if version else None
    if day and ((known.begins and day < known.begins) or (known.ends and day >= known.ends)):
        raise Refused(
            _("%(name)s was not in force on %(day)s.") % {"name": known.name, "day": day.isoformat()},
            _("Name the other code, or another day."),
        )
    return Provision(known.code, found["section"], found["rest"].strip(" ,"), day)
