"""Pass three: every parser once over every item that it accepts, and what its traces are filed under.

Unlike inspection, parsing is done once an item and not once a content: a database is read with the log beside it, and a
log's date may stand in its path. What is left to do is computed from the catalog, as in `inspecting.py`: an item waits as
long as a parser that accepts its type has neither a row of its own in `parses` nor stands in the item's `tried`.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from safelight.catalog.catalog import Catalog
from safelight.engine.model import Batch, BatchResult, Failure, Task
from safelight.engine.supervisor import Supervisor
from safelight.intake.hashing import MADE_BY
from safelight.intake.parse_child import ended_row, unpacked
from safelight.intake.parse_mappings import mapping_of, word
from safelight.intake.parse_upgrade import clear_unfinished, clearings
from safelight.intake.progress import Reporter
from safelight.intake.rows import Row, failure_row
from safelight.operation.settings import EngineSettings
from safelight.parsers.model import Parser
from safelight.parsers.run import Ended
from safelight.traces.ids import batch_id
from safelight.traces.moment import now_us
from safelight.traces.schema import TRACE_TABLES

#: Items of one batch, and their bytes: an item's rows are in memory while its batch is written.
BATCH_ITEMS = 100
BATCH_BYTES = 64 << 20
#: A larger item is parsed alone and its traces are written while it goes.
LARGE_BYTES = 32 << 20
#: Traces of a large item that are written together.
LARGE_ROWS = 100_000

#: Names in the same folder that a parser may ask for: those that begin with the item's own (`-wal`), and databases.
_WAITING = """
    with done as (
        select item_id, list(parser || '-' || version || coalesce('@' || mapping, '')) as ended,
               string_agg(tried, ' ') as tried
        from parses group by item_id
    ), here as (
        select item_id, source_id, exhibit, container, spec, path, name, size, mime, "type", sha256, state,
               left(path, length(path) - length(name)) as folder
        from items where kind in ('file', 'stream') and sha256 is not null and size > 0
          and source_id in (select unnest($available))
    ), wanted as (
        select here.*, done.ended, done.tried from here left join done using (item_id)
        where mime in (select unnest($mimes)) and {condition}
    ), near as (
        select w.item_id, list(struct_pack(name := s.name, spec := s.spec) order by s.state desc, s.spec desc) as beside
        from wanted w join here s on s.source_id = w.source_id and s.folder = w.folder and s.item_id <> w.item_id
          and s.container is not distinct from w.container
        where w."type" = 'database' and (starts_with(s.name, w.name) or s."type" = 'database')
        group by w.item_id
    )
    select w.item_id, w.source_id, w.exhibit, w.spec, w.path, w.name, w.size, w.mime, w."type", w.sha256,
           w.ended, w.tried, n.beside
    from wanted w left join near n using (item_id)
    order by w.source_id, w.path, w.item_id
"""
_COLUMNS = ("item_id", "source_id", "exhibit", "spec", "path", "name", "size", "mime", "group", "sha256")

_TRACES = [table.name for table in TRACE_TABLES]


@dataclass(slots=True)
class Parsing:
    """Pass three over what is at hand. `condition` is SQL on `here` that limits it to some items."""

    catalog: Catalog
    available: Sequence[str]
    settings: EngineSettings
    children: Supervisor
    reporter: Reporter
    parsers: Sequence[Parser]
    told: Mapping[str, Any] = field(default_factory=dict)
    condition: str = "true"
    given: Mapping[str, Any] = field(default_factory=dict)
    attempt: int = 0
    _known: int = 0

    def everything(self) -> None:
        """Goes round until nothing waits; each round ends every parser that it started, so it ends."""
        self._known = now_us()
        while self._round():
            pass

    def _round(self) -> bool:
        large: list[Task] = []
        worked = False
        for result in self.children.run(self._batches(large)):
            worked = self._commit(result) or worked
        for task in large:
            worked = self._alone(task) or worked
        return worked

    def _batches(self, large: list[Task]) -> Iterator[Batch]:
        tasks: list[Task] = []
        size = 0
        for task in self._waiting():
            if task.size >= LARGE_BYTES:
                large.append(task)
                continue
            tasks.append(task)
            size += task.size
            if len(tasks) >= BATCH_ITEMS or size >= BATCH_BYTES:
                yield Batch(self._id(tasks), tasks)
                tasks, size = [], 0
        if tasks:
            yield Batch(self._id(tasks), tasks)

    def _waiting(self) -> Iterator[Task]:
        told_text = orjson.dumps(dict(self.told)).decode() if self.told else ""
        with self.catalog.connect() as database:
            mimes = self._accepted(database.execute('select distinct mime, "type" from items').fetchall())
            given = {"available": list(self.available), "mimes": mimes, **self.given}
            found = database.execute(_WAITING.format(condition=self.condition), given)
            while rows := found.fetchmany(2000):
                for *values, ended, tried, beside in rows:
                    item = dict(zip(_COLUMNS, values, strict=True))
                    before = {*(ended or ()), *(tried or "").split()}
                    only = [
                        parser.name
                        for parser in self.parsers
                        if parser.accepts(item["mime"], item["group"], item["size"])
                        and word(parser) not in before
                    ]
                    if only:
                        payload = {
                            "do": "parse",
                            **item,
                            "beside": {one["name"]: one["spec"] for one in beside or ()},
                            "only": only,
                            "told": dict(self.told),
                            "told_text": told_text,
                        }
                        yield Task(item["item_id"], item["size"], payload)

    def _accepted(self, types: list[tuple[str, Any]]) -> list[str]:
        return sorted(
            {mime for mime, group in types if mime and any(p.accepts(mime, group, 1) for p in self.parsers)}
        )

    def _id(self, tasks: list[Task], cleared: int = 0) -> str:
        words = {parser.name: word(parser) for parser in self.parsers}
        members = [
            f"{task.key} {' '.join(words[name] for name in task.payload['only'])} {task.payload['told_text']}"
            for task in tasks
        ]
        members += [f"cleared {cleared}"] if cleared else []
        return batch_id(f"parse1 {self.attempt}" if self.attempt else "parse1", members)

    def _commit(self, result: BatchResult) -> bool:
        written = _Written(self._known)
        ended: list[Task] = []
        for outcome in result.outcomes():
            if any("left" in row for row in outcome.rows):
                continue  # its source went away meanwhile: it waits
            ended.append(outcome.task)
            for row in outcome.rows:
                written.take(row)
            self._close(written, outcome.task, outcome.failure)
        whole = len(ended) == len(result.batch.tasks)
        identity = result.batch.id if whole else self._id(ended)
        new = bool(ended) and self.catalog.write(identity, written.tables(), made_by=MADE_BY)
        result.close()
        size = sum(task.size for task in ended)
        self.reporter.add(items=len(ended), bytes=size, failed=len(written.rows["failures"]))
        self.catalog.maybe_compact()
        return new

    def _alone(self, task: Task) -> bool:
        """A large item: its traces are written as they come, cut at fixed counts, so that a resumed run makes the same
        batches and skips those that are there; its `parses` rows come last. What another run (other parsers, versions or
        options) left of it when it was cut off is taken out first.
        """
        identity = self._id([task], clearings(self.catalog))
        if not self.catalog.has(batch_id(f"{identity} part", ["0"])):
            clear_unfinished(self.catalog, task.key, task.payload["only"])
            identity = self._id([task], clearings(self.catalog))
        written = _Written(self._known)
        failure: Failure | None = None
        number = 0
        for row in self.children.stream(task):
            if isinstance(row, Failure):
                failure = row
            elif "left" in row:
                return False
            else:
                written.take(row)
                if written.traces >= LARGE_ROWS:
                    name = batch_id(f"{identity} part", [str(number)])
                    self.catalog.write(name, written.cut(), made_by=MADE_BY)
                    number += 1
                    self.catalog.maybe_compact()
        self._close(written, task, failure)
        new = self.catalog.write(identity, written.tables(), made_by=MADE_BY)
        self.reporter.add(items=1, bytes=task.size, failed=len(written.rows["failures"]))
        return new

    def _close(self, written: _Written, task: Task, failure: Failure | None) -> None:
        """The rows that say that this is done: the culprit of a death, or all that were tried."""
        payload = task.payload
        known = {parser.name: parser for parser in self.parsers}
        tried = payload["only"]
        if failure is not None:
            note = failure.note.decode("utf-8", "replace")
            culprit = known[note if note in known else payload["only"][0]]
            ended = Ended(
                culprit.name,
                culprit.version,
                mapping=mapping_of(culprit),
                outcome="failed",
                seconds=failure.seconds,
            )
            written.rows["parses"].append(ended_row(payload, ended))
            written.rows["failures"].append(
                failure_row(
                    stage="parse",
                    inspector=culprit.name,
                    cause=failure.cause,
                    detail=failure.detail,
                    source_id=payload["source_id"],
                    item=payload["item_id"],
                    sha256=payload["sha256"],
                    place=payload["path"],
                    version=culprit.version,
                    seconds=round(failure.seconds, 2),
                    limit_seconds=failure.limit_seconds,
                    limit_megabytes=failure.limit_megabytes,
                )
            )
            tried = [culprit.name]
        written.rows["parses"].append(
            {
                "item_id": payload["item_id"],
                "source_id": payload["source_id"],
                "parser": "",
                "tried": " ".join(word(known[name]) for name in tried),
                "options": payload["told_text"],
            }
        )


class _Written:
    """Rows of one batch by table: dictionaries of failures and ends, Arrow tables of traces."""

    def __init__(self, known_us: int) -> None:
        self.rows: dict[str, list[Any]] = {"failures": [], "parses": [], **{name: [] for name in _TRACES}}
        self.traces = 0
        self._known = pa.scalar(known_us, pa.timestamp("us", "UTC"))

    def take(self, row: Row) -> None:
        if "arrow" in row:
            table = unpacked(row["arrow"])
            self.traces += len(table)
            self.rows[row["table"]].append(table)
        else:
            for name, values in row.items():
                self.rows[name].append(values)

    def cut(self) -> dict[str, Any]:
        """The trace tables so far, which are then no longer here."""
        found = self._trace_tables()
        for name in _TRACES:
            self.rows[name] = []
        self.traces = 0
        return found

    def tables(self) -> dict[str, Any]:
        """Everything that is here, by table."""
        return {"failures": self.rows["failures"], "parses": self.rows["parses"], **self._trace_tables()}

    def _trace_tables(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name in _TRACES:
            if self.rows[name]:
                table = pa.concat_tables(self.rows[name])
                found[name] = table.append_column("first_known", pa.repeat(self._known, len(table)))
        return found


def clear_scratch(folder: Path) -> Path:
    """The folder for copies that parsers make, empty: what a child that was killed left there goes."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700, exist_ok=True)
    return folder
