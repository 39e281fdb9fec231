"""Authorised operations: what was decided, by whom, within what limits; what stands outside it, for people to look at.

The pages record what police do elsewhere. Nothing here sends anything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from safelight.access.door import Door
from safelight.access.identities import account_of
from safelight.access.identity_acts import named
from safelight.access.zones import zone_of
from safelight.casework import authority
from safelight.casework.asked_days import asked
from safelight.casework.authority_flags import FLAGS, flagged
from safelight.casework.form_basis import basis_of
from safelight.operation.settings import read_settings
from safelight.web import authority_words as words
from safelight.web.accounts import when
from safelight.web.render import with_query
from safelight.web.roles import rows_of
from safelight.web.statement_words import nature

#: Flagged messages on a page.
ROWS = 100


@dataclass(frozen=True, slots=True)
class Days:
    """The days that a page is asked for."""

    known: str
    true: str


def _days(request: Request) -> Days:
    return Days(request.query_params.get("known", ""), request.query_params.get("true", ""))


def listing(request: Request) -> Response:
    """Every operation, with how many messages of its account are flagged; and the form for a new one."""
    door: Door = request.app.state.door
    days = _days(request)
    as_of = asked(days.known, days.true)
    with door.consult("authorities") as look:
        every = authority.every(look.reading, as_of)
        flags = {
            one.id: sum(
                sum(flagged(look.reading, account, every, count=0).counts.values())
                for account in dict.fromkeys(period.account_id for period in one.periods)
            )
            for one in every
        }
        context: dict[str, Any] = {
            "standing": look.standing(),
            "every": every,
            "flags": flags,
            "names": _names(look.reading, every),
            "address": days,
            "past": as_of.past,
            "approvers": read_settings(door.folder.settings).authority.approvers,
            "words": words,
        }
    page: Response = request.app.state.templates.page(request, "authorities.html", context)
    return page


def one(request: Request) -> Response:
    """One operation: its record, its people, what was shared, and the flagged messages. Raises NotFound."""
    door: Door = request.app.state.door
    name, days, first = request.path_params["name"], _days(request), request.query_params.get("first", "0")
    as_of, begin = asked(days.known, days.true), int(first) if first.isdecimal() and len(first) < 10 else 0
    with door.consult("authority", name) as look:
        found = authority.authority(look.reading, name, as_of)
        every = authority.every(look.reading, as_of)
        accounts = dict.fromkeys(period.account_id for period in found.periods)
        context: dict[str, Any] = {
            "standing": look.standing(),
            "one": found,
            "flags": [
                (account, flagged(look.reading, account, every, first=begin, count=ROWS))
                for account in accounts
            ],
            "kinds": FLAGS,
            "names": _names(look.reading, [found]),
            "address": days,
            "past": as_of.past,
            "first": begin,
            "count": ROWS,
            "added": authority.ADDED,
            "words": words,
            "nature": nature,
            "when": lambda us: when(us, zone_of("no")),
            "account_of": account_of,
            "done": request.query_params.get("done", ""),
        }
    page: Response = request.app.state.templates.page(request, "authority.html", context)
    return page


def _names(reading: Any, every: Any) -> dict[str, str]:
    ids = {account_of(account) for one in every for account in one.accounts}
    return {id_: row.name for id_, row in rows_of(reading, ids).items()}


async def add(request: Request) -> Response:
    """Record an operation."""
    given, door = await _form(request), request.app.state.door

    def act_of(reading: Any, act: Any) -> tuple[str, int]:
        said = {key: value.strip() for key, value in given.items()}
        paper = authority.Decision(
            account=named(reading, said.get("account", "")),
            basis=said.get("basis", ""),
            number=said.get("number", ""),
            day=said.get("day", ""),
            approver=said.get("approver", ""),
            role=said.get("role", ""),
            begin=said.get("begin", ""),
            end=said.get("end", ""),
            scope=said.get("scope", ""),
            limits=said.get("limits", ""),
            review=said.get("review", ""),
            officers=_several(said.get("officers", "")),
            partners=_several(said.get("partners", "")),
            taken_over=said.get("taken_over", ""),
        )
        approvers = read_settings(door.folder.settings).authority.approvers
        made = authority.add(act, paper, approvers=approvers, actor=door.who, basis=basis_of(given))
        reading.show([made.id])
        return made.name, made.seq

    return await _acted(door, "authority added", act_of)


async def state(request: Request) -> Response:
    """Add to an operation: officers, watches, partners, what was shared, reports."""
    given, door, name = await _form(request), request.app.state.door, request.path_params["name"]

    def act_of(reading: Any, act: Any) -> tuple[str, int]:
        entry = authority.state(
            act, name, given.get("field", ""), given.get("value", ""), actor=door.who,
            begin=given.get("begin", "").strip(), end=given.get("end", "").strip(), to=given.get("to", ""),
            ground=given.get("ground", ""), basis=basis_of(given),
        )  # fmt: skip
        reading.show(entry.subjects)
        return name, entry.seq

    return await _acted(door, "authority stated", act_of)


async def end(request: Request) -> Response:
    """Record that an operation ended."""
    given, door, name = await _form(request), request.app.state.door, request.path_params["name"]

    def act_of(reading: Any, act: Any) -> tuple[str, int]:
        entry = authority.end(
            act, name, given.get("day", ""), reason=given.get("reason", ""), actor=door.who,
            handed_back=given.get("handed_back") == "yes",
        )  # fmt: skip
        reading.show(entry.subjects)
        return name, entry.seq

    return await _acted(door, "authority ended", act_of)


def _several(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


async def _form(request: Request) -> dict[str, str]:
    async with request.form() as form:
        return {key: value for key, value in form.multi_items() if isinstance(value, str)}


async def _acted(door: Door, what: str, act_of: Callable[[Any, Any], tuple[str, int]]) -> Response:
    """One transaction under one consultation, and back to the operation's page."""

    def do() -> tuple[str, int]:
        with door.consult(what) as look, look.reading.ledger.writing() as act:
            return act_of(look.reading, act)

    name, seq = await run_in_threadpool(do)
    return RedirectResponse(with_query(f"/authority/{name}", [], done=seq), 303)


ROUTES = [
    Route("/authority", listing, methods=["GET"]),
    Route("/authority", add, methods=["POST"]),
    Route("/authority/{name}", one, methods=["GET"]),
    Route("/authority/{name}/state", state, methods=["POST"]),
    Route("/authority/{name}/end", end, methods=["POST"]),
]
