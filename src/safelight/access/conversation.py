"""A window of a conversation as the reader shows it: names as they were then, copies, edits, calls and comings inline."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC as UTC_ZONE
from datetime import datetime, timedelta
from typing import Any

import orjson

from safelight.access.account_names import name_then, names_of
from safelight.access.clock_notes import shift_decision, zone_decision
from safelight.access.conversation_order import (
    NONE,
    UNDATED,
    UTC,
    WALL,
    ConversationOrder,
    CopyTable,
    order_of,
    positions_of,
)
from safelight.access.reading import Reading
from safelight.ledger import clocks, marks
from safelight.ledger.clocks import ClockDecision
from safelight.ledger.marks import Mark, Said
from safelight.ledger.police import periods

#: Lines of one window at most.
MOST = 500

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Copy:
    """Where one copy of a message lies."""

    trace_id: str
    item_id: str
    exhibit: str
    """Number of the exhibit."""
    parser: str
    rule: str
    has_text: bool = True


@dataclass(frozen=True, slots=True)
class Reply:
    """What a message answers: its position if it is in the conversation, and its beginning."""

    position: int | None
    name: str
    text: str


@dataclass(slots=True)
class Line:
    """One line of the reader. `kind`: message, call or membership; `what` holds the columns of its trace.

    `us` is the time for comparison (µs UTC; the wall clock's where `zoned` is False), None without a date.
    """

    position: int
    trace_id: str
    kind: str
    us: int | None
    zoned: bool
    sender_id: str | None
    name: str
    what: Row
    copies: list[Copy] = field(default_factory=list)
    reply: Reply | None = None
    attachments: list[Row] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    corrected: ClockDecision | None = None
    """The correction of the exhibit's clock that its time went through."""
    assumed: ClockDecision | None = None
    """The decision that gave its wall time a zone."""
    police: bool = False
    """Its account was in the hands of police then; without a date, ever."""

    @property
    def said(self) -> Said:
        """Marks, notes and translations apart."""
        return marks.said(self.marks)


@dataclass(frozen=True, slots=True)
class Window:
    """Lines `first` to `first + len(lines)` of the order's, and the line before the first."""

    order: ConversationOrder
    first: int
    lines: list[Line]
    before: Line | None

    @property
    def group(self) -> str:
        """The conversation id that stands for all ids of this conversation."""
        return self.order.group

    @property
    def total(self) -> int:
        """Lines in the conversation."""
        return len(self.order)


_TABLES = {
    "m": (
        "messages",
        "sender as native, sender_id, sender_name, network, kind, state, text, subject, sent, received, edited, deleted, "
        "native_id, reply_to, attachments, direction, "
        "coalesce(at_us(sent, exhibit, parser), at_us(received, exhibit, parser)) as compared, "
        "at_us(edited, exhibit, parser) as edited_us, at_us(deleted, exhibit, parser) as deleted_us",
    ),
    "c": (
        "calls",
        "caller as native, caller_id as sender_id, cast(null as varchar) as sender_name, network, kind, state, "
        "participants_id, started, duration, answered, direction, at_us(started, exhibit, parser) as compared",
    ),
    "g": (
        "memberships",
        "account as native, account_id as sender_id, cast(null as varchar) as sender_name, network, action as kind, state, "
        'by_id, "by" as by_native, "at", role, reason, at_us("at", exhibit, parser) as compared',
    ),
}
#: What every trace says of where it comes from.
_WHERE_FROM = "trace_id, item_id, source_id, exhibit, parser, version, variant, seen_on, mapping, place, facts_from_path"
_NAMES = {"m": "message", "c": "call", "g": "membership"}


def window(reading: Reading, conversation_id: str, first: int, count: int) -> Window:
    """`count` lines from position `first` on (both brought into bounds). Raises NotFound."""
    order = order_of(reading, conversation_id)
    first = max(0, min(first, len(order) - 1)) if len(order) else 0
    positions = range(first, min(first + min(count, MOST), len(order)))
    lines = lines_at(reading, order, range(max(first - 1, 0), positions.stop))
    before = lines.pop(0) if first and lines else None
    reading.show(line.trace_id for line in lines)
    return Window(order, first, lines, before)


def lines_at(reading: Reading, order: ConversationOrder, positions: Sequence[int]) -> list[Line]:
    """The lines at these positions, whole."""
    by_kind: dict[str, list[int]] = defaultdict(list)
    for position in positions:
        by_kind[order.kinds[position].as_py()].append(position)
    rows = {row["trace_id"]: row for kind, at in by_kind.items() for row in _rows(reading, order, kind, at)}
    names = names_of(reading, [row["sender_id"] for row in rows.values() if not row["sender_name"]])
    lines = []
    for position in positions:
        trace = order.ids[position].as_py()
        row, kind = rows[trace], order.kinds[position].as_py()
        us = int(order.us[position])
        lines.append(
            Line(
                position=position,
                trace_id=trace,
                kind=_NAMES[kind],
                us=None if us == UNDATED else us,
                zoned=row["compared"] is not None,
                sender_id=row["sender_id"],
                name=row["sender_name"]
                or name_then(names.get(row["sender_id"], []), us)
                or row["native"]
                or "",
                what=row,
                attachments=_attachments(row.get("attachments")),
            )
        )
    _clocks(reading, lines)
    _copies(reading, order, lines)
    _replies(reading, order, lines)
    _marks(reading, lines)
    _police(reading, lines)
    return lines


def _rows(reading: Reading, order: ConversationOrder, kind: str, positions: Sequence[int]) -> list[Row]:
    """The rows of one kind."""
    table, columns = _TABLES[kind]
    columns = f"{_WHERE_FROM}, {columns}"
    if kind != "m":
        ids = [order.ids[position].as_py() for position in positions]
        return _select(reading, order, table, columns, ids, "true", {})
    return _messages(reading, order, columns, order, positions)


def _messages(
    reading: Reading,
    order: ConversationOrder,
    columns: str,
    where: ConversationOrder | CopyTable,
    at: Sequence[int],
) -> list[Row]:
    """Messages by their places in the order or among its copies. They are asked for by their stored times too: most row
    groups are then never read."""
    found = []
    for by, condition in (
        (UTC, "sent.utc between make_timestamptz($low) and make_timestamptz($high)"),
        (WALL, "sent.wall between make_timestamp($low) and make_timestamp($high)"),
        (NONE, "true"),
    ):
        rows = [row for row in at if where.by[row] == by]
        if rows:
            times = [int(where.stored[row]) for row in rows]
            limits = {} if by == NONE else {"low": min(times), "high": max(times)}
            ids = [where.ids[row].as_py() for row in rows]
            found += _select(reading, order, "messages", columns, ids, condition, limits)
    return found


def _select(
    reading: Reading,
    order: ConversationOrder,
    table: str,
    columns: str,
    ids: list[str],
    condition: str,
    values: dict[str, int],
) -> list[Row]:
    result = reading.db.execute(
        f"select {columns} from {table} "
        f"where conversation_id = any($conversations) and trace_id = any($ids) and {condition}",
        {"conversations": list(order.conversations), "ids": ids, **values},
    )
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _attachments(text: str | None) -> list[Row]:
    if not text:
        return []
    found = orjson.loads(text)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


#: The column of each kind's time for comparison.
TIMES = {"message": ("sent", "received"), "call": ("started",), "membership": ("at",)}


def moment_of(line: Line) -> tuple[str, Row]:
    """Name and value of the time that a line stands by: the first that its trace states (empty where none does)."""
    for name in TIMES[line.kind]:
        found = line.what.get(name)
        if found and (found["utc"] is not None or found["wall"] is not None or found["text"]):
            return name, found
    return TIMES[line.kind][0], {}


def _us(stamp: datetime | None) -> int | None:
    """Microseconds of a database's timestamp; a wall clock's as if it were UTC."""
    if stamp is None:
        return None
    return (stamp.replace(tzinfo=UTC_ZONE) - datetime(1970, 1, 1, tzinfo=UTC_ZONE)) // timedelta(
        microseconds=1
    )


def _clocks(reading: Reading, lines: list[Line]) -> None:
    decisions = clocks.every(reading.ledger)
    if not decisions:
        return
    for line in lines:
        _name, found = moment_of(line)
        utc, wall = _us(found.get("utc")), _us(found.get("wall"))
        exhibit, parser = line.what["exhibit"], line.what["parser"]
        if utc is None and line.zoned:
            line.assumed = zone_decision(decisions, exhibit, parser, wall)
        if line.zoned:
            line.corrected = shift_decision(decisions, exhibit, parser, utc, line.us)


def _copies(reading: Reading, order: ConversationOrder, lines: list[Line]) -> None:
    table = order.copies
    at = table.rows_of([line.position for line in lines])
    columns = "trace_id, item_id, exhibit, parser, coalesce(text, '') <> '' as has_text"
    rows = {row["trace_id"]: row for row in _messages(reading, order, columns, table, at)}
    exhibits: dict[str, str] = {key: number for number, key in reading.numbers.items()}

    def copy(row: Row, rule: str) -> Copy:
        return Copy(
            row["trace_id"],
            row["item_id"],
            exhibits.get(row["exhibit"]) or row["exhibit"] or "",
            row["parser"],
            rule,
            bool(row["has_text"]),
        )

    found: dict[int, list[Copy]] = defaultdict(list)
    for place in at:
        row = rows.get(table.ids[place].as_py())
        if row is not None:
            found[int(table.positions[place])].append(copy(row, table.rules[place].as_py()))
    calls = [line for line in lines if line.kind == "call"]
    for line, copied in zip(calls, _call_copies(reading, [line.trace_id for line in calls]), strict=True):
        found[line.position] = [copy(row | {"has_text": False}, row["rule"]) for row in copied]
    for line in lines:
        alone = line.what | {"has_text": bool(line.what.get("text"))}
        line.copies = found.get(line.position) or [copy(alone, "alone")]


def _call_copies(reading: Reading, ids: Sequence[str]) -> list[list[Row]]:
    """All copies of each of these calls; none of a call that was found once."""
    if not ids or not reading.snapshot.rows("same_calls"):
        return [[] for _id in ids]
    result = reading.db.execute(
        """select a.trace_id as line, b.trace_id, c.item_id, c.exhibit, c.parser, b.rule
           from same_calls a join same_calls b using (distinct_id) join calls c on c.trace_id = b.trace_id
           where a.trace_id = any($ids) order by b.trace_id""",
        {"ids": list(ids)},
    )
    names = [column[0] for column in result.description]
    rows = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    return [[row for row in rows if row["line"] == id_] for id_ in ids]


def _replies(reading: Reading, order: ConversationOrder, lines: list[Line]) -> None:
    wanted = sorted({line.what["reply_to"] for line in lines if line.what.get("reply_to")})
    if not wanted:
        return
    rows = reading.db.execute(
        """select native_id, item_id, trace_id, sender_name, text from messages
           where conversation_id = any($conversations) and native_id = any($natives) order by trace_id desc""",
        {"conversations": list(order.conversations), "natives": wanted},
    ).fetchall()
    # An id is the one of its own copy: both ends of a chat may count for themselves.
    found = {(item, native): (trace, name or "", text or "") for native, item, trace, name, text in rows}
    places = positions_of(reading, order, [trace for trace, _name, _text in found.values()])
    for line in lines:
        if (answered := found.get((line.what["item_id"], line.what.get("reply_to")))) is not None:
            trace, name, text = answered
            line.reply = Reply(places.get(trace), name, text[:160])


def _police(reading: Reading, lines: list[Line]) -> None:
    """An officer's lines, by the same rule as `police.py` leaves them out of figures."""
    found = periods(reading.ledger)
    for line in lines if found else ():
        us = line.us if line.zoned else None
        line.police = any(
            one.account_id == line.sender_id
            and (us is None or one.begin_us is None or us >= one.begin_us)
            and (us is None or one.end_us is None or us < one.end_us)
            for one in found
        )


def _marks(reading: Reading, lines: list[Line]) -> None:
    """Marks, notes and translations of any copy show at the line."""
    by_trace: dict[str, list[Mark]] = defaultdict(list)
    ids = [copy.trace_id for line in lines for copy in line.copies]
    for mark in marks.about(reading.ledger, ids):
        for trace in mark.traces:
            by_trace[trace].append(mark)
    for line in lines:
        seen: dict[int, Mark] = {}
        for copy in line.copies:
            for mark in by_trace.get(copy.trace_id, ()):
                seen[mark.seq] = mark
        line.marks = [seen[seq] for seq in sorted(seen)]
