"""What the forms about persons and cases have in common: their fields, one act under one consultation, the way back."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from safelight.access.door import Door
from safelight.errors import Refused
from safelight.messages import _
from safelight.web.render import with_query

Given = dict[str, str]


async def form(request: Request) -> Given:
    """The fields of the form."""
    async with request.form() as fields:
        return {key: value.strip() for key, value in fields.multi_items() if isinstance(value, str)}


async def acted(
    request: Request, what: str, about: str, act_of: Callable[[Any, Any, str], tuple[str, int]]
) -> Response:
    """Do something in one transaction under one consultation, then go to the address that it gives and name the entry."""
    door: Door = request.app.state.door

    def run() -> tuple[str, int]:
        with door.consult(what, about) as look, look.reading.ledger.writing() as act:
            return act_of(look.reading, act, door.who)

    path, seq = await run_in_threadpool(run)
    return RedirectResponse(with_query(path, [], done=seq), 303)


def undoing(pages: str, withdraw: Callable[..., Any]) -> Callable[[Request], Coroutine[Any, Any, Response]]:
    """Takes a statement or decision back on a page of `pages` (`/persons`) by `withdraw(act, seq, reason=, actor=)`."""

    async def undo(request: Request) -> Response:
        given, name = await form(request), request.path_params["name"]
        seq = entry_number(given.get("seq", ""))

        def act_of(_reading: Any, act: Any, who: str) -> tuple[str, int]:
            return f"{pages}/{name}", withdraw(act, seq, reason=given.get("reason", ""), actor=who).seq

        return await acted(request, "statement withdrawn", str(seq), act_of)

    return undo


def entry_number(text: str) -> int:
    """The number of an entry that a form names. Raises Refused."""
    if not text.isdecimal() or len(text) > 15:
        raise Refused(
            _("“%(text)s” is no number of an entry.") % {"text": text}, _("Act from a page of the workbench.")
        )
    return int(text)


def done(request: Request) -> int | None:
    """The entry that was just written."""
    text = request.query_params.get("done", "")
    return int(text) if text.isdecimal() and len(text) < 16 else None
