"""Which rows of the catalog belong to what is held as privileged: by table, the keys of the rows to take out.

A conversation is held in all its copies, a message in all copies that are recognised as the same, an item with all
items of the same bytes and with what lies inside it. What machines concluded from any of it is withdrawn with it: pairs of
accounts, proposed persons and roles of every account that took part, hits of keyword lists, text that was read out of the
files in which it lies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pyarrow as pa
from duckdb import DuckDBPyConnection

from safelight.ledger.privileged import Hold

OF_TRACES: Final = (
    "accounts", "conversations", "messages", "calls", "contacts", "memberships", "transfers", "logins",
    "media_shares", "locations", "devices",
)  # fmt: skip
_SAME: Final = ("same_messages", "same_calls", "same_transfers")
#: What else is told of traces, by their ids.
_BESIDE: Final = ("received_differences",)
_OF_CONTENTS: Final = (
    "inspections", "pictures", "recordings", "keyframes", "documents", "texts", "derivatives", "hits",
)  # fmt: skip
#: What is read out of a file as a whole repeats what is held inside it.
_READ_OUT: Final = ("texts", "documents", "derivatives", "pictures", "keyframes")

_CONVERSATIONS = """
create or replace temp table held_talks as
select unnest($ids) as id
union select conversation_id from conversation_groups
      where group_id in (select group_id from conversation_groups where conversation_id in (select unnest($ids)))
"""

#: Traces that a hold names, by what it names. `{ids}` is a table of one column `id`.
_NAMED: Final[Mapping[str, Mapping[str, str]]] = {
    "conversation": dict.fromkeys(
        ("conversations", "messages", "calls", "memberships", "media_shares"),
        "conversation_id in (select id from held_talks)",
    ),
    "account": {
        "messages": "sender_id in (select id from held_ids) or list_has_any(recipients_id, $ids)",
        "calls": "caller_id in (select id from held_ids) or list_has_any(participants_id, $ids)",
        "conversations": "len(members_id) <= 2 and list_has_any(members_id, $ids)",
        "contacts": "owner_id in (select id from held_ids) or contact_id in (select id from held_ids)",
        "transfers": "sender_id in (select id from held_ids) or receiver_id in (select id from held_ids)",
        **dict.fromkeys(
            ("accounts", "memberships", "logins", "media_shares", "locations", "devices"),
            "account_id in (select id from held_ids)",
        ),
    },
    "item": dict.fromkeys(OF_TRACES, "item_id in (select id from held_items)"),
}


#: Keys of tables that have rows of no trace, item or content.
_OTHER_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "conversation_groups": ("conversation_id",),
    "keyword_hits": ("trace_id", "item_id"),
    "same_person": ("tenure_a", "tenure_b"),
    "person_evidence": ("tenure_a", "tenure_b"),
    "person_clusters": ("cluster",),
    "account_roles": ("account",),
}


def keys_of(table: str) -> tuple[str, ...]:
    """The columns by which rows of a table are taken out."""
    if table in _OTHER_KEYS:
        return _OTHER_KEYS[table]
    if table in (*OF_TRACES, *_SAME, *_BESIDE):
        return ("trace_id",)
    return ("sha256",) if table in _OF_CONTENTS else ("item_id",)


@dataclass(frozen=True, slots=True)
class Rows:
    """Keys of the rows to take out, by table; and the items whose bytes hold it among other things."""

    keys: Mapping[str, pa.Table]
    closed: tuple[str, ...]


def rows_of(db: DuckDBPyConnection, one: Hold) -> Rows:
    """The rows that a hold covers now."""
    ids = list(one.ids)
    db.execute("create or replace temp table held_ids as select unnest($ids) as id", {"ids": ids})
    _items(db, one)
    if one.what == "conversation":
        db.execute(_CONVERSATIONS, {"ids": ids})
    _traces(db, one.what, ids)
    _accounts(db)
    _closed(db)
    keys = {table: db.sql(query).to_arrow_table() for table, query in _queries(one.what).items()}
    closed = db.execute("select id from held_closed order by id").fetchall()
    return Rows(
        {table: found for table, found in keys.items() if found.num_rows}, tuple(row[0] for row in closed)
    )


def _items(db: DuckDBPyConnection, one: Hold) -> None:
    wanted = "(select id from held_ids)" if one.what == "item" else "(select null where false)"
    db.execute(
        f"""create or replace temp table held_items as
        with recursive named as (
            select item_id, sha256 from items where item_id in {wanted}
            union select i.item_id, i.sha256 from items i join named n on i.container = n.item_id
                                                            or (i.sha256 = n.sha256 and n.sha256 is not null))
        select distinct item_id as id from named"""
    )
    db.execute(
        """create or replace temp table held_contents as
        select sha256 as id from items group by sha256
        having sha256 is not null and bool_and(item_id in (select id from held_items))"""
    )


def _traces(db: DuckDBPyConnection, what: str, ids: list[str]) -> None:
    found = " union all ".join(
        f"select trace_id as id, item_id from {table} where {where}" for table, where in _NAMED[what].items()
    )
    values = {"ids": ids} if "$ids" in found else {}
    db.execute(f"create or replace temp table held_traces as {found}", values)
    for same in _SAME:
        table = same.removeprefix("same_")
        db.execute(
            f"""insert into held_traces
            select t.trace_id, t.item_id from {table} t join {same} s on s.trace_id = t.trace_id
            where s.distinct_id in (select distinct_id from {same} where trace_id in (select id from held_traces))
              and t.trace_id not in (select id from held_traces)"""
        )


def _accounts(db: DuckDBPyConnection) -> None:
    db.execute(
        """create or replace temp table held_accounts as
        select distinct id from (
            select sender_id as id from messages where trace_id in (select id from held_traces)
            union select unnest(recipients_id) from messages where trace_id in (select id from held_traces)
            union select caller_id from calls where trace_id in (select id from held_traces)
            union select unnest(participants_id) from calls where trace_id in (select id from held_traces)
            union select account_id from accounts where trace_id in (select id from held_traces)
            union select account_id from memberships where trace_id in (select id from held_traces)
            union select contact_id from contacts where trace_id in (select id from held_traces))
        where id is not null"""
    )


def _closed(db: DuckDBPyConnection) -> None:
    """Items that hold a trace, and the containers around them; those that are held themselves are gone."""
    db.execute(
        """create or replace temp table held_closed as
        with recursive around as (
            select item_id, container from items where item_id in (select item_id from held_traces)
            union select i.item_id, i.container from items i join around a on i.item_id = a.container)
        select distinct item_id as id from around where item_id not in (select id from held_items)"""
    )


def _queries(what: str) -> dict[str, str]:
    pairs = """account_a in (select id from held_accounts) or account_b in (select id from held_accounts)"""
    talks = "held_talks" if what == "conversation" else "(select null as id where false)"
    found = {
        **{
            table: f"select distinct trace_id from {table} where trace_id in (select id from held_traces)"
            for table in (*OF_TRACES, *_SAME, *_BESIDE)
        },
        "conversation_groups": f"""select distinct conversation_id from conversation_groups
            where conversation_id in (select id from {talks})""",
        "keyword_hits": """select distinct trace_id, item_id from keyword_hits
            where trace_id in (select id from held_traces) or item_id in (select id from held_items)
               or (trace_id is null and item_id in (select id from held_closed))""",
        "same_person": f"select distinct tenure_a, tenure_b from same_person where {pairs}",
        "person_evidence": f"""select distinct tenure_a, tenure_b from person_evidence
            where list_has_any(traces, (select coalesce(list(id), []) from held_traces))
               or (tenure_a, tenure_b) in (select (tenure_a, tenure_b) from same_person where {pairs})""",
        "person_clusters": """select distinct cluster from person_clusters
            where account in (select id from held_accounts)""",
        "account_roles": """select distinct account from account_roles
            where account in (select id from held_accounts)
               or list_has_any(traces, (select coalesce(list(id), []) from held_traces))""",
    }
    for table in _OF_CONTENTS:
        read_out = (
            "or sha256 in (select sha256 from items where item_id in (select id from held_closed))"
            if table in _READ_OUT
            else ""
        )
        found[table] = (
            f"select distinct sha256 from {table} where sha256 in (select id from held_contents) {read_out}"
        )
    if what == "item":
        for table in ("items", "containers", "failures", "parses"):
            found[table] = (
                f"select distinct item_id from {table} where item_id in (select id from held_items)"
            )
    return found
