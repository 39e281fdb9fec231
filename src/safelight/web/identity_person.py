"""The person page: all accounts of a proposed person, the names that each carried over time, and what is known of them.

And the list of persons. Cases, roles and full records of people come with casework; here a person is what accounts say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from safelight.access import identities as rows
from safelight.access.account import Account, Source, account
from safelight.access.account_contacts import Contact, company
from safelight.access.accounts import AccountRow
from safelight.access.door import Door
from safelight.access.identities import account_of
from safelight.access.neutral import visible
from safelight.access.zones import ZONES, zone_of
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
        found = {one: account(reading, account_of(one)) for one in person.members[:MOST] if one in names}
        ties = _ties(found, {one: company(reading, account_of(one)).contacts for one in found})
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
            "others": rows.rows_of(reading, sorted(there - set(names))),
            "chart": names_chart(person, found, now, zone),
            "known": _known(found),
            "accounts": [(one, names[one], _best(person, one)) for one in person.members if one in names],
            "periods": periods(now, person.members),
            "messages": sum(row.messages for row in {row.account_id: row for row in names.values()}.values()),
            "networks": len({row.network for row in names.values()}),
            "ties": ties,
            "decisions": decisions,
            "network_badge": network_badge,
            "words": identity_words,
            "initials": initials,
            "proposed": [
                one
                for one in person.apart
                if one.decided is None and one.pair is not None and one.pair.standing == "proposal"
            ],
            "done": int(done) if done.isdecimal() and len(done) < 16 else None,
        }
    made: Response = request.app.state.templates.page(request, "identity_person.html", context)
    return made


def _best(person: persons.Person, tenure: str) -> persons.Link | None:
    """The strongest link of an account with the rest."""
    return next((one for one in person.links if tenure in one.key), None)


def _known(found: Mapping[str, Account]) -> list[Known]:
    made: dict[tuple[str, str, str], Known] = {}

    def add(kind: str, value: str, basis: str, fact: bool, of: Account, source: Source | None) -> None:
        if value.strip():
            made.setdefault(
                (kind, value, basis), Known(kind, visible(value), basis, fact, visible(of.row.name), source)
            )

    for one in found.values():
        add(
            _("Account"),
            one.row.native,
            _("its own id"),
            True,
            one,
            one.names[0].source if one.names else None,
        )
        for name in one.names:
            if name.kind in ("phone", "e-mail", "full name"):
                add(
                    name_kind(name.kind).capitalize(),
                    name.name,
                    _("the account's record"),
                    True,
                    one,
                    name.source,
                )
        for profile in one.profiles:
            for key, value in profile.facts:
                add(visible(key), value, _("its holder wrote it"), False, one, profile.source)
        for entry in one.entries:
            told = (
                _("address book of %(who)s") % {"who": entry.owner} if entry.owner else _("an address book")
            )
            add(_("Called"), entry.name, told, False, one, entry.source)
        for device in one.devices:
            text = ", ".join(part for part in (device.model, device.system, device.native) if part)
            add(_("Device"), text, _("named with the account"), True, one, device.source)
        for address in one.addresses[:3]:
            add(_("Address"), address.ip or address.host or "", _("log of logins"), True, one, None)
    return list(made.values())


def _ties(
    found: Mapping[str, Account], contacts: Mapping[str, Sequence[Contact]]
) -> list[tuple[str | None, str, int]]:
    """Who is written with most, own accounts left out: account id, name, messages both ways."""
    own = {account_of(one) for one in found}
    sums: dict[tuple[str | None, str], int] = {}
    for theirs in contacts.values():
        for one in theirs:
            if one.account_id not in own:
                key = one.account_id, one.name
                sums[key] = sums.get(key, 0) + one.total
    ranked = sorted(sums.items(), key=lambda item: (-item[1], item[0][1]))
    return [(id_, name, n) for (id_, name), n in ranked[:8] if n]


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
