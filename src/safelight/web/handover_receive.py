"""Receiving a package: it is checked first, which imports nothing, and then imported by an act of its own.

The package and the age identity are named by their places on this machine, where the workbench runs. Nothing is copied, and
the identity's place is in the answer alone: it is kept nowhere.
"""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from threading import Lock
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from safelight.access.door import Door
from safelight.casework.handover.received import import_package
from safelight.casework.handover.received_check import Checked, check_package
from safelight.casework.handover.takeover import Imported
from safelight.errors import Refused, SafelightError
from safelight.messages import _
from safelight.web import handover_words as words
from safelight.web.casework_forms import Given, form
from safelight.web.render import with_query

#: Faults and conflicts that the page shows.
MOST: Final = 50
#: Outcomes of imports that can still be shown; they lie in memory alone.
_KEPT: Final = 20


class Outcomes:
    """What imports did, by the number that they got here. Safe for several threads."""

    def __init__(self) -> None:
        self._done: OrderedDict[str, Imported] = OrderedDict()
        self._lock = Lock()

    def keep(self, done: Imported) -> None:
        """Keep an outcome; the oldest goes when there are too many."""
        with self._lock:
            self._done[done.number] = done
            self._done.move_to_end(done.number)
            while len(self._done) > _KEPT:
                self._done.popitem(last=False)

    def of(self, number: str) -> Imported | None:
        """The outcome, which stays there."""
        with self._lock:
            return self._done.get(number)


def ask(request: Request) -> Response:
    """The form that names a package."""
    return _page(request, {})


async def check(request: Request) -> Response:
    """What the package is; nothing is imported. What is wrong with it stands on the page."""
    return await run_in_threadpool(_checked, request, await form(request))


def _checked(request: Request, given: Given, wrong: SafelightError | None = None) -> Response:
    """The page with what was found; `wrong`: why an import was refused just before."""
    found = None
    try:
        path, identity = _places(given)
        found = check_package(request.app.state.door, path, identity)
    except SafelightError as error:
        wrong = wrong or error
    return _page(request, given, found, wrong)


async def take(request: Request) -> Response:
    """Import the package that was checked. What refuses it stands on the page, with the check."""
    return await run_in_threadpool(_taken, request, await form(request))


def _taken(request: Request, given: Given) -> Response:
    door: Door = request.app.state.door
    try:
        path, identity = _places(given)
        if not given.get("checked") or given.get("sure") != "yes":
            raise Refused(
                _("A package is imported once somebody has looked at its check."),
                _("Check it, tick the box, and import it then."),
            )
        done = import_package(door, path, identity, given.get("unknown_signer", ""), given["checked"])
    except SafelightError as error:
        return _checked(request, given, error)
    request.app.state.imported.keep(done)
    return RedirectResponse(with_query(f"/handovers/{done.number}", [], imported="yes"), 303)


def back(_request: Request) -> Response:
    """To the form: language and theme lead back by an address."""
    return RedirectResponse("/handovers/receive", 303)


def _places(given: Given) -> tuple[Path, Path | None]:
    if not given.get("path"):
        raise Refused(_("No package was named."), _("Write the place of its folder or file on this machine."))
    identity = given.get("identity", "")
    return place(given["path"]), place(identity) if identity else None


def place(text: str) -> Path:
    """A place as people write or copy it: with quotation marks around it, as `file://`, or from their home folder.

    Raises Refused for what is not the whole way.
    """
    plain = text.strip()
    if len(plain) > 1 and plain[0] == plain[-1] and plain[0] in "\"'":
        plain = plain[1:-1]
    if plain.startswith("file://"):
        plain = unquote(urlsplit(plain).path)
    try:
        path = Path(plain).expanduser()
    except RuntimeError:  # a home that nobody has
        path = Path(plain)
    if "\0" in plain or not path.is_absolute():
        raise Refused(
            _("“%(path)s” is not the whole way to a place on this machine.") % {"path": text},
            _("Begin with / or ~, as in /home/me/package.tar.age."),
        )
    return path


def _page(
    request: Request, given: Given, found: Checked | None = None, wrong: SafelightError | None = None
) -> Response:
    door: Door = request.app.state.door
    with door.consult("handover receive form") as look:
        context: dict[str, Any] = {
            "standing": look.standing(),
            "given": {"path": "", "identity": "", "unknown_signer": ""} | given,
            "found": found,
            "wrong": wrong,
            "most": MOST,
            "words": words,
        }
    status = 422 if wrong else 200
    page: Response = request.app.state.templates.page(
        request, "handover_receive.html", context, status=status
    )
    return page


ROUTES = [
    Route("/handovers/receive", ask, methods=["GET"]),
    Route("/handovers/receive", check, methods=["POST"]),
    Route("/handovers/receive/import", back, methods=["GET"]),
    Route("/handovers/receive/import", take, methods=["POST"]),
]
