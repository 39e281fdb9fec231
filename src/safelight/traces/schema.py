"""The catalog's trace tables, derived from the trace classes: their columns, the computed ids, and who made each row."""

from __future__ import annotations

from dataclasses import fields
from typing import Final

import pyarrow as pa

from safelight.traces.columns import TEXTS, Column, Table
from safelight.traces.model import ACCOUNTS, TRACES, Trace

_STAMP = pa.timestamp("us", "UTC")

#: What whoever writes the rows adds to each trace.
ADDED: Final = (
    Column("trace_id", pa.string(), "Computed id of the trace", "", "traces/ids.py"),
    Column("item_id", pa.string(), "The item that it was read from", "", "traces/ids.py"),
    Column("source_id", pa.string(), "The source that the item lies in", "", "ledger registration"),
    Column("exhibit", pa.string(), "Key (UUID) of the exhibit", "", "ledger"),
    Column("parser", pa.string(), "Name of the parser: the format", "", "parser"),
    Column("version", pa.int32(), "Version of that parser", "", "parser"),
    Column("variant", pa.string(), "Which of the format's declared variants it found", "", "parser"),
    Column(
        "seen_on", pa.string(), "real files or documentation: what the variant was tried on", "", "parser"
    ),
    Column("mapping", pa.string(), "SHA-256 of the mapping file, where one was used", "", "parser"),
    Column(
        "first_known",
        _STAMP,
        "When it first stood in this catalog; kept when a newer parser reads it again",
        "",
        "clock",
    ),
)


def id_column(name: str) -> str:
    """The column of computed ids beside a column of native ids: `sender_id`, `recipients_id`."""
    return name + "_id"


def _columns(kind: type[Trace]) -> tuple[Column, ...]:
    own = []
    for one in fields(kind):
        meta = one.metadata
        own.append(Column(one.name, meta["type"], meta["doc"], meta["unit"], "parser"))
        if meta["names"]:
            own.append(
                Column(
                    id_column(one.name),
                    TEXTS if meta["names"] == ACCOUNTS else pa.string(),
                    f"Computed id(s) of `{one.name}`",
                    "",
                    "traces/ids.py",
                )
            )
    return (*ADDED, *own)


_SORTS = {
    # By time: a window of a conversation then lies in few row groups, whatever its length.
    "messages": ("conversation_id", "sent", "trace_id"),
    "memberships": ("conversation_id", "trace_id"),
    "conversations": ("conversation_id", "trace_id"),
    "accounts": ("account_id", "trace_id"),
}

TRACE_TABLES: tuple[Table, ...] = tuple(
    Table(
        kind.table,
        " ".join((kind.__doc__ or "").split()),
        _columns(kind),
        _SORTS.get(kind.table, ("item_id", "trace_id")),
    )
    for kind in TRACES
)
