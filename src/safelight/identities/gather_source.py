"""Where the bench is filled from: one connection to the catalog, with what all queries of `gather*.py` begin with.

`spans` has a row a tenure with its number; `said` has each distinct message once with its tenure and its time for
comparison. An act without a comparable time belongs to no part of an account that was split, for nobody knows to which.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from duckdb import DuckDBPyConnection

from safelight.catalog.copies import no_copy
from safelight.identities.model import Bench

#: Rows that are in flight between the two databases.
_AT_ONCE = 100_000
#: SQL: the tenure `s` holds at the time `us`. True for undivided accounts, whether or not there is a time.
HELD = "(s.begin_us is null or us >= s.begin_us) and (s.end_us is null or us < s.end_us)"

#: SQL: not a copy that another call or transfer stands for.
DISTINCT_CALL = no_copy("same_calls")
DISTINCT_TRANSFER = no_copy("same_transfers")

_SAID = f"""
    select s.tenure, m.* from (
        select trace_id, conversation_id, conversation, network, sender_id, recipients_id, direction, kind, text, native_id,
               forwarded, attachments, precision_us, exhibit, source_id, item_id, place, parser, version, mapping,
               coalesce(at_us(sent, exhibit, parser), at_us(received, exhibit, parser)) as us
        from messages
        where sender_id is not null and kind not in ('system', 'notice')
              and {no_copy("same_messages")}
    ) m join spans s on s.account_id = m.sender_id and {HELD}
"""


@dataclass(frozen=True, slots=True)
class Source:
    """The catalog's connection (macros of `access/clock.py` on it) and the bench that it fills."""

    db: DuckDBPyConnection
    bench: Bench

    def begin(self, spans: Sequence[Mapping[str, Any]]) -> None:
        """Give tenures their numbers: rows of tenure, id, account_id, begin_us, end_us, shared."""
        schema = pa.schema(
            [
                ("tenure", pa.int32()), ("id", pa.string()), ("account_id", pa.string()), ("begin_us", pa.int64()),
                ("end_us", pa.int64()), ("shared", pa.bool_()),
            ]
        )  # fmt: skip
        self.table("spans", pa.Table.from_pylist([dict(span) for span in spans], schema=schema))
        self.db.execute(f"create or replace temp view said as {_SAID}")

    def only(self, tenures: Sequence[int]) -> None:
        """From now on move rows of these alone, of those that `begin` was given."""
        self.db.execute("create table if not exists all_spans as from spans")
        self.db.execute(
            "create or replace temp table spans as from all_spans where tenure in (select unnest(?::integer[]))",
            [list(tenures)],
        )
        # They are few: what they said is looked up once for all steps.
        self.db.execute(f"drop view if exists said; create or replace temp table said_of_few as {_SAID}")
        self.db.execute("create temp view said as from said_of_few")

    def table(self, name: str, rows: pa.Table) -> None:
        """A temporary table on the catalog's connection."""
        self.db.register("_given", rows)
        self.db.execute(f"create or replace temp table {name} as select * from _given")
        self.db.unregister("_given")

    def move(self, table: str, query: str) -> None:
        """Rows of a query into a table of the bench, by the names of their columns, some at a time."""
        self.bench.add(table, self.db.sql(query).to_arrow_reader(_AT_ONCE))
