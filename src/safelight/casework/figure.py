"""One figure of an operation: what it counts, its value, and the rows that make it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from safelight.casework import districts
from safelight.casework.current import Current
from safelight.errors import BadInput
from safelight.ledger.as_of import NOW, PRESENT, AsOf, day_in_oslo
from safelight.ledger.ledger import Ledger
from safelight.messages import _
from safelight.operation.folder import OperationFolder
from safelight.operation.settings import read_settings


@dataclass(frozen=True, slots=True)
class Figure:
    """`value` is None where nothing that is known tells it. `part` is what the figure is a part of: an owner, a country, a
    status. `least`: there may be more, of which nothing is known."""

    name: str
    value: int | None
    part: str = ""
    least: bool = False
    exact: bool = True
    """Of a number that is at least so large: whether it is the largest that can be proved."""
    unknown: int = 0
    """How many of the rows say nothing of it (exhibits without a size, suspects without a district)."""

    @property
    def key(self) -> str:
        """What opens its rows: `cases_owner:Vest`."""
        return f"{self.name}:{self.part}" if self.part else self.name


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that a figure counts. `entries`: the ledger's entries because of which it counts, the way to the source."""

    kind: str
    """person, victim, case, exhibit or run"""
    name: str
    label: str
    detail: str
    since: int | None
    entries: tuple[int, ...]
    also: tuple[str, ...] = ()
    """Other records that were joined with it."""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question. `own`: the unit's own district; `victims`: whether who asks may see the register of victims."""

    ledger: Ledger
    as_of: AsOf = PRESENT
    own: str = ""
    victims: bool = True

    @property
    def true_day(self) -> date:
        """The day of which it is asked."""
        now = min(self.as_of.known, self.ledger.now())
        return day_in_oslo(now if self.as_of.true == NOW else self.as_of.true)

    def current(self, connection: sa.Connection) -> Current:
        """What counted then."""
        return Current(connection, self.as_of)


def own_unit(folder: OperationFolder) -> str:
    """The operation's own district or national unit by its name of record; empty where the setting is. Raises BadInput."""
    given = read_settings(folder.settings).operation_unit.district.strip()
    wanted = given.removesuffix("politidistrikt").strip().casefold()
    if not wanted or given in districts.national():
        return given
    for one in districts.known().values():
        if wanted in (one.name.casefold(), one.nn.casefold()):
            return one.name
    raise BadInput(
        _("operation.toml names the district %(name)s, which there is not.") % {"name": repr(given)},
        _("Correct operation_unit.district; see docs/settings.md."),
    )
