"""One account as its page shows it: names, acts by the hour, addresses, devices, payments, and what others call it.

Each is computed once a snapshot. Contacts and conversations are in `account_contacts.py`, lists in `account_events.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import orjson

from safelight.access.account_events import count_of
from safelight.access.account_names import OWN_NAMES
from safelight.access.accounts import AccountRow, one
from safelight.access.police import withheld
from safelight.access.reading import Reading
from safelight.access.timeline import Counted, whole
from safelight.access.timeline_events import EVENTS, FILE_KINDS
from safelight.ledger import received
from safelight.ledger.received import Received


@dataclass(frozen=True, slots=True)
class Source:
    """Where something stands: the item, the place in it, and the exhibit (number)."""

    item_id: str
    place: str
    exhibit: str


@dataclass(frozen=True, slots=True)
class Name:
    """A name of one kind: from when it was seen to when (µs UTC, None: no time is stated), how often, and where first."""

    name: str
    kind: str
    since_us: int | None
    seen_us: int | None
    seen: int
    source: Source

    @property
    def own(self) -> bool:
        """Whether the account carried it itself; else it is what somebody else calls it."""
        return self.kind in OWN_NAMES


@dataclass(frozen=True, slots=True)
class Address:
    """An IP address or host that the account was used from. `client`: programs, as written."""

    ip: str | None
    host: str | None
    logins: int
    first_us: int | None
    last_us: int | None
    others: int
    """Other accounts that were used from it."""


@dataclass(frozen=True, slots=True)
class Device:
    """A device or SIM that an item names with the account."""

    kind: str
    native: str
    model: str
    system: str
    source: Source


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of an address book that names the account. The owner is None where the item does not say whose it is."""

    name: str
    owner_id: str | None
    owner: str
    added_us: int | None
    source: Source


@dataclass(frozen=True, slots=True)
class Paid:
    """Payments in one currency, each distinct one once."""

    currency: str
    sent: int
    sent_amount: Decimal
    received: int
    received_amount: Decimal


@dataclass(frozen=True, slots=True)
class Profile:
    """What an item says of the account beside its name: pairs of name and text."""

    facts: tuple[tuple[str, str], ...]
    source: Source


@dataclass(frozen=True, slots=True)
class Account:
    """Everything. `acts`: its messages, calls and logins by the hour; `counts`: rows of each kind in which it takes part."""

    row: AccountRow
    names: tuple[Name, ...]
    acts: Counted
    counts: dict[str, int]
    addresses: tuple[Address, ...]
    devices: tuple[Device, ...]
    entries: tuple[Entry, ...]
    paid: tuple[Paid, ...]
    profiles: tuple[Profile, ...]
    received: Received | None = None
    """Who gave it in a handover; None: nobody did."""


def account(reading: Reading, account_id: str) -> Account:
    """The account. Raises NotFound."""
    row = one(reading, account_id)
    reading.show([account_id])
    found: Account = reading.memo.get(("account", account_id), lambda: _read(reading, row))
    return replace(found, received=received.accounts(reading.ledger).get(account_id))


def _read(reading: Reading, row: AccountRow) -> Account:
    id_, reading = row.account_id, withheld(reading)
    counts = {
        kind: count_of(reading, id_, kind) for kind in EVENTS if kind not in FILE_KINDS and kind != "message"
    }
    return Account(
        row=row,
        names=tuple(_names(reading, id_)),
        acts=whole(reading, {"account": (id_,)}),
        counts=counts,
        addresses=tuple(_addresses(reading, id_)) if counts["login"] else (),
        devices=tuple(_devices(reading, id_)),
        entries=tuple(_entries(reading, id_)),
        paid=tuple(_paid(reading, id_)) if counts["transfer"] else (),
        profiles=tuple(_profiles(reading, id_)),
    )


def _source(reading: Reading, item: str, place: str, exhibit: str) -> Source:
    numbers = {key: number for number, key in reading.numbers.items()}
    return Source(item, place, numbers.get(exhibit, exhibit))


def _names(reading: Reading, id_: str) -> list[Name]:
    rows = reading.db.execute(
        """select name, coalesce(name_kind, ''), min(us), max(us), count(*), arg_min(item_id, key), arg_min(place, key),
                  arg_min(exhibit, key)
           from (select *, at_us(since, exhibit, parser) as us,
                        (coalesce(at_us(since, exhibit, parser), 9223372036854775807), item_id, place) as key
                 from accounts where account_id = $id and name is not null)
           group by 1, 2 order by 3 nulls first, 1, 2""",
        {"id": id_},
    ).fetchall()
    return [
        Name(name, kind, since, until, seen, _source(reading, *place))
        for name, kind, since, until, seen, *place in rows
    ]


def _addresses(reading: Reading, id_: str) -> list[Address]:
    rows = reading.db.execute(
        """with mine as (
               select ip, host, count(*) as n, min(at_us("at", exhibit, parser)) as low,
                      max(at_us("at", exhibit, parser)) as high
               from logins where account_id = $id group by ip, host
           ), others as (
               select l.ip, l.host, count(distinct l.account_id) as n from logins l
               where l.account_id <> $id and ((l.ip is not null and l.ip in (select ip from mine))
                                              or (l.ip is null and l.host in (select host from mine)))
               group by l.ip, l.host
           )
           select m.ip, m.host, m.n, m.low, m.high, coalesce(sum(o.n), 0)
           from mine m left join others o on o.ip = m.ip or (m.ip is null and o.ip is null and o.host = m.host)
           group by all order by m.n desc, m.ip, m.host""",
        {"id": id_},
    ).fetchall()
    return [Address(ip, host, n, first, last, int(others)) for ip, host, n, first, last, others in rows]


def _devices(reading: Reading, id_: str) -> list[Device]:
    rows = reading.db.execute(
        """select coalesce(kind, ''), coalesce(native_id, ''), coalesce(model, ''), coalesce(system, ''),
                  min(item_id), arg_min(place, item_id), arg_min(exhibit, item_id)
           from devices where account_id = $id group by 1, 2, 3, 4 order by 1, 2, 3, 4""",
        {"id": id_},
    ).fetchall()
    return [
        Device(kind, native, model, system, _source(reading, *place))
        for kind, native, model, system, *place in rows
    ]


def _entries(reading: Reading, id_: str) -> list[Entry]:
    rows = reading.db.execute(
        """select coalesce(c.name, ''), c.owner_id, coalesce(c.owner, ''), min(at_us(c.added, c.exhibit, c.parser)),
                  min(c.item_id), arg_min(c.place, c.item_id), arg_min(c.exhibit, c.item_id)
           from contacts c where c.contact_id = $id and c.owner_id is distinct from $id group by 1, 2, 3 order by 1, 3""",
        {"id": id_},
    ).fetchall()
    return [
        Entry(name, owner_id, owner, added, _source(reading, *place))
        for name, owner_id, owner, added, *place in rows
    ]


def _paid(reading: Reading, id_: str) -> list[Paid]:
    rows = reading.db.execute(
        """with paid as (
               select any_value(coalesce(currency, '')) as currency, any_value(amount) as amount,
                      coalesce(bool_or(sender_id = $id), false) as sent,
                      coalesce(bool_or(receiver_id = $id), false) as received
               from transfers t left join same_transfers s using (trace_id)
               where sender_id = $id or receiver_id = $id group by coalesce(s.distinct_id, t.trace_id)
           )
           select currency, count(*) filter (sent), coalesce(sum(amount) filter (sent), 0),
                  count(*) filter (received), coalesce(sum(amount) filter (received), 0)
           from paid group by 1 order by 1""",
        {"id": id_},
    ).fetchall()
    return [Paid(*row) for row in rows]


def _profiles(reading: Reading, id_: str) -> Sequence[Profile]:
    rows = reading.db.execute(
        """select profile, min(item_id), arg_min(place, item_id), arg_min(exhibit, item_id) from accounts
           where account_id = $id and profile is not null group by 1 order by 2, 1""",
        {"id": id_},
    ).fetchall()
    return [Profile(_facts(text), _source(reading, *rest)) for text, *rest in rows]


def _facts(text: str) -> tuple[tuple[str, str], ...]:
    try:
        found: Any = orjson.loads(text)
    except orjson.JSONDecodeError:
        return (("", text),)
    if not isinstance(found, dict):
        return (("", text),)
    return tuple(
        (key, value if isinstance(value, str) else orjson.dumps(value).decode())
        for key, value in found.items()
        if value not in (None, "", [], {})
    )
