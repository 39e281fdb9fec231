"""What people say about traces: marks (a word and a reason) and translations. Notes are in `notes.py`.

A decision names every copy of a message that was known when it was made, so that it shows at all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from safelight.errors import Refused
from safelight.ledger import kinds
from safelight.ledger.entry import Entry
from safelight.ledger.ledger import Ledger

#: A language's code with what may follow it (BCP 47).
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark, note or translation that was written about traces; `text` is None where it was erased."""

    seq: int
    kind: str
    traces: tuple[str, ...]
    text: str | None
    language: str
    reason: str
    actor: str
    recorded_at: int


@dataclass(frozen=True, slots=True)
class Said:
    """What people said about one message, by what it is, in order; without what was erased."""

    marks: tuple[Mark, ...]
    notes: tuple[Mark, ...]
    translations: tuple[Mark, ...]


def said(found: Iterable[Mark]) -> Said:
    """Sort marks, notes and translations apart."""
    there = [one for one in found if one.text is not None]
    return Said(*(tuple(one for one in there if one.kind == kind) for kind in _KINDS))


def mark(ledger: Ledger, traces: Iterable[str], word: str, *, reason: str, actor: str) -> Entry:
    """Mark traces with a word (`important`, `follow up` ...). Raises Refused for an empty one."""
    if not word.strip():
        raise Refused("The mark is empty.", "Give a word such as important.")
    kind = kinds.TRACE_MARKED
    payload = {"mark": word.strip(), "reason": reason.strip()}
    return ledger.append(kind.name, payload, verb=kind.verb, actor=actor, subjects=traces)


def translate(
    ledger: Ledger, traces: Iterable[str], text: str, *, language: str, translator: str, actor: str
) -> Entry:
    """Put a person's translation beside traces. `language` is that of the translation (BCP 47). Raises Refused."""
    if not text.strip() or not translator.strip():
        raise Refused("A translation needs its text and its translator.", "Give both.")
    if not _LANGUAGE.fullmatch(language.strip()):
        raise Refused(f"{language!r} names no language.", "Give its code: nb, nn, en, tl ...")
    kind = kinds.TRANSLATION_WRITTEN
    payload = {"language": language.strip().lower(), "text": text, "translator": translator.strip()}
    return ledger.append(kind.name, payload, verb=kind.verb, actor=actor, subjects=traces)


_KINDS = (kinds.TRACE_MARKED.name, kinds.NOTE_WRITTEN.name, kinds.TRANSLATION_WRITTEN.name)


def about(ledger: Ledger, traces: Sequence[str]) -> list[Mark]:
    """What was said about any of these traces, in order."""
    if not traces:
        return []
    return [
        _mark(entry, tuple(entry.subjects), ledger) for entry in ledger.entries(kinds=_KINDS, subject=traces)
    ]


def marked(ledger: Ledger) -> list[str]:
    """Ids of all traces that carry a mark, copies included, in the order of marking."""
    found: dict[str, None] = {}
    for entry in ledger.entries(kinds=[kinds.TRACE_MARKED.name]):
        found.update(dict.fromkeys(entry.subjects))
    return list(found)


def translations(ledger: Ledger) -> list[Mark]:
    """Every translation that was written and not erased, in order: what an index of texts reads."""
    entries = ledger.entries(kinds=[kinds.TRANSLATION_WRITTEN.name])
    found = (_mark(entry, tuple(entry.subjects), ledger) for entry in entries)
    return [one for one in found if one.text is not None]


def _mark(entry: Entry, traces: tuple[str, ...], ledger: Ledger) -> Mark:
    payload = ledger.payload(entry.seq)
    text = None if payload is None else payload.get("text", payload.get("mark"))
    known = payload or {}
    return Mark(
        seq=entry.seq,
        kind=entry.kind,
        traces=traces,
        text=text,
        language=known.get("language", ""),
        reason=known.get("reason", "") or known.get("translator", ""),
        actor=entry.actor,
        recorded_at=entry.recorded_at,
    )
