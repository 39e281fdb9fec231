"""Pass one, first half: walk a source and the containers in it, and cut what is found into batches for hashing.

A batch's id is computed from the ids of its items, and batches are cut in the walk's own order, which is the same
every time. A run that was cut off walks again (metadata only), finds the finished batches by their ids and skips them.
If the source changed in between, the cuts move: then the items that are there already are left out one by one.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from safelight.catalog.catalog import Catalog
from safelight.engine.model import Batch, BatchResult, Failure, Task
from safelight.engine.supervisor import Supervisor
from safelight.intake.rows import Row, failure_row
from safelight.operation.settings import EngineSettings
from safelight.traces.ids import batch_id

HASHING = "hash1"

#: A walk's time limit counts since its last sign of life and grows with the container's size up to this.
PATIENCE_BYTES = 4 << 30


@dataclass(slots=True)
class ContainerPlace:
    """A container to be walked: the source itself (`item_id` and `spec` None) or an item in it. `depth`: of its children."""

    source_id: str
    item_id: str | None
    spec: str | None
    path: str
    kind: str
    depth: int
    size: int = 0

    def task(self, skip: Iterable[bytes] = ()) -> Task:
        """The walker's task."""
        payload = {
            "do": "walk",
            "source_id": self.source_id,
            "container": self.item_id,
            "spec": self.spec,
            "kind": self.kind,
            "depth": self.depth,
            "skip": [base64.b64encode(note).decode() for note in sorted(skip)],
        }
        return Task(self.item_id or self.source_id, min(self.size, PATIENCE_BYTES), payload)


@dataclass(slots=True)
class Listed:
    """What walks said besides their items; written once all of their items are in the catalog."""

    containers: list[Row] = field(default_factory=list)
    volumes: list[Row] = field(default_factory=list)
    failures: list[Row] = field(default_factory=list)

    def take(self, row: Row, place: ContainerPlace) -> None:
        """One row of a walker that is no item."""
        if "volumes" in row:
            self.volumes.append(row["volumes"])
        elif "failures" in row:
            self.failures.append(row["failures"])
        else:
            self.end(place, row["tally"], row["complete"])

    def end(self, place: ContainerPlace, children: int, complete: bool) -> None:
        self.containers.append(
            {
                "source_id": place.source_id,
                "item_id": place.item_id,
                "kind": place.kind,
                "children": children,
                "complete": complete,
            }
        )


def walk_failure(place: ContainerPlace, failure: Failure, where: str) -> Row:
    """The `failures` row of a walk that the engine had to end."""
    return failure_row(
        stage="walk",
        inspector="walker",
        cause=failure.cause,
        detail=f"{failure.detail} at {where}" if where else failure.detail,
        source_id=place.source_id,
        item=place.item_id,
        place=place.path,
        seconds=round(failure.seconds, 2),
        limit_seconds=failure.limit_seconds,
        limit_megabytes=failure.limit_megabytes,
    )


def walk_one(children: Supervisor, place: ContainerPlace, listed: Listed, max_deaths: int) -> Iterator[Row]:
    """The `items` rows of one container as its walk goes, each once.

    When the walker dies (the engine has confirmed that it dies there again), the place that killed it is recorded and
    left out, and the walk begins again. The new walk gives the same rows up to that place, so those are passed over by
    their number; rows that came since the place was entered are known by their ids, whether the new walk gives them
    again or not. After `max_deaths`, or where no place was named, the rest of the container is given up. A walk that
    left anything out is not complete.
    """
    skip: set[bytes] = set()
    total = 0
    passed_over = 0
    given: set[str] = set()
    for _death in range(max_deaths + 1):
        seen = 0
        here, before_here = b"", 0
        since: set[str] = set()
        others = Listed()
        failure: Failure | None = None
        for row in children.stream(place.task(skip)):
            if isinstance(row, Failure):
                failure = row
            elif "items" in row:
                seen += 1
                item = row["items"]
                identity = item["item_id"]
                since.add(identity)
                if seen > passed_over and identity not in given:
                    total += 1
                    item["_first"] = row["first"]
                    yield item
            elif "place" in row:
                here, before_here = base64.b64decode(row["place"]), seen
                since.clear()
            else:
                others.take(row, place)
        if failure is None:
            break
        others.containers.clear()
        listed.failures.append(walk_failure(place, failure, failure.note.decode("utf-8", "replace")))
        if not failure.note or failure.note in skip:
            break
        skip.add(failure.note)
        if failure.note == here:
            passed_over = before_here
            given |= since
        else:
            passed_over = max(passed_over, seen)
    listed.volumes += others.volumes
    listed.failures += others.failures
    complete = not skip and failure is None and all(row["complete"] for row in others.containers)
    listed.end(place, total, complete)


def walk_many(children: Supervisor, places: list[ContainerPlace]) -> list[BatchResult]:
    """Walk many small containers, all children at once; the results in the order of `places`."""
    tasks = [place.task() for place in places]
    batches = [Batch(f"walk-{start}", tasks[start : start + 50]) for start in range(0, len(tasks), 50)]
    results = {result.batch.id: result for result in children.run(batches)}
    return [results[batch.id] for batch in batches]


def listed_rows(
    results: list[BatchResult], places: list[ContainerPlace], listed: Listed, died: list[ContainerPlace]
) -> Iterator[Row]:
    """The `items` rows of what `walk_many` gave; everything else goes into `listed`.

    A container whose walk died goes into `died`: `walk_one` goes past the place that killed it.
    """
    by_key = {place.item_id: place for place in places}
    for result in results:
        for outcome in result.outcomes():
            place = by_key[outcome.task.key]
            own = Listed()
            for row in outcome.rows:
                if "items" in row:
                    row["items"]["_first"] = row["first"]
                    yield row["items"]
                elif "place" not in row:
                    own.take(row, place)
            if outcome.failure is not None:
                died.append(place)
                continue
            listed.volumes += own.volumes
            listed.failures += own.failures
            listed.containers += own.containers
        result.close()


def cut(rows: Iterable[Row], settings: EngineSettings) -> Iterator[list[Row]]:
    """Rows into batches of at most `batch_items` rows and about `batch_megabytes` of content."""
    batch: list[Row] = []
    size = 0
    for row in rows:
        batch.append(row)
        size += row["size"] or 0
        if len(batch) >= settings.batch_items or size >= settings.batch_megabytes << 20:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def hash_batches(
    catalog: Catalog,
    rows: Iterable[Row],
    settings: EngineSettings,
    *,
    resumed: bool,
    attempt: int,
    skipped: list[int],
) -> Iterator[Batch]:
    """Batches that are not in the catalog yet, each in disk order. `skipped` gets [items, bytes] of finished ones.

    `attempt` (see `retry.py`) tells batches apart whose items were taken out again since.
    """
    stage = f"{HASHING} {attempt}" if attempt else HASHING
    for members in cut(rows, settings):
        identity = batch_id(stage, (row["item_id"] for row in members))
        if catalog.has(identity):
            _count(skipped, members)
            continue
        if resumed:
            there = _already_there(catalog, [row["item_id"] for row in members])
            if there:
                _count(skipped, [row for row in members if row["item_id"] in there])
                members = [row for row in members if row["item_id"] not in there]
                identity = batch_id(stage, (row["item_id"] for row in members))
        if members:
            members.sort(key=lambda row: row["_first"])
            yield Batch(identity, [_hash_task(row) for row in members])


def _count(skipped: list[int], rows: list[Row]) -> None:
    skipped[0] += len(rows)
    skipped[1] += sum(row["size"] or 0 for row in rows)


def _hash_task(row: Row) -> Task:
    del row["_first"]
    return Task(row["item_id"], row["size"] or 0, {"do": "hash", "row": row})


def _already_there(catalog: Catalog, ids: list[str]) -> set[str]:
    with catalog.connect(tables=("items",)) as database:
        found = database.execute(
            "select item_id from items where item_id in (select unnest(?))", [ids]
        ).fetchall()
    return {row[0] for row in found}
