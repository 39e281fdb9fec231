"""Exhibits with their papers (ledger) and their figures (catalog)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from safelight.access.model import CustodyEntry, ExhibitCard, HashCheck, InspectorCost, SourceFigures
from safelight.ledger import custody, exhibits, imagechecks, sources
from safelight.ledger.exhibits import Exhibit
from safelight.ledger.imagechecks import NOT_CHECKED, ImageCheck
from safelight.ledger.ledger import Ledger
from safelight.ledger.sources import Source


@dataclass(frozen=True, slots=True)
class _Sum:
    items: int = 0
    contents: int = 0
    bytes: int = 0
    failed: int = 0


def _sums(db: DuckDBPyConnection, column: str) -> dict[str, _Sum]:
    """Items, contents, bytes and failures by exhibit or source."""
    rows = db.execute(
        f"SELECT i.{column}, count(*), count(DISTINCT i.sha256), coalesce(sum(i.size), 0) "
        "FROM items i GROUP BY 1"
    ).fetchall()
    failed = dict(
        db.execute(
            f"SELECT i.{column}, count(*) FROM items i WHERE i.failed IS NOT NULL "
            "OR i.item_id IN (SELECT item_id FROM failures WHERE item_id IS NOT NULL) "
            "OR i.sha256 IN (SELECT sha256 FROM failures WHERE sha256 IS NOT NULL) GROUP BY 1"
        ).fetchall()
    )
    return {key: _Sum(int(n), int(c), int(b), int(failed.get(key, 0))) for key, n, c, b in rows}


def _complete(db: DuckDBPyConnection) -> set[str]:
    """Sources whose own walk reached its end."""
    rows = db.execute("SELECT source_id, bool_and(complete) FROM containers WHERE item_id IS NULL GROUP BY 1")
    return {key for key, done in rows.fetchall() if done}


def listed(ledger: Ledger) -> tuple[Exhibit, ...]:
    """Exhibits as the ledger has them, by number."""
    return tuple(sorted(exhibits.every(ledger), key=lambda one: one.number))


def numbers(ledger: Ledger) -> dict[str, str]:
    """Exhibit numbers as people know them, to the keys that the catalog holds."""
    return {exhibit.number: exhibit.key for exhibit in exhibits.every(ledger)}


def source(ledger: Ledger, source_id: str) -> Source | None:
    """A registered source; None if it is not registered here."""
    return next((one for one in sources.every(ledger) if one.id == source_id), None)


def card(ledger: Ledger, db: DuckDBPyConnection | None, number: str) -> ExhibitCard | None:
    """One exhibit, without figures where no catalog is given; None if there is none of that number."""
    return next((one for one in cards(ledger, db, only=number)), None)


def cards(ledger: Ledger, db: DuckDBPyConnection | None, only: str | None = None) -> tuple[ExhibitCard, ...]:
    """Every exhibit (or the one of that number), by number."""
    by_exhibit = _sums(db, "exhibit") if db else {}
    by_source = _sums(db, "source_id") if db else {}
    complete = _complete(db) if db else set()
    of_exhibit: dict[str, list[Source]] = {}
    for one in sources.every(ledger):
        of_exhibit.setdefault(one.exhibit, []).append(one)
    return tuple(
        _card(ledger, exhibit, of_exhibit.get(exhibit.key, []), by_exhibit, by_source, complete)
        for exhibit in listed(ledger)
        if only is None or only in (exhibit.number, exhibit.key)
    )


def _card(
    ledger: Ledger,
    exhibit: Exhibit,
    own: list[Source],
    by_exhibit: Mapping[str, _Sum],
    by_source: Mapping[str, _Sum],
    complete: set[str],
) -> ExhibitCard:
    total = by_exhibit.get(exhibit.key, _Sum())
    check, detail = _hash_check(exhibit, imagechecks.latest(ledger, exhibit))
    return ExhibitCard(
        key=exhibit.key,
        number=exhibit.number,
        label=exhibit.label,
        seized=exhibit.seized,
        legal_basis=exhibit.legal_basis,
        officer=exhibit.officer,
        acquired_hash=exhibit.acquired_hash or "",
        size=exhibit.size,
        hash_check=check,
        hash_detail=detail,
        custody=tuple(
            CustodyEntry(one.act, one.happened_at, one.person, one.place, one.note, one.seq)
            for one in custody.chain(ledger, exhibit)
        ),
        sources=tuple(_source(ledger, exhibit, one, by_source.get(one.id, _Sum()), complete) for one in own),
        items=total.items,
        contents=total.contents,
        bytes=total.bytes,
        failed=total.failed,
    )


def _source(
    ledger: Ledger, exhibit: Exhibit, source: Source, found: _Sum, complete: set[str]
) -> SourceFigures:
    check, detail = _hash_check(exhibit, imagechecks.latest(ledger, exhibit, source.id))
    return SourceFigures(
        source_id=source.id,
        exhibit=exhibit.number,
        label=source.label,
        location=str(source.location),
        kind=source.kind,
        items=found.items,
        bytes=found.bytes,
        failed=found.failed,
        complete=source.id in complete,
        hash_check=check,
        hash_detail=detail,
    )


def _hash_check(exhibit: Exhibit, check: ImageCheck) -> tuple[HashCheck, str]:
    """The newest comparison with the hash stated at seizure, and what stands beside it."""
    if check.result != NOT_CHECKED:
        return check.result, check.found or ""
    return ("not checked" if exhibit.acquired_hash else "none stated"), check.reason


def costs(db: DuckDBPyConnection, exhibit_key: str | None = None) -> tuple[InspectorCost, ...]:
    """What each inspector cost, for one exhibit's contents or all; most first."""
    which, values = ("", []) if exhibit_key is None else (
        " WHERE sha256 IN (SELECT sha256 FROM items WHERE exhibit = ?)", [exhibit_key]
    )  # fmt: skip
    rows = db.execute(
        "SELECT inspector, max(version), count(*), count(*) FILTER (outcome = 'failed'), "
        f"coalesce(sum(seconds), 0) FROM inspections{which} GROUP BY 1 ORDER BY 5 DESC, 1",
        values,
    ).fetchall()
    return tuple(
        InspectorCost(name, version, int(n), int(bad), float(s)) for name, version, n, bad, s in rows
    )
