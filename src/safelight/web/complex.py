"""The coordinator's page: whose cases are where, what is due, the fact box, then and seen from today, what is new."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from safelight.access.door import Door
from safelight.access.reading import Reading
from safelight.casework import changes, deadlines, factbox, figures
from safelight.casework.asked_days import asked
from safelight.casework.figure import Asked, Figure
from safelight.casework.handover import disclosures
from safelight.messages import _, language
from safelight.web import casework_words as words
from safelight.web import complex_map, complex_matrix, handover_words, victim_words
from safelight.web.as_of import Days
from safelight.web.render import with_query
from safelight.web.urgent import urgent

#: Rows of the table "then, and seen from today".
_TOLD = (
    "suspects",
    "suspects_own",
    "cases",
    "cases_own",
    "cases_other",
    "cases_abroad",
    "accounts",
    "children",
    "seized",
)
_FEW = 8


@dataclass(frozen=True, slots=True)
class Told:
    """One value of that table, and where its rows are. `changed`: seen from today it is another than was known then."""

    figure: Figure
    to: str
    changed: bool


@dataclass(frozen=True, slots=True)
class Column:
    """One of the two questions about a day."""

    day: str
    title: str
    values: Mapping[str, Told]


def page(request: Request) -> Response:
    """The complex as of a day. Raises BadInput for a day that is none, Refused for an audience that there is not."""
    door: Door = request.app.state.door
    days, given = Days.of(request), request.query_params
    box_language = given.get("box", "") or language()
    audience = given.get("audience", "") or factbox.AUDIENCES[0]
    with door.consult("complex", f"{days.known} {days.true} {days.compare}".strip()) as look:
        question = days.question(request, look.reading)
        found = figures.every(question)
        whose = complex_matrix.matrix(question)
        context: dict[str, Any] = (
            {
                "standing": look.standing(),
                "address": days,
                "past": days.past,
                "matrix": whose,
                "states": [(state, words.status(state)) for state in complex_matrix.states(whose)],
                "fills": complex_matrix.FILLS,
                "tiles": complex_map.tiles(whose, question),
                "map": given.get("as") == "map",
                "figures": {figure.key: figure for figure in found},
                "own": question.own,
                "box": factbox.write(question, box_language, audience, found),
                "audience": audience,
                "audiences": [(name, _audience(name)) for name in factbox.AUDIENCES],
                "here_with": _here(days, given.get("as", ""), box_language, audience),
                "opens": lambda key: days.to(f"/figures/{quote(key)}"),
                "columns": _columns(question, days),
                "rows": [name for name in _TOLD if name in {figure.key for figure in found}],
                "titles": figures.titles(),
                "causes": changes.words(),
                "words": words,
                "victims": victim_words,
                "how_far": handover_words,
            }
            | _due(request, look.reading, question)
            | _changes(question, days)
        )
    made: Response = request.app.state.templates.page(request, "complex.html", context)
    return made


def _here(days: Days, shown: str, box: str, audience: str) -> Any:
    """This page with one thing changed."""

    def to(**changed: str) -> str:
        now = {
            "known": days.known,
            "true": days.true,
            "compare": days.compare,
            "as": shown,
            "box": box,
            "audience": audience,
        }
        return with_query("/complex", [], **(now | changed))

    return to


def _audience(name: str) -> str:
    return {"press": _("press"), "prosecutor": _("prosecutor"), "partner": _("partner")}[name]


def _due(request: Request, reading: Reading, question: Asked) -> dict[str, Any]:
    """Deadlines, urgent children and handovers; children for who has the right alone."""
    due = deadlines.every(reading.ledger, question.as_of)
    given = disclosures.listed(reading, request.app.state.door.who, question.as_of)
    names = figures.spoken(question, [one.case for one in due[:_FEW]])
    return {
        "deadlines": [(one, names.get(one.case, "")) for one in due[:_FEW]],
        "deadline_count": len(due),
        "urgent": urgent(request.app.state.door, reading, question),
        "handovers": given[:_FEW],
        "handover_count": len(given),
    }


def _columns(question: Asked, days: Days) -> list[Column]:
    """Both questions about each day, the day that is compared with among them, in order of time."""
    columns = []
    for day in sorted({one for one in (days.compare, days.known or days.true) if one}):
        then = _values(question, day, day)
        today = _values(question, "", day)
        for title, known, values in ((_("known then"), day, then), (_("seen today"), "", today)):
            told = {
                name: Told(figure, Days(known, day).to(f"/figures/{name}"), figure.value != then[name].value)
                for name, figure in values.items()
            }
            columns.append(Column(day, title, told))
    return columns


def _values(question: Asked, known: str, true: str) -> dict[str, Figure]:
    found = figures.every(replace(question, as_of=asked(known, true)))
    return {figure.key: figure for figure in found if figure.key in _TOLD}


def _changes(question: Asked, days: Days) -> dict[str, Any]:
    """What is new between the two days; nothing where only one is asked about."""
    if not days.compare:
        return {"changes": [], "corrections": [], "transfers": 0}
    one = replace(question, as_of=asked(days.compare, days.compare))
    before, after = sorted((one, question), key=lambda each: min(each.as_of.known, each.as_of.true))
    period = before.as_of.known, after.as_of.known
    found = changes.compare(before, after)
    return {
        "changes": [change for change in found if change.difference or change.causes],
        "corrections": changes.corrections(question, *period),
        "transfers": changes.transfers(question.ledger, *period),
    }


ROUTES = [Route("/complex", page, methods=["GET"])]
