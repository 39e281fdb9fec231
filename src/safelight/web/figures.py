"""The rows that make a figure, each with the entries because of which it counts, and the way to its record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from safelight.access.door import Door
from safelight.casework import figures
from safelight.casework.figure import Row
from safelight.messages import _
from safelight.web import casework_words as words
from safelight.web.as_of import Days
from safelight.web.render import size

#: Where the record of a row has its page.
_PAGES: Mapping[str, str] = {
    "person": "/persons/{name}", "case": "/cases/{name}", "victim": "/victims/{name}", "exhibit": "/exhibits/{name}",
}  # fmt: skip


def rows(request: Request) -> Response:
    """One figure opened. Raises NotFound for a figure that there is not, BadInput for a day that is none."""
    door: Door = request.app.state.door
    days, key = Days.of(request), request.path_params["key"]
    with door.consult("figure", f"{key} {days.known} {days.true}".strip()) as look:
        asked = days.question(request, look.reading)
        figure, found = figures.one(asked, key), figures.rows(asked, key)
        look.reading.show(row.id for row in found)
        context: dict[str, Any] = {
            "standing": look.standing(),
            "figure": figure,
            "rows": [(row, _address(days, row), _detail(row)) for row in found],
            "title": title(figure.name, figure.part),
            "definition": figures.definitions()[figure.name],
            "address": days,
            "past": days.past,
        }
    page: Response = request.app.state.templates.page(request, "figure.html", context)
    return page


def title(name: str, part: str) -> str:
    """What a figure is called, with the part that it is of."""
    owner, _colon, state = part.partition(":")
    if name == "suspects_own":  # its own title is said below that of all suspects
        return _("Suspects in own district")
    told = [
        words.unit_key(owner) if name != "cases_status" else words.status(owner),
        words.status(state) if state else "",
    ]
    return ": ".join([figures.titles()[name], *(one for one in told if one)])


def _address(days: Days, row: Row) -> str:
    pattern = _PAGES.get(row.kind)
    return days.to(pattern.format(name=row.name)) if pattern else ""


def _detail(row: Row) -> str:
    if row.kind == "exhibit":
        return size(int(row.detail)) if row.detail else _("no size is registered")
    if row.kind == "victim":
        return _("identified") if row.detail == "identified" else _("not identified")
    if row.kind == "case":
        owner, _comma, state = row.detail.rpartition(", ")
        return ", ".join(one for one in (words.unit_key(owner), words.status(state)) if one)
    if row.kind == "person":
        return words.unit_key(row.detail) if row.detail else _("district unknown")
    return row.detail


ROUTES = [Route("/figures/{key:path}", rows, methods=["GET"])]
