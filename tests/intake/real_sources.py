"""Public real data taken in once a session: what was there before, the operation, and its rows as tests ask for them."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from safelight.ledger import sources
from safelight.ledger.ledger import Ledger
from safelight.operation.folder import OperationFolder
from tests.intake.operations import Operation

#: Folders of the real data, each one source.
FOLDERS = ("dfvfs", "plaso_images", "sleuthkit_nps", "dftt", "skimage", "malformed")

#: Images taken in as sources of their own, under a second exhibit: new name -> file of the real data.
ALONE = {
    "nps.E01": "sleuthkit_nps/image.E01",
    "mmls.E01": "sleuthkit_nps/imageformat_mmls_1.E01",
    "plaso.E01": "plaso_images/image.E01",
    "split.E01": "plaso_images/image-split.E01",
}
ALONE_EXHIBIT = "2016-0142-B2"

#: 2001-09-09, long before every other time: where access times are kept at all, a read moves this one.
LONG_AGO = 1_000_000_000

Row = dict[str, Any]


@dataclass(frozen=True)
class Stamp:
    """Everything about a file that must be as it was."""

    digest: str
    size: int
    mode: int
    modified: int
    changed: int
    accessed: int


def stamps(folder: Path) -> dict[str, Stamp]:
    """`folder`, and files and folders below it. Looks and reads without moving an access time."""
    return dict(sorted(_stamps(folder, "")))


def _stamps(path: Path, name: str) -> Iterator[tuple[str, Stamp]]:
    status = path.lstat()
    descriptor = os.open(path, os.O_RDONLY | os.O_NOATIME)
    digest = ""
    try:
        if path.is_dir():
            for below in os.listdir(descriptor):  # noqa: PTH208 - by descriptor, so that no time moves
                yield from _stamps(path / below, f"{name}/{below}")
        else:
            with os.fdopen(descriptor, "rb", closefd=False) as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
    finally:
        os.close(descriptor)
    times = status.st_mtime_ns, status.st_ctime_ns, status.st_atime_ns
    yield name, Stamp(digest, status.st_size, status.st_mode, *times)


def age(folder: Path) -> None:
    """Set every access time below `folder` (and its own) to `LONG_AGO`."""
    for path in [*folder.rglob("*"), folder]:
        os.utime(path, ns=(LONG_AGO * 10**9, path.stat().st_mtime_ns), follow_symlinks=False)


@dataclass
class Taken:
    """Sources that were taken in, and the operation that they are in."""

    operation: Operation
    folder: Path
    before: dict[str, Stamp]
    labels: dict[str, str] = field(default_factory=dict)
    """label -> source id"""

    def query(self, text: str, *values: Any) -> list[tuple[Any, ...]]:
        with self.operation.database() as database:
            return database.execute(text, list(values)).fetchall()

    def items(self, source: str, below: str = "") -> dict[str, Row]:
        """Items of a source by path; with `below`, those whose path goes on behind it (which is cut off)."""
        columns = (
            "path, kind, state, overwritten, size, sha256, sha1, md5, mime, type, opens_as, failed, spec"
        )
        query = (
            f"select {columns} from items where source_id = ? and starts_with(path, ?) order by path, item_id"
        )
        names = columns.split(", ")
        rows = [dict(zip(names, row, strict=True)) for row in self.query(query, self.labels[source], below)]
        found = {row["path"].removeprefix(below): row for row in rows}
        assert len(found) == len(rows), "a path stands for two items"
        return found

    def failures(self, *sources: str) -> list[tuple[str, ...]]:
        """(source, place, stage, inspector, cause) of the sources, sorted."""
        names = {self.labels[label]: label for label in sources}
        rows = self.query("select source_id, place, stage, inspector, cause from failures")
        return sorted((names[row[0]], *row[1:]) for row in rows if row[0] in names)


def take_in(realdata: Path, place: Path) -> Taken:
    """Copy the real data below `place` and take it all in."""
    folder = place / "sources"
    for name in FOLDERS:
        shutil.copytree(realdata / name, folder / name)
    (folder / "alone").mkdir()
    for name, original in ALONE.items():
        shutil.copy2(realdata / original, folder / "alone" / name)
    shutil.copy2(realdata / "plaso_images/image-split.E02", folder / "alone" / "split.E02")
    age(folder)
    before = stamps(folder)
    operation = Operation(place / "operation").make()
    operation.run(
        "exhibit", "add", str(operation.root), "--id", ALONE_EXHIBIT, "--label", "Disks", "--seized", "2016-01-12",
        "--legal-basis", "strpl. § 203", "--officer", "K. Berg",
    )  # fmt: skip
    operation.ingest(*(folder / name for name in FOLDERS))
    operation.ingest(*(folder / "alone" / name for name in ALONE), exhibit=ALONE_EXHIBIT)
    with Ledger.open(OperationFolder(operation.root)) as ledger:
        labels = {source.label: source.id for source in sources.every(ledger)}
    return Taken(operation, folder, before, labels)
