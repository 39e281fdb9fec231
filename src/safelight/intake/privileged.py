"""What is privileged leaves every file of the operation but one, which only the named reviewer can read.

The rows are written into `privileged/<entry>-<n>.age`, encrypted to the reviewer's key, and taken out of the catalog; what
people wrote about them (marks, notes, translations) goes with them and is erased from the ledger. Replaced parts are
removed at once, the full-text index is thrown away (Tantivy keeps deleted words on disk until segments merge)
and made anew, what a weighing of accounts left behind is thrown away, the spool is emptied. Each run does the same again
before anything is derived, since a newer parser may find the rows once more. Killed at any moment, the next call goes
on. The evidence itself is never changed: the bytes of files in which something is held are opened for nobody.
"""

from __future__ import annotations

import io
import os
import shutil
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
from duckdb import DuckDBPyConnection

from safelight.analyse.same import join_copies
from safelight.analyse.search_index import bring_up
from safelight.catalog.catalog import Catalog
from safelight.errors import NotFound, Refused
from safelight.intake.lock import run_lock
from safelight.intake.privileged_rows import OF_TRACES, Rows, keys_of, rows_of
from safelight.ledger import kinds, marks, notes, privileged, rights
from safelight.ledger.erase import erase
from safelight.ledger.ledger import Ledger
from safelight.ledger.marks import Mark
from safelight.ledger.privileged import Hold
from safelight.operation.age import decrypting, encrypting, recipient
from safelight.operation.folder import OperationFolder

_STAGE: Final = "privileged "
_ROWS: Final = 20_000
#: Ids that the ledger is asked about at once.
_ASKED: Final = 500
#: What people wrote about what is held, beside the tables of the catalog.
WRITTEN: Final = "written"
_OF_MARKS: Final = pa.schema(
    [
        ("seq", pa.int64()), ("kind", pa.string()), ("traces", pa.list_(pa.string())), ("text", pa.string()),
        ("language", pa.string()), ("reason", pa.string()), ("actor", pa.string()), ("recorded_at", pa.int64()),
    ]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Done:
    """What was done about one hold: rows taken out by table, items whose bytes are closed."""

    hold: Hold
    rows: Mapping[str, int]
    closed: int


def hold(
    folder: OperationFolder,
    what: str,
    ids: list[str],
    *,
    reviewer: str,
    recipient_key: str,
    reason: str,
    actor: str,
) -> Done:
    """Hold items, conversations or accounts for a reviewer, and take them out everywhere before this returns.

    Raises Refused, Locked if a run is at work, DiskFull.
    """
    recipient(recipient_key)
    with run_lock(folder.lock), Ledger.open(folder) as ledger, Catalog.at(folder) as catalog:
        entry = privileged.hold(
            ledger, what, ids, reviewer=reviewer, recipient=recipient_key, reason=reason, actor=actor
        )
        done = apply(folder, catalog, ledger, actor=actor)
        _renew(folder, catalog, ledger)
    return next(one for one in done if one.hold.seq == entry.seq)


def apply(folder: OperationFolder, catalog: Catalog, ledger: Ledger, *, actor: str) -> list[Done]:
    """Take out what every hold covers. The caller holds the run lock and brings the index up afterwards."""
    holds = [one for one in privileged.every(ledger) if one.ended != "released"]
    # A weighing of accounts under way would write of what it read before.
    with catalog.journal.exclusive("identities", wait=True):
        done = [_apply(folder, catalog, ledger, one, actor) for one in holds]
    if holds:
        catalog.sweep(grace_seconds=0)
        for left in folder.spool.iterdir() if folder.spool.is_dir() else []:
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            elif left.name != "progress.json":
                left.unlink(missing_ok=True)
    return done


def review(
    folder: OperationFolder, seq: int, keys: Sequence[Any], *, actor: str
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every row that is held, with its table, for the reviewer alone; `written` is what people wrote about them.

    `keys`: the reviewer's age identities. Raises NotFound, Refused, BadInput.
    """
    with Ledger.open(folder) as ledger:
        one = privileged.find(ledger, seq)
        if actor != one.reviewer or not rights.holds(ledger, actor, rights.PRIVILEGED):
            raise NotFound(f"Entry {seq} holds nothing.", "See `safelight privileged list`.")
    for table, rows in _unsealed(folder, one, keys):
        for row in rows.to_pylist():
            yield table, {name: value for name, value in row.items() if value is not None}


def release(folder: OperationFolder, seq: int, keys: Sequence[Any], *, reason: str, actor: str) -> int:
    """Put what was held back where it was; gives the rows. What people wrote is written anew, in the reviewer's name.

    Raises NotFound, Refused, BadInput, Locked, DiskFull.
    """
    with run_lock(folder.lock), Ledger.open(folder) as ledger, Catalog.at(folder) as catalog:
        one = privileged.find(ledger, seq)
        if one.ended or actor != one.reviewer:
            privileged.end(ledger, seq, "released", reason=reason, actor=actor)  # says why not
        times, rows = len(catalog.finished(f"{_STAGE}{seq}")), 0
        for number, (table, found) in enumerate(_unsealed(folder, one, keys)):
            if table == WRITTEN:
                _write_anew(ledger, found, actor)
                continue
            made_by = {"stage": f"released {seq}", "version": "1"}
            catalog.write(f"h1-{seq}-{times}-back-{number}", {table: found}, made_by=made_by)
            rows += found.num_rows
        privileged.end(ledger, seq, "released", reason=reason, actor=actor)
        _remove(folder, seq)
        _renew(folder, catalog, ledger)
    return rows


def destroy(folder: OperationFolder, seq: int, *, reason: str, actor: str) -> None:
    """Delete what was held; it stays out of every later run too. Raises NotFound, Refused, Locked."""
    with run_lock(folder.lock), Ledger.open(folder) as ledger:
        privileged.end(ledger, seq, "destroyed", reason=reason, actor=actor)
        _remove(folder, seq)


def _apply(folder: OperationFolder, catalog: Catalog, ledger: Ledger, one: Hold, actor: str) -> Done:
    if one.ended == "destroyed":
        _remove(folder, one.seq)
    with catalog.connect() as db:
        found = rows_of(db, one)
        if not found.keys:
            if not one.applied:
                privileged.applied(ledger, one.seq, rows=0, closed=found.closed, actor=actor)
            return Done(one, {}, 0)
        counts = _counts(db, found)
        written = _written(ledger, found)
        if not one.ended:
            _seal(folder, db, one, found, written)
    # The bytes are closed, and the index and what the last weighing of accounts left behind are gone, before the rows are:
    # whoever dies in between leaves nothing open.
    privileged.applied(ledger, one.seq, rows=sum(counts.values()), closed=found.closed, actor=actor)
    for derived in (folder.index, folder.identities):
        shutil.rmtree(derived, ignore_errors=True)
    if written:
        why = f"hold {one.seq}: {one.reason}"
        erase(
            ledger,
            [each.seq for each in written],
            actor=actor,
            purpose=why,
            authorisation=why,
            reason="privileged",
        )
    times = len(catalog.finished(f"{_STAGE}{one.seq}"))
    made_by = {"stage": f"{_STAGE}{one.seq}", "version": "1"}
    catalog.supersede(f"h1-{one.seq}-{times}", found.keys, made_by=made_by)
    return Done(one, counts, len(found.closed))


def _renew(folder: OperationFolder, catalog: Catalog, ledger: Ledger) -> None:
    join_copies(catalog, ledger)
    catalog.sweep(grace_seconds=0)
    bring_up(folder, rebuild=True)


def _counts(db: DuckDBPyConnection, found: Rows) -> dict[str, int]:
    counts: dict[str, int] = {}
    for table in found.keys:
        row = db.sql(f"select count(*) from ({_matching(db, table, found)})").fetchall()
        counts[table] = int(row[0][0])
    return counts


def _matching(db: DuckDBPyConnection, table: str, found: Rows) -> str:
    keys = found.keys[table]
    db.register(f"keys_of_{table}", keys)
    same = " and ".join(f"t.{name} is not distinct from k.{name}" for name in keys.column_names)
    return f"select t.* from {table} t semi join keys_of_{table} k on {same}"


def _sealed(folder: OperationFolder, seq: int) -> list[Path]:
    """The files of a hold, the newest first: each time that more of it was found made another one."""
    found = [(int(path.stem.partition("-")[2]), path) for path in folder.privileged.glob(f"{seq}-*.age")]
    return [path for _number, path in sorted(found, reverse=True)]


def _remove(folder: OperationFolder, seq: int) -> None:
    for path in _sealed(folder, seq):
        path.unlink()


def _written(ledger: Ledger, found: Rows) -> list[Mark]:
    """What people wrote about any of these traces or items and is not erased."""
    ids: set[str] = set()
    for table, keys in found.keys.items():
        name = "trace_id" if table in OF_TRACES else "item_id" if table == "items" else ""
        ids.update(keys.column(name).to_pylist() if name else ())
    said: dict[int, Mark] = {}
    every = sorted(ids)
    for start in range(0, len(every), _ASKED):
        said.update((each.seq, each) for each in marks.about(ledger, every[start : start + _ASKED]))
    return [said[seq] for seq in sorted(said) if said[seq].text is not None]


def _write_anew(ledger: Ledger, found: pa.Table, actor: str) -> None:
    """Under whose name it stood is said in the text; the entries themselves were erased."""
    for row in found.to_pylist():
        by, traces = row["actor"], row["traces"]
        if row["kind"] == kinds.TRANSLATION_WRITTEN.name:
            marks.translate(
                ledger, traces, row["text"], language=row["language"], translator=row["reason"], actor=actor
            )
        elif row["kind"] == kinds.TRACE_MARKED.name:
            marks.mark(ledger, traces, row["text"], reason=f"{row['reason']} ({by})".strip(), actor=actor)
        else:
            notes.write(ledger, traces, f"{row['text']} ({by})", actor=actor)


def _seal(
    folder: OperationFolder, db: DuckDBPyConnection, one: Hold, found: Rows, written: Sequence[Mark]
) -> None:
    """Write the rows for the reviewer: a tar of Parquet files inside age. Nothing of it touches the disk in the clear."""
    folder.privileged.mkdir(mode=0o700, exist_ok=True)
    before = _sealed(folder, one.seq)
    number = int(before[0].stem.partition("-")[2]) + 1 if before else 1
    path = folder.privileged / f"{one.seq}-{number}.age"
    half = path.with_suffix(".half")
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        with (
            encrypting(out, [one.recipient]) as plain,
            tarfile.open(fileobj=plain, mode="w|", format=tarfile.PAX_FORMAT) as tar,
        ):
            for table in sorted(found.keys):
                batches = db.sql(_matching(db, table, found)).to_arrow_reader(_ROWS)
                for at, batch in enumerate(batches):
                    _add(tar, f"{table}-{at}.parquet", pa.Table.from_batches([batch]))
            if written:
                rows = [{name: getattr(each, name) for name in _OF_MARKS.names} for each in written]
                _add(tar, f"{WRITTEN}-0.parquet", pa.Table.from_pylist(rows, _OF_MARKS))
        out.flush()
        os.fsync(out.fileno())
    half.replace(path)


def _add(tar: tarfile.TarFile, name: str, rows: pa.Table) -> None:
    buffer = io.BytesIO()
    pq.write_table(rows, buffer)
    info = tarfile.TarInfo(name)
    info.size = buffer.tell()
    buffer.seek(0)
    tar.addfile(info, buffer)


def _unsealed(folder: OperationFolder, one: Hold, keys: Sequence[Any]) -> Iterator[tuple[str, pa.Table]]:
    """Rows by table, each once: what a newer run found again stands in the newer file alone."""
    paths = _sealed(folder, one.seq)
    if one.ended or not paths:
        raise Refused(
            f"There is nothing behind the hold {one.seq}: {one.ended or 'it covers no row'}.",
            "See `safelight privileged list`.",
        )
    seen: dict[str, set[tuple[Any, ...]]] = {}
    for path in paths:
        here: dict[str, set[tuple[Any, ...]]] = {}
        with (
            path.open("rb") as source,
            decrypting(source, keys) as plain,
            tarfile.open(fileobj=plain, mode="r|") as tar,
        ):
            for member in tar:
                stream = tar.extractfile(member)
                if stream is None:
                    continue
                table = member.name.rpartition("-")[0]
                rows = pq.read_table(io.BytesIO(stream.read()))
                columns = ("seq",) if table == WRITTEN else keys_of(table)
                ids = list(zip(*(rows.column(name).to_pylist() for name in columns), strict=True))
                before = seen.get(table, set())
                here.setdefault(table, set()).update(ids)
                yield table, rows.filter(pa.array([each not in before for each in ids], pa.bool_()))
        for table, ids_ in here.items():
            seen.setdefault(table, set()).update(ids_)
