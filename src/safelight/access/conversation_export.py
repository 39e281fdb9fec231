"""A selection of a conversation as records that leave the house: each line with its time, zone, text, state and sources.

What is chosen is a range of positions, the marked lines, or all. Texts stand as they were found; CSV makes them harmless
for spreadsheets (`neutral.csv_cell`).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from safelight.access.conversation import MOST, Line, lines_at, moment_of
from safelight.access.conversation_order import ConversationOrder, positions_of
from safelight.access.neutral import csv_cell, readable
from safelight.access.reading import Reading
from safelight.access.zones import Zone
from safelight.errors import Refused
from safelight.ledger import exhibits, marks, sources
from safelight.messages import _
from safelight.traces.moment import iso_utc

Form = Literal["pdf", "csv"]
#: Lines that one file holds at most: a report that people read, a table that programs read.
LIMITS: dict[Form, int] = {"pdf": 5_000, "csv": 200_000}

FIELDS = (
    "number", "time_utc", "time_shown", "zone", "time_as_found", "time_basis", "clock_correction_s", "kind", "sender",
    "sender_id", "text",
    "subject", "state", "edited", "deleted", "attachments", "answers", "copies", "exhibits", "items", "item_sha256",
    "parser", "parser_version", "seen_on", "mapping", "place", "facts_from_path", "trace_ids", "marks", "notes",
    "translations", "operated_by",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Selection:
    """Which lines. `first` and `last` are positions (both included) where `what` is range."""

    what: Literal["range", "marked", "all"]
    first: int = 0
    last: int = 0

    def words(self) -> str:
        """As it stands in the ledger."""
        if self.what != "range":
            return self.what
        low, high = sorted((self.first, self.last))
        return f"lines {low + 1} to {high + 1}"

    def positions(self, reading: Reading, order: ConversationOrder, form: Form) -> Sequence[int]:
        """The lines' positions in order. Raises Refused if there are none, or more than one file may hold."""
        found: Sequence[int]
        if self.what == "all":
            found = range(len(order))
        elif self.what == "range":
            low, high = sorted((self.first, self.last))
            found = range(max(low, 0), min(high + 1, len(order)))
        else:
            found = sorted(set(positions_of(reading, order, marks.marked(reading.ledger)).values()))
        if not found:
            raise Refused(_("Nothing is selected."), _("Choose a range, or mark messages first."))
        if len(found) > LIMITS[form]:
            raise Refused(
                _("%(n)s lines are selected, and one such file holds %(most)s at most.")
                % {"n": len(found), "most": LIMITS[form]},
                _("Choose a smaller range, or CSV."),
            )
        return found


@dataclass(frozen=True, slots=True)
class SourceItem:
    """One item that lines were read from, with its SHA-256 and where it comes from."""

    item_id: str
    path: str
    sha256: str
    exhibit: str
    legal_basis: str
    source: str
    parsers: tuple[str, ...]
    lines: int


@dataclass(frozen=True, slots=True)
class Record:
    """One line of the file, flat, in the order of `FIELDS`."""

    line: Line
    values: dict[str, str]


def records(
    reading: Reading, order: ConversationOrder, positions: Sequence[int], zone: Zone
) -> tuple[list[Record], list[SourceItem]]:
    """The lines of a selection and the items that they come from."""
    lines = [
        line
        for start in range(0, len(positions), MOST)
        for line in lines_at(reading, order, positions[start : start + MOST])
    ]
    items = _items(reading, lines)
    return [Record(line, _values(line, zone, items)) for line in lines], list(items.values())


def csv_bytes(found: Iterable[Record]) -> bytes:
    """CSV (RFC 4180, UTF-8 with a mark at its beginning, by which spreadsheets know it)."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(FIELDS)
    for record in found:
        writer.writerow([csv_cell(record.values[name]) for name in FIELDS])
    return out.getvalue().encode("utf-8-sig", "surrogatepass")


def shown_time(line: Line, zone: Zone) -> str:
    """The time as the zone's clock shows it; of a wall clock without a zone that clock; empty without a date."""
    wall = None if line.us is None else zone.local(line.us, line.zoned)
    return "" if wall is None else wall.isoformat(" ", "seconds")


def basis(line: Line) -> str:
    """What the zone of a line's time rests on."""
    if line.us is None:
        return "date unknown"
    if not line.zoned:
        return "wall clock, zone unknown"
    if line.assumed is not None:
        return f"zone assumed: {line.assumed.zone} (ledger {line.assumed.seq})"
    return str(moment_of(line)[1].get("basis") or "stated")


def _values(line: Line, zone: Zone, items: dict[str, SourceItem]) -> dict[str, str]:
    what = line.what
    said = line.said
    moment = moment_of(line)[1]
    return {
        "number": str(line.position + 1),
        "time_utc": iso_utc(line.us) if line.zoned and line.us is not None else "",
        "time_shown": shown_time(line, zone) or str(moment.get("text") or ""),
        "zone": zone.iana if line.zoned else "",
        "time_as_found": str(moment.get("text") or ""),
        "time_basis": basis(line),
        "clock_correction_s": str(line.corrected.seconds) if line.corrected else "",
        "kind": line.kind if line.kind != "message" else str(what["kind"]),
        "sender": who_said(line),
        "sender_id": line.sender_id or "",
        "text": described(line),
        "subject": what.get("subject") or "",
        "state": what["state"],
        "edited": _stamp(what.get("edited"), what.get("edited_us")),
        "deleted": _stamp(what.get("deleted"), what.get("deleted_us")),
        "attachments": "; ".join(attachment_name(one) for one in line.attachments),
        "answers": str(line.reply.position + 1) if line.reply and line.reply.position is not None else "",
        "copies": str(len(line.copies)),
        "exhibits": "; ".join(dict.fromkeys(copy.exhibit for copy in line.copies)),
        "items": "; ".join(
            dict.fromkeys(readable(items[copy.item_id].path) for copy in line.copies if copy.item_id in items)
        ),
        "item_sha256": "; ".join(
            dict.fromkeys(items[copy.item_id].sha256 for copy in line.copies if copy.item_id in items)
        ),
        "parser": what["parser"],
        "parser_version": str(what["version"]),
        "seen_on": what["seen_on"] or "",
        "mapping": what["mapping"] or "",
        "place": what["place"] or "",
        "facts_from_path": what["facts_from_path"] or "",
        "trace_ids": "; ".join(copy.trace_id for copy in line.copies),
        "marks": "; ".join(f"{one.text}: {one.reason} ({one.actor})" for one in said.marks),
        "notes": "; ".join(f"{one.text} ({one.actor})" for one in said.notes),
        "translations": "; ".join(f"{one.language}: {one.text} ({one.reason})" for one in said.translations),
        "operated_by": "police" if line.police else "",
    }


def attachment_name(attachment: dict[str, object]) -> str:
    """How an attachment is named: as it stated itself."""
    return str(attachment.get("name") or attachment.get("path") or attachment.get("mime") or "?")


def described(line: Line) -> str:
    """The text of a message; of a call or a coming and going what it was."""
    what = line.what
    if line.kind == "message":
        return what["text"] or ""
    if line.kind == "call":
        return ", ".join(part for part in (call_words(what), long_words(what["duration"])) if part)
    return " ".join(part for part in (came_words(what["kind"]), what["role"], what["reason"]) if part)


def who_said(line: Line) -> str:
    """The name that a line stands under; where no account is stated, as much as its direction tells."""
    if line.name:
        return line.name
    if line.what["kind"] in ("system", "notice"):
        return "—"
    return _("the item's owner") if line.what.get("direction") == "outgoing" else _("unknown")


def call_words(call: dict[str, Any]) -> str:
    """What a call was, and whether it was answered as far as that is stated."""
    video = {"video": _("Video call"), "audio": _("Audio call")}.get(call["kind"] or "", _("Call"))
    answered = {True: _("answered"), False: _("not answered")}.get(
        call["answered"], _("answered or not is not stated")
    )
    return f"{video}, {answered}"


def long_words(seconds: float | None) -> str:
    """A call's length: `42 min 08 s`; empty where none is stated."""
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    if minutes >= 60:
        return _("%(h)s h %(m)02d min %(s)02d s") % {"h": minutes // 60, "m": minutes % 60, "s": rest}
    return _("%(m)s min %(s)02d s") % {"m": minutes, "s": rest} if minutes else _("%(n)s s") % {"n": rest}


def came_words(action: str) -> str:
    """What somebody did to a conversation, as a page says it."""
    return {
        "joined": _("joined"), "left": _("left"), "quit": _("quit"), "added": _("was added"),
        "removed": _("was removed"), "role": _("got the role"),
    }.get(action, action)  # fmt: skip


def _stamp(moment: dict[str, Any] | None, compared_us: int | None) -> str:
    """A second time of a message: UTC after correction, else the wall clock, else as written."""
    if not moment:
        return ""
    if compared_us is not None:
        return iso_utc(compared_us)[:19] + "Z"
    wall = moment.get("wall")
    return f"{wall:%Y-%m-%dT%H:%M:%S}" if wall is not None else str(moment.get("text") or "")


def _items(reading: Reading, lines: Iterable[Line]) -> dict[str, SourceItem]:
    """The items of all copies of the lines, the ones of most lines first."""
    lines = list(lines)
    counts: dict[str, int] = {}
    parsers = _parsers_of_copies(reading, lines)
    for line in lines:
        for item in dict.fromkeys(copy.item_id for copy in line.copies):
            counts[item] = counts.get(item, 0) + 1
        own = f"{line.what['parser']} {line.what['version']} ({line.what['seen_on'] or '?'})"
        parsers.setdefault(line.what["item_id"], {})[own] = None
    rows = _rows(reading, sorted(counts))
    ranked = sorted(rows, key=lambda row: (-counts[row[0]], row[1] or "", row[0]))
    papers = {one.key: one for one in exhibits.every(reading.ledger)}
    labels = {one.id: one.label for one in sources.every(reading.ledger)}
    found = {}
    for item, path, sha256, exhibit, source in ranked:
        paper = papers.get(exhibit)
        found[item] = SourceItem(
            item, path or "", sha256 or "", paper.number if paper else exhibit or "",
            paper.legal_basis if paper else "", labels.get(source, source or ""), tuple(parsers.get(item, ())), counts[item],
        )  # fmt: skip
    return found


def _parsers_of_copies(reading: Reading, lines: Iterable[Line]) -> dict[str, dict[str, None]]:
    """By item what read the copies that are not shown: a source says so whichever copy stands for all."""
    others: dict[str, list[str]] = {"message": [], "call": []}
    for line in lines:
        ids = [copy.trace_id for copy in line.copies if copy.trace_id != line.trace_id]
        others.setdefault(line.kind, []).extend(ids)
    found: dict[str, dict[str, None]] = {}
    for table, ids in (("messages", others["message"]), ("calls", others["call"])):
        rows = (
            reading.db.execute(
                f"""select distinct item_id, parser, version, coalesce(seen_on, '?') from {table}
                where trace_id = any($ids) order by all""",
                {"ids": ids},
            ).fetchall()
            if ids
            else []
        )
        for item, parser, version, seen_on in rows:
            found.setdefault(item, {})[f"{parser} {version} ({seen_on})"] = None
    return found


def _rows(reading: Reading, items: list[str]) -> Iterator[tuple[str, str, str, str, str]]:
    found = reading.db.execute(
        "select item_id, path, sha256, exhibit, source_id from items where item_id = any($ids)",
        {"ids": items},
    ).fetchall()
    yield from found
