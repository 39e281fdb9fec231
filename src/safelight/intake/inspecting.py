"""Pass two: every inspector once over every content that it accepts, what is urgent first.

What is left to do is computed from the catalog: a content waits as long as an inspector that accepts its type has no
row in `inspections` (of its present version). So a run that was cut off goes on by itself, a new version of an
inspector is run over what is there and its rows take the place of the older ones, and a content that killed one
inspector comes back for the others only.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from safelight.catalog.catalog import Catalog
from safelight.catalog.schema import TABLES
from safelight.engine.model import Batch, BatchResult, Outcome, Task
from safelight.engine.supervisor import Supervisor
from safelight.inspect.examine import RESCUER
from safelight.inspect.model import Inspector
from safelight.inspect.registry import inspectors
from safelight.intake.children import inspect_failure
from safelight.intake.hashing import MADE_BY
from safelight.intake.progress import Reporter
from safelight.intake.retry import inspection_attempts
from safelight.intake.rows import Row
from safelight.operation.settings import EngineSettings
from safelight.traces.ids import batch_id

#: Contents of one batch: they cost a hundred times more than hashing, so batches are smaller.
BATCH_CONTENTS = 200
BATCH_BYTES = 1 << 30

_RETIRED = "retire1"

#: Tables whose rows say which inspector derived them.
_DERIVED = [table.name for table in TABLES.values() if {"inspector", "version"} <= set(table.arrow.names)]

#: 0 listed in a set with a category, 1 pictures, 2 video, 3 what is written, 4 the rest, 5 known from a set without
#: categories (NSRL): such are looked at last, never left out.
_WAITING = """
    with listed as (
        select sha256, max(case when code <> '' then 1 else 0 end) as categorised from hits group by sha256
    ), ended as (
        select sha256, list(inspector || ' ' || version) as done,
               bool_or(outcome = 'failed') as failed from inspections group by sha256
    ), contents as (
        select sha256, min_by(struct_pack(item_id := item_id, source_id := source_id, spec := spec, name := name,
                              path := path, size := size, mime := mime, "type" := "type",
                              basis := type_basis), (depth, path, item_id)) as f
        from items where sha256 is not null and size > 0 and source_id in (select unnest($available)) group by sha256
    )
    select c.sha256, f.item_id, f.source_id, f.spec, f.name, f.path, f.size, f.mime, f."type", f.basis, e.done,
           coalesce(e.failed, false) as rescue
    from contents c left join listed l using (sha256) left join ended e using (sha256)
    order by case when l.categorised = 1 then 0 when l.categorised = 0 then 5 when f."type" = 'picture' then 1
                  when f."type" = 'video' then 2 when f."type" in ('document', 'mail', 'text') then 3 else 4 end,
             f.source_id, f.path, c.sha256
"""


@dataclass(slots=True)
class Inspecting:
    """Pass two over everything in the sources that are at hand; contents of others wait until theirs are there."""

    catalog: Catalog
    available: Sequence[str]
    settings: EngineSettings
    children: Supervisor
    reporter: Reporter
    _attempt: int = 0

    def everything(self) -> None:
        """Goes round until nothing waits; each round ends every inspector that it started, so it ends."""
        self._attempt = inspection_attempts(self.catalog)
        while self._round():
            pass
        self._retire()

    def _retire(self) -> None:
        """Take out what other versions of the installed inspectors had found: the present ones have ended everywhere.

        One transaction for all contents at the end, since a rewrite of the parts for every batch would cost far more;
        until then both versions' rows are there, each with its version.
        """
        present = {inspector.name: inspector.version for inspector in inspectors()}
        with self.catalog.connect() as database:
            found = database.execute(
                "select distinct inspector, version from inspections order by all"
            ).fetchall()
        past = [(name, version) for name, version in found if present.get(name, version) != version]
        if not past:
            return
        names, versions = zip(*past, strict=True)
        keys = pa.table(
            {"inspector": pa.array(names, pa.string()), "version": pa.array(versions, pa.int32())}
        )
        earlier = str(len(self.catalog.finished(_RETIRED)))
        members = [earlier, *(f"{name} {version}" for name, version in past)]
        drop = dict.fromkeys(_DERIVED, keys)
        self.catalog.supersede(batch_id(_RETIRED, members), drop, made_by={"stage": _RETIRED, **MADE_BY})

    def _round(self) -> bool:
        worked = False
        for result in self.children.run(self._batches()):
            worked = self._commit(result) or worked
        return worked

    def _batches(self) -> Iterator[Batch]:
        every = inspectors()
        tasks: list[Task] = []
        size = 0
        for task in self._waiting(every):
            tasks.append(task)
            size += task.size
            if len(tasks) >= BATCH_CONTENTS or size >= BATCH_BYTES:
                yield _batch(tasks, self._attempt)
                tasks, size = [], 0
        if tasks:
            yield _batch(tasks, self._attempt)

    def _waiting(self, every: Sequence[Inspector]) -> Iterator[Task]:
        with self.catalog.connect() as database:
            found = database.execute(_WAITING, {"available": list(self.available)})
            while rows := found.fetchmany(2000):
                for (
                    sha256,
                    item_id,
                    source_id,
                    spec,
                    name,
                    path,
                    size,
                    mime,
                    group,
                    basis,
                    done,
                    rescue,
                ) in rows:
                    missing = [
                        inspector.name
                        for inspector in every
                        if f"{inspector.name} {inspector.version}" not in (done or ())
                        and inspector.accepts(mime, group, size)
                    ]
                    rescued = f"{RESCUER[0]} {RESCUER[1]}" in (done or ())
                    rescue = rescue and not rescued
                    if missing or rescue:
                        payload: dict[str, Any] = {
                            "do": "examine",
                            "sha256": sha256,
                            "item_id": item_id,
                            "source_id": source_id,
                            "spec": spec,
                            "name": name,
                            "path": path,
                            "size": size,
                            "mime": mime,
                            "group": group,
                            "basis": basis,
                            "only": missing,
                            "rescue": rescue,
                            "rescued": rescued,
                        }
                        yield Task(sha256, size, payload)

    def _commit(self, result: BatchResult) -> bool:
        tables: dict[str, list[Row]] = {}
        size = failed = 0
        ended: list[Task] = []
        for outcome in result.outcomes():
            if any("left" in row for row in outcome.rows):
                continue  # its source went away meanwhile: it waits
            ended.append(outcome.task)
            size += outcome.task.size
            for row in [*outcome.rows, *_ended_by_engine(outcome)]:
                for table, values in row.items():
                    if table == "derivatives":
                        values["sealed"] = base64.b64decode(values["sealed"])
                    tables.setdefault(table, []).append(values)
                    failed += table == "failures"
        whole = len(ended) == len(result.batch.tasks)
        identity = result.batch.id if whole else _batch(ended, self._attempt).id
        new = bool(ended) and self.catalog.write(identity, tables, made_by=MADE_BY)
        result.close()
        self.reporter.add(items=len(ended), bytes=size, failed=failed)
        self.catalog.maybe_compact()
        return new


def _batch(tasks: list[Task], attempt: int) -> Batch:
    versions = {inspector.name: inspector.version for inspector in inspectors()}
    members = [
        f"{task.key} {' '.join(f'{name}-{versions[name]}' for name in task.payload['only'])} {task.payload['rescue']}"
        for task in tasks
    ]
    return Batch(batch_id(f"inspect1 {attempt}" if attempt else "inspect1", members), tasks)


def _ended_by_engine(outcome: Outcome) -> Iterator[Row]:
    """Rows for an inspector that crashed, hung or grew too large: the failure, and that it ended."""
    failure = outcome.failure
    if failure is None:
        return
    payload = outcome.task.payload
    culprit = failure.note.decode("utf-8", "replace")
    versions = {inspector.name: inspector.version for inspector in inspectors()} | dict([RESCUER])
    names = [culprit] if culprit in versions else payload["only"][:1]
    for name in names:
        made_by = {"sha256": payload["sha256"], "inspector": name, "version": versions[name]}
        yield {"inspections": {**made_by, "outcome": "failed", "seconds": round(outcome.seconds, 4)}}
        yield {
            "failures": inspect_failure(payload, name, versions[name], failure.cause, failure.detail)
            | {
                "seconds": round(failure.seconds, 2),
                "limit_seconds": failure.limit_seconds,
                "limit_megabytes": failure.limit_megabytes,
            }
        }
