"""Files that no reader needs any more are swept; files that readers rely on are verified."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from safelight.catalog.parts import TEMPORARY
from safelight.catalog.schema import TABLES
from safelight.catalog.snapshot import Part

if TYPE_CHECKING:
    from safelight.catalog.catalog import Catalog

GRACE_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Swept:
    """Files removed: left by writers that died, and replaced parts whose grace period is over."""

    orphans: int
    replaced: int


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that `verify` found: where (`items/b1-....parquet` or `journal`) and what, in one
    sentence.
    """

    place: str
    what: str


def sweep(catalog: Catalog, *, grace_seconds: float, alone: bool) -> Swept:
    """See `Catalog.sweep`."""
    outlived = catalog.journal.outlived(int(grace_seconds * 1_000_000))
    for key in outlived:
        catalog.disk.remove(catalog.parts / key.table / key.name)
    if outlived:
        catalog.journal.mark_deleted(outlived)
    before = time.time() - (0 if alone else grace_seconds)
    orphans = 0
    with catalog.journal.writers_wait() as connection:
        for table in TABLES:
            known = catalog.journal.known_names(connection, table)
            for path in _files(catalog.parts / table):
                if path.name not in known and (path.suffix != TEMPORARY or _older(path, before)):
                    catalog.disk.remove(path)
                    orphans += 1
    for folder in _files(catalog.spill):
        if all(_older(path, before) for path in (folder, *_files(folder))):  # a long sort still writes there
            shutil.rmtree(folder, ignore_errors=True)
    return Swept(orphans, len(outlived))


def _files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _older(path: Path, moment: float) -> bool:
    try:
        return path.stat().st_mtime <= moment
    except FileNotFoundError:
        return False


def verify(catalog: Catalog, progress: Callable[[int, int], None] | None) -> list[Problem]:
    """See `Catalog.verify`."""
    problems: list[Problem] = []
    broken = catalog.journal.first_break()
    if broken is not None:
        problems.append(Problem("journal", broken))
    live = [part for parts in catalog.snapshot().parts.values() for part in parts]
    total, done = sum(part.bytes for part in live), 0
    for part in live:
        found = _problem(catalog.parts / part.table / part.name, part)
        if found is not None:
            problems.append(Problem(str(part.key), found))
        done += part.bytes
        if progress is not None:
            progress(done, total)
    return problems


def _problem(path: Path, part: Part) -> str | None:
    try:
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != part.sha256:
                return "its bytes are not those that were committed"
        with pq.ParquetFile(path) as parquet:
            rows = parquet.metadata.num_rows
    except FileNotFoundError:
        return "the file is not there"
    except (OSError, pa.ArrowException) as error:
        return f"the file cannot be read: {error}"
    return None if rows == part.rows else f"it has {rows} rows where {part.rows} were committed"
