"""The pane beside a conversation: from a line back to the papers, the file and the bytes, and what people said of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from safelight.access.consultation import Consultation
from safelight.access.conversation import Line
from safelight.access.provenance import Provenance, why
from safelight.access.zones import Zone
from safelight.messages import _
from safelight.web.hexview import HexLine, lines

#: Bytes that the pane shows at the place, in lines of `WIDTH`.
BYTES, WIDTH = 48, 8
#: A line of a text is looked for in so many bytes from the item's beginning.
LOOKED_THROUGH = 16 << 20
_PIECE = 1 << 20
_BYTE, _LINE = re.compile(r"\bbyte (\d+)"), re.compile(r"^line (\d+)")


@dataclass(frozen=True, slots=True)
class TimeRow:
    """One time of a trace: its column, as shown, as it stands in the file, and what its zone rests on."""

    name: str
    shown: str
    found: str
    basis: str


@dataclass(frozen=True, slots=True)
class Panel:
    """What the pane shows. `offset` is the byte position of the trace in its item, where that is known."""

    line: Line
    why: Provenance
    times: tuple[TimeRow, ...]
    offset: int | None
    hex: tuple[HexLine, ...]
    trouble: str
    who: str


def panel(look: Consultation, zone: Zone, line: Line, who: str) -> Panel:
    """Everything about one line."""
    found = why(look.reading, line.trace_id)
    offset, hex_lines, trouble = _bytes(look, found)
    times = tuple(time_row(one.column, one.found, one.compared_us, zone) for one in found.times)
    return Panel(line, found, times, offset, hex_lines, trouble, who)


def time_row(column: str, found: dict[str, Any], compared_us: int | None, zone: Zone) -> TimeRow:
    """One time of a trace: as clocks in the zone show it, as it stands in the file, and what its zone rests on."""
    names = {
        "sent": _("Sent"), "received": _("Received"), "edited": _("Edited"), "deleted": _("Deleted"),
        "started": _("Started"), "at": _("Time"),
    }  # fmt: skip
    stamp = found["utc"] or found["wall"]
    raw = stamp.strftime("%Y-%m-%d %H:%M:%S") if isinstance(stamp, datetime) else ""
    written = found["text"] or ""
    stands = " · ".join(
        part
        for part in (raw + (" UTC" if found["utc"] else "") if raw else "", f"“{written}”" if written else "")
        if part
    )
    local = zone.local(compared_us) if compared_us is not None else None
    if local is not None:
        shown = f"{local.isoformat(' ', 'seconds')} {zone.iana}"
    else:
        shown = f"{raw} ?" if raw else _("Date unknown")
    return TimeRow(names.get(column, column), shown, stands or "—", found["basis"] or "unknown")


def _bytes(look: Consultation, found: Provenance) -> tuple[int | None, tuple[HexLine, ...], str]:
    """The bytes at the place: known for a byte position, counted for a line near the item's beginning."""
    place = found.what["place"] or ""
    at = _BYTE.search(place)
    offset = int(at[1]) if at else None
    if offset is None and (line := _LINE.match(place)) and found.item_path:
        offset, trouble = _line_offset(look, found.item_id, int(line[1]))
        if trouble:
            return None, (), trouble
    if offset is None or not found.item_path:
        return offset, (), ""
    piece = look.bytes(found.item_id, offset, BYTES)
    return offset, lines(piece.data, offset, WIDTH), piece.trouble or ""


def _line_offset(look: Consultation, item_id: str, line: int) -> tuple[int | None, str]:
    """The byte at which a line (from 1) begins, if it is near enough to the beginning."""
    seen, at = 1, 0
    if line <= 1:
        return 0, ""
    while at < LOOKED_THROUGH:
        piece = look.bytes(item_id, at, _PIECE)
        if piece.trouble or not piece.data:
            return None, piece.trouble or ""
        breaks = piece.data.count(b"\n")
        if seen + breaks >= line:
            position = -1
            for _n in range(line - seen):
                position = piece.data.index(b"\n", position + 1)
            return at + position + 1, ""
        seen += breaks
        at += len(piece.data)
    return None, ""
