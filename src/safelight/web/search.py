"""Search: the query, hits in context by time, counts by facet and over time, saved searches.

The hits go out first and the counts follow in the same answer, so that they do not wait for them.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from safelight.access import police
from safelight.access.consultation import Consultation
from safelight.access.door import Door
from safelight.access.model import FacetValue, Histogram
from safelight.access.search import Counts
from safelight.access.search_filter import MATCHES, SearchFilter
from safelight.identities.confirmed import looked_up, people, person
from safelight.messages import _
from safelight.web.charts import columns, day
from safelight.web.pieces import Pieces
from safelight.web.render import Templates

ROWS = 50
#: Persons that are offered as a facet.
PERSONS = 8
#: Everything before this mark in a template is sent at once.
_FLUSH = "\x00hits are there\x00"
#: Keys of the address that are no filters.
_OWN = ("after", "line")


def search(request: Request) -> Response:
    """The page; without a query it shows what was saved and how to ask."""
    wanted = SearchFilter.from_pairs(
        (key, value) for key, value in request.query_params.multi_items() if key not in _OWN
    )
    wanted.node()  # a query that cannot be read is told before anything is sent
    return Pieces(_pieces(request, wanted), media_type="text/html")


def _pieces(request: Request, wanted: SearchFilter) -> Generator[str, None, None]:
    """The page in two pieces, under one consultation."""
    door: Door = request.app.state.door
    templates: Templates = request.app.state.templates
    with door.consult("search", wanted.words()) as look:
        wanted = looked_up(look.reading, wanted)
        page = look.search.page(wanted, request.query_params.get("after"), ROWS, context=True)
        context = templates.common(request) | {
            "standing": look.standing(),
            "wanted": wanted,
            "persons": {one: person(look.reading, one).name for one in wanted.person},
            "page": page,
            "officers": police.among(look.reading, [hit.id for hit in page.rows]),
            "later": bool(request.query_params.get("after")),
            "indexed": look.search.indexed,
            "matches": MATCHES,
            "match_name": match_name,
            "network_badge": network_badge,
            "facet_title": facet_title,
            "value_name": value_name,
            "differ": differ,
            "saved": look.search.saved(),
            "keywords": look.search.keywords(),
            "flush": _FLUSH,
            "figures": lambda: _figures(look, wanted),
        }
        waiting = ""
        for piece in templates.env.get_template("search.html").generate(context):
            before, mark, after = str(piece).partition(_FLUSH)
            waiting += before
            if mark:
                yield waiting
                waiting = after
        yield waiting


def _figures(look: Consultation, wanted: SearchFilter) -> dict[str, Any]:
    """What is counted after the hits were sent; where nothing was found, what each filter costs."""
    counts = look.search.counts(wanted) if wanted else Counts(0, 0, 0, (), ())
    return {
        "counts": counts,
        "columns": columns(Histogram("time", counts.bars, 0)),
        "first": day(counts.bars[0].start_us) if counts.bars else "",
        "last": day(counts.bars[-1].end_us - 1) if counts.bars else "",
        "without": [] if counts.hits else _without(look, wanted),
        "people": _people(look, wanted) if wanted and look.search.indexed else [],
    }


def _people(look: Consultation, wanted: SearchFilter) -> list[FacetValue]:
    """The persons of most accounts and those that are chosen, each counted under the rest of the filter."""
    reading = look.reading
    ranked = list(people(reading)[:PERSONS])
    there = {one.of for one in ranked}
    ranked += [person(reading, one) for one in wanted.person if one not in there]
    found = []
    for one in ranked:
        theirs = replace(wanted, person=(one.of,), held={one.of: one.tenures})
        chosen = one.of in wanted.person
        count, distinct = look.search.count(theirs), look.search.distinct(theirs)
        found.append(FacetValue(one.of, one.name, count, chosen, distinct))
    return found


def _without(
    look: Consultation, wanted: SearchFilter
) -> list[tuple[str, str, SearchFilter, int, int | None]]:
    """Each filter whose absence would give hits, with their number and that of distinct ones."""
    found = []
    for key, value in wanted.filters():
        less = wanted.without(key, value)
        count = look.search.count(less) if less.text else 0
        if count:
            found.append((key, value, less, count, look.search.distinct(less)))
    return found


async def save(request: Request) -> Response:
    """Save the search of the form under a name; then back to it."""
    async with request.form() as form:
        given = [(key, value) for key, value in form.multi_items() if isinstance(value, str)]
    wanted = SearchFilter.from_pairs((key, value) for key, value in given if key != "name")
    await run_in_threadpool(request.app.state.door.save_search, dict(given).get("name", ""), wanted)
    return RedirectResponse(f"/search?{urlencode(wanted.pairs())}", 303)


async def withdraw(request: Request) -> Response:
    """Take a saved search off the list."""
    await run_in_threadpool(request.app.state.door.withdraw_search, request.path_params["seq"])
    return RedirectResponse("/search", 303)


def match_name(match: str) -> str:
    """How a query is read, as the switch says it."""
    return {"words": _("Words"), "exact": _("Exact"), "substring": _("Substring")}[match]


def facet_title(name: str) -> str:
    """A facet's heading."""
    return {
        "kind": _("Kind"), "network": _("Network"), "conversation": _("Conversation"), "exhibit": _("Exhibit"),
        "language": _("Language"), "state": _("State"), "person": _("Person"),
    }[name]  # fmt: skip


def differ(values: Iterable[FacetValue]) -> bool:
    """Whether any value has fewer distinct texts than hits."""
    return any(one.distinct not in (None, one.items) for one in values)


def value_name(facet: str, value: FacetValue | str) -> str:
    """A facet's value as people say it."""
    code, label = (value, value) if isinstance(value, str) else (value.value, value.label)
    names = {
        "kind": {
            "message": _("Messages"), "mail": _("Mail"), "document": _("Documents"), "name": _("File names"),
            "translation": _("Translations"),
        },
        "language": {
            "nb": _("bokmål"), "nn": _("nynorsk"), "en": _("English"), "tl": _("Tagalog"), "ceb": _("Cebuano"),
            "sv": _("Swedish"), "da": _("Danish"), "de": _("German"), "und": _("Unsure"),
        },
        "state": {"live": _("Live"), "deleted": _("Deleted"), "recovered": _("Recovered")},
    }  # fmt: skip
    return names.get(facet, {}).get(code, label)


_BADGES = {
    "skype": "SKY",
    "telegram": "TG",
    "whatsapp": "WA",
    "discord": "DIS",
    "phpbb": "PHP",
    "phone": "SMS",
}


def network_badge(network: str, kind: str) -> str:
    """Two to four letters for where a text is from."""
    if kind == "mail":
        return "MAIL"
    return (
        {"document": "DOC", "name": "FILE", "translation": "TRL"}.get(kind)
        or _BADGES.get(network)
        or network[:4].upper()
        or "?"
    )


ROUTES = [
    Route("/search", search),
    Route("/search/save", save, methods=["POST"]),
    Route("/search/saved/{seq:int}/withdraw", withdraw, methods=["POST"]),
]
