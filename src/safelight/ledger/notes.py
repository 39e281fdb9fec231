"""Notes: what a person wants to have said about something, as a decision that later ones may follow."""

from __future__ import annotations

from collections.abc import Iterable

from safelight.errors import Refused
from safelight.ledger import kinds
from safelight.ledger.entry import Entry
from safelight.ledger.ledger import Ledger


def write(
    ledger: Ledger, subjects: Iterable[str], text: str, *, actor: str, corrects: int | None = None
) -> Entry:
    """Write a note about exhibits, sources, items or other ids. Raises Refused for an empty one."""
    if not text.strip():
        raise Refused("The note is empty.", "Write what should be remembered.")
    kind = kinds.NOTE_WRITTEN
    return ledger.append(
        kind.name, {"text": text}, verb=kind.verb, actor=actor, subjects=subjects, corrects=corrects
    )


def about(ledger: Ledger, subject: str) -> list[tuple[Entry, str | None]]:
    """The notes about one id in order, each with its text, or None where it was erased."""
    found = []
    for entry in ledger.entries(kinds=[kinds.NOTE_WRITTEN.name], subject=subject):
        payload = ledger.payload(entry.seq)
        found.append((entry, None if payload is None else str(payload["text"])))
    return found
