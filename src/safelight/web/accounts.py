"""One account: who it was called, when it wrote, with whom, from where, and what it paid.

Every figure leads to its rows, every row to its place in an item. What there is nothing of is not shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from safelight.access import account_contacts, account_events, accounts
from safelight.access.account import account
from safelight.access.accounts import AccountRow
from safelight.access.door import Door
from safelight.access.timeline_events import EVENTS
from safelight.access.zones import ZONES, Zone, zone_of
from safelight.casework.authority import police_operated
from safelight.errors import NotFound
from safelight.messages import _
from safelight.web import account_charts, timeline_chart
from safelight.web.identity_words import probability
from safelight.web.render import with_query
from safelight.web.roles import about
from safelight.web.search import network_badge
from safelight.web.spans import said
from safelight.web.timeline_rows import kind_name, row

ROWS = 100
#: Rows of a list on the account's own page.
FEW = 8


@dataclass(frozen=True, slots=True)
class Asked:
    """What an account's address asks for."""

    account: AccountRow
    zone: Zone

    @property
    def path(self) -> str:
        """The account's own address."""
        return f"/accounts/{self.account.account_id}"

    def address(self, what: str = "", **more: object) -> str:
        """The account's page, or one of its lists, in the same zone."""
        zone = None if self.zone.key == "utc" else self.zone.key
        return with_query(self.path + (f"/{what}" if what else ""), [], **({"z": zone} | more))

    def timeline(self, begin: int | None = None, end: int | None = None, kind: str = "") -> str:
        """The timeline of what it did."""
        pairs = [("account", self.account.account_id)] + ([("kind", kind)] if kind else [])
        return with_query(
            "/timeline", pairs, begin=begin, end=end, z=None if self.zone.key == "utc" else self.zone.key
        )


def page(request: Request) -> Response:
    """One account."""
    door: Door = request.app.state.door
    id_, zone = request.path_params["account"], zone_of(request.query_params.get("z", ""))
    with door.consult("account", id_) as look:
        reading = look.reading
        found = account(reading, id_)
        company = account_contacts.company(reading, id_)
        picture = account_charts.over_time(found.acts, zone)
        lists = {
            kind: [row(one, zone) for one in account_events.of_kind(reading, id_, kind, count=FEW).rows]
            for kind, count in found.counts.items()
            if count
        }
        messages = list(EVENTS).index("message")
        context = {
            "standing": look.standing(),
            "asked": Asked(found.row, zone),
            "found": found,
            "company": company,
            "lists": lists,
            "few": FEW,
            "names": account_charts.name_chart(found.names, found.row.last_us, zone),
            "heat": account_charts.heat(found.acts, messages, zone),
            "weekdays": account_charts.weekdays(),
            "both": timeline_chart.both,
            "picture": picture,
            "chart": timeline_chart.chart(picture, zone) if picture else None,
            "police": police_operated(reading).get(id_, ()),
            **_shared(zone),
            **about(reading, id_),
        }
        made: Response = request.app.state.templates.page(request, "account.html", context)
    return made


def rows_of(request: Request) -> Response:
    """One list of an account, whole."""
    door: Door = request.app.state.door
    id_, what = request.path_params["account"], request.path_params["what"]
    zone, after = zone_of(request.query_params.get("z", "")), request.query_params.get("after")
    if what not in (*account_events.KINDS, "contacts", "conversations"):
        raise NotFound(_("There is no such list."), _("Go back to the account."))
    with door.consult(f"account {what}", id_) as look:
        reading = look.reading
        asked = Asked(accounts.one(reading, id_), zone)
        reading.show([id_])
        events = (
            account_events.of_kind(reading, id_, what, after, ROWS) if what in account_events.KINDS else None
        )
        context = {
            "standing": look.standing(),
            "asked": asked,
            "what": what,
            "title": {"contacts": _("Contacts"), "conversations": _("Conversations")}.get(what)
            or kind_name(what),
            "events": events,
            "rows": [row(one, zone) for one in events.rows] if events else [],
            "company": None if events else account_contacts.company(reading, id_),
            "later": bool(after),
            **_shared(zone),
        }
        made: Response = request.app.state.templates.page(request, "account_rows.html", context)
    return made


def _shared(zone: Zone) -> dict[str, Any]:
    return {
        "zones": ZONES.values(),
        "next_zone": list(ZONES.values())[(list(ZONES).index(zone.key) + 1) % len(ZONES)],
        "network_badge": network_badge,
        "probability": probability,
        "kind_name": kind_name,
        "name_kind": name_kind,
        "talk_kind": talk_kind,
        "said": said,
        "when": lambda us: when(us, zone),
        "contact_name": contact_name,
    }


def when(us: int | None, zone: Zone) -> str:
    """A time in the zone to the minute; a dash where none is known."""
    wall = zone.local(us) if us is not None else None
    return f"{wall:%Y-%m-%d %H:%M}" if wall else "—"


def contact_name(contact: account_contacts.Contact) -> str:
    """A contact's name, or whose device it is where no item says which account that was."""
    if contact.account_id is None:
        return _("owner of %(exhibit)s, account not stated") % {"exhibit": contact.name}
    return contact.name


def name_kind(kind: str) -> str:
    """What kind of name it is."""
    return {
        "nick": _("nick"), "display name": _("display name"), "full name": _("full name"), "user name": _("user name"),
        "phone": _("phone"), "e-mail": _("e-mail"), "address book": _("address book"),
    }.get(kind, kind)  # fmt: skip


def talk_kind(kind: str) -> str:
    """What kind of conversation it is."""
    return {"direct": _("between two"), "group": _("group"), "channel": _("channel"), "thread": _("thread"),
            "mail": _("mail")}.get(kind, kind)  # fmt: skip


ROUTES = [
    Route("/accounts/{account}", page),
    Route("/accounts/{account}/{what}", rows_of),
]
