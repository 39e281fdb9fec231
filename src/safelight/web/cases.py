"""Cases: the list with owners and deadlines, and one case with people, history, transfers and where the suspects live."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from safelight.access.door import Door
from safelight.casework import allocation, cases, deadlines, endings, persons
from safelight.casework.asked_days import asked
from safelight.casework.part import asked as asked_part
from safelight.web import casework_forms as forms
from safelight.web import casework_words as words
from safelight.web import day_words
from safelight.web.as_of import Days
from safelight.web.statement_words import nature

#: What the form offers; owner, people and deadlines have forms of their own.
OFFERED = ("status", "title", "kind", "provision", "prosecutor", "exhibit", "note")
#: Statuses that are stated; a transfer is an act of its own.
STATUSES = tuple(one for one in cases.CASE_STATUS if one != "transferred")


def listing(request: Request) -> Response:
    """All cases."""
    door: Door = request.app.state.door
    days = Days.of(request)
    as_of = asked(days.known, days.true)
    with door.consult("cases", days.known) as look:
        context: dict[str, Any] = {
            "standing": look.standing(),
            "page": cases.listed(look.reading, as_of, asked_part(request.query_params.get("first", ""))),
            "address": days,
            "past": as_of.past,
            "words": words,
            "day": day_words.short,
            "done": forms.done(request),
        }
    page: Response = request.app.state.templates.page(request, "cases.html", context)
    return page


def case(request: Request) -> Response:
    """One case. Raises NotFound."""
    door: Door = request.app.state.door
    name, days = request.path_params["name"], Days.of(request)
    as_of = asked(days.known, days.true)
    with door.consult("case", name) as look:
        reading = look.reading
        found = cases.case(reading, name, as_of)
        moved = allocation.transfers(reading, found.record.id, as_of)
        seen = [one for one in found.said if one.field != "victim" or door.holds("victims")]
        past_of = [
            one
            for one in persons.history(reading, found.record.id, as_of)
            if (one.said.field != "victim" or door.holds("victims"))
            # Who asked to be told how it ends is nobody else's business.
            and (one.said.field != "worked" or one.said.value == door.who)
        ]
        context: dict[str, Any] = {
            "standing": look.standing(),
            "case": found,
            "victims": [one for one in seen if one.field == "victim"],
            "notes": [one for one in seen if one.field in ("note", "session")],
            "statuses": sorted(found.of("status"), key=lambda one: (one.valid_from or 0, one.seq)),
            "owners": [one for one in past_of if one.said.field == "owner" and one.ended_by is None],
            "past_of": past_of,
            "spoken": persons.spoken(reading, [one.said.target for one in past_of]),
            "proposals": allocation.propose(found),
            "unknown": allocation.unknown_homes(found),
            "moved": moved,
            "waiting": allocation.waiting(moved),
            "followed": endings.followed(reading, found.record.id, door.who),
            "address": days,
            "past": as_of.past,
            "offered": OFFERED,
            "ladder": cases.LADDER,
            "roles": cases.ROLES,
            "kinds": deadlines.KINDS,
            "choices": STATUSES,
            "words": words,
            "nature": nature,
            "day": day_words.short,
            "done": forms.done(request),
        }
    page: Response = request.app.state.templates.page(request, "case.html", context)
    return page


ROUTES = [
    Route("/cases", listing, methods=["GET"]),
    Route("/cases/{name}", case, methods=["GET"]),
]
