"""Which traces go into a handover: those of the case's accounts, and no more of others than needed.

A conversation between two is given whole, for a line alone says little. Of a conversation of several only the lines that the
case's accounts wrote are given, unless the conversation was chosen. Logins, memberships, devices and places are those of
the case's accounts; files sent in conversations are theirs, and those that hang on a message that is given. Of contact lists
what names them, and of their own what names an account that the given traces name: the rest of an address book is third
parties. An account counts in the periods (tenures) in which it was the person's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pyarrow as pa

from safelight.access.conversation_order import conversation_ids
from safelight.access.reading import Reading
from safelight.ledger.identity_law import Tenure

#: The time of each table's rows.
_TIMES: Final = {
    "messages": "sent", "calls": "started", "transfers": "time", "logins": "at", "memberships": "at", "devices": "at",
    "media_shares": "at", "locations": "at", "contacts": "added",
}  # fmt: skip

#: The columns that name accounts.
_NAMING: Final = {
    "messages": ("sender_id", "recipients_id"),
    "calls": ("caller_id", "participants_id"),
    "transfers": ("sender_id", "receiver_id"),
    "logins": ("account_id",),
    "memberships": ("account_id", "by_id"),
    "media_shares": ("account_id",),
    "locations": ("account_id",),
    "devices": ("account_id",),
    "contacts": ("owner_id", "contact_id"),
}

#: Whose own every row of a table is.
_OWN: Final = ("logins", "memberships", "locations", "devices")

#: Whose act a row is: what police did with an account that they operate is marked (`access/police.py`).
ACTORS: Final = {
    "messages": "sender_id", "calls": "caller_id", "transfers": "sender_id", "logins": "account_id",
    "memberships": "account_id", "media_shares": "account_id", "locations": "account_id",
}  # fmt: skip

#: Accounts in their periods, as a relation that a query joins with.
_HELD: Final = (
    "held as (select unnest($accounts::varchar[]) as account, unnest($begins::bigint[]) as low, "
    "unnest($ends::bigint[]) as high)"
)
_IN_TIME: Final = "(low is null or at_us >= low) and (high is null or at_us < high)"


@dataclass(frozen=True, slots=True)
class Traces:
    """The rows that are given, and what of their surroundings is not."""

    tables: Mapping[str, pa.Table]
    items: frozenset[str] = field(default_factory=frozenset)
    """Items that they were read out of."""
    lines_left: int = 0
    """Lines of others in conversations of several that the case's accounts wrote in."""
    conversations_left: int = 0
    """Conversations of which nothing is given."""
    contacts_left: int = 0
    """Entries of the contact lists of the case's accounts that name others."""
    same: Mapping[str, str] = field(default_factory=dict)
    """Of messages that were found in several copies: trace -> the trace that stands for all of them."""


def chosen(
    reading: Reading, tenures: Sequence[Tenure], conversations: Sequence[str], accounts: Iterable[str] = ()
) -> Traces:
    """The traces of these tenures, all lines of these conversations, and what names these accounts. Raises NotFound."""
    whole = sorted({id_ for one in conversations for id_ in conversation_ids(reading, one)[1]})
    held: dict[str, Sequence[Any]] = {
        "accounts": [one.account_id for one in tenures],
        "begins": [one.begin_us for one in tenures],
        "ends": [one.end_us for one in tenures],
    }
    messages = _read(reading, "messages", _MESSAGES, {**held, "whole": whole})
    given = {id_ for id_ in messages["conversation_id"].to_pylist() if id_}
    tables = {
        "messages": messages,
        "calls": _read(reading, "calls", _CALLS, held),
        "transfers": _read(reading, "transfers", _TRANSFERS, held),
        **{table: _read(reading, table, _OF_ACCOUNT, held) for table in _OWN},
        "media_shares": _read(
            reading, "media_shares", _SHARES, {**held, "given": messages["trace_id"].to_pylist()}
        ),
    }
    named = {*accounts, *(one.account_id for one in tenures)}
    known = sorted(named.union(*(_named(name, table) for name, table in tables.items())))
    tables["contacts"] = _read(reading, "contacts", _CONTACTS, {**held, "known": known})
    ids = sorted(named.union(*(_named(name, table) for name, table in tables.items())))
    tables["accounts"] = _read(
        reading, "accounts", "select * from rows where account_id = any($ids)", {"ids": ids}
    )
    tables["conversations"] = _read(
        reading,
        "conversations",
        "select * from rows where conversation_id = any($ids)",
        {"ids": sorted(given)},
    )
    reading.show(one for name in _TIMES for one in tables[name]["trace_id"].to_pylist())
    counted = reading.db.execute(
        "select count(distinct conversation_id), count(*) filter (conversation_id = any($ids)) from messages",
        {"ids": sorted(given)},
    ).fetchone()
    there, lines = counted or (0, 0)
    listed = _read(reading, "contacts", _OWN_CONTACTS, held)["trace_id"].to_pylist()
    items = frozenset(one for table in tables.values() for one in table["item_id"].to_pylist() if one)
    return Traces(
        tables,
        items,
        lines - len(messages),
        there - len(given),
        len(set(listed) - set(tables["contacts"]["trace_id"].to_pylist())),
        _same(reading, messages["trace_id"].to_pylist()),
    )


def _same(reading: Reading, traces: Sequence[str]) -> Mapping[str, str]:
    if not reading.snapshot.rows("same_messages"):
        return {}
    query = "select trace_id, distinct_id from same_messages where trace_id = any($ids)"
    return dict(reading.db.execute(query, {"ids": list(traces)}).fetchall())


#: `two`: conversations that are stated to be of two, or in which no more than two wrote, with the held accounts in them.
_MESSAGES: Final = f"""
    with {_HELD},
    of_two as (select conversation_id from rows group by conversation_id having count(distinct sender_id) <= 2
               except select conversation_id from conversations where kind is not null and kind != 'direct'
               union select conversation_id from conversations where kind = 'direct'),
    partners as (select distinct conversation_id, account from (
                     select conversation_id, sender_id as account from rows
                     union all select conversation_id, unnest(recipients_id) from rows
                     union all select conversation_id, unnest(members_id) from conversations)),
    talks as (select p.conversation_id, h.low, h.high from partners p join held h using (account)
              where p.conversation_id in (select conversation_id from of_two))
    select * from rows m
    where m.conversation_id = any($whole)
       or exists (select 1 from held where account = m.sender_id and {_IN_TIME})
       or exists (select 1 from talks t where t.conversation_id = m.conversation_id and {_IN_TIME})"""

_CALLS: Final = f"""with {_HELD} select * from rows c where exists (
    select 1 from held where (account = c.caller_id or list_contains(c.participants_id, account)) and {_IN_TIME})"""

_TRANSFERS: Final = f"""with {_HELD} select * from rows t where exists (
    select 1 from held where account in (t.sender_id, t.receiver_id) and {_IN_TIME})"""

_OF_ACCOUNT: Final = f"""with {_HELD} select * from rows r where exists (
    select 1 from held where account = r.account_id and {_IN_TIME})"""

#: A file sent hangs on a message by the message's place in the same item.
_SHARES: Final = f"""
    with {_HELD},
    lines as (select item_id, place from messages where trace_id = any($given))
    select * from rows s
    where exists (select 1 from held where account = s.account_id and {_IN_TIME})
       or exists (select 1 from lines l where l.item_id = s.item_id and l.place = s.message_place)"""
_OWNED: Final = f"exists (select 1 from held where account = c.owner_id and {_IN_TIME})"
_OWN_CONTACTS: Final = f"with {_HELD} select * from rows c where {_OWNED}"
_CONTACTS: Final = f"""with {_HELD} select * from rows c
    where exists (select 1 from held where account = c.contact_id and {_IN_TIME})
       or (contact_id = any($known) and {_OWNED})"""


def _read(reading: Reading, table: str, query: str, values: Mapping[str, Any]) -> pa.Table:
    """Rows of a table in the order of time, with `at_us`, the exhibit's number and `by_police` before them."""
    time = _TIMES.get(table)
    at = f'at_us("{time}", exhibit, parser)' if time else "null::bigint"
    police = f"coalesce(by_police({ACTORS[table]}, {at}), false)" if table in ACTORS else "false"
    body = query.strip()
    inner = f"rows as (select {at} as at_us, {police} as by_police, * from {table})"
    body = f"with {inner}, {body.removeprefix('with')}" if body.startswith("with") else f"with {inner} {body}"
    with (
        reading.db.cursor() as cursor
    ):  # of its own: a result that another read left unfinished stands in no way
        found = cursor.sql(
            f"select * from ({body}) order by at_us nulls first, length(trace_id), trace_id",
            params=dict(values),
        )
        rows: pa.Table = found.to_arrow_table()
    numbers = {key: number for number, key in reading.numbers.items()}
    named = pa.array([numbers.get(key, key) for key in rows["exhibit"].to_pylist()], pa.string())
    return rows.add_column(1, "exhibit_number", named)


def _named(name: str, table: pa.Table) -> set[str]:
    """Accounts that rows name."""
    found: set[str] = set()
    for column in _NAMING[name]:
        for value in table[column].to_pylist():
            found.update([value] if isinstance(value, str) else value or ())
    return found
