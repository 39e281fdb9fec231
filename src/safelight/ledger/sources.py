"""Sources: what is read under an exhibit. The id is fixed at registration and outlives every move of the
files.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa

from safelight.errors import NoLegalBasis, NotFound, Refused
from safelight.evidence.spec import escape, unescape
from safelight.ledger import exhibits, kinds
from safelight.ledger.exhibits import Exhibit
from safelight.ledger.ledger import Ledger
from safelight.ledger.tables import SOURCES
from safelight.traces.ids import source_id


@dataclass(frozen=True, slots=True)
class Source:
    """One registered source as it stands now. `exhibit` is the exhibit's key, `location` where its bytes lie.

    `fingerprint` tells the source again after a move; the one who reads evidence makes and compares it.
    """

    id: str
    exhibit: str
    label: str
    location: Path
    kind: str
    fingerprint: dict[str, Any]
    seq: int
    recorded_at: int


def register(
    ledger: Ledger,
    exhibit: Exhibit | str,
    label: str,
    location: Path,
    kind: str,
    fingerprint: dict[str, Any],
    *,
    actor: str,
) -> Source:
    """Register a source; the same exhibit and label again give the source that is there, unchanged.

    Raises NoLegalBasis if the exhibit has none, NotFound, Refused.
    """
    label = label.strip()
    if not label or not label.isprintable():
        raise Refused(f"{label!r} is not a label for a source.", "Give printable text on one line.")
    act = kinds.SOURCE_REGISTERED
    with ledger.writing() as writing:
        owner = exhibits.within(writing.connection, exhibit)
        if not owner.legal_basis:
            raise NoLegalBasis(
                f"Exhibit {owner.number} has no legal basis, so nothing is taken into it.",
                "State it with `safelight exhibit correct`.",
            )
        key = source_id(ledger.operation_id, owner.key, label)
        found = _rows(writing.connection, SOURCES.c.id == key)
        if found:
            return found[0]
        payload = {
            "label": label,
            "location": _written(location),
            "kind": kind,
            "fingerprint": fingerprint,
        }
        writing.append(
            act.name,
            payload,
            verb=act.verb,
            actor=actor,
            subjects=[key, owner.key],
            authorisation=owner.legal_basis,
        )
        return _rows(writing.connection, SOURCES.c.id == key)[0]


def every(ledger: Ledger, exhibit: Exhibit | str | None = None) -> list[Source]:
    """All sources, or those of one exhibit, in the order in which they were registered. Raises NotFound."""
    with ledger.store.reading() as connection:
        if exhibit is None:
            return _rows(connection, sa.true())
        return _rows(connection, SOURCES.c.exhibit == exhibits.within(connection, exhibit).key)


def find(ledger: Ledger, id_or_label: str) -> Source:
    """One source by its id, or by its label if only one has it. Raises NotFound."""
    with ledger.store.reading() as connection:
        return _one(connection, id_or_label)


def locate(ledger: Ledger, source: Source | str, new_location: Path, actor: str) -> Source:
    """Say where a source lies now. The caller has compared the fingerprint. Raises NotFound."""
    act = kinds.SOURCE_LOCATED
    with ledger.writing() as writing:
        now = _one(writing.connection, source.id if isinstance(source, Source) else source)
        if now.location == new_location.absolute():
            return now
        writing.append(
            act.name,
            {"location": _written(new_location)},
            verb=act.verb,
            actor=actor,
            subjects=[now.id],
            corrects=now.seq,
        )
        return _one(writing.connection, now.id)


def _one(connection: sa.Connection, id_or_label: str) -> Source:
    found = _rows(connection, SOURCES.c.id == id_or_label) or _rows(
        connection, SOURCES.c.label == id_or_label
    )
    if len(found) == 1:
        return found[0]
    if not found:
        raise NotFound(
            f"There is no source {id_or_label}.", "`safelight source list` shows the sources with their ids."
        )
    raise NotFound(
        f"{len(found)} sources are labelled {id_or_label}.",
        f"Name one by its id: {', '.join(s.id for s in found)}.",
    )


def _rows(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> list[Source]:
    query = sa.select(SOURCES).where(condition).order_by(SOURCES.c.seq)
    return [
        Source(
            row.id,
            row.exhibit,
            row.label,
            Path(os.fsdecode(unescape(row.location))),
            row.kind,
            orjson.loads(row.fingerprint),
            row.seq,
            row.recorded_at,
        )
        for row in connection.execute(query)
    ]


def _written(location: Path) -> str:
    """An absolute path as text: bytes that are not UTF-8 are escaped as in path specifications."""
    return escape(os.fsencode(location.absolute()))
