"""The first page: what there is, what is going on, what failed, what was found."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from safelight.access.door import Door
from safelight.casework import endings
from safelight.web import casework_words, day_words
from safelight.web.charts import bars

#: Ended cases that are told of at once.
MOST = 8


def overview(request: Request) -> Response:
    """The operation in figures, with the run under way."""
    door: Door = request.app.state.door
    with door.consult("overview") as look:
        found, standing = look.overview(), look.standing()
        ended = endings.endings(look.reading, door.who)
    context = {
        "standing": standing,
        "overview": found,
        "chart": bars([(figure.name, figure.value, figure.filter.query()) for figure in found.by_type]),
        "progress": door.progress(),
        "ended": ended[:MOST],
        "casework": casework_words,
        "day": day_words.short,
    }
    page: Response = request.app.state.templates.page(request, "overview.html", context)
    return page


def intake(request: Request) -> Response:
    """The run under way alone; polled every two seconds, so no entry is written."""
    context = {"progress": request.app.state.door.progress(), "standing": None}
    page: Response = request.app.state.templates.page(request, "intake.html", context)
    return page


ROUTES = [Route("/", overview), Route("/intake", intake)]
