"""The person page: all accounts of a proposed person, the names that each carried over time, and what is known of them.

And the list of persons. Here a person is what accounts say; a registered one (`web/persons.py`) is linked, or made from it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from safelight.access import identities as rows
from safelight.access.account import Source
from safelight.access.accounts import AccountRow
from safelight.access.door import Door
from safelight.access.identities import account_of
from safelight.access.neutral import visible
from safelight.access.person_facts import Facts, facts_of
from safelight.access.zones import ZONES, zone_of
from safelight.casework import persons as register
from safelight.identities import persons
from safelight.identities import reading as who
from safelight.messages import _
from safelight.web import identity_words
from safelight.web.accounts import name_kind
from safelight.web.identity_cluster import periods, tenure_of, title
from safelight.web.identity_graph import initials
from safelight.web.identity_names import names_chart
from safelight.web.render import with_query
from safelight.web.search import network_badge

ROWS = 50
#: Accounts whose whole records are read for a page.
MOST = 40


@dataclass(frozen=True, slots=True)
class Known:
    """One identifier: what it is, its value, on what basis, by which account, and where it stands."""

    kind: str
    value: str
    basis: str
    fact: bool
    """The account's own record states it; else somebody else does, or its holder wrote it."""
    account: str
    source: Source | None


def page(request: Request) -> Response:
    """One person."""
    door: Door = request.app.state.door
    given = request.query_params
    of, zone = tenure_of(given.get("of", "")), zone_of(given.get("z", ""))
    done = given.get("done", "")
    with door.consult("identity person", of) as look:
        reading = look.reading
        rows.known(reading, of)
        now = who.standing(reading)
        person = persons.person(reading, now, of)
        names = rows.rows_of(reading, person.members)
        own = {row.account_id: row for row in names.values()}
        facts = facts_of(reading, [account_of(one) for one in person.members[:MOST] if one in names])
        ties = _ties(facts)
        decisions = sorted(
            (one.decided for one in (*person.links, *person.apart) if one.decided),
            key=lambda one: -one.seq,
        )
        there = {tenure for one in person.apart for tenure in one.key}
        context = {
            "standing": look.standing(),
            "of": of,
            "zone": zone,
            "zones": tuple(ZONES.values()),
            "next_zone": list(ZONES.values())[(list(ZONES).index(zone.key) + 1) % len(ZONES)],
            "person": person,
            "title": title(person, names),
            "names": names,
            "others": rows.rows_of(
                reading, sorted({*there, *(id_ for id_, _n, _copies in ties)} - set(names))
            ),
            "chart": names_chart(person, names, facts, now, zone),
            "known": _known(names, facts),
            "accounts": [(one, names[one], _best(person, one)) for one in person.members if one in names],
            "periods": periods(now, person.members),
            "messages": sum(row.messages for row in own.values()),
            "found": sum(row.found for row in own.values()),
            "networks": len({row.network for row in names.values()}),
            "ties": ties,
            "decisions": decisions,
            "network_badge": network_badge,
            "words": identity_words,
            "initials": initials,
            "proposed": person.joins,
            "registered": register.with_accounts(reading, person.members),
            "done": int(done) if done.isdecimal() and len(done) < 16 else None,
        }
    made: Response = request.app.state.templates.page(request, "identity_person.html", context)
    return made


def _best(person: persons.Person, tenure: str) -> persons.Link | None:
    """The strongest link of an account with the rest."""
    return next((one for one in person.links if tenure in one.key), None)


def _known(names: Mapping[str, AccountRow], facts: Mapping[str, Facts]) -> list[Known]:
    """Identifiers by kind; what several accounts have stands once, with the first of them."""
    made: dict[tuple[int, str, str, str], Known] = {}

    def add(
        rank: int, kind: str, value: str, basis: str, fact: bool, of: AccountRow, source: Source | None
    ) -> None:
        if value.strip():
            key = (rank, kind, value, basis)
            made.setdefault(key, Known(kind, visible(value), basis, fact, visible(of.name), source))

    accounts = {row.account_id: row for row in names.values()}
    for id_, one in facts.items():
        row = accounts[id_]
        for name in one.names:
            if name.kind in ("phone", "e-mail", "full name"):
                rank = {"full name": 0, "phone": 1, "e-mail": 2}[name.kind]
                title = name_kind(name.kind).capitalize()
                add(rank, title, name.name, _("the account's record"), True, row, name.source)
        for entry in one.entries:
            told = (
                _("address book of %(who)s") % {"who": entry.owner} if entry.owner else _("an address book")
            )
            add(3, _("Called"), entry.name, told, False, row, entry.source)
        for profile in one.profiles:
            for key, value in profile.facts:
                add(4, _profile_word(key), value, _("its holder wrote it"), False, row, profile.source)
        for device in one.devices:
            text = ", ".join(part for part in (device.model, device.system, device.native) if part)
            add(5, _("Device"), text, _("named with the account"), True, row, device.source)
        source = one.names[0].source if one.names else None
        add(6, _("Native id"), row.native, _("its own id"), True, row, source)
        for address in one.addresses[:3]:
            add(7, _("Address"), address.ip or address.host or "", _("log of logins"), True, row, None)
    return [made[key] for key in sorted(made)]


def _profile_word(key: str) -> str:
    """What a field of a profile is called; one that only its app has keeps the app's own name."""
    return {
        "city": _("City"), "country": _("Country"), "languages": _("Languages"), "status": _("Status"),
        "timezone": _("Time zone"), "about": _("About"), "gender": _("Gender"), "birthday": _("Born"),
    }.get(key, visible(key))  # fmt: skip


def _ties(facts: Mapping[str, Facts]) -> list[tuple[str, int, int]]:
    """With whom most was written in conversations between two, own accounts left out: account id, messages both ways, each
    distinct one once, and with copies."""
    sums: dict[str, tuple[int, int]] = {}
    for one in facts.values():
        for other, (n, copies) in one.ties.items():
            if other not in facts:
                before = sums.get(other, (0, 0))
                sums[other] = before[0] + n, before[1] + copies
    return sorted(((id_, *both) for id_, both in sums.items()), key=lambda item: (-item[1], item[0]))[:8]


def listing(request: Request) -> Response:
    """All proposed persons of more than one account."""
    door: Door = request.app.state.door
    text = request.query_params.get("first", "0")
    first = int(text) if text.isdecimal() and len(text) < 10 else 0
    with door.consult("identity persons", str(first)) as look:
        reading = look.reading
        now = who.standing(reading)
        everybody = persons.every(reading, now)
        decided = persons.clusters(reading, now).decided
        part = everybody[first : first + ROWS]
        names: Mapping[str, AccountRow] = rows.rows_of(
            reading, [one for members in part for one in members[:8]]
        )
        context = {
            "standing": look.standing(),
            "persons": [
                (members, _title(members, names), sum(one in decided for one in members)) for members in part
            ],
            "names": names,
            "total": len(everybody),
            "first": first,
            "count": ROWS,
            "address": lambda n: with_query("/identities/persons", [], first=n or None),
            "network_badge": network_badge,
            "words": identity_words,
        }
    made: Response = request.app.state.templates.page(request, "identity_persons.html", context)
    return made


def _title(members: Sequence[str], names: Mapping[str, AccountRow]) -> str:
    there = [names[one] for one in members if one in names]
    return max(there, key=lambda row: row.messages).name if there else members[0][:14]


ROUTES = [Route("/identities/person", page), Route("/identities/persons", listing)]
