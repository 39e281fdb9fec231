"""One child: why it is urgent, what is known of it with sources, links, decisions, and all that was ever said."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from safelight.access.identities import account_of
from safelight.casework import persons
from safelight.casework.asked_days import asked
from safelight.casework.urgency import PLANS
from safelight.casework.victim_register import Link, opened
from safelight.casework.victims import STATED
from safelight.web import victim_words as words
from safelight.web.statement_words import nature
from safelight.web.victims import Address, admitted, rule_of

#: What the form offers; who takes care is a button of its own.
OFFERED = tuple(name for name in STATED if name != "taken_by")


def child(request: Request) -> Response:
    """The page. Raises NotFound without the register's right, or where there is no such child."""
    door = admitted(request)
    name, given = request.path_params["name"], request.query_params
    address = Address({}, 0, given.get("known", ""), given.get("true", ""))
    as_of = asked(address.known, address.true)
    with door.consult("victim", name) as look:
        whole = opened(look.reading, door.who).child(name, rule_of(request), as_of)
        context: dict[str, Any] = {
            "standing": look.standing(),
            "address": address,
            "whole": whole,
            "row": whole.child,
            "past": as_of.past,
            "me": door.who,
            "offered": OFFERED,
            "plans": PLANS,
            "words": words,
            "nature": nature,
            "leads": leads,
            "spoken": persons.spoken(look.reading, [one.target for one in whole.history]),
            "done": given.get("done", ""),
        }
    page: Response = request.app.state.templates.page(request, "victim.html", context)
    return page


def leads(link: Link) -> str:
    """Where what a statement points at is shown; empty where no page shows it by itself."""
    target, field = link.statement.target or "", link.statement.field
    if field in ("person", "suspect"):
        return f"/persons/{link.name}"
    if field == "account":
        return f"/accounts/{account_of(target)}"
    if field == "media":
        return f"/items/{target}"
    return ""


ROUTES = [Route("/victims/{name}", child, methods=["GET"])]
