"""Keyword lists: one is run over all text from here, and the hits of its terms are shown.

A run works on its own while its reader goes on; one at a time. It is the same as `safelight keywords run`: when the
workbench ends before it does, nothing has changed, and it is begun again.
"""

from __future__ import annotations

import contextvars
import logging
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock, Thread
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from safelight.access.door import Door
from safelight.analyse.keyword_list import KeywordList, parsed
from safelight.analyse.keywords import Ran, run
from safelight.errors import Refused, SafelightError
from safelight.messages import _
from safelight.web.search import value_name

#: Bytes of a list that is sent.
_MOST: Final = 4 << 20


@dataclass(slots=True)
class Run:
    """One run. `done` of `total` texts and terms; `ran` once it is through, `wrong` if it could not be."""

    wanted: KeywordList
    done: int = 0
    total: int = 0
    ran: Ran | None = None
    wrong: SafelightError | None = None

    @property
    def running(self) -> bool:
        """Whether it still works."""
        return self.ran is None and self.wrong is None


class Runs:
    """The run under way, or the last one. Safe for several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.last: Run | None = None

    def begin(self, wanted: KeywordList, work: Callable[[Run], Ran]) -> None:
        """Begin a run in a thread of its own. Raises Refused while another one works."""
        with self._lock:
            if self.last is not None and self.last.running:
                raise Refused(
                    _("The list %(name)s is being run.") % {"name": self.last.wanted.name},
                    _("Wait until it is through, and run this one then."),
                )
            made = self.last = Run(wanted)
        # What goes wrong is told in the language of who began it.
        context = contextvars.copy_context()
        Thread(target=context.run, args=(self._through, made, work), name="keywords", daemon=True).start()

    def _through(self, made: Run, work: Callable[[Run], Ran]) -> None:
        try:
            made.ran = work(made)
        except SafelightError as error:
            made.wrong = error
        except Exception:
            logging.getLogger(__name__).exception("a keyword list could not be run")
            made.wrong = Refused(
                _("The list could not be run; nothing has changed."),
                _("Run it with `safelight keywords run`, which says more."),
            )


def ask(request: Request) -> Response:
    """The form for a list, and what the last run found."""
    return _page(request, {})


async def begin(request: Request) -> Response:
    """Run the list of the form over all text. What refuses it stands on the page, with what was written."""
    async with request.form(max_part_size=2 * _MOST) as form:
        given = {key: value for key, value in form.multi_items() if isinstance(value, str)}
        file = form.get("file")
        data = await file.read(_MOST + 1) if isinstance(file, UploadFile) and file.filename else b""
        name = file.filename if data and isinstance(file, UploadFile) else ""
    return await run_in_threadpool(_begun, request, given, name or "", data)


def _begun(request: Request, given: dict[str, str], name: str, data: bytes) -> Response:
    door: Door = request.app.state.door
    runs: Runs = request.app.state.keyword_runs
    try:
        wanted = _list(given, name, data)
        with door.consult("keywords", f"{wanted.name} {wanted.sha256}"):
            pass

        def work(made: Run) -> Ran:
            def told(done: int, total: int) -> None:
                made.done, made.total = done, total

            return run(door.folder, wanted, progress=told)

        runs.begin(wanted, work)
    except SafelightError as error:
        return _page(request, given, error)
    return RedirectResponse("/keywords/run", 303)


def _list(given: dict[str, str], name: str, data: bytes) -> KeywordList:
    """The file that was sent, or else the lines of the form."""
    if not data:
        name = given.get("name", "").strip()
        # A browser sends every line end as two characters.
        data = given.get("terms", "").replace("\r\n", "\n").encode()
        if not name:
            raise Refused(_("The list has no name."), _("Give it a name; it is run again by the same one."))
    if len(data) > _MOST:
        raise Refused(
            _("The list is larger than 4 MB."), _("Run it with `safelight keywords run`, or part it.")
        )
    return parsed(name, data, name)


def state(request: Request) -> Response:
    """The run alone; polled while it works, so no entry is written until it is through."""
    return _answer(request, "keywords_state.html", {"standing": None} | _told(request))


def _page(request: Request, given: dict[str, str], wrong: SafelightError | None = None) -> Response:
    door: Door = request.app.state.door
    with door.consult("keyword list form") as look:
        standing, known = look.standing(), sorted({one.list for one in look.search.keywords()})
    context = {
        "standing": standing,
        "known": known,
        "example": _('fee\n"next train"\nloco*\n/\\d{3}-\\d{2}/'),
        "given": {"name": "", "terms": ""} | given,
        "wrong": wrong,
    }
    return _answer(request, "keywords_run.html", context | _told(request))


def _told(request: Request) -> dict[str, Any]:
    """How the last run stands, and once it is through every line of its list with what was found."""
    last: Run | None = request.app.state.keyword_runs.last
    # Taken once: it may be through a moment later.
    ran = last.ran if last else None
    told: dict[str, Any] = {
        "run": last,
        "ran": ran,
        "working": last is not None and ran is None and last.running,
        "lines": [],
    }
    if last is None or ran is None:
        return told
    wanted, door = last.wanted, request.app.state.door
    with door.consult("keywords", f"{wanted.name} {wanted.sha256}") as look:
        there = {
            one.line: one for one in look.search.keywords()
            if (one.list, one.sha256) == (wanted.name, wanted.sha256)
        }  # fmt: skip
    return told | {"lines": [(term.line, term.text, there.get(term.line)) for term in wanted.terms]}


def _answer(request: Request, template: str, context: dict[str, Any]) -> Response:
    page: Response = request.app.state.templates.page(request, template, context)
    return page


def hits(request: Request) -> Response:
    """The hits of one term of a keyword list."""
    door: Door = request.app.state.door
    given = request.query_params
    name, line = given.get("list", ""), given.get("line", "")
    if not line.isdecimal():
        raise Refused(_("There is no such term."), _("Go back to the page Search and choose one."))
    with door.consult("keyword hits", f"{name} {line}") as look:
        context = {
            "name": name,
            "line": line,
            "term": next(
                (one for one in look.search.keywords() if (one.list, str(one.line)) == (name, line)), None
            ),
            "page": look.search.keyword_hits(name, int(line), given.get("after")),
            "standing": look.standing(),
            "value_name": value_name,
        }
    return _answer(request, "keywords.html", context)


ROUTES = [
    Route("/keywords", hits),
    Route("/keywords/run", ask),
    Route("/keywords/run", begin, methods=["POST"]),
    Route("/keywords/run/state", state),
]
