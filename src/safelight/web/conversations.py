"""The list of conversations: filter by words, networks as facets, with counts of messages and of distinct messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from safelight.access import conversations as listed
from safelight.access.consultation import Consultation
from safelight.access.conversations import ConversationRow, NetworkFigures
from safelight.access.door import Door
from safelight.access.reading import Reading
from safelight.web.search import network_badge

ROWS = 100


@dataclass(frozen=True, slots=True)
class Column:
    """The left column of the reader: one page of the list, and the filter that it is under."""

    rows: tuple[ConversationRow, ...]
    total: int
    first: int
    words: str
    network: str
    networks: tuple[NetworkFigures, ...]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The filter in addresses."""
        return [(key, value) for key, value in (("words", self.words), ("network", self.network)) if value]

    @property
    def before(self) -> int | None:
        """Where the page before begins."""
        return max(self.first - ROWS, 0) if self.first else None

    @property
    def after(self) -> int | None:
        """Where the next page begins."""
        return self.first + ROWS if self.first + ROWS < self.total else None


def column(request: Request, reading: Reading, group: str = "") -> Column:
    """The list as the address filters it; with `group`, the page on which that conversation stands."""
    given = request.query_params
    words, network = given.get("words", "").strip(), given.get("network", "")
    start = given.get("first", "0")
    first = int(start) if start.isdecimal() and len(start) < 10 else 0
    if group and "first" not in given:
        first = listed.place_of(reading, group, words, network) // ROWS * ROWS
    rows, total = listed.listed(reading, words, network, first, ROWS)
    return Column(tuple(rows), total, first, words, network, tuple(listed.networks(reading, words)))


def context_of(request: Request, look: Consultation, group: str = "") -> dict[str, Any]:
    """What both pages with the column take."""
    return {
        "column": column(request, look.reading, group),
        "group": group,
        "standing": look.standing(),
        "network_badge": network_badge,
    }


def conversations(request: Request) -> Response:
    """The list with nothing opened yet, and the figures of each network."""
    door: Door = request.app.state.door
    with door.consult("conversations", request.url.query) as look:
        context = context_of(request, look)
    page: Response = request.app.state.templates.page(request, "conversations.html", context)
    return page


ROUTES = [Route("/conversations", conversations)]
