"""The pair page: are these two accounts one person? Both side by side, what speaks for and against, and the decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from safelight.access import identities as rows
from safelight.access.consultation import Consultation
from safelight.access.door import Door
from safelight.access.person_facts import facts_of
from safelight.access.zones import ZONES, Zone, zone_of
from safelight.errors import NotFound
from safelight.identities import reading as who
from safelight.messages import _
from safelight.web import identity_sides, identity_waterfall, identity_words
from safelight.web.identity_samples import samples
from safelight.web.render import with_query
from safelight.web.search import network_badge

#: Other candidates that are shown.
OTHERS = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address says: two tenures, the zone of times, and whether the evidence is shown as a table."""

    a: str
    b: str
    zone: Zone
    table: bool

    def address(self, **changes: Any) -> str:
        """The same page with something changed."""
        values: dict[str, Any] = {"z": self.zone.key, "view": "table" if self.table else ""} | changes
        if values["z"] == "utc":
            values["z"] = None
        return with_query("/identities/pair", [("a", self.a), ("b", self.b)], **values)

    def following(self) -> str:
        """The question after this one."""
        return with_query("/identities/next", [("a", self.a), ("b", self.b)])

    def evidence(self, kind: str) -> str:
        """The traces of one kind of evidence."""
        return with_query("/identities/evidence", [("a", self.a), ("b", self.b), ("kind", kind)])


def asked(request: Request) -> Asked:
    """Read the address. Raises NotFound without two accounts, Refused for a zone that there is not."""
    given = request.query_params
    first, second = sorted((given.get("a", "").strip(), given.get("b", "").strip()))
    if not first or first == second:
        raise NotFound(
            _("A pair is two different accounts."), _("Open one from the proposals, or compare two accounts.")
        )
    return Asked(first, second, zone_of(given.get("z", "")), given.get("view") == "table")


def page(request: Request) -> Response:
    """The page."""
    door: Door = request.app.state.door
    wanted = asked(request)
    with door.consult("identity pair", f"{wanted.a} {wanted.b}") as look:
        context = _context(look, wanted, door, _done(request))
    made: Response = request.app.state.templates.page(request, "identity_pair.html", context)
    return made


def _context(look: Consultation, wanted: Asked, door: Door, done: int | None) -> dict[str, Any]:
    reading = look.reading
    found = who.weighed(reading, wanted.a, wanted.b)
    facts = facts_of(reading, [one.account_id for one in (found.a, found.b)])
    names = dict(rows.rows_of(reading, [one.id for one in (found.a, found.b)]))
    sides = tuple(
        identity_sides.Side(
            one.id, one.begin_us, one.end_us, one.shared, names[one.id], facts[one.account_id]
        )
        for one in (found.a, found.b)
    )
    pieces = [one.piece for one in found.reasons]
    turn = who.asked_in_turn(reading, door.who)
    place = next((n for n, one in enumerate(turn) if (one.a, one.b) == (wanted.a, wanted.b)), None)
    others = rows.pairs_of(reading, [wanted.a, wanted.b])
    others = [one for one in others if one.key != (wanted.a, wanted.b)][:OTHERS]
    strongest = rows.evidence_of(reading, [one.key for one in others])
    names |= rows.rows_of(reading, {tenure for one in others for tenure in one.key})
    return {
        "standing": look.standing(),
        "asked": wanted,
        "found": found,
        "question": None if place is None else turn[place],
        "place": place,
        "questions": len(turn),
        "sides": sides,
        "rows": identity_sides.rows(sides[0], sides[1], pieces, wanted.zone),
        "hours": [
            identity_sides.hours(side.facts, wanted.zone, side.begin_us, side.end_us) for side in sides
        ],
        "hours_sign": identity_sides.hours_sign(pieces),
        "waterfall": _waterfall(found),
        "samples": samples(reading, found),
        "wrote": any(one.piece.kind == "style" for one in found.reasons),
        "others": [
            (one, names.get(one.tenure_a), names.get(one.tenure_b), strongest.get(one.key, ())[:2])
            for one in others
        ],
        "zones": tuple(ZONES.values()),
        "next_zone": list(ZONES.values())[(list(ZONES).index(wanted.zone.key) + 1) % len(ZONES)],
        "network_badge": network_badge,
        "words": identity_words,
        "signed": identity_waterfall.signed,
        "me": door.who,
        "four_eyes": door.identities.four_eyes,
        "done": done,
    }


def _done(request: Request) -> int | None:
    text = request.query_params.get("done", "")
    return int(text) if text.isdecimal() and len(text) < 16 else None


def _waterfall(found: who.Weighed) -> identity_waterfall.Waterfall | None:
    if found.pair is None:
        return None
    return identity_waterfall.waterfall(
        found.pair.prior,
        [
            (one.piece.kind, identity_words.kind_title(one.piece.kind), one.sentence, one.piece.points)
            for one in found.reasons
        ],
    )


ROUTES = [Route("/identities/pair", page)]
