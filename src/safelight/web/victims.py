"""The register of victims: most urgent first by the unit's rule, with facets and how "at least N" is counted.

Who does not hold the register's right is told that there is no such page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from safelight.access.door import Door
from safelight.casework.asked_days import asked
from safelight.casework.victim_register import opened
from safelight.operation.settings import UrgencySettings, read_settings
from safelight.web import victim_words as words
from safelight.web.render import with_query

ROWS = 200
_ORDER = {
    "urgency": ("urgent", "contact", "material", "other"),
    "status": ("unidentified", "identified", "located", "safe", "followed up"),
    "origin": ("chat", "media", "both", "neither"),
    "counted": ("counted", "further"),
}
FACETS = ("urgency", "status", "origin", "country", "counted")


@dataclass(frozen=True, slots=True)
class Address:
    """What the register's address asks for: a value a facet, the first row, and the days known and true."""

    only: dict[str, str]
    first: int
    known: str
    true: str

    def to(self, first: int = 0, **changes: str | None) -> str:
        """The register with something changed; None takes a facet's choice back."""
        only = {key: value for key, value in (self.only | changes).items() if value is not None}
        return with_query(
            "/victims", list(only.items()), first=first or None, known=self.known, true=self.true
        )

    def figure(self, name: str) -> str:
        """The rows behind a figure, as of the same days."""
        return with_query(f"/figures/{name}", [], known=self.known, true=self.true)

    def child(self, name: str) -> str:
        """The page of a child, as of the same days."""
        return with_query(f"/victims/{name}", [], known=self.known, true=self.true)


def address_of(request: Request) -> Address:
    """The address of a request."""
    given = request.query_params
    first = given.get("first", "0")
    only = {name: given[name] for name in FACETS if name in given}
    return Address(
        only, int(first) if first.isdecimal() else 0, given.get("known", ""), given.get("true", "")
    )


def admitted(request: Request) -> Door:
    """The door, for who holds the register's right; for others the address does not exist, in the words of any such."""
    door: Door = request.app.state.door
    if not door.holds("victims"):
        raise HTTPException(404)
    return door


def rule_of(request: Request) -> UrgencySettings:
    """The unit's rule of urgency as it is set now."""
    door: Door = request.app.state.door
    return read_settings(door.folder.settings).urgency


def listing(request: Request) -> Response:
    """The register. Raises NotFound without its right, BadInput for a day that is none."""
    door = admitted(request)
    address, rule = address_of(request), rule_of(request)
    as_of = asked(address.known, address.true)
    with door.consult("victims", " ".join(f"{key}:{value}" for key, value in address.only.items())) as look:
        found = opened(look.reading, door.who).listed(
            rule, as_of, only=address.only, first=address.first, count=ROWS
        )
        context: dict[str, Any] = {
            "standing": look.standing(),
            "address": address,
            "found": found,
            "number": found.number,
            "rule": rule,
            "facets": [(name, _facet(name, found.facets[name])) for name in FACETS],
            "past": as_of.past,
            "count": ROWS,
            "words": words,
            "done": request.query_params.get("done", ""),
        }
    page: Response = request.app.state.templates.page(request, "victims.html", context)
    return page


def _facet(name: str, counts: Any) -> list[tuple[str, int]]:
    if name in _ORDER:
        return [(value, counts.get(value, 0)) for value in _ORDER[name]]
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:12]


ROUTES = [Route("/victims", listing, methods=["GET"])]
