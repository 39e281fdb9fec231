"""What people state and decide about persons on their pages; each act leads back to the person."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from safelight.access.identity_acts import named
from safelight.casework import from_account, joining, persons
from safelight.casework.dates import period
from safelight.casework.form_basis import basis_of
from safelight.errors import Refused
from safelight.messages import _
from safelight.web.casework_forms import Given, acted, entry_number, form, undoing


async def add(request: Request) -> Response:
    """Register a person."""
    given = await form(request)

    def act_of(reading: Any, act: Any, who: str) -> tuple[str, int]:
        made = persons.add(
            act,
            actor=who,
            basis=basis_of(given),
            name=given.get("name", ""),
            category=given.get("category", ""),
        )
        reading.show([made.id])
        return f"/persons/{made.name}", made.seq

    return await acted(request, "person added", given.get("name", ""), act_of)


async def add_of_account(request: Request) -> Response:
    """Register the person of an account, with all that was decided or, if wanted, proposed to be theirs."""
    given = await form(request)

    def act_of(reading: Any, act: Any, who: str) -> tuple[str, int]:
        of = from_account.accounts(reading, given.get("account", ""))
        made = from_account.make(
            act, of, actor=who, basis=basis_of(given), name=given.get("name", ""),
            with_proposed=given.get("proposed") == "yes",
        )  # fmt: skip
        reading.show([made.id])
        return f"/persons/{made.name}", made.seq

    return await acted(request, "person from account", given.get("account", ""), act_of)


async def state(request: Request) -> Response:
    """State one thing of a person."""
    given, name = await form(request), request.path_params["name"]
    field, corrects = given.get("field", ""), given.get("corrects", "")
    holds = period(given.get("first", ""), given.get("last", ""))

    def act_of(reading: Any, act: Any, who: str) -> tuple[str, int]:
        account = field == "account"
        entry = persons.state(
            act, name, field, True if account else _value(field, given), actor=who, basis=basis_of(given),
            target=named(reading, given.get("value", "")) if account else given.get("target") or None, holds=holds,
            corrects=entry_number(corrects) if corrects else None,
        )  # fmt: skip
        reading.show(entry.subjects)
        return f"/persons/{name}", entry.seq

    return await acted(request, "person stated", name, act_of)


def _value(field: str, given: Given) -> Any:
    value = given.get("value", "")
    if field == "address":
        return {"text": value, "municipality": given.get("municipality", "")}
    if field == "identifier":
        kind, equals, own = value.partition("=")
        return {"kind": kind if equals else "", "value": own if equals else value}
    return value


async def decide(request: Request) -> Response:
    """Decide that two persons are one, or two. Raises Refused without a choice."""
    given, name = await form(request), request.path_params["name"]
    verb = {"same": joining.join, "different": joining.declare_different}.get(given.get("decision", ""))
    if verb is None:
        raise Refused(_("Nothing was chosen: one person or two."), _("Choose one; none is preset."))

    def act_of(reading: Any, act: Any, who: str) -> tuple[str, int]:
        entry = verb(act, name, given.get("other", ""), actor=who, basis=basis_of(given))
        reading.show(entry.subjects)
        return f"/persons/{name}", entry.seq

    return await acted(request, "persons decided", name, act_of)


ROUTES = [
    Route("/persons", add, methods=["POST"]),
    Route("/persons/of-account", add_of_account, methods=["POST"]),
    Route("/persons/{name}/state", state, methods=["POST"]),
    Route("/persons/{name}/decide", decide, methods=["POST"]),
    Route("/persons/{name}/undo", undoing("/persons", persons.withdraw), methods=["POST"]),
]
