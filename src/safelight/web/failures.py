"""Failures: what could not be read, by which part, and why."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from safelight.access.door import Door
from safelight.access.filter import ItemFilter


def failures(request: Request) -> Response:
    """Groups, and the failures of the chosen cause, part and exhibit."""
    door: Door = request.app.state.door
    given = request.query_params
    inspector = given.get("inspector", "")
    wanted = ItemFilter.from_pairs(
        (key, value) for key, value in given.multi_items() if key not in ("inspector", "after")
    )
    with door.consult("failures", " ".join([wanted.words(), inspector]).strip()) as look:
        context = {
            "wanted": wanted,
            "inspector": inspector,
            "groups": look.failure_groups(wanted.without("failed")),
            "page": look.failures(wanted, inspector, after=given.get("after")),
            "standing": look.standing(),
        }
    page: Response = request.app.state.templates.page(request, "failures.html", context)
    return page


ROUTES = [Route("/failures", failures)]
