"""A selection of a conversation as a PDF, set by Typst without network, packages or the machine's fonts.

The same selection on the same day gives the same bytes. Typst's own fonts hold Latin, Greek and Cyrillic; any other
character is written out by its number and name, so that none is lost or shown as an empty box (CSV holds all as they are).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import orjson
import typst

from safelight.access.conversation import moment_of
from safelight.access.conversation_export import (
    Record,
    SourceItem,
    attachment_name,
    described,
    shown_time,
    who_said,
)
from safelight.access.neutral import readable, visible, visible_lines
from safelight.access.zones import Zone
from safelight.messages import _, language, ngettext
from safelight.traces.moment import iso_utc

#: Blocks that the fonts in Typst cover: Latin to Cyrillic, punctuation, currencies, letterlike, arrows, mathematics.
_COVERED = (
    (0x20, 0x2AF), (0x2B0, 0x36F), (0x370, 0x3FF), (0x400, 0x52F), (0x1E00, 0x1EFF), (0x2010, 0x2027), (0x2030, 0x205E),
    (0x2070, 0x209C), (0x20A0, 0x20BF), (0x2100, 0x214F), (0x2190, 0x21FF), (0x2200, 0x22FF), (0x25A0, 0x25FF),
)  # fmt: skip
_CONTROLS = frozenset("\n\t")


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above the lines. `made_us` is the export's own time."""

    operation: str
    title: str
    network: str
    selection: str
    who: str
    reason: str
    made_us: int
    synthetic: bool = False


def pdf_bytes(heading: Heading, found: Sequence[Record], items: Sequence[SourceItem], zone: Zone) -> bytes:
    """The PDF. The only date in it that does not come out of the selection is `made_us`."""
    template = files("safelight.access").joinpath("reports/conversation.typ").read_bytes()
    data = orjson.dumps(_data(heading, found, items, zone)).decode()
    made: bytes = typst.compile(
        template,
        sys_inputs={"data": data},
        ignore_system_fonts=True,
        timestamp=heading.made_us // 1_000_000,
    )
    return made


@lru_cache(maxsize=4096)
def _printed(char: str) -> str:
    code = ord(char)
    if char in _CONTROLS or any(low <= code <= high for low, high in _COVERED):
        return char
    return f"‹U+{code:04X} {unicodedata.name(char, '')}›".replace(" ›", "›")


def printable(text: str) -> str:
    """The text with every character that the fonts do not hold written out; hidden and reordering ones are visible."""
    return "".join(map(_printed, visible_lines(text)))


def _one(text: str) -> str:
    return printable(visible(text))


def _data(
    heading: Heading, found: Sequence[Record], items: Sequence[SourceItem], zone: Zone
) -> dict[str, Any]:
    made = iso_utc(heading.made_us)[:16].replace("T", " ") + " UTC"
    # Stands among the facts of the first page and at the head of every other one.
    operation = _one(heading.operation)
    if heading.synthetic:
        operation = f"{operation} ({_('synthetic')})"
    return {
        "language": language(),
        "title": _one(heading.title),
        "subtitle": _("Selection of a conversation"),
        "operation": operation,
        "made": _("Exported %(when)s by %(who)s") % {"when": made, "who": _one(heading.who)},
        "facts": [
            (_("Operation"), operation),
            (_("Network"), _one(heading.network)),
            (_("Selection"), heading.selection),
            (_("Times"), _("as a clock in %(zone)s shows them") % {"zone": zone.iana}),
            (_("Reason"), _one(heading.reason)),
        ],
        "words": {
            "sources": _("Sources"),
            "item": _("Item"),
            "exhibit": _("Exhibit"),
            "parser": _("Parser"),
            "lines": _("Lines"),
            "reading": _("How to read it"),
        },
        "sources": [
            {
                "path": printable(readable(one.path)),
                "sha256": one.sha256 or "–",
                "source": _one(one.source),
                "exhibit": _one(one.exhibit),
                "basis": _one(one.legal_basis),
                "parsers": _one(", ".join(one.parsers)),
                "lines": str(one.lines),
            }
            for one in items
        ],
        "notes": _notes(found),
        "lines": _lines(found, zone),
        "end": ngettext("End of the selection: %(n)s line.", "End of the selection: %(n)s lines.", len(found))
        % {"n": len(found)},
    }


def _notes(found: Sequence[Record]) -> list[str]:
    """What a reader must know of these lines, and no more."""
    lines = [record.line for record in found]
    notes = []
    decisions = {one.seq: one for line in lines for one in (line.assumed, line.corrected) if one is not None}
    for seq in sorted(decisions):
        one = decisions[seq]
        said = (
            _(
                "The zone of wall-clock times is assumed: %(zone)s (ledger %(n)s, %(who)s: %(why)s). Marked “assumed”."
            )
            if one.zone
            else _("The exhibit's clock is corrected by %(seconds)s s (ledger %(n)s, %(who)s: %(why)s).")
        )
        values = {"zone": one.zone, "seconds": one.seconds, "n": seq, "who": one.actor, "why": one.reason}
        notes.append(printable(visible(said % values)))
    if any(not line.zoned and line.us is not None for line in lines):
        notes.append(
            _("Times with a question mark are wall clocks whose zone nobody knows; they are not converted.")
        )
    if any(line.us is None for line in lines):
        notes.append(_("Lines without a date stand first; their place among the others is not known."))
    if any(line.what["state"] == "recovered" for line in lines):
        notes.append(
            _(
                "“recovered”: read out of what a database keeps of removed or older rows; it may be an older form."
            )
        )
    if any(len(line.copies) > 1 for line in lines):
        notes.append(_("“2×”: found in two places, shown once; all trace ids are given."))
    if any(line.what["facts_from_path"] for line in lines):
        notes.append(
            _(
                "“from the path”: what is named there stands in the item's path alone, not in what the item holds."
            )
        )
    if any(line.what["seen_on"] == "documentation" for line in lines):
        notes.append(
            _(
                "A parser marked “documentation” was built from the format's documentation, not from real files."
            )
        )
    return notes


def _lines(found: Sequence[Record], zone: Zone) -> list[dict[str, Any]]:
    lines, day = [], ""
    for record in found:
        line = record.line
        stamp = shown_time(line, zone)
        here = stamp[:10] or _("Date unknown")
        lines.append(
            {
                "day": here if here != day else "",
                "time": _clock(record, stamp),
                "zone": _zone(record, zone),
                "name": _one(who_said(line)),
                "quote": _quote(record),
                "state": _state(record),
                "text": _text(record),
                "said": _said(record),
                "trace": _one(_trace(record)),
            }
        )
        day = here
    return lines


def _clock(record: Record, stamp: str) -> str:
    if stamp:
        return stamp[11:] + ("" if record.line.zoned else " ?")
    return _one(str(moment_of(record.line)[1].get("text") or "?"))


def _zone(record: Record, zone: Zone) -> str:
    line = record.line
    if line.us is None:
        return ""
    if not line.zoned:
        return _("zone unknown")
    return f"{zone.iana}, " + _("assumed") if line.assumed else zone.iana


def _quote(record: Record) -> str:
    reply = record.line.reply
    return "" if reply is None else _one(f"› {reply.name}: {reply.text}".strip())


def _state(record: Record) -> str:
    what = record.line.what
    words = (
        [named]
        if (named := {"deleted": _("deleted"), "recovered": _("recovered")}.get(what["state"]))
        else []
    )
    if record.line.police:
        words.append(_("police"))
    if record.values["edited"]:
        words.append(_("edited %(when)s") % {"when": record.values["edited"]})
    if record.values["deleted"]:
        words.append(_("deleted %(when)s") % {"when": record.values["deleted"]})
    return printable(visible(", ".join(words)))


def _text(record: Record) -> str:
    line = record.line
    parts = [f"{line.what['subject']}\n"] if line.what.get("subject") else []
    parts.append(described(line))
    parts += [f"\n[{_('attached')}: {attachment_name(one)}]" for one in line.attachments]
    return printable("".join(parts).strip("\n"))


def _said(record: Record) -> list[str]:
    """Marks, notes and translations under the text."""
    said = record.line.said
    lines = [
        f"{_('Marked')}, {one.actor}: {one.text}" + (f": {one.reason}" if one.reason else "")
        for one in said.marks
    ]
    lines += [f"{_('Note')}, {one.actor}: {one.text}" for one in said.notes]
    lines += [f"{_('Translation')} ({one.language}), {one.reason}: {one.text}" for one in said.translations]
    return [printable(visible(one)) for one in lines]


def _trace(record: Record) -> str:
    values = record.values
    parts = [f"{len(record.line.copies)}×"] if len(record.line.copies) > 1 else []
    parts += [values["parser"], values["place"]]
    if values["facts_from_path"]:
        parts.append(_("from the path: %(columns)s") % {"columns": values["facts_from_path"]})
    return " · ".join([*parts, values["trace_ids"]])
