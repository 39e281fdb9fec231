"""The cluster page: what holds a proposed person together, what would split it, and what decisions demand of it.

A graph, or a matrix with the same figures one key away (and instead of it for many accounts).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from safelight.access import identities as rows
from safelight.access.accounts import AccountRow
from safelight.access.door import Door
from safelight.access.reading import Reading
from safelight.access.zones import Zone, zone_of
from safelight.errors import NotFound
from safelight.identities import persons
from safelight.identities import reading as who
from safelight.identities.conflicts import Conflict
from safelight.identities.persons import Link, Person
from safelight.messages import _
from safelight.web import identity_words
from safelight.web.identity_graph import graph, initials, shown
from safelight.web.identity_sides import day
from safelight.web.identity_waterfall import signed
from safelight.web.render import with_query
from safelight.web.search import network_badge

#: Links to others that are drawn, of those that people did not decide upon.
FEW_APART = 3
#: Kinds of evidence that a link is told with.
MOST_KINDS = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address says: a tenure of the person, and how it is shown."""

    of: str
    matrix: bool

    def address(self, **changes: Any) -> str:
        """The same page with something changed."""
        values = {"view": "matrix" if self.matrix else ""} | changes
        return with_query("/identities/cluster", [("of", self.of)], **values)

    def person(self) -> str:
        """The person's page."""
        return with_query("/identities/person", [("of", self.of)])


def page(request: Request) -> Response:
    """The page."""
    door: Door = request.app.state.door
    given = request.query_params
    wanted = Asked(tenure_of(given.get("of", "")), given.get("view") == "matrix")
    with door.consult("identity cluster", wanted.of) as look:
        reading = look.reading
        rows.known(reading, wanted.of)
        now = who.standing(reading)
        person = persons.person(reading, now, wanted.of)
        apart = shown_apart(person)
        clashes = [
            one for one in persons.conflicts(reading, now) if not tenures_in(one).isdisjoint(person.members)
        ]
        there = [*person.members, *(one for link in person.apart for one in link.key)]
        there += [one for clash in clashes for one in sorted(tenures_in(clash))]
        names = rows.rows_of(reading, there)
        picture = graph(person, apart, names, periods(now, there))
        context = {
            "standing": look.standing(),
            "asked": wanted,
            "person": person,
            "title": title(person, names),
            "names": names,
            "picture": None if wanted.matrix else picture,
            "drawable": picture is not None,
            "matrix": matrix(person) if wanted.matrix or picture is None else (),
            "apart": person.apart,
            "ties": ties(reading, person),
            "weakest": strongest(reading, person.weakest),
            "next": strongest(reading, person.joins[0] if person.joins else None),
            "conflicts": clashes,
            "constraints": [
                one for one in (*person.links, *person.apart) if one.same or one.different or one.suspended
            ],
            "network_badge": network_badge,
            "words": identity_words,
            "initials": initials,
            "signed": signed,
        }
    made: Response = request.app.state.templates.page(request, "identity_cluster.html", context)
    return made


def tenure_of(text: str) -> str:
    """The tenure that an address names. Raises NotFound for an empty one."""
    if not text.strip():
        raise NotFound(_("The address names no account."), _("Open a person from the list."))
    return text.strip()


def shown_apart(person: Person) -> list[Link]:
    """Links to others that stand beside a person: all that were declared different, and the most probable proposals."""
    return [one for one in person.apart if one.different] + list(person.joins[:FEW_APART])


def tenures_in(clash: Conflict) -> set[str]:
    """Every tenure that a contradiction names."""
    found = {clash.a, clash.b, clash.against.a, clash.against.b}
    return found | {one for step in clash.steps for one in (step.a, step.b)}


def title(person: Person, names: Mapping[str, AccountRow]) -> str:
    """What one calls a person as long as nobody knows a name: the account that wrote most."""
    there = [names[one] for one in person.members if one in names]
    return max(there, key=lambda row: row.messages).name if there else person.cluster[:14]


def periods(now: who.Standing, tenures: Sequence[str]) -> dict[str, str]:
    """The period of each tenure that is not a whole account, as days in UTC."""
    utc = zone_of("")
    return {one: text for one in dict.fromkeys(tenures) if (text := period(who.tenure(now, one), utc))}


def period(tenure: who.Tenure, zone: Zone) -> str:
    """`2016-01-01 – now`; empty for a whole account."""
    if tenure.begin_us is None and tenure.end_us is None:
        return ""
    return f"{day(tenure.begin_us, zone) or _('beginning')} – {day(tenure.end_us, zone) or _('now')}"


def matrix(person: Person) -> list[tuple[str, list[Link | None]]]:
    """Each member with its link to every other one; None on the diagonal."""
    known = {one.key: one for one in person.links}
    return [
        (
            one,
            [
                None
                if one == other
                else known.get((min(one, other), max(one, other)), Link(one, other, None))
                for other in person.members
            ],
        )
        for one in person.members
    ]


@dataclass(frozen=True, slots=True)
class Tie:
    """A link between two members, and the kinds of evidence that speak most for it, with their points."""

    link: Link
    kinds: tuple[tuple[str, float], ...]


def ties(reading: Reading, person: Person) -> tuple[Tie, ...]:
    """What holds a person together, strongest first: the graph as a list. Pairs of which too little speaks are left out."""
    told = [one for one in person.links if shown(one)]
    pieces = rows.evidence_of(reading, [one.key for one in told])
    return tuple(
        Tie(
            one,
            tuple(
                (piece.kind, piece.points)
                for piece in sorted(pieces.get(one.key, ()), key=lambda piece: -piece.points)[:MOST_KINDS]
                if piece.points > 0
            ),
        )
        for one in told
    )


@dataclass(frozen=True, slots=True)
class Strongest:
    """A link and what speaks most for it and against it."""

    link: Link
    reasons: tuple[who.Reason, ...]


def strongest(reading: Reading, link: Link | None) -> Strongest | None:
    """A link with up to three reasons."""
    if link is None:
        return None
    pieces = rows.evidence(reading, link.a, link.b)
    return Strongest(link, tuple(who.reason(one) for one in pieces[:3]))


ROUTES = [Route("/identities/cluster", page)]
