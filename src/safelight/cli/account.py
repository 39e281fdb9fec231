"""`safelight account`: what is known of one account, as text."""

from __future__ import annotations

from typing import Annotated

import typer

from safelight.access import account_contacts, accounts
from safelight.access.account import Account
from safelight.access.account import account as everything
from safelight.access.account_contacts import Company
from safelight.access.door import Door
from safelight.cli.options import Operation, Purpose, existing, who
from safelight.cli.output import console, show
from safelight.errors import NotFound, Refused
from safelight.traces.moment import iso_utc

#: Rows of one part at most.
_MOST = 20


def account(
    operation: Operation,
    name: Annotated[
        str,
        typer.Argument(
            help="Id of the account (or its beginning), native id or a name it carried.", metavar="NAME"
        ),
    ],
    purpose: Purpose = "account",
) -> None:
    """Show one account: names over time, figures, contacts, conversations, addresses, devices and payments."""
    with Door(existing(operation), who=who(), purpose=purpose) as door, door.consult("account", name) as look:
        rows = accounts.matching(look.reading, name)
        if not rows:
            raise NotFound(
                f"No account has the id or name {name!r}.", "Give a part of the id, or a whole name."
            )
        if len(rows) > 1:
            look.reading.show(row.account_id for row in rows)
            told = ", ".join(f"{row.account_id[:14]} ({row.network})" for row in rows[:_MOST])
            raise Refused(f"{len(rows)} accounts have the name {name!r}: {told}.", "Give one of the ids.")
        found = everything(look.reading, rows[0].account_id)
        company = account_contacts.company(look.reading, rows[0].account_id)
    _facts(found)
    _parts(found, company)


def _facts(found: Account) -> None:
    row = found.row
    instance = f" {row.instance}" if row.instance else ""
    show("", ["fact", "value"], [
        ("account", row.account_id),
        ("name", row.name),
        ("network", row.network + instance),
        ("native id", row.native),
        ("owner of an item", row.owner or "no"),
        *([("received from", f"{found.received.operation} ({found.received.handover})")] if found.received else []),
        ("messages", f"{row.found:,}"),
        ("distinct messages", f"{row.messages:,}"),
        *((kind, f"{count:,}") for kind, count in found.counts.items() if count),
        ("first seen", _time(row.first_us)),
        ("last seen", _time(row.last_us)),
        *((f"{one.currency} sent", f"{one.sent_amount} in {one.sent}") for one in found.paid if one.sent),
        *((f"{one.currency} received", f"{one.received_amount} in {one.received}") for one in found.paid if one.received),
    ])  # fmt: skip
    if found.acts.untimed.events:
        console().print(f"{found.acts.untimed.events:,} acts have no time that can be compared", markup=False)


def _parts(found: Account, company: Company) -> None:
    _table("Names", ["name", "kind", "from", "times", "exhibit", "place"], [
        (one.name, one.kind, _time(one.since_us), one.seen, one.source.exhibit, one.source.place) for one in found.names
    ])  # fmt: skip
    _table("Contacts, distinct messages and calls (with copies)", [
        "contact", "written to", "by them", "answers", "calls", "account",
    ], [
        (one.name if one.account_id else f"owner of {one.name}", *(_twice(n, copies) for n, copies in one.figures),
         one.account_id)
        for one in company.contacts
    ])  # fmt: skip
    _table("Conversations", ["title", "kind", "own, distinct", "with copies", "first", "last", "conversation"], [
        (one.title, one.kind, one.messages, one.copies, _time(one.first_us), _time(one.last_us), one.conversation)
        for one in company.talks
    ])  # fmt: skip
    _table("Addresses", ["ip", "host", "logins", "first", "last", "other accounts"], [
        (one.ip, one.host, one.logins, _time(one.first_us), _time(one.last_us), one.others) for one in found.addresses
    ])  # fmt: skip
    _table("Devices", ["kind", "model", "id", "system", "exhibit"], [
        (one.kind, one.model, one.native, one.system, one.source.exhibit) for one in found.devices
    ])  # fmt: skip
    _table("In others' address books", ["name", "owner", "exhibit", "place"], [
        (one.name, one.owner or "not stated", one.source.exhibit, one.source.place) for one in found.entries
    ])  # fmt: skip


def _table(title: str, columns: list[str], rows: list[tuple[object, ...]]) -> None:
    if not rows:
        return
    console().print()
    show(title, columns, rows[:_MOST])
    if len(rows) > _MOST:
        console().print(f"and {len(rows) - _MOST:,} more", markup=False)


def _twice(n: int, copies: int) -> str:
    """How many distinct ones, and how many with copies."""
    return f"{n:,} ({copies:,})" if n else "0"


def _time(us: int | None) -> str:
    return iso_utc(us)[:16].replace("T", " ") + "Z" if us is not None else ""
