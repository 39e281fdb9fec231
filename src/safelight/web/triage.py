"""The triage table of accounts: which of thousands matter and why, in the order of a written rule; one beside it in a pane;
roles that people reject.

Every role is a proposal with its reason until a person says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from safelight.access import account_contacts, accounts
from safelight.access.account import account
from safelight.access.door import Door
from safelight.access.reading import Reading
from safelight.access.timeline_events import EVENTS
from safelight.access.zones import zone_of
from safelight.errors import NotFound, Refused
from safelight.identities.triage import reading as triage
from safelight.identities.triage.acts import RoleActs
from safelight.identities.triage.persons import persons
from safelight.identities.triage.reading import NONE, ORDERS, Asked
from safelight.identities.triage.registry import BY_NAME, ROLES, TAGS
from safelight.messages import _
from safelight.web import account_charts
from safelight.web.accounts import contact_name, when
from safelight.web.identity_words import probability
from safelight.web.render import wanted_block, with_query
from safelight.web.roles import about, leads, rows_of
from safelight.web.search import network_badge

ROWS = 100
#: Contacts, addresses and devices in the pane.
FEW = 5


@dataclass(frozen=True, slots=True)
class Address:
    """What the table's address asks for."""

    asked: Asked
    first: int
    selected: str

    def to(self, **changes: Any) -> str:
        """The table with something changed; from the beginning, and nothing selected, unless that is what changes."""
        own: dict[str, Any] = {
            "words": self.asked.words, "networks": self.asked.networks, "roles": self.asked.roles,
            "order": self.asked.order, "address": self.asked.address, "first": 0, "selected": "",
        }  # fmt: skip
        values = own | changes
        pairs = [("q", values["words"])] if values["words"] else []
        pairs += [("network", one) for one in values["networks"]]
        pairs += [("role", one) for one in values["roles"]]
        pairs += [("address", values["address"])] if values["address"] else []
        order = None if values["order"] == "rule" else values["order"]
        return with_query(
            "/accounts",
            pairs,
            order=order,
            first=values["first"] or None,
            selected=values["selected"] or None,
        )

    def pane(self, account_id: str) -> str:
        """The same rows with an account beside them."""
        return self.to(first=self.first, selected=account_id)

    def toggled(self, key: str, value: str) -> str:
        """With a network or role chosen or not."""
        now: tuple[str, ...] = getattr(self.asked, key)
        rest = tuple(one for one in now if one != value)
        return self.to(**{key: rest if value in now else (*now, value)})

    def told(self) -> str:
        """In words, as it stands in the audit."""
        asked = self.asked
        parts = [asked.words, *(f"network:{one}" for one in asked.networks), *(f"role:{one}" for one in asked.roles),
                 f"address:{asked.address}" if asked.address else ""]  # fmt: skip
        return " ".join(part for part in parts if part)


def _address(request: Request) -> Address:
    given = request.query_params
    first, order = given.get("first", "0"), given.get("order", "rule")
    if order not in ORDERS:
        raise Refused(
            _("There is no order “%(order)s”.") % {"order": order},
            _("It can be: %(values)s.") % {"values": ", ".join(ORDERS)},
        )
    asked = Asked(
        given.get("q", "").strip(), tuple(given.getlist("network")), tuple(given.getlist("role")), order,
        given.get("address", "").strip(),
    )  # fmt: skip
    return Address(asked, int(first) if first.isdecimal() else 0, given.get("selected", ""))


def listing(request: Request) -> Response:
    """The table; with htmx the pane alone."""
    door: Door = request.app.state.door
    address = _address(request)
    if address.selected and wanted_block(request, {"inspector": "inspector"}):
        with door.consult("account in triage", address.selected) as look:
            context = _pane(look.reading, address.selected) | {"address": address}
            pane: Response = request.app.state.templates.page(
                request, "accounts.html", context, block="inspector"
            )
            return pane
    with door.consult("accounts", address.told()) as look:
        rows, total, counts = triage.listed(look.reading, address.asked, address.first, ROWS)
        linked = persons(look.reading)
        context = {
            "standing": look.standing(),
            "address": address,
            "asked": address.asked,
            "rows": rows,
            "total": total,
            "everything": len(accounts.every(look.reading)),
            "networks": accounts.networks(look.reading, address.asked.words),
            "role_counts": [(name, title_of(name), n) for name, n in counts.items()],
            "ran": triage.was_run(look.reading),
            "persons": linked,
            "names": rows_of(look.reading, {one.other for one in linked.values()}),
            "count": ROWS,
            "network_badge": network_badge, "probability": probability,
            "title_of": title_of,
            "leads": leads,
            "columns": (
                ("name", _("Account"), "c1"), ("rule", _("Role, and why"), ""), ("", _("Person"), "c3"),
                ("messages", _("Messages"), "r c4"), ("contacts", _("Contacts"), "r c5"), ("last", _("Last seen"), "r c6"),
            ),
        }  # fmt: skip
        context |= _pane(look.reading, address.selected) if address.selected else {"shown": None}
        page: Response = request.app.state.templates.page(request, "accounts.html", context)
    return page


def _pane(reading: Reading, account_id: str) -> dict[str, Any]:
    """What stands beside the table about one account. Raises NotFound."""
    zone = zone_of("")
    found = account(reading, account_id)
    company = account_contacts.company(reading, account_id)
    return {
        "shown": found,
        "company": company,
        "heat": account_charts.heat(found.acts, list(EVENTS).index("message"), zone),
        "name_chart": account_charts.name_chart(found.names, found.row.last_us, zone, 336, 0),
        "zone": zone,
        "few": FEW,
        "contact_name": contact_name,
        "network_badge": network_badge,
        "probability": probability,
        "when": lambda us: when(us, zone),
    } | about(reading, account_id)


def title_of(role: str) -> str:
    """A role's tag; the word for accounts without any."""
    return _("none found") if role == NONE else BY_NAME[role].title() if role in BY_NAME else role


def rule(request: Request) -> Response:
    """The written rule: by what accounts are listed, and when each role is given."""
    door: Door = request.app.state.door
    with door.consult("rule of triage") as look:
        context = {
            "standing": look.standing(),
            "tags": TAGS,
            "plain": [role for role in ROLES if not role.tag],
            "list": triage.contact_list(look.reading),
        }
    page: Response = request.app.state.templates.page(request, "accounts_rule.html", context)
    return page


async def reject(request: Request) -> Response:
    """A person says that an account does not have a role."""
    given = await _form(request)
    acts, account_id = RoleActs(request.app.state.door), request.path_params["account"]
    await run_in_threadpool(acts.reject, account_id, given.get("role", ""), given.get("reason", ""))
    return RedirectResponse(_back(given, account_id), 303)


async def withdraw(request: Request) -> Response:
    """That is taken back."""
    given = await _form(request)
    seq = given.get("seq", "")
    if not seq.isdecimal() or len(seq) > 15:
        raise NotFound(_("There is no such rejection."), _("Go back to the account."))
    acts = RoleActs(request.app.state.door)
    await run_in_threadpool(acts.withdraw, int(seq), given.get("reason", ""))
    return RedirectResponse(_back(given, request.path_params["account"]), 303)


async def _form(request: Request) -> dict[str, str]:
    async with request.form() as form:
        return {key: value for key, value in form.multi_items() if isinstance(value, str)}


def _back(given: dict[str, str], account_id: str) -> str:
    """To the rows that were seen, or to the account's own page."""
    back = given.get("back", "")
    return back if back == "/accounts" or back.startswith("/accounts?") else f"/accounts/{account_id}"


ROUTES = [
    Route("/accounts", listing),
    Route("/accounts/rule", rule),
    Route("/accounts/{account}/roles", reject, methods=["POST"]),
    Route("/accounts/{account}/roles/withdraw", withdraw, methods=["POST"]),
]
