"""Exhibits with their papers (ledger) and their figures (catalog)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from safelight.access.cube import Cell, Cube
from safelight.access.model import Counted, CustodyEntry, ExhibitCard, HashCheck, InspectorCost, SourceFigures
from safelight.access.where import OF_PLACES
from safelight.ledger import custody, exhibits, imagechecks, received, sources
from safelight.ledger.exhibits import Exhibit
from safelight.ledger.imagechecks import NOT_CHECKED, ImageCheck
from safelight.ledger.ledger import Ledger
from safelight.ledger.sources import Source


@dataclass(frozen=True, slots=True)
class Sum:
    """What was found in one exhibit or source (there without contents)."""

    items: int = 0
    contents: int = 0
    bytes: int = 0
    failed: int = 0

    def more(self, cell: Cell) -> Sum:
        """With the items of a cell."""
        failed = self.failed + (cell.items if cell.causes else 0)
        return Sum(self.items + cell.items, self.contents, self.bytes + cell.bytes, failed)


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums by exhibit key and by source id, the sources whose own walk reached its end and left nothing out, and by
    source id the failures that no item stands for: a whole volume, or the source itself."""

    exhibits: Mapping[str, Sum]
    sources: Mapping[str, Sum]
    complete: frozenset[str]
    places: Mapping[str, int]
    total: Counted


_NONE = Sums({}, {}, frozenset(), {}, Counted(0, 0, 0))


def sums(db: DuckDBPyConnection, cells: Cube) -> Sums:
    """The figures of one snapshot; `cells` are its cube."""
    # Not `WHERE item_id IS NULL`, on which DuckDB 2.0.0 errs (see `where.OF_PLACES`).
    rows = db.execute(
        "SELECT source_id, bool_and(complete) FILTER (item_id IS NULL) FROM containers GROUP BY 1"
    )
    complete = frozenset(key for key, done in rows.fetchall() if done)
    failed = db.execute(
        "SELECT source_id, count(*), bool_or(stage IN ('walk', 'open')) FROM failures f "
        f"WHERE {OF_PLACES} AND source_id IS NOT NULL GROUP BY 1"
    ).fetchall()
    complete -= {key for key, _n, left_out in failed if left_out}
    places = {key: int(n) for key, n, _left_out in failed}
    contents, by_contents = _contents(db, sorted({cell.exhibit for cell in cells if cell.exhibit}))
    total = Counted(sum(cell.items for cell in cells), contents, sum(cell.bytes for cell in cells))
    by_exhibit: dict[str, Sum] = {}
    by_source: dict[str, Sum] = {}
    for cell in cells:
        if cell.exhibit is not None:
            start = Sum(contents=by_contents[cell.exhibit])
            by_exhibit[cell.exhibit] = by_exhibit.get(cell.exhibit, start).more(cell)
        if cell.source is not None:
            by_source[cell.source] = by_source.get(cell.source, Sum()).more(cell)
    return Sums(by_exhibit, by_source, complete, places, total)


def _contents(db: DuckDBPyConnection, keys: Sequence[str]) -> tuple[int, dict[str, int]]:
    """Different contents in all and in each exhibit, in one pass: a bit an exhibit for each content."""
    if not keys:
        row = db.execute("SELECT count(DISTINCT sha256) FROM items").fetchone()
        return (int(row[0]) if row else 0), {}
    marks = ", ".join(f"(?, {n})" for n in range(len(keys)))
    rows = db.execute(
        f"SELECT bits, count(*) FROM (SELECT i.sha256, bit_or(set_bit(bitstring('0', {len(keys)}), v.n, 1)) AS bits "
        f"FROM items i LEFT JOIN (VALUES {marks}) v(key, n) ON v.key = i.exhibit WHERE i.sha256 IS NOT NULL "
        "GROUP BY 1) GROUP BY 1",
        list(keys),
    ).fetchall()
    return (
        sum(n for _bits, n in rows),
        {key: sum(n for bits, n in rows if bits and bits[at] == "1") for at, key in enumerate(keys)},
    )


def in_order(ledger: Ledger, there: Sequence[str]) -> list[str]:
    """Source ids by exhibit number and label; what the ledger does not know comes last."""
    known = {exhibit.key: exhibit.number for exhibit in exhibits.every(ledger)}
    place = {one.id: (known.get(one.exhibit, ""), one.label) for one in sources.every(ledger)}
    return sorted(there, key=lambda one: (one not in place, place.get(one, ("", "")), one))


def listed(ledger: Ledger) -> tuple[Exhibit, ...]:
    """Exhibits as the ledger has them, by number."""
    return tuple(sorted(exhibits.every(ledger), key=lambda one: one.number))


def numbers(ledger: Ledger) -> dict[str, str]:
    """Exhibit numbers as people know them, to the keys that the catalog holds; those that another operation gave bear the
    number of the handover as well: `2016-0142-A1 (HO-003)`."""
    own = {exhibit.number: exhibit.key for exhibit in exhibits.every(ledger)}
    given = {f"{one.number} ({one.handover})": key for key, one in received.exhibits(ledger).items()}
    keys = set(own.values())
    return {**{number: key for number, key in given.items() if key not in keys}, **own}


def exhibit_of(ledger: Ledger) -> dict[str, str]:
    """Ids of the registered sources, to the keys of their exhibits."""
    return {one.id: one.exhibit for one in sources.every(ledger)}


def source(ledger: Ledger, source_id: str) -> Source | None:
    """A registered source; None if it is not registered here."""
    return next((one for one in sources.every(ledger) if one.id == source_id), None)


def card(ledger: Ledger, found: Sums | None, number: str) -> ExhibitCard | None:
    """One exhibit, without figures where none are given; None if there is none of that number."""
    return next((one for one in cards(ledger, found, only=number)), None)


def cards(ledger: Ledger, found: Sums | None, only: str | None = None) -> tuple[ExhibitCard, ...]:
    """Every exhibit (or the one of that number), by number."""
    found = found or _NONE
    of_exhibit: dict[str, list[Source]] = {}
    for one in sources.every(ledger):
        of_exhibit.setdefault(one.exhibit, []).append(one)
    return tuple(
        _card(ledger, exhibit, of_exhibit.get(exhibit.key, []), found)
        for exhibit in listed(ledger)
        if only is None or only in (exhibit.number, exhibit.key)
    )


def _card(
    ledger: Ledger,
    exhibit: Exhibit,
    own: list[Source],
    found: Sums,
) -> ExhibitCard:
    total = found.exhibits.get(exhibit.key, Sum())
    places = sum(found.places.get(one.id, 0) for one in own)
    check, detail = _exhibit_hash(ledger, exhibit, own)
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
        sources=tuple(_source(ledger, exhibit, one, found) for one in own),
        items=total.items,
        contents=total.contents,
        bytes=total.bytes,
        failed=total.failed + places,
        failed_places=places,
    )


def _source(ledger: Ledger, exhibit: Exhibit, source: Source, sums: Sums) -> SourceFigures:
    found, places = sums.sources.get(source.id, Sum()), sums.places.get(source.id, 0)
    check, detail = _hash_check(exhibit, imagechecks.latest(ledger, exhibit, source.id))
    return SourceFigures(
        source_id=source.id,
        exhibit=exhibit.number,
        label=source.label,
        location=str(source.location),
        kind=source.kind,
        items=found.items,
        bytes=found.bytes,
        failed=found.failed + places,
        failed_places=places,
        complete=source.id in sums.complete,
        hash_check=check,
        hash_detail=detail,
    )


#: What is said of an exhibit whose sources differ in it: the first of these that is true of any.
_WORST_FIRST: tuple[HashCheck, ...] = ("differed", "not checked", "matched")


def _exhibit_hash(ledger: Ledger, exhibit: Exhibit, own: list[Source]) -> tuple[HashCheck, str]:
    """The worst of its sources: an exhibit has matched only if everything registered under it has."""
    if not own:
        return _hash_check(exhibit, imagechecks.latest(ledger, exhibit))
    found = [(one.label, _hash_check(exhibit, imagechecks.latest(ledger, exhibit, one.id))) for one in own]
    label, (check, detail) = min(
        found, key=lambda f: _WORST_FIRST.index(f[1][0]) if f[1][0] in _WORST_FIRST else 9
    )
    return check, f"{label}: {detail}" if len(own) > 1 and detail else detail


def _hash_check(exhibit: Exhibit, check: ImageCheck) -> tuple[HashCheck, str]:
    """The newest comparison with the hash stated at seizure, and what stands beside it."""
    if not exhibit.acquired_hash:
        return "none stated", ""
    if check.result == NOT_CHECKED:
        return "not checked", check.reason
    if check.stated != exhibit.acquired_hash:
        return "not checked", "the hash stated at seizure was corrected after the comparison"
    return check.result, check.found or ""


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
