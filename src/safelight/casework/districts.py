"""Police districts of Norway by date, the municipalities of each, and where a person's home district lay on a day.

The 27 districts of 2002 to 2015 and the 12 since 2016 are data (`data/districts.toml`), and so are the lists of
municipalities (`data/municipalities.toml`), each with its period, its sources and what it covers. What no list covers is
unknown and never guessed.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from safelight.errors import Refused
from safelight.ledger import records
from safelight.ledger.as_of import NOW, PRESENT, AsOf, day_in_oslo
from safelight.ledger.ledger import Ledger
from safelight.ledger.records import Statement, newest
from safelight.messages import _

_DATA: Final = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class District:
    """One police district. `name` is bokmål and the name of record; `ends` is the first day on which it was no more."""

    name: str
    nn: str
    begins: date
    ends: date | None
    became: tuple[str, ...]

    def on(self, day: date) -> bool:
        """Whether it existed that day."""
        return self.begins <= day and (self.ends is None or day < self.ends)


@dataclass(frozen=True, slots=True)
class MunicipalityList:
    """Which municipality lay where, for a time. `source` and `covers` are shown beside what was found with it."""

    begins: date
    ends: date | None
    source: str
    covers: str
    counties: Mapping[str, str]
    municipalities: Mapping[str, str]
    unknown: frozenset[str]

    def district(self, number: str) -> str | None:
        """The district of a municipality's number; None where the list does not say."""
        if number in self.unknown or len(number) != 4 or not number.isdecimal():
            return None
        return self.municipalities.get(number) or self.counties.get(number[:2])


@dataclass(frozen=True, slots=True)
class Home:
    """A person's home district. `statements`: entries that it rests on; `municipality`: the number of the address."""

    district: str | None
    because: Literal["stated", "address", "unknown"]
    municipality: str = ""
    statements: tuple[int, ...] = ()


@cache
def known() -> Mapping[str, District]:
    """Every district that there was, by name."""
    return {
        one["name"]: District(
            one["name"],
            one.get("nn", one["name"]),
            one["begins"],
            one.get("ends"),
            tuple(one.get("became", ())),
        )
        for one in _read("districts.toml")["district"]
    }


@cache
def national() -> tuple[str, ...]:
    """National units that can own a case."""
    return tuple(_read("districts.toml")["national"]["units"])


@cache
def lists() -> Sequence[MunicipalityList]:
    """The lists of municipalities, in order of time."""
    return [
        MunicipalityList(
            one["begins"],
            one.get("ends"),
            " ".join(one["source"].split()),
            " ".join(one["covers"].split()),
            one["county"],
            {number: name for name, numbers in one["municipality"].items() for number in numbers},
            frozenset(one.get("unknown", ())),
        )
        for one in _read("municipalities.toml")["list"]
    ]


def every(day: date) -> list[District]:
    """The districts of a day, in the order in which the police list them."""
    return [one for one in known().values() if one.on(day)]


def district(name: str, day: date) -> District:
    """The district of this name (bokmål or nynorsk, with or without "politidistrikt"), as it was on a day.

    Raises Refused where there is none, or it was not there that day.
    """
    wanted = name.strip().removesuffix("politidistrikt").strip().casefold()
    found = next(
        (one for one in known().values() if wanted in (one.name.casefold(), one.nn.casefold())), None
    )
    if found is None:
        raise Refused(
            _("There is no police district “%(name)s”.") % {"name": name.strip()},
            _("Those of %(day)s are: %(names)s.")
            % {"day": day.isoformat(), "names": ", ".join(one.name for one in every(day))},
        )
    if found.on(day):
        return found
    if found.ends is not None and day >= found.ends:
        raise Refused(
            _("%(name)s politidistrikt ended on %(day)s.")
            % {"name": found.name, "day": found.ends.isoformat()},
            _("Its area went to: %(names)s.") % {"names": ", ".join(found.became)},
        )
    raise Refused(
        _("%(name)s politidistrikt began on %(day)s.")
        % {"name": found.name, "day": found.begins.isoformat()},
        _("Name a district of %(day)s, or a later day.") % {"day": day.isoformat()},
    )


def of_municipality(number: str, day: date) -> str | None:
    """The district that a municipality (four digits) lay in on a day; None: no list says.

    A number that was given up by then is looked for in the lists before, and its district followed to that day.
    """
    for one in reversed([one for one in lists() if one.begins <= day]):
        if number in one.unknown:
            return None
        if (found := one.district(number)) is not None:
            return since(found, day)
    return None


def since(name: str, day: date) -> str | None:
    """What a district named earlier is on a day: itself, the one that took over its area, or None where that is several."""
    found = known().get(name)
    if found is None or found.on(day):
        return name
    return found.became[0] if found.ends and day >= found.ends and len(found.became) == 1 else None


def title(name: str, language: str) -> str:
    """The district's full name: `Øst politidistrikt`, `Aust politidistrikt` in nynorsk, `Øst police district`."""
    found = known().get(name)
    own = found.nn if found and language == "nn" else name
    return f"{own} police district" if language == "en" else f"{own} politidistrikt"


def homes(
    ledger: Ledger,
    as_of: AsOf = PRESENT,
    persons: Sequence[str] | None = None,
    heads: Mapping[str, str] | None = None,
) -> dict[str, Home]:
    """Home districts of persons (ids; None: all of whom anything is known), as of a moment: one query for all.

    `heads` (`joining.classes(...).head`): what is known of joined persons counts together, under the one id.
    A district that was stated goes before one that follows from the address in force that day and the list of that day.
    """
    found: dict[str, tuple[list[Statement], list[Statement]]] = {}
    for one in records.statements(
        ledger, type_="person", field=("district", "address"), record=persons, as_of=as_of
    ):
        found.setdefault((heads or {}).get(one.record, one.record), ([], []))[one.field == "address"].append(
            one
        )
    day = day_in_oslo(ledger.now() if as_of.true == NOW else as_of.true)
    return {person: _home(newest(stated), newest(lived), day) for person, (stated, lived) in found.items()}


def home(ledger: Ledger, person: str, as_of: AsOf = PRESENT) -> Home:
    """One person's home district."""
    return homes(ledger, as_of, [person]).get(person, Home(None, "unknown"))


def _home(stated: Statement | None, lived: Statement | None, day: date) -> Home:
    if stated is not None and isinstance(stated.value, str):
        return Home(since(stated.value, day), "stated", "", (stated.seq,))
    if lived is None or not isinstance(lived.value, dict):
        return Home(None, "unknown")
    number = str(lived.value.get("municipality") or "")
    there = of_municipality(number, day)
    return Home(there, "address" if there else "unknown", number, (lived.seq,))


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_DATA / name).read_text(encoding="utf-8"))
