"""The queue: what people are asked about who is who. Conflicts and loose ends first, then proposals, most useful first."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from safelight.access import identities as rows
from safelight.access.accounts import matching
from safelight.access.door import Door
from safelight.access.identity_traces import lines
from safelight.access.zones import zone_of
from safelight.errors import NotFound, Refused
from safelight.identities import persons
from safelight.identities import reading as who
from safelight.messages import _
from safelight.web import identity_words
from safelight.web.identity_cluster import periods, tenures_in
from safelight.web.identity_pair import asked as asked_pair
from safelight.web.identity_samples import place
from safelight.web.identity_waterfall import signed
from safelight.web.render import with_query
from safelight.web.search import network_badge

ROWS = 50
#: Conflicts that are shown.
CLASHES = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """What the queue's address says."""

    first: int

    def address(self, first: int) -> str:
        """Another part of the list."""
        return with_query("/identities", [], first=first or None)


def queue(request: Request) -> Response:
    """The page."""
    door: Door = request.app.state.door
    given = request.query_params
    text = given.get("first", "0")
    wanted = Asked(int(text) if text.isdecimal() and len(text) < 10 else 0)
    with door.consult("identity queue", str(wanted.first)) as look:
        reading = look.reading
        now = who.standing(reading)
        questions = who.questions(reading)
        part = questions[wanted.first : wanted.first + ROWS]
        loose = [(one, now.successors(one)) for one in now.unsettled]
        named = {tenure for one in part for tenure in (one.a, one.b)}
        named |= {tenure for one in now.waiting for tenure in (one.a, one.b)}
        named |= {tenure for one in now.unsettled for tenure in (one.a, one.b)}
        clashes = persons.conflicts(reading, now)
        named |= {tenure for one in clashes[:CLASHES] for tenure in tenures_in(one)}
        done = given.get("done", "")
        context = {
            "standing": look.standing(),
            "asked": wanted,
            "questions": part,
            "total": len(questions),
            "weighed": len(rows.every_pair(reading)),
            "count": ROWS,
            "conflicts": clashes[:CLASHES],
            "all_conflicts": len(clashes),
            "loose": loose,
            "periods": periods(now, [one for _old, pairs in loose for pair in pairs for one in pair]),
            "waiting": now.waiting,
            "names": rows.rows_of(reading, sorted(named)),
            "strongest": rows.evidence_of(reading, [(one.a, one.b) for one in part]),
            "network_badge": network_badge,
            "words": identity_words,
            "signed": signed,
            "me": door.who,
            "done": int(done) if done.isdecimal() and len(done) < 16 else None,
        }
    made: Response = request.app.state.templates.page(request, "identities.html", context)
    return made


def following(request: Request) -> Response:
    """To the question after a pair; to the queue where there is none."""
    door: Door = request.app.state.door
    here = asked_pair(request)
    with door.consult("identity queue", f"after {here.a} {here.b}") as look:
        keys = [(one.a, one.b) for one in who.asked_in_turn(look.reading, door.who)]
    at = keys.index((here.a, here.b)) + 1 if (here.a, here.b) in keys else 0
    if at >= len(keys):
        return RedirectResponse("/identities", 303)
    a, b = keys[at]
    return RedirectResponse(with_query("/identities/pair", [("a", a), ("b", b)]), 303)


def compare(request: Request) -> Response:
    """To the pair of an account and one that a person names. Raises NotFound, Refused where several have that name."""
    door: Door = request.app.state.door
    a, told = request.query_params.get("a", ""), request.query_params.get("with", "").strip()
    with door.consult("identity compare", f"{a} {told}") as look:
        reading = look.reading
        rows.known(reading, a)
        found = (
            [row for row in matching(reading, told) if row.account_id != rows.account_of(a)] if told else []
        )
        reading.show(row.account_id for row in found)
    if not found:
        raise NotFound(
            _("No other account has the id or name “%(name)s”.") % {"name": told},
            _("Give a whole name or native id, or the beginning of an account's id."),
        )
    if len(found) > 1:
        raise Refused(
            _("%(n)s accounts have the name “%(name)s”.") % {"n": len(found), "name": told},
            _("Give one of these ids: %(ids)s.")
            % {"ids": ", ".join(row.account_id[:14] for row in found[:8])},
        )
    pairs = [("a", a), ("b", found[0].account_id)]
    return RedirectResponse(with_query("/identities/pair", pairs), 303)


def evidence(request: Request) -> Response:
    """The traces that one kind of evidence about a pair rests on."""
    door: Door = request.app.state.door
    wanted = asked_pair(request)
    kind = request.query_params.get("kind", "")
    with door.consult("identity evidence", f"{wanted.a} {wanted.b} {kind}") as look:
        reading = look.reading
        pieces = [one for one in rows.evidence(reading, wanted.a, wanted.b) if one.kind == kind]
        found = lines(reading, [trace for one in pieces for trace in one.traces])
        context = {
            "standing": look.standing(),
            "asked": wanted,
            "kind": kind,
            "reason": who.reason(pieces[0]) if pieces else None,
            "sides": [rows.known(reading, wanted.a), rows.known(reading, wanted.b)],
            "lines": sorted(found.values(), key=lambda one: (one.us is None, one.us or 0, one.trace_id)),
            "gone": sum(len(one.traces) for one in pieces) - len(found),
            "place": place,
            "zone": zone_of(request.query_params.get("z", "")),
            "network_badge": network_badge,
            "words": identity_words,
            "signed": signed,
        }
    made: Response = request.app.state.templates.page(request, "identity_evidence.html", context)
    return made


ROUTES = [
    Route("/identities", queue),
    Route("/identities/next", following),
    Route("/identities/compare", compare),
    Route("/identities/evidence", evidence),
]
