"""The days that a page about figures is about: known on, true on, compared with."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from safelight.access.reading import Reading
from safelight.casework.asked_days import asked
from safelight.casework.figure import Asked, own_unit
from safelight.web.render import with_query


@dataclass(frozen=True, slots=True)
class Days:
    """Days as the address has them, written 2016-11-20; empty for now."""

    known: str
    true: str
    compare: str = ""

    @classmethod
    def of(cls, request: Request) -> Days:
        """Out of the query."""
        given = request.query_params
        return cls(given.get("known", ""), given.get("true", ""), given.get("compare", ""))

    @property
    def past(self) -> bool:
        """Nothing can be decided in it."""
        return bool(self.known or self.true)

    def to(self, path: str) -> str:
        """The same days on another page."""
        return with_query(path, [], known=self.known, true=self.true)

    def question(self, request: Request, reading: Reading) -> Asked:
        """What is asked of the figures. Raises BadInput for a day that is none."""
        door = request.app.state.door
        moment = asked(self.known, self.true)
        return Asked(reading.ledger, moment, own_unit(door.folder), door.holds("victims"))
