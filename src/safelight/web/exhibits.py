"""Exhibits, and one exhibit: right, custody, sources, what was read of it and at what cost."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from safelight.access.door import Door
from safelight.access.filter import ItemFilter


def exhibits(request: Request) -> Response:
    """Every exhibit with its newest custody entry."""
    door: Door = request.app.state.door
    with door.consult("exhibits") as look:
        context = {"cards": look.exhibits(), "standing": look.standing()}
    page: Response = request.app.state.templates.page(request, "exhibits.html", context)
    return page


def exhibit(request: Request) -> Response:
    """One exhibit; one that another operation gave leads to the handover that brought it."""
    door: Door = request.app.state.door
    number = request.path_params["number"]
    with door.consult("exhibit", number) as look:
        given = look.given(number)
        if given is not None:
            return RedirectResponse(f"/handovers/{given.handover}", 303)
        card = look.exhibit(number)
        own = ItemFilter(exhibit=(card.number,))
        context = {
            "card": card,
            "own": own,
            "costs": look.costs(card.number),
            "failures": look.failure_groups(own),
            "standing": look.standing(),
            "progress": door.progress(),
        }
    page: Response = request.app.state.templates.page(request, "exhibit.html", context)
    return page


ROUTES = [Route("/exhibits", exhibits), Route("/exhibits/{number:path}", exhibit)]
