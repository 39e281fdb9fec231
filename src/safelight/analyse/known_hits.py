"""Hits get into the catalog: every content that was not looked up in a set yet is looked up, whenever either
came.

How far a set was matched stands in the journal: a batch without rows, stage `known/<set id>/upto`, says up to
which entry the parts of `items` were searched. Parts that compaction made since are searched again where they
hold later rows too; a content that has hits of the set already is left out, so nothing is written twice. A
run that ends early goes on the same way. One run at a time; batch ids come from the contents in them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa

from safelight.analyse.known_matcher import HashSet, Matcher
from safelight.catalog.catalog import Catalog
from safelight.catalog.snapshot import Snapshot
from safelight.traces.ids import batch_id

Progress = Callable[[int, int], None]
NAME, VERSION = "known", "1"


@dataclass(frozen=True, slots=True)
class _Mark:
    """Up to which journal entry a set was matched, how often its hits were taken out, whether there may be
    some.
    """

    upto: int = 0
    removals: int = 0
    begun: bool = False


def match_contents(
    catalog: Catalog, sets: Sequence[HashSet], *, batch_size: int = 100_000, progress: Progress | None = None
) -> dict[str, int]:
    """Write `hits` for all contents not matched yet; returns new hits by set id.

    `batch_size` is the number of contents looked up at once; `progress(done, total)` counts rows of `items`,
    all sets together. Raises DiskFull.
    """
    found: dict[str, int] = {}
    with catalog.journal.exclusive("known", wait=True):
        snapshot = catalog.snapshot()
        marks = {each.info.set_id: _mark(catalog, each.info.set_id) for each in sets}
        fresh = {set_id: _since(snapshot, mark.upto) for set_id, mark in marks.items()}
        total = sum(each.rows("items") for each in fresh.values())
        done = 0
        for each in sets:
            set_id = each.info.set_id
            found[set_id] = 0
            looked_up = done
            for contents in _contents(catalog, fresh[set_id], set_id, batch_size):
                found[set_id] += _write(catalog, each, marks[set_id], contents)
                looked_up += contents.num_rows
                if progress is not None:
                    progress(looked_up, total)
            done += fresh[set_id].rows("items")
            _note(catalog, set_id, marks[set_id], fresh[set_id])
            if progress is not None:
                progress(done, total)
    return found


def retract_hits(catalog: Catalog, set_id: str) -> bool:
    """Take the hits of a removed set out of the catalog; False if it was done already. Raises DiskFull.

    If the set is imported again, all contents are matched anew.
    """
    with catalog.journal.exclusive("known", wait=True):
        mark = _mark(catalog, set_id)
        if not mark.begun:
            return False
        return catalog.supersede(
            batch_id(f"known/{set_id}/removed", [str(mark.removals)]),
            {"hits": pa.table({"set_id": [set_id]})},
            made_by=_made_by(set_id, "removed"),
        )


def _mark(catalog: Catalog, set_id: str) -> _Mark:
    mark = _Mark()
    for entry in catalog.finished(f"known/{set_id}/"):
        if entry.stage.endswith("/removed"):
            mark = _Mark(0, mark.removals + 1)
        elif entry.stage.endswith("/upto"):
            mark = replace(mark, upto=int(entry.made_by["upto"]), begun=True)
        else:
            mark = replace(mark, begun=True)
    return mark


def _since(snapshot: Snapshot, upto: int) -> Snapshot:
    """The snapshot with only those parts of `items` that may hold rows after an entry."""
    later = tuple(part for part in snapshot.parts.get("items", ()) if part.high > upto)
    return replace(snapshot, parts={**snapshot.parts, "items": later})


def _contents(catalog: Catalog, snapshot: Snapshot, set_id: str, batch_size: int) -> Iterator[pa.Table]:
    if not snapshot.parts["items"]:
        return
    connection = catalog.connect(snapshot, memory_limit="512MB", tables=["items", "hits"])
    try:
        contents = connection.sql(
            "SELECT DISTINCT sha256, sha1, md5 FROM items "
            "ANTI JOIN (SELECT sha256 FROM hits WHERE set_id = ?) USING (sha256) "
            "WHERE sha256 IS NOT NULL ORDER BY sha256",
            params=[set_id],
        )
        for batch in contents.to_arrow_reader(batch_size):
            for start in range(0, batch.num_rows, batch_size):  # DuckDB rounds its batches up
                yield pa.Table.from_batches([batch.slice(start, batch_size)])
    finally:
        connection.close()


def _write(catalog: Catalog, each: HashSet, mark: _Mark, contents: pa.Table) -> int:
    hits = Matcher([each]).match_many(contents)
    if hits.num_rows:
        stage = f"known/{each.info.set_id}/hits"
        members = [str(mark.removals), *hits.column("sha256").to_pylist()]
        catalog.write(batch_id(stage, members), {"hits": hits}, made_by=_made_by(each.info.set_id, "hits"))
    return int(hits.num_rows)


def _note(catalog: Catalog, set_id: str, mark: _Mark, fresh: Snapshot) -> None:
    upto = max((part.high for part in fresh.parts["items"]), default=mark.upto)
    if upto > mark.upto:
        catalog.write(
            batch_id(f"known/{set_id}/upto", [str(mark.removals), f"{mark.upto}-{upto}"]),
            {},
            made_by=_made_by(set_id, "upto") | {"upto": str(upto)},
        )


def _made_by(set_id: str, step: str) -> dict[str, str]:
    return {"stage": f"known/{set_id}/{step}", "analysis": NAME, "version": VERSION}
