"""Every deadline that runs, the first to come first, with the case that it is a deadline of."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from safelight.access.door import Door
from safelight.casework import cases, deadlines
from safelight.casework.asked_days import asked
from safelight.web import casework_words as words
from safelight.web import day_words
from safelight.web.as_of import Days


def listing(request: Request) -> Response:
    """The page. Raises BadInput for a day that is none."""
    door: Door = request.app.state.door
    days = Days.of(request)
    as_of = asked(days.known, days.true)
    with door.consult("deadlines", days.known) as look:
        due = deadlines.every(look.reading.ledger, as_of)
        of = {one.record.id: one for one in cases.every(look.reading, as_of)} if due else {}
        context = {
            "standing": look.standing(),
            "rows": [(one, of[one.case]) for one in due if one.case in of],
            "address": days,
            "past": as_of.past,
            "words": words,
            "day": day_words.short,
        }
    page: Response = request.app.state.templates.page(request, "deadlines.html", context)
    return page


ROUTES = [Route("/deadlines", listing, methods=["GET"])]
