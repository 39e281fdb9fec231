"""What people do to messages on the reader's page: mark, note, translate, hand out. The guard lets only own pages post."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from safelight.access import conversations as listed
from safelight.access.conversation_disclosure import Made
from safelight.access.conversation_export import LIMITS, Form, Selection
from safelight.access.conversation_order import order_of
from safelight.access.door import Door
from safelight.access.zones import ZONES, zone_of
from safelight.errors import NotFound, Refused
from safelight.messages import _

#: Files that were made and may still be fetched; they lie in memory alone.
_KEPT = 4
_TYPES: dict[Form, str] = {"pdf": "application/pdf", "csv": "text/csv; charset=utf-8"}


class MadeFiles:
    """Files that wait to be fetched, by their SHA-256. Safe for several threads."""

    def __init__(self) -> None:
        self._files: OrderedDict[str, Made] = OrderedDict()
        self._lock = Lock()

    def keep(self, made: Made) -> None:
        """Keep a file; the oldest goes when there are too many."""
        with self._lock:
            self._files[made.sha256] = made
            while len(self._files) > _KEPT:
                self._files.popitem(last=False)

    def clear(self) -> None:
        """Forget all of them: what they hold may not be shown any more."""
        with self._lock:
            self._files.clear()

    def take(self, sha256: str) -> Made | None:
        """The file, which stays there."""
        with self._lock:
            return self._files.get(sha256)


async def _form(request: Request) -> dict[str, str]:
    async with request.form() as form:
        return {key: value for key, value in form.multi_items() if isinstance(value, str)}


def _back(request: Request, given: dict[str, str]) -> Response:
    """To the same message, as it was seen."""
    kept = [(key, given[key]) for key in ("at", "z", "q", "match", "words", "network") if given.get(key)]
    return RedirectResponse(f"/conversations/{request.path_params['conversation']}?{urlencode(kept)}", 303)


async def mark(request: Request) -> Response:
    """Mark a message."""
    given, door = await _form(request), request.app.state.door
    await run_in_threadpool(
        door.traces.mark, given.get("at", ""), given.get("word", ""), given.get("reason", "")
    )
    return _back(request, given)


async def note(request: Request) -> Response:
    """Write a note about a message."""
    given, door = await _form(request), request.app.state.door
    await run_in_threadpool(door.traces.note, given.get("at", ""), given.get("text", ""))
    return _back(request, given)


async def translate(request: Request) -> Response:
    """Put a translation beside a message."""
    given, door = await _form(request), request.app.state.door
    await run_in_threadpool(
        door.traces.translate,
        given.get("at", ""),
        given.get("text", ""),
        given.get("language", ""),
        given.get("translator", ""),
    )
    return _back(request, given)


def ask(request: Request) -> Response:
    """The form that asks what to hand out, and why."""
    door: Door = request.app.state.door
    with door.consult("conversation export form", request.path_params["conversation"]) as look:
        order = order_of(look.reading, request.path_params["conversation"])
        context = {
            "row": listed.one(look.reading, order.group),
            "order": order,
            "zones": tuple(ZONES.values()),
            "zone": zone_of(request.query_params.get("z", "")),
            "first": request.query_params.get("from", "1"),
            "last": request.query_params.get("to", str(len(order))),
            "limits": LIMITS,
            "made": None,
            "standing": look.standing(),
        }
    page: Response = request.app.state.templates.page(request, "conversation_export.html", context)
    return page


async def export(request: Request) -> Response:
    """Make the file, write its disclosure, show its SHA-256 and where to fetch it."""
    given = await _form(request)
    form, selection = _chosen(given)
    door: Door = request.app.state.door
    made = await run_in_threadpool(
        door.traces.export,
        request.path_params["conversation"],
        selection,
        form,
        zone_of(given.get("z", "")),
        given.get("reason", ""),
    )
    request.app.state.made.keep(made)
    return RedirectResponse(f"/exports/{made.sha256}", 303)


def _chosen(given: dict[str, str]) -> tuple[Form, Selection]:
    """Format and selection of the form; lines are numbered from 1 there. Raises Refused."""
    forms: dict[str, Form] = {"pdf": "pdf", "csv": "csv"}
    form = forms.get(given.get("format", "pdf"))
    if form is None:
        raise Refused(
            _("There is no format “%(kind)s”.") % {"kind": given["format"]}, _("Choose PDF or CSV.")
        )
    what = given.get("what", "range")
    if what == "marked":
        return form, Selection("marked")
    if what == "all":
        return form, Selection("all")
    first, last = given.get("first", "").strip(), given.get("last", "").strip()
    for text in (first, last):
        if not text.isdecimal() or len(text) > 15:
            raise Refused(_("“%(text)s” is no number of a line.") % {"text": text}, _("Write it in digits."))
    return form, Selection("range", int(first) - 1, int(last) - 1)


def exported(request: Request) -> Response:
    """What was made: its SHA-256 as it stands in the ledger, and the file."""
    made = _made(request)
    door: Door = request.app.state.door
    with door.consult("export made", made.sha256) as look:
        context = {"made": made, "row": listed.one(look.reading, made.group), "standing": look.standing()}
    page: Response = request.app.state.templates.page(request, "conversation_exported.html", context)
    return page


def file(request: Request) -> Response:
    """The file itself; its disclosure stands in the ledger already."""
    made = _made(request)
    return Response(
        made.data,
        media_type=_TYPES[made.form],
        headers={"Content-Disposition": f'attachment; filename="{made.name}"'},
    )


def _made(request: Request) -> Made:
    found: Made | None = request.app.state.made.take(request.path_params["sha256"])
    if found is None:
        raise NotFound(
            _("This file is not kept any more."),
            _("Make it again: each export stands in the ledger by its own SHA-256."),
        )
    return found


ROUTES = [
    Route("/conversations/{conversation}/mark", mark, methods=["POST"]),
    Route("/conversations/{conversation}/note", note, methods=["POST"]),
    Route("/conversations/{conversation}/translation", translate, methods=["POST"]),
    Route("/conversations/{conversation}/export", ask),
    Route("/conversations/{conversation}/export", export, methods=["POST"]),
    Route("/exports/{sha256}", exported),
    Route("/exports/{sha256}/file", file),
]
