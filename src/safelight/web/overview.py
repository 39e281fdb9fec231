"""The first page: what needs one now, what is known, what is going on, what failed, what was found."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from safelight.access.door import Door
from safelight.casework import endings, figures
from safelight.casework.figure import Asked, Figure
from safelight.casework.waiting import waiting
from safelight.web import casework_words, day_words, victim_words
from safelight.web.as_of import Days
from safelight.web.charts import bars
from safelight.web.urgent import urgent

#: Ended cases, and deadlines, that are told of at once.
MOST = 8
#: Figures of casework that stand first, each with the part of it that is told beside it.
_FIGURES = {"suspects": "suspects_own", "children": "", "cases": "cases_own", "accounts": "", "seized": ""}


def overview(request: Request) -> Response:
    """The operation in figures, with the run under way."""
    door: Door = request.app.state.door
    with door.consult("overview") as look:
        found, standing = look.overview(), look.standing()
        ended = endings.endings(look.reading, door.who)
        question = Days("", "").question(request, look.reading)
        first, waits = urgent(door, look.reading, question), waiting(look.reading, door.who)
        names = figures.spoken(question, [one.case for one in waits.due[:MOST]])
        due = [(one, names.get(one.case, "")) for one in waits.due[:MOST]]
        known = _known(question)
    context = {
        "standing": standing,
        "overview": found,
        "chart": bars([(figure.name, figure.value, figure.filter.query()) for figure in found.by_type]),
        "progress": door.progress(),
        "ended": ended[:MOST],
        "casework": casework_words,
        "victims": victim_words,
        "day": day_words.short,
        "address": Days("", ""),
        "urgent": first,
        "known": known,
        "titles": figures.titles(),
        "own": question.own,
        "waits": waits,
        "due": due,
    }
    page: Response = request.app.state.templates.page(request, "overview.html", context)
    return page


def _known(question: Asked) -> list[tuple[Figure, Figure | None]]:
    """The figures of casework, each with its part; none where no case, person or child was registered yet."""
    found = {figure.key: figure for figure in figures.every(question)}
    if not any(found[name].value for name in ("suspects", "cases", "children") if name in found):
        return []
    return [(found[name], found.get(part)) for name, part in _FIGURES.items() if name in found]


def intake(request: Request) -> Response:
    """The run under way alone; polled every two seconds, so no entry is written."""
    context = {"progress": request.app.state.door.progress(), "standing": None}
    page: Response = request.app.state.templates.page(request, "intake.html", context)
    return page


ROUTES = [Route("/", overview), Route("/intake", intake)]
