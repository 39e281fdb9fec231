"""Registered persons: the list, and one person with what is known, on what basis, in which cases, by which accounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from safelight.access import identities as rows
from safelight.access.accounts import AccountRow
from safelight.access.door import Door
from safelight.access.person_facts import facts_of
from safelight.access.reading import Reading
from safelight.access.zones import zone_of
from safelight.casework import cases, persons
from safelight.casework.asked_days import asked
from safelight.casework.part import asked as asked_part
from safelight.casework.persons import Person
from safelight.casework.victim_register import opened
from safelight.identities import persons as proposals
from safelight.identities import reading as who
from safelight.web import casework_forms as forms
from safelight.web import casework_words as words
from safelight.web import day_words, victim_words
from safelight.web.as_of import Days
from safelight.web.identity_names import NamesChart, names_chart
from safelight.web.search import network_badge
from safelight.web.statement_words import nature
from safelight.web.victims import rule_of

#: What the form offers, in this order; joining and accounts have forms of their own.
OFFERED = (
    "name", "alias", "category", "born", "died", "identifier", "address", "district", "identified", "relation", "note",
)  # fmt: skip
#: The order in which what is known stands on the page.
_ORDER = (*OFFERED, "account")
#: Accounts whose whole records are read for the chart.
MOST = 40


def listing(request: Request) -> Response:
    """All registered persons, joined ones once."""
    door: Door = request.app.state.door
    days = Days.of(request)
    as_of = asked(days.known, days.true)
    with door.consult("persons", days.known) as look:
        context: dict[str, Any] = {
            "standing": look.standing(),
            "page": persons.listed(look.reading, as_of, asked_part(request.query_params.get("first", ""))),
            "address": days,
            "past": as_of.past,
            "words": words,
            "categories": persons.CATEGORIES,
            "done": forms.done(request),
        }
    page: Response = request.app.state.templates.page(request, "persons.html", context)
    return page


def person(request: Request) -> Response:
    """One person. Raises NotFound."""
    door: Door = request.app.state.door
    name, days = request.path_params["name"], Days.of(request)
    as_of = asked(days.known, days.true)
    with door.consult("person", name) as look:
        reading = look.reading
        found = persons.person(reading, name, as_of)
        members = [one.id for one in found.joined]
        names: Mapping[str, AccountRow] = rows.rows_of(reading, found.tenures)
        past_of = [one for each in found.joined for one in persons.history(reading, each.id, as_of)]
        context: dict[str, Any] = {
            "standing": look.standing(),
            "person": found,
            "known": sorted(
                (one.said for one in past_of if one.ended_by is None and one.said.field in _ORDER),
                key=lambda one: (_ORDER.index(one.field), -(one.valid_from or 0), -one.seq),
            ),
            "spoken": persons.spoken(
                reading,
                [one.said.target for one in past_of]
                + [id_ for one in found.decisions for id_ in (one.record, one.target)],
            ),
            "roles": cases.of_person(reading, members, as_of),
            "children": opened(reading, door.who).of_suspect(members, rule_of(request), as_of)
            if door.holds("victims")
            else (),
            "victims": victim_words,
            "past_of": past_of,
            "holding": {one.seq for one in found.said},
            "accounts": [(one, names.get(one)) for one in found.tenures],
            "stated": {one.target: one for one in found.of("account")},
            "chart": _chart(reading, found, names),
            "address": days,
            "past": as_of.past,
            "offered": OFFERED,
            "words": words,
            "nature": nature,
            "day": day_words.short,
            "network_badge": network_badge,
            "done": forms.done(request),
        }  # fmt: skip
    page: Response = request.app.state.templates.page(request, "person.html", context)
    return page


def _chart(reading: Reading, found: Person, names: Mapping[str, AccountRow]) -> NamesChart | None:
    """Names over the years of accounts that a trace names; all of them were decided to be this person's."""
    there = tuple(one for one in found.tenures if one in names)[:MOST]
    if not there:
        return None
    now = who.standing(reading)
    facts = facts_of(reading, sorted({rows.account_of(one) for one in there}))
    shown = replace(
        proposals.person(reading, now, there[0]), members=there, decided=frozenset(there), links=()
    )
    return names_chart(shown, names, facts, now, zone_of(""))


ROUTES = [
    Route("/persons", listing, methods=["GET"]),
    Route("/persons/{name}", person, methods=["GET"]),
]
