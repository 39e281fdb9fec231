"""Privileged material: whoever meets it takes it out of everybody's sight; its named reviewer reads, releases or destroys.

To everybody but the reviewer the list is empty and a hold is no page. The reviewer's secret key comes with the form that
needs it, opens what is held for one answer, and is kept nowhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from safelight.access.conversation_order import conversation_ids
from safelight.access.door import Door
from safelight.access.item import find
from safelight.casework.held_person import accounts_to_hold
from safelight.errors import NotFound, Refused
from safelight.intake import privileged as work
from safelight.ledger import audit, privileged
from safelight.ledger.ledger import Ledger
from safelight.ledger.privileged import Hold
from safelight.messages import _
from safelight.operation.age import identities_in
from safelight.web.casework_forms import Given, done, entry_number, form
from safelight.web.render import with_query

#: Rows that the page shows of a hold; `safelight privileged review` prints all.
MOST: Final = 500


def what_word(what: str) -> str:
    """What is held, as people say it."""
    names = {
        "item": _("Item"), "conversation": _("Conversation"), "account": _("Account"), "person": _("Person"),
    }  # fmt: skip
    return names.get(what, what)


def state_word(found: Hold) -> str:
    """What became of a hold."""
    names = {"": _("held"), "released": _("released"), "destroyed": _("destroyed")}
    return names.get(found.ended, found.ended)


def listing(request: Request) -> Response:
    """Holds of which this person is the reviewer."""
    door: Door = request.app.state.door
    with door.consult("privileged") as look:
        context = {
            "standing": look.standing(),
            "holds": privileged.reviewed_by(look.reading.ledger, door.who),
            "made": done(request),
            "what_word": what_word,
            "state_word": state_word,
        }
    page: Response = request.app.state.templates.page(request, "privileged.html", context)
    return page


def asked(request: Request) -> Response:
    """The form that holds something. Raises NotFound, Refused."""
    door: Door = request.app.state.door
    what, id_ = request.query_params.get("what", ""), request.query_params.get("id", "")
    with door.consult("privileged", f"{what} {id_}") as look:
        ids = _ids(look.reading, what, id_)
        context = {
            "standing": look.standing(),
            "what": what,
            "id": id_,
            "count": len(ids),
            "what_word": what_word,
        }
    page: Response = request.app.state.templates.page(request, "privileged_hold.html", context)
    return page


async def hold(request: Request) -> Response:
    """Hold it: when the answer comes, no page and no file shows it any more."""
    given = await form(request)
    door: Door = request.app.state.door

    def run() -> int:
        what = given.get("what", "")
        with door.consult("privileged", f"{what} {given.get('id', '')}") as look:
            ids = _ids(look.reading, what, given.get("id", ""))
        made = work.hold(
            door.folder, "account" if what == "person" else what, ids, reviewer=given.get("reviewer", ""),
            recipient_key=given.get("key", ""), reason=given.get("reason", ""), actor=door.who,
        )  # fmt: skip
        return made.hold.seq

    seq = await run_in_threadpool(run)
    request.app.state.made.clear()
    return RedirectResponse(with_query("/privileged", [], done=seq), 303)


def one(request: Request) -> Response:
    """One hold, for its reviewer. Raises NotFound for everybody else."""
    door: Door = request.app.state.door
    with door.consult("privileged", request.path_params["seq"]) as look:
        found = _mine(look.reading.ledger, door.who, request.path_params["seq"])
        standing = look.standing()
    return _page(request, {"standing": standing, "hold": found, "rows": None})


async def review(request: Request) -> Response:
    """Show what is held; written down before the first row is."""
    given = await form(request)
    door: Door = request.app.state.door

    def run() -> dict[str, Any]:
        with Ledger.open(door.folder) as ledger:
            found = _mine(ledger, door.who, request.path_params["seq"])
            what = {"page": "privileged review", "query": str(found.seq)}
            audit.consult(
                ledger, actor=door.who, purpose=_reason(given), what=what, subjects=[f"entry:{found.seq}"]
            )
        rows = work.review(door.folder, found.seq, _keys(given), actor=door.who)
        counts: Counter[str] = Counter()
        shown: list[tuple[str, Mapping[str, Any]]] = []
        for table, row in rows:
            counts[table] += 1
            if table in ("messages", work.WRITTEN, "texts", "calls", "transfers") and len(shown) < MOST:
                shown.append((table, row))
        with door.consult("privileged", str(found.seq)) as look:
            standing = look.standing()
        return {
            "standing": standing,
            "hold": found,
            "rows": shown,
            "counts": sorted(counts.items()),
            "most": MOST,
        }

    return _page(request, await run_in_threadpool(run))


async def release(request: Request) -> Response:
    """The reviewer finds that it is not privileged: it is put back."""
    given = await form(request)
    door: Door = request.app.state.door

    def run() -> int:
        with Ledger.open(door.folder) as ledger:
            seq = _mine(ledger, door.who, request.path_params["seq"]).seq
        work.release(door.folder, seq, _keys(given), reason=given.get("reason", ""), actor=door.who)
        return seq

    return RedirectResponse(f"/privileged/{await run_in_threadpool(run)}", 303)


async def destroy(request: Request) -> Response:
    """The reviewer finds that nobody may ever read it."""
    given = await form(request)
    door: Door = request.app.state.door

    def run() -> int:
        with Ledger.open(door.folder) as ledger:
            seq = _mine(ledger, door.who, request.path_params["seq"]).seq
        if given.get("sure") != "yes":
            raise Refused(_("What is destroyed does not come back."), _("Tick the box, if it is meant."))
        work.destroy(door.folder, seq, reason=given.get("reason", ""), actor=door.who)
        return seq

    return RedirectResponse(f"/privileged/{await run_in_threadpool(run)}", 303)


def _page(request: Request, context: dict[str, Any]) -> Response:
    page: Response = request.app.state.templates.page(
        request, "privileged_one.html", context | {"what_word": what_word, "state_word": state_word}
    )
    return page


def _mine(ledger: Ledger, who: str, seq: str) -> Hold:
    number = entry_number(seq)
    for found in privileged.reviewed_by(ledger, who):
        if found.seq == number:
            return found
    raise NotFound(_("There is no such hold."), _("See the list of what is held for you."))


def _ids(reading: Any, what: str, id_: str) -> list[str]:
    """What a hold names: an item, a conversation with its copies, an account, or a person's accounts."""
    if what == "item":
        return [find(reading.db, id_)[0]]
    if what == "conversation":
        return list(conversation_ids(reading, id_)[1])
    if what == "person":
        return accounts_to_hold(reading, [id_])
    if what == "account" and id_:
        return [id_]
    raise Refused(_("Nothing is named that could be held."), _("Begin at its own page."))


def _keys(given: Given) -> list[Any]:
    return identities_in(given.get("identity", ""), _("What was given as the secret key"))


def _reason(given: Given) -> str:
    if not given.get("reason", ""):
        raise Refused(_("A reason is needed, and none was given."), _("Say why, in one sentence."))
    return given["reason"]


ROUTES = [
    Route("/privileged", listing, methods=["GET"]),
    Route("/privileged/hold", asked, methods=["GET"]),
    Route("/privileged/hold", hold, methods=["POST"]),
    Route("/privileged/{seq}", one, methods=["GET"]),
    Route("/privileged/{seq}/review", review, methods=["POST"]),
    Route("/privileged/{seq}/release", release, methods=["POST"]),
    Route("/privileged/{seq}/destroy", destroy, methods=["POST"]),
]
