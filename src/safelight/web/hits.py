"""Hits: items whose content stands in a hash set. The category is the set's own claim, no verdict."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from safelight.access.door import Door


def hits(request: Request) -> Response:
    """Groups by set and category, and the items of the chosen one."""
    door: Door = request.app.state.door
    given = request.query_params
    hash_set, category = given.get("set", ""), given.get("category", "")
    with door.consult("hits", " ".join([hash_set, category]).strip()) as look:
        context = {
            "hash_set": hash_set,
            "category": category,
            "groups": look.hit_groups(),
            "page": look.hits(hash_set, category, after=given.get("after")),
            "standing": look.standing(),
        }
    page: Response = request.app.state.templates.page(request, "hits.html", context)
    return page


ROUTES = [Route("/hits", hits)]
