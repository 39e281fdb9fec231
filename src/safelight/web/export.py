"""Rows that leave the house as a file: with a reason, written down as a disclosure before the first row goes."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from safelight.access import export as written
from safelight.access.door import Door
from safelight.access.filter import ItemFilter
from safelight.errors import Refused
from safelight.messages import _
from safelight.web.pieces import Pieces

_TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl"}


def ask(request: Request) -> Response:
    """The form that asks for the reason."""
    door: Door = request.app.state.door
    wanted = ItemFilter.from_pairs(request.query_params.multi_items())
    with door.consult("export form", wanted.words()) as look:
        context = {"wanted": wanted, "counted": look.count(wanted), "standing": look.standing()}
    page: Response = request.app.state.templates.page(request, "export.html", context)
    return page


async def send(request: Request) -> Response:
    """The rows, by path, as CSV or JSON lines."""
    async with request.form() as form:
        given = [(key, value) for key, value in form.multi_items() if isinstance(value, str)]
    named = dict(given)
    kind = named.get("format", "csv")
    if kind not in _TYPES:
        raise Refused(_("There is no format “%(kind)s”.") % {"kind": kind}, _("Choose CSV or JSON lines."))
    wanted = ItemFilter.from_pairs((key, value) for key, value in given if key not in ("format", "reason"))
    rows = await run_in_threadpool(request.app.state.door.export, wanted, named.get("reason", ""))
    lines = written.csv_lines(rows) if kind == "csv" else written.json_lines(rows)
    return await run_in_threadpool(
        Pieces,
        lines,
        media_type=_TYPES[kind],
        headers={"Content-Disposition": f'attachment; filename="items.{kind}"'},
    )


ROUTES = [Route("/export", ask), Route("/export", send, methods=["POST"])]
