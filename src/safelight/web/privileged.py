"""Pages of privileged material: the form that holds something, the reviewer's list, one hold to read and decide about."""

from __future__ import annotations

from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from safelight.access.door import Door
from safelight.casework import privileged
from safelight.errors import Refused
from safelight.messages import _
from safelight.web.casework_forms import done, entry_number, form
from safelight.web.render import with_query

#: Rows that the page shows of a hold; `safelight privileged review` prints all.
MOST: Final = 500


def what_word(what: str) -> str:
    """What is held, as people say it."""
    names = {
        "item": _("Item"), "conversation": _("Conversation"), "account": _("Account"), "person": _("Person"),
    }  # fmt: skip
    return names.get(what, what)


def state_word(ended: str) -> str:
    """What became of a hold."""
    return {"": _("held"), "released": _("released"), "destroyed": _("destroyed")}.get(ended, ended)


def listing(request: Request) -> Response:
    """Holds of which this person is the reviewer."""
    door: Door = request.app.state.door
    with door.consult("privileged") as look:
        context = {
            "standing": look.standing(),
            "holds": privileged.for_review(look.reading, door.who),
            "made": done(request),
        }
    return _page(request, "privileged.html", context)


def asked(request: Request) -> Response:
    """The form that holds something. Raises NotFound, Refused."""
    door: Door = request.app.state.door
    what, id_ = request.query_params.get("what", ""), request.query_params.get("id", "")
    with door.consult("privileged", f"{what} {id_}") as look:
        count = len(privileged.named(look.reading, what, id_))
        context = {"standing": look.standing(), "what": what, "id": id_, "count": count}
    return _page(request, "privileged_hold.html", context)


async def hold(request: Request) -> Response:
    """Hold it, and forget files that were made to be fetched."""
    given = await form(request)

    def run() -> int:
        return privileged.hold(
            request.app.state.door, given.get("what", ""), given.get("id", ""), reviewer=given.get("reviewer", ""),
            key=given.get("key", ""), reason=given.get("reason", ""),
        )  # fmt: skip

    seq = await run_in_threadpool(run)
    request.app.state.made.clear()
    return RedirectResponse(with_query("/privileged", [], done=seq), 303)


def one(request: Request) -> Response:
    """One hold, for its reviewer. Raises NotFound for everybody else."""
    door: Door = request.app.state.door
    found = privileged.one(door, _number(request))
    with door.consult("privileged", str(found.seq)) as look:
        context = {"standing": look.standing(), "hold": found, "read": None}
    return _page(request, "privileged_one.html", context)


async def review(request: Request) -> Response:
    """Show what is held."""
    given, seq = await form(request), _number(request)
    door: Door = request.app.state.door

    def run() -> dict[str, Any]:
        read = privileged.read(
            door, seq, given.get("identity", ""), reason=given.get("reason", ""), most=MOST
        )
        with door.consult("privileged", str(seq)) as look:
            return {"standing": look.standing(), "hold": read.hold, "read": read, "most": MOST}

    return _page(request, "privileged_one.html", await run_in_threadpool(run))


async def release(request: Request) -> Response:
    """Put it back."""
    given, seq = await form(request), _number(request)

    def run() -> None:
        door: Door = request.app.state.door
        privileged.release(door, seq, given.get("identity", ""), reason=given.get("reason", ""))

    await run_in_threadpool(run)
    return RedirectResponse(f"/privileged/{seq}", 303)


async def destroy(request: Request) -> Response:
    """Delete it for good."""
    given, seq = await form(request), _number(request)

    def run() -> None:
        door: Door = request.app.state.door
        privileged.one(door, seq)
        if given.get("sure") != "yes":
            raise Refused(_("What is destroyed does not come back."), _("Tick the box, if it is meant."))
        privileged.destroy(door, seq, reason=given.get("reason", ""))

    await run_in_threadpool(run)
    return RedirectResponse(f"/privileged/{seq}", 303)


def _page(request: Request, name: str, context: dict[str, Any]) -> Response:
    words = {"what_word": what_word, "state_word": state_word}
    page: Response = request.app.state.templates.page(request, name, context | words)
    return page


def _number(request: Request) -> int:
    return entry_number(request.path_params["seq"])


ROUTES = [
    Route("/privileged", listing, methods=["GET"]),
    Route("/privileged/hold", asked, methods=["GET"]),
    Route("/privileged/hold", hold, methods=["POST"]),
    Route("/privileged/{seq}", one, methods=["GET"]),
    Route("/privileged/{seq}/review", review, methods=["POST"]),
    Route("/privileged/{seq}/release", release, methods=["POST"]),
    Route("/privileged/{seq}/destroy", destroy, methods=["POST"]),
]
