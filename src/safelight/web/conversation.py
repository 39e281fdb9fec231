"""The conversation reader: a window of lines around a message, a date or a line; more windows as one scrolls; and why each
line is there. Every address opens at exactly what it names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from safelight.access import conversation as windows
from safelight.access import conversations as listed
from safelight.access.consultation import Consultation
from safelight.access.conversation import Line, Window
from safelight.access.conversation_media import sealed_pictures
from safelight.access.conversation_order import ConversationOrder, order_of, position_of
from safelight.access.conversation_people import people
from safelight.access.conversation_places import density, neighbour_day, on_date
from safelight.access.conversation_search import MOST, InnerHits, inner_hits
from safelight.access.door import Door
from safelight.access.zones import ZONES, Zone, zone_of
from safelight.errors import NotFound, Refused
from safelight.messages import _
from safelight.web.conversation_lines import Shown, long_date, shown
from safelight.web.conversation_why import panel
from safelight.web.conversations import context_of

#: Lines that a page brings along, and how many of them stand before the one that it opens at.
ROWS, ABOVE = 80, 24
#: Height of a bar's place in the rail, and of the bar.
STEP, BAR = 6, 4


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address of the reader says beside the place."""

    conversation: str
    zone: Zone
    query: str
    match: str
    pairs: tuple[tuple[str, str], ...]
    """Zone, search and the list's filter: what every link of the page carries on."""

    @property
    def path(self) -> str:
        """The reader's own address."""
        return f"/conversations/{self.conversation}"


def asked(request: Request) -> Asked:
    """Read the address. Raises Refused for a zone that there is not."""
    given = request.query_params
    kept = ("z", "q", "match", "words", "network")
    return Asked(
        conversation=request.path_params["conversation"],
        zone=zone_of(given.get("z", "")),
        query=given.get("q", "").strip(),
        match=given.get("match", "words"),
        pairs=tuple((key, given[key]) for key in kept if given.get(key)),
    )


def reader(request: Request) -> Response:
    """The whole page."""
    door: Door = request.app.state.door
    wanted = asked(request)
    with door.consult("conversation", f"{wanted.conversation} {wanted.query}".strip()) as look:
        reading = look.reading
        order = order_of(reading, wanted.conversation)
        wanted = replace(wanted, conversation=order.group)
        hits = _hits(look, order, wanted)
        at, selected = _place(request, look, order, wanted, hits)
        seen = windows.window(reading, order.group, max(at - ABOVE, 0), ROWS)
        line = next((one for one in seen.lines if one.position == selected), None)
        context = context_of(request, look, order.group) | {
            "asked": wanted,
            "zones": tuple(ZONES.values()),
            "row": listed.one(reading, order.group),
            "order": order,
            "at": at,
            "selected": selected,
            "selected_trace": None if selected is None else order.ids[selected].as_py(),
            "shown": _shown(look, seen, wanted, hits),
            "window": seen,
            "hits": hits,
            "most_hits": MOST,
            "hit": _hit_number(hits, at),
            "before": max(seen.first - ROWS, 0) if seen.first else None,
            "after": seen.first + len(seen.lines) if seen.first + len(seen.lines) < seen.total else None,
            "rail": _rail(order, seen, wanted.zone),
            "panel": panel(look, wanted.zone, line, door.who) if line else None,
            "has_keys": door.keys is not None,
        }
    page: Response = request.app.state.templates.page(request, "conversation.html", context)
    return page


def lines(request: Request) -> Response:
    """Lines from a position on, alone: what the virtual list asks for while one scrolls."""
    door: Door = request.app.state.door
    wanted = asked(request)
    first, count = _number(request, "from", 0), _number(request, "count", ROWS)
    with door.consult("conversation lines", f"{wanted.conversation} {first} {count}") as look:
        seen = windows.window(look.reading, wanted.conversation, first, count)
        hits = _hits(look, seen.order, wanted)
        context = {
            "shown": _shown(look, seen, wanted, hits),
            "asked": replace(wanted, conversation=seen.order.group),
            "selected": None,
            "order": seen.order,
            "has_keys": door.keys is not None,
        }
    page: Response = request.app.state.templates.page(request, "conversation_lines.html", context)
    return page


def why(request: Request) -> Response:
    """Why one line is there, alone: the pane at the right."""
    door: Door = request.app.state.door
    wanted = asked(request)
    trace = request.query_params.get("at", "")
    with door.consult("why", trace) as look:
        order = order_of(look.reading, wanted.conversation)
        line = _line(look, order, _position(look, order, trace))
        context = {
            "asked": replace(wanted, conversation=order.group),
            "order": order,
            "panel": panel(look, wanted.zone, line, door.who),
        }
    page: Response = request.app.state.templates.page(request, "conversation_why.html", context)
    return page


def place(request: Request) -> Response:
    """The position of a date or of a neighbouring day, for the keys that jump there."""
    door: Door = request.app.state.door
    wanted, given = asked(request), request.query_params
    with door.consult("conversation place", f"{wanted.conversation} {request.url.query}") as look:
        order = order_of(look.reading, wanted.conversation)
        if given.get("date"):
            position = on_date(order, given["date"], wanted.zone)
        else:
            step = 1 if given.get("day") == "next" else -1
            position = neighbour_day(order, _number(request, "from", 0), step, wanted.zone)
    return JSONResponse({"position": position})


def _place(
    request: Request, look: Consultation, order: ConversationOrder, wanted: Asked, hits: InnerHits | None
) -> tuple[int, int | None]:
    """Where to open, and which line is selected there. Raises NotFound, Refused."""
    given = request.query_params
    if given.get("at"):
        position = _position(look, order, given["at"])
        return position, position
    if given.get("date"):
        return on_date(order, given["date"], wanted.zone), None
    if given.get("line"):
        return min(max(_number(request, "line", 1) - 1, 0), max(len(order) - 1, 0)), None
    if hits and hits.positions:
        return hits.positions[0], hits.positions[0]
    return 0, None


def _position(look: Consultation, order: ConversationOrder, trace: str) -> int:
    found = position_of(look.reading, order, trace)
    if found is None:
        raise NotFound(
            _("This message is not in this conversation (any more)."),
            _("A newer parser may read its file otherwise: search for its words."),
        )
    return found


def _line(look: Consultation, order: ConversationOrder, position: int) -> Line:
    line: Line = windows.lines_at(look.reading, order, [position])[0]
    return line


def _hits(look: Consultation, order: ConversationOrder, wanted: Asked) -> InnerHits | None:
    if not wanted.query:
        return None
    reading = look.reading
    # The index may be brought up to date between two windows of one snapshot: its size tells.
    key = ("conversation hits", order.group, wanted.query, wanted.match, look.search.indexed)
    found: InnerHits = reading.memo.get(
        key, lambda: inner_hits(reading, look.search, order, wanted.query, wanted.match)
    )
    return found


def _hit_number(hits: InnerHits | None, at: int) -> tuple[int, int | None, int | None]:
    """Which hit stands at or before a position (from 1), and the positions of the ones around it."""
    if hits is None:
        return 0, None, None
    before = [one for one in hits.positions if one <= at]
    number = len(before)
    previous = before[-1] if before and before[-1] < at else before[-2] if number > 1 else None
    return number, previous, next((one for one in hits.positions if one > at), None)


def _shown(look: Consultation, seen: Window, wanted: Asked, hits: InnerHits | None) -> Sequence[Shown]:
    reading = look.reading
    sealed = sealed_pictures(reading, seen.lines)
    return shown(seen.lines, seen.before, wanted.zone, people(reading, seen.order), sealed, hits)


def _rail(order: ConversationOrder, seen: Window, zone: Zone) -> dict[str, Any]:
    """The density rail: bars by time from top to bottom, those on the page lit."""
    bars = density(order)
    if not bars:
        return {"bars": (), "height": STEP}
    first, span = bars[0].start_us, max(int(order.us[-1]) - bars[0].start_us + 1, 1)
    most = max(bar.lines for bar in bars)
    rows = [
        {
            "y": 90 * (bar.start_us - first) // span * STEP + 2,
            "width": round(max(22 * bar.lines / most, 1.3), 1),
            "first": bar.first,
            "lines": bar.lines,
            "lit": bar.first < seen.first + len(seen.lines) and bar.first + bar.lines > seen.first,
            "title": _titled(zone, bar.start_us),
        }
        for bar in bars
    ]
    return {
        "bars": rows,
        "height": 90 * STEP + BAR,
        "from": _titled(zone, first),
        "to": _titled(zone, int(order.us[-1])),
    }


def _titled(zone: Zone, us: int) -> str:
    wall = zone.local(us)
    return long_date(wall.date()) if wall else ""


def _number(request: Request, key: str, default: int) -> int:
    text = request.query_params.get(key, "")
    if not text:
        return default
    if not text.isdecimal() or len(text) > 15:
        raise Refused(_("“%(text)s” is no number of a line.") % {"text": text}, _("Write it in digits."))
    return int(text)


ROUTES = [
    Route("/conversations/{conversation}", reader),
    Route("/conversations/{conversation}/lines", lines),
    Route("/conversations/{conversation}/why", why),
    Route("/conversations/{conversation}/place", place),
]
