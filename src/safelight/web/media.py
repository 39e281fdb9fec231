"""Sealed pictures: the sealed degree stands on pages, a sharper one is handed out by a held key, and written down."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from safelight.access.door import Door
from safelight.errors import NotFound
from safelight.messages import _


def sealed(request: Request) -> Response:
    """Grey, 96 pixels, blurred; made here."""
    picture = request.app.state.door.sealed(request.path_params["sha256"])
    if picture is None:
        raise NotFound(_("There is no sealed picture of this content."), _("See its facts instead."))
    return Response(picture, media_type="image/jpeg")


def opened(request: Request) -> Response:
    """Grey 320, as long as the key is held. One disclosure is written before a byte goes."""
    door: Door = request.app.state.door
    picture = door.open_derivative(request.path_params["sha256"], None, "held open on the item's page")
    return Response(picture, media_type="image/jpeg")


def closed(request: Request) -> Response:
    """How long it was open (milliseconds in the address)."""
    try:
        milliseconds = min(max(int(request.query_params.get("ms", "0")), 0), 86_400_000)
    except ValueError:
        milliseconds = 0
    request.app.state.door.closed_derivative(request.path_params["sha256"], milliseconds / 1000)
    return Response(status_code=204)


ROUTES = [
    Route("/contents/{sha256}/sealed.jpg", sealed),
    Route("/contents/{sha256}/opened", opened, methods=["POST"]),
    Route("/contents/{sha256}/closed", closed, methods=["POST"]),
]
