"""What is done on the pages of handovers: prepare one or its correction, approve as the second person,
withdraw, acknowledge.

A package is written by the command `safelight handover make`, which needs the operation's passphrase and a place.
"""

from __future__ import annotations

from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from safelight.access.door import Door
from safelight.casework.handover import make
from safelight.casework.handover.contents import Audience, Recipient
from safelight.casework.handover.register import LANGUAGES, Choice
from safelight.errors import Refused
from safelight.messages import _
from safelight.web.casework_forms import Given, form

AUDIENCES: Final[tuple[Audience, ...]] = ("partner", "prosecutor", "defence")


async def prepare(request: Request) -> Response:
    """State what of a case is to be given to whom, hashes and no bytes. Raises NotFound, Refused."""
    choice, door = _choice(await form(request)), _door(request)
    made = await run_in_threadpool(make.prepare, door, choice)
    return RedirectResponse(f"/handovers/{made.name}", 303)


async def correct(request: Request) -> Response:
    """Prepare the correction of what was given. Raises NotFound, Refused."""
    made = await run_in_threadpool(make.correct, _door(request), request.path_params["number"])
    return RedirectResponse(f"/handovers/{made.name}", 303)


async def approve(request: Request) -> Response:
    """Approve as the second person. Raises NotFound, Refused."""
    given, number = await form(request), request.path_params["number"]
    await run_in_threadpool(make.approve, _door(request), number, given.get("reason", ""))
    return RedirectResponse(f"/handovers/{number}", 303)


async def withdraw(request: Request) -> Response:
    """Withdraw what was prepared and never given. Raises NotFound, Refused."""
    given, number = await form(request), request.path_params["number"]
    await run_in_threadpool(make.withdraw, _door(request), number, given.get("reason", ""))
    return RedirectResponse(f"/handovers/{number}", 303)


async def acknowledge(request: Request) -> Response:
    """Write down that the receiver has taken it. Raises NotFound, Refused."""
    given, number = await form(request), request.path_params["number"]
    await run_in_threadpool(
        make.acknowledge, _door(request), number, given.get("by", ""), given.get("note", "")
    )
    return RedirectResponse(f"/handovers/{number}", 303)


def _door(request: Request) -> Door:
    door: Door = request.app.state.door
    return door


def _choice(given: Given) -> Choice:
    """A form's choice; receivers stand a line each, `Øst` or `Øst=age1...`."""
    audience = next((one for one in AUDIENCES if one == given.get("audience")), None)
    language = next((one for one in LANGUAGES if one == given.get("language")), None)
    if audience is None or language is None:
        raise Refused(
            _("The form says for whom, and in which language."), _("Act from a page of the workbench.")
        )
    return Choice(
        case=given.get("case", ""),
        recipients=tuple(_receiver(line) for line in given.get("to", "").splitlines() if line.strip()),
        audience=audience,
        basis=given.get("basis", ""),
        conditions=given.get("conditions", ""),
        language=language,
        others="others" in given,
        traces="traces" in given,
    )


def _receiver(line: str) -> Recipient:
    name, _equals, key = line.partition("=")
    return Recipient(name.strip(), key.strip())


ROUTES = [
    Route("/handovers", prepare, methods=["POST"]),
    Route("/handovers/{number}/correct", correct, methods=["POST"]),
    Route("/handovers/{number}/approve", approve, methods=["POST"]),
    Route("/handovers/{number}/withdraw", withdraw, methods=["POST"]),
    Route("/handovers/{number}/acknowledge", acknowledge, methods=["POST"]),
]
