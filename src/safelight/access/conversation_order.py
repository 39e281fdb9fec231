"""The order of one conversation: every message, call and coming and going once, by time, as positions that a reader scrolls.
A coming or going that a line of the same item tells in words is that line.

Computed once a snapshot and kept as Arrow and numpy arrays (70 bytes a message): a page is then a slice, whatever its
place in a million messages. Beside the id stands the time as it is stored, by which the catalog finds the row without
reading the whole conversation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from safelight.access.memo import Memo
from safelight.access.reading import Reading
from safelight.catalog.copies import no_copy
from safelight.errors import NotFound
from safelight.messages import _
from safelight.traces.place import IN_FILE

#: Conversations whose order is kept: large ones cost some tens of megabytes.
KEPT = 16


#: Times that have no date sort before all others.
UNDATED = int(np.iinfo(np.int64).min)
UTC, WALL, NONE = range(3)

Times = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True, slots=True)
class CopyTable:
    """Where the copies of the conversation's messages are: a row a copy (the one that stands for all among them), by the
    position of the line that shows it. `stored` and `by` as in the order."""

    positions: np.ndarray[Any, np.dtype[np.int64]]
    ids: pa.Array
    rules: pa.Array
    stored: Times
    by: np.ndarray[Any, np.dtype[np.uint8]]

    def rows_of(self, positions: Sequence[int]) -> list[int]:
        """The rows of some lines, by line and id."""
        low = np.searchsorted(self.positions, positions, side="left")
        high = np.searchsorted(self.positions, positions, side="right")
        return [row for first, after in zip(low, high, strict=True) for row in range(int(first), int(after))]


@dataclass(frozen=True, slots=True)
class ConversationOrder:
    """`ids`: trace ids by position; `us`: time for comparison (microseconds UTC; wall time where no zone is known, and the
    lowest value where there is no date); `kinds`: m, c or g. `conversations`: all ids that are this conversation. `stored`:
    the message's time of sending as the catalog holds it, `by`: of which kind it is (`UTC`, `WALL`, `NONE`).
    """

    group: str
    conversations: tuple[str, ...]
    ids: pa.Array
    us: Times
    kinds: pa.Array
    stored: Times
    by: np.ndarray[Any, np.dtype[np.uint8]]
    copies: CopyTable

    def __len__(self) -> int:
        return len(self.us)

    def position(self, trace_id: str) -> int | None:
        """Where a trace stands, or None (a copy of a message stands where the one that stands for it does)."""
        found = int(str(pc.index(self.ids, trace_id)))
        return None if found < 0 else found

    def at(self, us: int) -> int:
        """The first position at or after a time; the last one where all are before."""
        return min(int(np.searchsorted(self.us, us)), max(len(self.us) - 1, 0))

    @property
    def undated(self) -> int:
        """How many have no date; they stand first."""
        return int(np.searchsorted(self.us, UNDATED, side="right"))


_WHEN = "coalesce(at_us({0}, exhibit, parser), epoch_us({0}.wall))"
_JOINED = _WHEN.format('"at"')  # a reserved word
SENT = f"coalesce({_WHEN.format('sent')}, {_WHEN.format('received')})"
_STORED = "coalesce(epoch_us(sent.utc), epoch_us(sent.wall))"
_CLOCK = f"case when sent.utc is not null then {UTC} when sent.wall is not null then {WALL} else {NONE} end"
_COPIES = f"""
    select s.distinct_id, s.trace_id, s.rule, {_STORED} as stored, {_CLOCK} as clock
    from same_messages s join messages m using (trace_id)
    where m.conversation_id in (select unnest($ids)) order by s.distinct_id, s.trace_id
"""
_ORDER = f"""
    with lines as (
        select 'm' as kind, trace_id, {SENT} as us, item_id, place, ordinal,
               {_STORED} as stored, {_CLOCK} as clock
        from messages where conversation_id in (select unnest($ids)) and {no_copy("same_messages")}
        union all
        select 'c', trace_id, {_WHEN.format("started")}, item_id, place, ordinal, null, {NONE}
        from calls left join same_calls s using (trace_id) where conversation_id in (select unnest($ids))
        -- The copy that stands for all may be of the other end's conversation.
        qualify row_number() over (
            partition by coalesce(s.distinct_id, trace_id) order by s.distinct_id is distinct from trace_id, trace_id
        ) = 1
        union all
        select 'g', trace_id, {_JOINED}, item_id, place, ordinal, null, {NONE}
        from memberships where conversation_id in (select unnest($ids)) and action <> 'member'
          and (item_id, place) not in (
              select (item_id, place) from messages
              where conversation_id in (select unnest($ids)) and kind in ('system', 'notice')
          )
    )
    select trace_id, us, kind, stored, clock from lines
    order by us nulls first, item_id, {IN_FILE}, place, kind desc, ordinal
"""


def conversation_ids(reading: Reading, conversation_id: str) -> tuple[str, tuple[str, ...]]:
    """The id that stands for the conversation's group, and all ids in it. Raises NotFound."""
    rows = reading.db.execute(
        """select group_id, conversation_id from conversation_groups where group_id = (
               select any_value(group_id) from conversation_groups where conversation_id = $id) order by all""",
        {"id": conversation_id},
    ).fetchall()
    if rows:
        return rows[0][0], tuple(row[1] for row in rows)
    found = reading.db.execute(
        """select 1 from messages where conversation_id = $id union all
           select 1 from conversations where conversation_id = $id union all
           select 1 from calls where conversation_id = $id limit 1""",
        {"id": conversation_id},
    ).fetchone()
    if found is None:
        raise NotFound(
            _("There is no such conversation."),
            _("Look for it in the list of conversations, or search its words."),
        )
    return conversation_id, (conversation_id,)


def order_of(reading: Reading, conversation_id: str) -> ConversationOrder:
    """The order of the conversation that an id belongs to. Raises NotFound."""
    group, ids = reading.memo.get(
        ("conversation ids", conversation_id), lambda: conversation_ids(reading, conversation_id)
    )
    kept: Memo = reading.memo.get("conversation orders", lambda: Memo(KEPT))
    found: ConversationOrder = kept.get(group, lambda: _compute(reading, group, ids))
    return found


def position_of(reading: Reading, order: ConversationOrder, trace_id: str) -> int | None:
    """Where a trace or the message that it is a copy of stands; None if it is not in this conversation."""
    return positions_of(reading, order, [trace_id]).get(trace_id)


def positions_of(reading: Reading, order: ConversationOrder, traces: Sequence[str]) -> dict[str, int]:
    """The same for several at once; those that are not in this conversation are left out."""
    found = _found(order, traces)
    missing = [one for one in traces if one not in found]
    if not missing:
        return found
    rows = reading.db.execute(
        """select trace_id, distinct_id from same_messages where trace_id = any($ids)
           union all select a.trace_id, b.trace_id from same_calls a join same_calls b using (distinct_id)
           where a.trace_id = any($ids)""",
        {"ids": missing},
    ).fetchall()
    stand = _found(order, sorted({distinct for _trace, distinct in rows}))
    return found | {trace: stand[distinct] for trace, distinct in rows if distinct in stand}


def _found(order: ConversationOrder, traces: Sequence[str]) -> dict[str, int]:
    """One pass over the ids, whatever the number of traces."""
    if not traces or not len(order):
        return {}
    at = pc.index_in(order.ids, value_set=pa.array(traces, pa.string()))
    positions = np.flatnonzero(at.is_valid().to_numpy(zero_copy_only=False))
    return {order.ids[int(position)].as_py(): int(position) for position in positions}


def _compute(reading: Reading, group: str, ids: tuple[str, ...]) -> ConversationOrder:
    # On a cursor of its own: an earlier result of which rows were left would stand in the way.
    with reading.db.cursor() as cursor:
        table: pa.Table = cursor.sql(_ORDER, params={"ids": list(ids)}).to_arrow_table()
        copies: pa.Table = cursor.sql(_COPIES, params={"ids": list(ids)}).to_arrow_table()
    lines = _whole(table.column("trace_id"))
    return ConversationOrder(
        group=group,
        conversations=ids,
        ids=lines,
        us=_numbers(table.column("us")),
        kinds=_whole(table.column("kind")),
        stored=_numbers(table.column("stored")),
        by=table.column("clock").to_numpy().astype(np.uint8),
        copies=_copies(copies, lines),
    )


def _copies(found: pa.Table, lines: pa.Array) -> CopyTable:
    """Copies by position; one whose line is not of this conversation is left out."""
    at = pc.fill_null(pc.index_in(_whole(found.column("distinct_id")), value_set=lines), -1)
    positions = at.to_numpy(zero_copy_only=False).astype(np.int64)
    rows = np.argsort(positions, kind="stable")
    rows = rows[positions[rows] >= 0]
    kept = found.take(pa.array(rows))
    return CopyTable(
        positions[rows],
        _whole(kept.column("trace_id")),
        _whole(kept.column("rule")),
        _numbers(kept.column("stored")),
        kept.column("clock").to_numpy().astype(np.uint8),
    )


def _numbers(column: pa.ChunkedArray) -> Times:
    """Microseconds, the lowest value for null."""
    found: Times = column.fill_null(UNDATED).to_numpy().astype(np.int64)
    return found


def _whole(column: pa.ChunkedArray) -> pa.Array:
    found = column.combine_chunks()
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found
