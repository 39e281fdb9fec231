"""Handovers: the disclosure ledger, and one handover with what is in it, what was left out, and what must be corrected.

What is done on these pages stands in `handover_acts`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from safelight.access.door import Door
from safelight.casework.allocation import TRANSFER
from safelight.casework.asked_days import asked
from safelight.casework.handover import disclosures, received_differences
from safelight.casework.handover.disclosures import Disclosed
from safelight.casework.handover.takeover import Imported
from safelight.web import handover_words as words
from safelight.web.handover_acts import AUDIENCES
from safelight.web.handover_receive import Outcomes
from safelight.web.render import with_query

#: Pages of what can be given, by its number.
_PLACES = {"person": "/persons/", "victim": "/victims/", "case": "/cases/", "exhibit": "/exhibits/"}

#: Rows of the disclosure ledger that stand beside a handover.
BESIDE = 12


@dataclass(frozen=True, slots=True)
class Address:
    """The days that an address asks about."""

    known: str
    true: str

    def to(self, number: str = "") -> str:
        """The list or one handover, as of the same days."""
        path = f"/handovers/{number}" if number else "/handovers"
        return with_query(path, [], known=self.known, true=self.true)


def listing(request: Request) -> Response:
    """What was given to whom, and whose keys count. Raises BadInput for a day that is none."""
    door: Door = request.app.state.door
    address = _address(request)
    as_of = asked(address.known, address.true)
    with door.consult("handovers") as look:
        context = {
            "standing": look.standing(),
            "rows": disclosures.listed(look.reading, door.who, as_of),
            "keys": disclosures.signing_keys(look.reading, as_of),
            "address": address,
            "past": as_of.past,
            "words": words,
            "audiences": AUDIENCES,
            "case": request.query_params.get("case", ""),
        }
    page: Response = request.app.state.templates.page(request, "handovers.html", context)
    return page


def one(request: Request) -> Response:
    """One handover. Raises NotFound, Refused for another kind of record."""
    door: Door = request.app.state.door
    address, number = _address(request), request.path_params["number"]
    as_of = asked(address.known, address.true)
    with door.consult("handover", number) as look:
        found = disclosures.one(look.reading, number, door.who, as_of)
        ledger = disclosures.listed(look.reading, door.who, as_of)
        context: dict[str, Any] = {
            "standing": look.standing(),
            "found": found,
            "differences": received_differences.of_package(look.reading, found.handover.received["manifest"])
            if found.handover.received
            else None,
            "handover": found.handover,
            "rows": _beside(ledger, number),
            "ledger_count": len(ledger),
            "abouts": disclosures.conflict_names(look.reading, found.handover),
            "outcome": _outcome(request, number),
            "moved": found.handover.kind == TRANSFER,
            "places": _PLACES,
            "gave": sorted(Counter(str(one.value["what"]) for one in found.handover.gave).items()),
            "address": address,
            "past": as_of.past,
            "words": words,
        }
    page: Response = request.app.state.templates.page(request, "handover.html", context)
    return page


def _outcome(request: Request, number: str) -> Imported | None:
    """What an import from this workbench did, for whoever comes from it."""
    outcomes: Outcomes = request.app.state.imported
    return outcomes.of(number) if "imported" in request.query_params else None


def _beside(ledger: Sequence[Disclosed], number: str) -> Sequence[Disclosed]:
    """The rows of the disclosure ledger around a handover."""
    at = next(
        (n for n, one in enumerate(ledger) if number in (one.handover.record.name, one.handover.record.id)), 0
    )
    first = max(0, min(at - BESIDE // 2, len(ledger) - BESIDE))
    return ledger[first : first + BESIDE]


def _address(request: Request) -> Address:
    return Address(request.query_params.get("known", ""), request.query_params.get("true", ""))


ROUTES = [
    Route("/handovers", listing, methods=["GET"]),
    Route("/handovers/{number}", one, methods=["GET"]),
]
