"""Pass one, second half: hash and type what was listed, container after container, until nothing is left to open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from safelight.catalog.catalog import Catalog
from safelight.engine.model import Batch, BatchResult
from safelight.engine.supervisor import Supervisor
from safelight.intake.children import SourcePlace, read_failure
from safelight.intake.listing import ContainerPlace, Listed, hash_batches, listed_rows, walk_many, walk_one
from safelight.intake.progress import Reporter
from safelight.intake.retry import attempts
from safelight.intake.rows import Row
from safelight.operation.settings import Settings
from safelight.traces.ids import batch_id

#: Containers of one round: few enough to be held in memory, many enough to fill batches.
ROUND = 500

#: A container of this many bytes or more is walked while its items are hashed, like a source.
LARGE_BYTES = 256 << 20

MADE_BY = {"intake": "1"}


@dataclass(slots=True)
class Hashing:
    """Pass one over one source."""

    catalog: Catalog
    settings: Settings
    children: Supervisor
    reporter: Reporter
    max_depth: int
    attempt: int = 0

    def source(self, place: SourcePlace, kind: str) -> bool:
        """List and hash the whole source, containers within it too. What is in the catalog already is skipped.

        Gives whether its own walk had ended before: then nothing new is looked for in it.
        """
        resumed = self._known(place.source_id)
        self.attempt = attempts(self.catalog, place.source_id)
        walked = self._walked(place.source_id)
        if not walked:
            size = Path(place.location).stat().st_size if kind == "file" else 0
            self._one(ContainerPlace(place.source_id, None, None, "", kind, 0, size), resumed)
        while pages := self._pending(place.source_id):
            large, small = pages
            for container in large:
                self._one(container, resumed=True)
            if small:
                self._round(small)
        return walked

    def _one(self, place: ContainerPlace, resumed: bool) -> None:
        listed = Listed()
        rows = walk_one(self.children, place, listed, self.settings.engine.walk_deaths)
        self._hash(rows, resumed)
        self._finish(listed)

    def _round(self, places: list[ContainerPlace]) -> None:
        listed = Listed()
        results = walk_many(self.children, places)
        died: list[ContainerPlace] = []
        self._hash(listed_rows(results, places, listed, died), resumed=True)
        self._finish(listed)
        for place in died:
            self._one(place, resumed=True)

    def _hash(self, rows: Iterable[Row], resumed: bool) -> None:
        skipped = [0, 0]
        batches: Iterator[Batch] = hash_batches(
            self.catalog, rows, self.settings.engine, resumed=resumed, attempt=self.attempt, skipped=skipped
        )
        for result in self.children.run(batches):
            self._commit(result)
        self.reporter.add(items=skipped[0], bytes=skipped[1], worked_bytes=0)

    def _commit(self, result: BatchResult) -> None:
        items: list[Row] = []
        failures: list[Row] = []
        for outcome in result.outcomes():
            for row in outcome.rows:
                items.extend([outcome.task.payload["row"] | row["read"]] if "read" in row else [])
                failures.extend([row["failures"]] if "failures" in row else [])
            if outcome.failure is not None:
                failure = outcome.failure
                payload = outcome.task.payload["row"]
                items.append(payload | {"failed": failure.cause})
                failures.append(
                    read_failure(payload, failure.cause, failure.detail)
                    | {
                        "seconds": round(failure.seconds, 2),
                        "limit_seconds": failure.limit_seconds,
                        "limit_megabytes": failure.limit_megabytes,
                    }
                )
        self.catalog.write(result.batch.id, {"items": items, "failures": failures}, made_by=MADE_BY)
        result.close()
        size = sum(row["size"] or 0 for row in items)
        self.reporter.add(items=len(items), bytes=size, failed=sum(1 for row in items if row.get("failed")))
        self.catalog.maybe_compact()

    def _finish(self, listed: Listed) -> None:
        members = [f"{row['source_id']} {row['item_id']}" for row in listed.containers]
        tables = {"containers": listed.containers, "volumes": listed.volumes, "failures": listed.failures}
        self.catalog.write(batch_id(f"walk1 {self.attempt}", members), tables, made_by=MADE_BY)

    def _known(self, source_id: str) -> bool:
        if not self.catalog.snapshot().rows("items"):
            return False
        with self.catalog.connect(tables=("items",)) as database:
            found = database.execute(
                "select 1 from items where source_id = ? limit 1", [source_id]
            ).fetchone()
        return found is not None

    def _walked(self, source_id: str) -> bool:
        if not self.catalog.snapshot().rows("containers"):
            return False
        with self.catalog.connect(tables=("containers",)) as database:
            query = "select 1 from containers where source_id = ? and item_id is null limit 1"
            return database.execute(query, [source_id]).fetchone() is not None

    def _pending(self, source_id: str) -> tuple[list[ContainerPlace], list[ContainerPlace]] | None:
        """The next containers to open: of the lowest depth only, so that a resumed run makes the same rounds."""
        query = """
            with waiting as (
                select i.item_id, i.spec, i.path, i.opens_as, i.depth, i.size from items i
                where i.source_id = $source and i.opens_as is not null and i.sha256 is not null
                  and not starts_with(i.opens_as, 'unsupported:') and i.depth < $deepest
                  and not exists (select 1 from containers c where c.source_id = $source and c.item_id = i.item_id)
            )
            select item_id, spec, path, opens_as, depth, size from waiting
            where depth = (select min(depth) from waiting) order by path, item_id limit $round
        """
        with self.catalog.connect(tables=("items", "containers")) as database:
            found = database.execute(
                query, {"source": source_id, "deepest": self.max_depth, "round": ROUND}
            ).fetchall()
        places = [
            ContainerPlace(source_id, item, spec, path, kind, depth + 1, size or 0)
            for item, spec, path, kind, depth, size in found
        ]
        if not places:
            return None
        large = [place for place in places if place.size >= LARGE_BYTES]
        return large, [place for place in places if place.size < LARGE_BYTES]
