"""What people do in the register of victims: register, state, take, decide who is one child, take back.

Each act opens the register first, which who lacks its right does not find, and leads back to the child's page.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from safelight.access.door import Door
from safelight.casework import victims
from safelight.casework.form_basis import basis_of
from safelight.casework.urgency import moments
from safelight.casework.victim_register import opened
from safelight.casework.victim_values import meant
from safelight.errors import Refused
from safelight.messages import _
from safelight.web.render import with_query
from safelight.web.victims import admitted

Given = dict[str, str]


async def _form(request: Request) -> Given:
    async with request.form() as form:
        return {key: value for key, value in form.multi_items() if isinstance(value, str)}


def _acted(door: Door, what: str, act_of: Callable[[Any, Any], tuple[str, int]]) -> tuple[str, int]:
    """Do something in one transaction under one consultation; the child's name and the number of the entry."""
    with door.consult(what) as look:
        opened(look.reading, door.who)
        with look.reading.ledger.writing() as act:
            return act_of(look.reading, act)


def _back(name: str, seq: int) -> Response:
    return RedirectResponse(with_query(f"/victims/{name}", [], done=seq), 303)


async def add(request: Request) -> Response:
    """Register a child."""
    given, door = await _form(request), admitted(request)

    def act_of(reading: Any, act: Any) -> tuple[str, int]:
        made = victims.add(act, actor=door.who, name=given.get("name", ""), basis=basis_of(given))
        reading.show([made.id])
        return made.name, made.seq

    return _back(*await run_in_threadpool(_acted, door, "victim added", act_of))


async def state(request: Request) -> Response:
    """State one thing of a child."""
    given, door, name = await _form(request), admitted(request), request.path_params["name"]
    field = given.get("field", "")
    begin, end = given.get("begin", "").strip(), given.get("end", "").strip()

    def act_of(reading: Any, act: Any) -> tuple[str, int]:
        said, target = meant(
            reading, act, field, given.get("value", ""), begin=begin, end=end, actor=door.who
        )
        holds = field != "planned"
        entry = victims.state(
            act, name, field, said, target=target, actor=door.who, basis=basis_of(given),
            valid_from=moments(begin)[0] if begin and holds else None,
            valid_to=moments(end)[1] + 1 if end and holds else None,
        )  # fmt: skip
        reading.show(entry.subjects)
        return name, entry.seq

    return _back(*await run_in_threadpool(_acted, door, "victim stated", act_of))


async def take(request: Request) -> Response:
    """Take care of a child, or leave it to others."""
    given, door, name = await _form(request), admitted(request), request.path_params["name"]

    def act_of(reading: Any, act: Any) -> tuple[str, int]:
        entry = victims.take(act, name, actor=door.who, free=given.get("free") == "yes")
        reading.show(entry.subjects)
        return name, entry.seq

    return _back(*await run_in_threadpool(_acted, door, "victim taken", act_of))


async def decide(request: Request) -> Response:
    """Decide that two records are one child, or two. Raises Refused without a choice."""
    given, door, name = await _form(request), admitted(request), request.path_params["name"]
    verbs = {"same": victims.same, "different": victims.different}
    verb = verbs.get(given.get("decision", ""))
    if verb is None:
        raise Refused(_("Nothing was chosen: one child or two."), _("Choose one; none is preset."))

    def act_of(reading: Any, act: Any) -> tuple[str, int]:
        entry = verb(act, name, given.get("other", "").strip(), actor=door.who, basis=basis_of(given))
        reading.show(entry.subjects)
        return name, entry.seq

    return _back(*await run_in_threadpool(_acted, door, "victims decided", act_of))


async def undo(request: Request) -> Response:
    """Take a statement or decision back."""
    given, door, name = await _form(request), admitted(request), request.path_params["name"]
    seq = given.get("seq", "")
    if not seq.isdecimal() or len(seq) > 15:
        raise Refused(
            _("“%(text)s” is no number of an entry.") % {"text": seq}, _("Act from a page of the workbench.")
        )

    def act_of(reading: Any, act: Any) -> tuple[str, int]:
        entry = victims.undo(act, int(seq), reason=given.get("reason", ""), actor=door.who)
        reading.show(entry.subjects[1:])
        return name, entry.seq

    return _back(*await run_in_threadpool(_acted, door, "victim undone", act_of))


ROUTES = [
    Route("/victims", add, methods=["POST"]),
    Route("/victims/{name}/state", state, methods=["POST"]),
    Route("/victims/{name}/take", take, methods=["POST"]),
    Route("/victims/{name}/decide", decide, methods=["POST"]),
    Route("/victims/{name}/undo", undo, methods=["POST"]),
]
