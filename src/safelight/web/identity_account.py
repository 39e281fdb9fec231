"""In whose hands an account was when: its periods, and the acts that split it or mark it as shared by several people."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from safelight.access import identities as rows
from safelight.access.door import Door
from safelight.access.identities import account_of
from safelight.access.person_facts import facts_of
from safelight.access.zones import ZONES, zone_of
from safelight.identities import persons
from safelight.identities import reading as who
from safelight.web import identity_words
from safelight.web.identity_cluster import period, tenure_of
from safelight.web.identity_sides import day, hours
from safelight.web.render import with_query
from safelight.web.search import network_badge


def page(request: Request) -> Response:
    """The page."""
    door: Door = request.app.state.door
    given = request.query_params
    of, zone = account_of(tenure_of(given.get("of", ""))), zone_of(given.get("z", ""))
    done = given.get("done", "")
    with door.consult("identity account", of) as look:
        reading = look.reading
        row = rows.known(reading, of)
        now = who.standing(reading)
        facts = facts_of(reading, [of])[of]
        tenures = now.tenures_of(of)
        near = {one.id: persons.members_of(reading, now, one.id) for one in tenures}
        context = {
            "standing": look.standing(),
            "of": of,
            "zone": zone,
            "zones": tuple(ZONES.values()),
            "row": row,
            "tenures": [
                (
                    one,
                    period(one, zone),
                    hours(facts, zone, one.begin_us, one.end_us),
                    [other for other in near[one.id] if other != one.id],
                )
                for one in tenures
            ],
            "names": rows.rows_of(reading, sorted({one for members in near.values() for one in members})),
            "past": who.past_of(reading, of),
            "first": day(row.first_us, zone),
            "last": day(row.last_us, zone),
            "address": lambda key: with_query(
                "/identities/account", [("of", of)], z=key if key != "utc" else None
            ),
            "network_badge": network_badge,
            "words": identity_words,
            "done": int(done) if done.isdecimal() and len(done) < 16 else None,
        }
    made: Response = request.app.state.templates.page(request, "identity_account.html", context)
    return made


ROUTES = [Route("/identities/account", page)]
