"""What people decide on the pages about who is who: same or different, confirmed, taken back, split, shared.

Each act goes through the door and leads back to the page that it came from. The guard lets only own pages post.
"""

from __future__ import annotations

from datetime import datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from safelight.access.door import Door
from safelight.access.zones import Zone, zone_of
from safelight.errors import Refused
from safelight.messages import _
from safelight.web.render import with_query


async def _form(request: Request) -> dict[str, str]:
    async with request.form() as form:
        return {key: value for key, value in form.multi_items() if isinstance(value, str)}


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > 15:
        raise Refused(
            _("“%(text)s” is no number of an entry.") % {"text": text}, _("Act from a page of the workbench.")
        )
    return int(text)


def _seen(text: str) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None


def _back(given: dict[str, str], done: int) -> Response:
    """To the page that one came from, which says what was written."""
    zone = given.get("z") if given.get("z") != "utc" else None
    if given.get("of"):
        path = {"person": "/identities/person", "cluster": "/identities/cluster"}.get(
            given.get("page", ""), "/identities/account"
        )
        return RedirectResponse(with_query(path, [("of", given["of"])], z=zone, done=done), 303)
    if given.get("a") and given.get("b"):
        pairs = [("a", given["a"]), ("b", given["b"])]
        return RedirectResponse(with_query("/identities/pair", pairs, z=zone, done=done), 303)
    return RedirectResponse(with_query("/identities", [], done=done), 303)


async def decide(request: Request) -> Response:
    """Record a decision about a pair. Raises Refused without choice, grading or reason."""
    given = await _form(request)
    door: Door = request.app.state.door
    if not given.get("decision"):
        raise Refused(
            _("Nothing was chosen: same person, different or undecided."), _("Choose one; none is preset.")
        )
    entry = await run_in_threadpool(
        door.identities.decide,
        given.get("a", ""),
        given.get("b", ""),
        given["decision"],
        reason=given.get("reason", ""),
        source_grade=given.get("source_grade", ""),
        content_grade=given.get("content_grade", ""),
        seen=_seen(given.get("seen", "")),
        scheme=given.get("scheme") or "4x4",
        handling=given.get("handling", ""),
    )
    return _back(given, entry.seq)


async def confirm(request: Request) -> Response:
    """Agree, or not, as the second person."""
    given = await _form(request)
    door: Door = request.app.state.door
    if given.get("agrees") not in ("yes", "no"):
        raise Refused(_("Nothing was chosen: agree or do not agree."), _("Choose one; none is preset."))
    entry = await run_in_threadpool(
        door.identities.confirm,
        _number(given.get("seq", "")),
        agrees=given["agrees"] == "yes",
        reason=given.get("reason", ""),
    )
    return _back(given, entry.seq)


async def withdraw(request: Request) -> Response:
    """Take back a decision, a split or a mark as shared: a new entry, nothing is removed."""
    given = await _form(request)
    door: Door = request.app.state.door
    entry = await run_in_threadpool(
        door.identities.withdraw, _number(given.get("seq", "")), reason=given.get("reason", "")
    )
    return _back(given, entry.seq)


async def split(request: Request) -> Response:
    """State when an account changed hands."""
    given = await _form(request)
    door: Door = request.app.state.door
    zone = zone_of(given.get("z", ""))
    text = given.get("at", "").strip()
    entry = await run_in_threadpool(
        door.identities.split,
        given.get("account", ""),
        moment(text, zone),
        f"{text} {zone.iana}",
        reason=given.get("reason", ""),
    )
    return _back(given, entry.seq)


async def share(request: Request) -> Response:
    """Mark a tenure as shared by several people, or as one person's."""
    given = await _form(request)
    door: Door = request.app.state.door
    entry = await run_in_threadpool(
        door.identities.share,
        given.get("tenure", ""),
        given.get("shared") == "yes",
        reason=given.get("reason", ""),
    )
    return _back(given, entry.seq)


def moment(text: str, zone: Zone) -> int:
    """`2016-11-07` or `2016-11-07 18:30`, by a clock in the zone, as microseconds UTC. Raises Refused."""
    for form in ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d"):
        try:
            return zone.utc(datetime.strptime(text, form))  # noqa: DTZ007  the zone is the person's choice
        except ValueError:
            continue
    raise Refused(
        _("“%(text)s” is no date.") % {"text": text}, _("Write it as 2016-11-07 or 2016-11-07 18:30.")
    )


ROUTES = [
    Route("/identities/pair", decide, methods=["POST"]),
    Route("/identities/confirm", confirm, methods=["POST"]),
    Route("/identities/withdraw", withdraw, methods=["POST"]),
    Route("/identities/split", split, methods=["POST"]),
    Route("/identities/share", share, methods=["POST"]),
]
