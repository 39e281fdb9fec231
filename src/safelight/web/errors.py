"""One shape for every error: what happened, to what, what to do, and a code. As a page, a fragment or JSON."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from safelight import errors
from safelight.messages import _

_STATUS: dict[type[errors.SafelightError], int] = {
    errors.NotFound: 404,
    errors.Refused: 400,
    errors.BadInput: 400,
    errors.Unreachable: 409,
    errors.Locked: 423,
    errors.DiskFull: 507,
}
_log = logging.getLogger("safelight.web")


def shaped(request: Request, status: int, what: str, next_step: str, code: str) -> Response:
    """The error as the asker wants it."""
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse({"what": what, "to": request.url.path, "next": next_step, "code": code}, status)
    templates = request.app.state.templates
    fragment = request.headers.get("hx-request") == "true"
    context = {"what": what, "next_step": next_step, "code": code, "to": request.url.path, "standing": None}
    response: Response = templates.page(
        request, "error.html", context, block="error" if fragment else "", status=status
    )
    return response


def refusal(request: Request, status: int, what: str, next_step: str) -> Response:
    """A request that is turned away before any page sees it."""
    return shaped(request, status, what, next_step, "E-REFUSED")


def _known(request: Request, error: Exception) -> Response:
    assert isinstance(error, errors.SafelightError)
    status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 500)
    code = "E-" + re.sub(r"(?<!^)(?=[A-Z])", "-", type(error).__name__).upper()
    return shaped(request, status, error.what, error.next_step, code)


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    what = _("There is no such page.") if error.status_code == 404 else str(error.detail)
    return shaped(request, error.status_code, what, _("Go to the overview."), f"E-HTTP-{error.status_code}")


def _defect(request: Request, error: Exception) -> Response:
    _log.error("defect at %s", request.url.path, exc_info=error)
    return shaped(
        request,
        500,
        _("The page could not be made: a defect of Safelight, not of the evidence."),
        _("Report it with what the terminal says; the other pages work."),
        f"E-DEFECT-{type(error).__name__}",
    )


HANDLERS: Mapping[Any, Callable[[Request, Exception], Response]] = {
    errors.SafelightError: _known,
    HTTPException: _http,
    Exception: _defect,
}
