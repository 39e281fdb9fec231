"""What people state and decide about cases on their pages; each act leads back to the case."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from safelight.access.door import Door
from safelight.casework import allocation, cases, endings
from safelight.casework.dates import period
from safelight.casework.form_basis import basis_of
from safelight.operation.settings import read_settings
from safelight.web.casework_forms import acted, form, undoing


async def open_case(request: Request) -> Response:
    """Open a case."""
    given = await form(request)
    door: Door = request.app.state.door
    settings = read_settings(door.folder.settings).cases
    opened = period(given.get("first", ""))

    def act_of(reading: Any, act: Any, who: str) -> tuple[str, int]:
        made = cases.open_case(
            act, actor=who, basis=basis_of(given), settings=settings, number=given.get("number", ""),
            title=given.get("title", ""), kind=given.get("kind", ""), opened=opened,
        )  # fmt: skip
        if given.get("owner"):
            allocation.allocate(
                act, made.id, given["owner"], actor=who, basis=basis_of(given), since=opened.begin
            )
        reading.show([made.id])
        return f"/cases/{made.name}", made.seq

    return await acted(request, "case opened", given.get("number", ""), act_of)


async def state(request: Request) -> Response:
    """State one thing of a case."""
    given, name = await form(request), request.path_params["name"]
    holds = period(given.get("first", ""), given.get("last", ""))
    field, value = given.get("field", ""), given.get("value", "")
    said: Any = {"kind": given.get("kind", ""), "date": value} if field == "deadline" else value

    def act_of(reading: Any, act: Any, who: str) -> tuple[str, int]:
        entry = cases.state(
            act, name, field, said, actor=who, basis=basis_of(given), target=given.get("target") or None,
            holds=holds,
        )  # fmt: skip
        reading.show(entry.subjects)
        return f"/cases/{name}", entry.seq

    return await acted(request, "case stated", name, act_of)


async def move(request: Request) -> Response:
    """Allocate a case that nobody owns, or transfer it."""
    given, name = await form(request), request.path_params["name"]
    since = period(given.get("first", "")).begin

    def act_of(reading: Any, act: Any, who: str) -> tuple[str, int]:
        if given.get("act") == "transfer":
            made = allocation.transfer(
                act, name, given.get("to", ""), actor=who, basis=basis_of(given), since=since
            )
            reading.show([made.id])
            return f"/cases/{name}", made.seq
        entry = allocation.allocate(
            act, name, given.get("to", ""), actor=who, basis=basis_of(given), since=since
        )
        return f"/cases/{name}", entry.seq

    return await acted(request, "case moved", name, act_of)


async def acknowledge(request: Request) -> Response:
    """Record that the receiver took a transferred case over, or returned it."""
    given, name = await form(request), request.path_params["name"]
    since = period(given.get("first", "")).begin

    def act_of(_reading: Any, act: Any, who: str) -> tuple[str, int]:
        entry = allocation.acknowledge(
            act, name, actor=who, by=given.get("by", ""), accepted=given.get("answer") != "returned",
            basis=basis_of(given), since=since,
        )  # fmt: skip
        return f"/cases/{name}", entry.seq

    return await acted(request, "case acknowledged", name, act_of)


async def follow(request: Request) -> Response:
    """Ask to be told how a case ends."""
    name = request.path_params["name"]

    def act_of(_reading: Any, act: Any, who: str) -> tuple[str, int]:
        return f"/cases/{name}", endings.follow(act, name, who=who).seq

    return await acted(request, "case followed", name, act_of)


async def unfollow(request: Request) -> Response:
    """Ask no longer to be told how a case ends."""
    name = request.path_params["name"]

    def act_of(reading: Any, act: Any, who: str) -> tuple[str, int]:
        return f"/cases/{name}", endings.unfollow(reading, act, name, who=who).seq

    return await acted(request, "case followed", name, act_of)


ROUTES = [
    Route("/cases", open_case, methods=["POST"]),
    Route("/cases/{name}/state", state, methods=["POST"]),
    Route("/cases/{name}/move", move, methods=["POST"]),
    Route("/cases/{name}/acknowledge", acknowledge, methods=["POST"]),
    Route("/cases/{name}/follow", follow, methods=["POST"]),
    Route("/cases/{name}/unfollow", unfollow, methods=["POST"]),
    Route("/cases/{name}/undo", undoing("/cases", cases.withdraw), methods=["POST"]),
]
