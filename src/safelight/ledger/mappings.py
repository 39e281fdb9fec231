"""Mappings that were used: the whole text of each, so that the traces made by it can be explained for good."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from safelight.ledger import kinds
from safelight.ledger.entry import Entry
from safelight.ledger.ledger import Ledger


@dataclass(frozen=True, slots=True)
class MappingUse:
    """One use of a mapping; `text` is None where it was erased. `recorded_at` is microseconds UTC."""

    seq: int
    name: str
    version: int
    sha256: str
    text: str | None
    reason: str
    actor: str
    recorded_at: int


def use(
    ledger: Ledger,
    *,
    name: str,
    version: int,
    sha256: str,
    text: str,
    actor: str,
    reason: str = "",
    subjects: Iterable[str] = (),
) -> Entry:
    """Write down that a mapping is used on these sources, before it makes its first trace."""
    kind = kinds.MAPPING_USED
    return ledger.append(
        kind.name,
        {"name": name, "version": version, "sha256": sha256, "text": text},
        verb=kind.verb,
        actor=actor,
        subjects=subjects,
        purpose=reason.strip(),
    )


def every(ledger: Ledger) -> list[MappingUse]:
    """All uses, in order."""
    return [_use(entry, ledger) for entry in ledger.entries(kinds=[kinds.MAPPING_USED.name])]


def find(ledger: Ledger, sha256: str) -> MappingUse | None:
    """The newest use of the mapping file with this SHA-256, as traces carry it."""
    return next((one for one in reversed(every(ledger)) if one.sha256 == sha256), None)


def _use(entry: Entry, ledger: Ledger) -> MappingUse:
    payload = ledger.payload(entry.seq)
    known = payload or {}
    return MappingUse(
        seq=entry.seq,
        name=known.get("name", ""),
        version=known.get("version", 0),
        sha256=known.get("sha256", ""),
        text=known.get("text"),
        reason=entry.purpose,
        actor=entry.actor,
        recorded_at=entry.recorded_at,
    )
