"""Backup of a whole operation while an intake runs, and its restoration.

Order is what makes it consistent. While the ledger's writers wait (a moment: two small databases), ledger,
`head.log` and journal are copied by SQLite's online backup: no item then lacks its registered source, and no
run names a journal head that the copy lacks. Parts never change, so they are copied afterwards, those that
the copied journal calls live; if one's grace period ended meanwhile, the databases are copied once more and
only what is missing follows.

A ledger in PostgreSQL is copied into a file of SQLite, row by row, so that a backup is always whole by itself.

Every file is copied, not hard-linked: a link would share the fate of the original's disk blocks. The
manifest, written last, holds size and SHA-256 of each file; a folder without it is no backup.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

import orjson
import sqlalchemy as sa

from safelight.catalog.journal import Journal
from safelight.errors import AlreadyExists, BadInput, DiskFull, IntegrityBroken
from safelight.ledger import projections
from safelight.ledger.head import Head, parse_head
from safelight.ledger.ledger import Ledger
from safelight.ledger.place import check_place
from safelight.ledger.store import create_store
from safelight.ledger.tables import ENTRIES, PAYLOADS
from safelight.ledger.verify import verify
from safelight.operation.folder import OperationFolder
from safelight.traces.moment import iso_utc, now_us

MANIFEST: Final = "backup.json"
_FORMAT: Final = "safelight.backup.1"
_CHUNK: Final = 1 << 20
_ROUNDS: Final = 20
_ROWS: Final = 5_000

#: Called with bytes done and bytes in all (which may grow).
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Backup:
    """What was written or restored. `head` is the ledger's head in it, `size` the bytes of all files."""

    folder: Path
    head: Head
    files: int
    size: int


def backup(folder: OperationFolder, destination: Path, progress: Progress | None = None) -> Backup:
    """Write a backup into `destination`, which must be new or empty. Raises AlreadyExists, DiskFull."""
    _make_empty(destination)
    with _disk_full(destination):
        files: dict[str, dict[str, Any]] = {}
        head, live = Head(0, b""), list[str]()
        for _ in range(_ROUNDS):
            head, live = _copy_databases(folder, destination, files)
            if _copy_parts(folder, destination, live, files, progress):
                break
        else:
            raise BadInput(
                "Parts of the catalog keep vanishing.", "Run `safelight verify`, then repeat the backup."
            )
        for name in [name for name in files if name.startswith("catalog/parts/") and name not in live]:
            (destination / name).unlink()
            del files[name]
        for name in _others(folder):
            _copy_if_there(folder.root / name, destination / name, name, files)
        manifest = {
            "format": _FORMAT,
            "made_at": iso_utc(now_us()),
            "head": str(head),
            "files": dict(sorted(files.items())),
        }
        _write(destination / MANIFEST, orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
    return Backup(destination, head, len(files), sum(entry["size"] for entry in files.values()))


def restore(source: Path, new_folder: Path, progress: Progress | None = None) -> Backup:
    """Make an operation's folder from a backup; every byte is compared with the manifest, then the chain is
    verified.

    The folder appears whole or not at all. Raises BadInput, IntegrityBroken, AlreadyExists, UnsafePlace,
    DiskFull.
    """
    head, files = _read_manifest(source)
    check_place(new_folder)
    if new_folder.exists() and (not new_folder.is_dir() or any(new_folder.iterdir())):
        raise AlreadyExists(f"{new_folder} exists already.", "Name a folder that does not exist.")
    half = new_folder.with_name(f"{new_folder.name}.restoring")
    _make_empty(half)
    try:
        head, total = _fill(source, half, head, files, progress)
        half.replace(new_folder)
    except BaseException:
        shutil.rmtree(half, ignore_errors=True)
        raise
    _sync_folder(new_folder.parent)
    return Backup(new_folder, head, len(files), total)


def _fill(
    source: Path, half: Path, head: Head, files: dict[str, tuple[int, str]], progress: Progress | None
) -> tuple[Head, int]:
    """Copy and compare every file, then verify the chain; returns its head and the bytes copied."""
    OperationFolder(half).make()
    total, done = sum(size for size, _ in files.values()), 0
    with _disk_full(half):
        for name, (size, sha256) in files.items():
            try:
                found = _copy(source / name, half / name)
            except FileNotFoundError as error:
                raise IntegrityBroken(f"The backup lacks {name}.", "Use another backup.") from error
            if found != (size, sha256):
                raise IntegrityBroken(
                    f"{name} in the backup is not what was backed up.", "Use another backup."
                )
            done += size
            if progress is not None:
                progress(done, total)
    with Ledger.open(OperationFolder(half)) as ledger:
        report = verify(ledger, head)
    if not report.ok:
        raise IntegrityBroken(f"The backup's ledger does not hold: {report.reason}.", "Use another backup.")
    return report.head, total


def _copy_databases(
    folder: OperationFolder, destination: Path, files: dict[str, dict[str, Any]]
) -> tuple[Head, list[str]]:
    """Copy ledger, head log and journal at one moment; returns the head and the names of the live parts."""
    with Ledger.open(folder) as ledger, ledger.writing() as held:
        if ledger.store.sqlite:
            _copy_database(folder, folder.ledger, destination, files)
        else:
            _copy_chain(held.connection, destination / _name(folder, folder.ledger))
        _copy_if_there(
            folder.head_log,
            destination / _name(folder, folder.head_log),
            _name(folder, folder.head_log),
            files,
        )
        if folder.journal.exists():
            _copy_database(folder, folder.journal, destination, files)
    with Ledger.open(OperationFolder(destination)) as copied:
        head = copied.head()
    live: list[str] = []
    copy = destination / _name(folder, folder.journal)
    if copy.exists():
        with closing(Journal(sa.URL.create("sqlite", database=str(copy)).render_as_string())) as journal:
            parts = journal.snapshot().parts
        live = [
            _name(folder, folder.parts / part.table / part.name) for rows in parts.values() for part in rows
        ]
    for database in (folder.ledger, folder.journal):
        copied_to = destination / _name(folder, database)
        _forget_side_files(copied_to)
        if copied_to.exists():
            files[_name(folder, database)] = _hashed(copied_to)
    return head, live


def _copy_database(folder: OperationFolder, database: Path, destination: Path, files: dict[str, Any]) -> None:
    target = destination / _name(folder, database)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _forget_side_files(target)
    target.unlink(missing_ok=True)
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with closing(sqlite3.connect(database)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)
    files[_name(folder, database)] = {}


def _copy_chain(source: sa.Connection, target: Path) -> None:
    """A ledger in PostgreSQL becomes one in a file: restored, the operation is embedded and needs no server."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _forget_side_files(target)
    target.unlink(missing_ok=True)
    store = create_store(target)
    try:
        with store.writing() as copy:
            for table in (ENTRIES, PAYLOADS):
                after = 0
                while rows := source.execute(
                    sa.select(table).where(table.c.seq > after).order_by(table.c.seq).limit(_ROWS)
                ).all():
                    copy.execute(table.insert(), [dict(row._mapping) for row in rows])
                    after = rows[-1].seq
            projections.rebuild(copy)
    finally:
        store.close()


def _forget_side_files(database: Path) -> None:
    """Fold the write-ahead log into the database, so that one file is the whole of it."""
    if database.exists():
        with closing(sqlite3.connect(database)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE").close()
        with database.open("rb") as file:
            os.fsync(file.fileno())


def _copy_parts(
    folder: OperationFolder,
    destination: Path,
    live: list[str],
    files: dict[str, dict[str, Any]],
    progress: Progress | None,
) -> bool:
    """Copy the parts that are not there yet; False if one is gone and the databases must be copied again."""
    complete = True
    missing = [name for name in live if name not in files]
    for done, name in enumerate(missing, 1):
        complete &= _copy_if_there(folder.root / name, destination / name, name, files)
        if progress is not None:
            progress(done, len(missing))
    return complete


def _others(folder: OperationFolder) -> Iterator[str]:
    yield _name(folder, folder.settings)
    for place in (folder.keys, folder.known):
        for path in sorted(place.rglob("*")) if place.is_dir() else []:
            if path.is_file() and not path.is_symlink() and not path.name.startswith("."):
                yield _name(folder, path)


def _copy_if_there(path: Path, target: Path, name: str, files: dict[str, dict[str, Any]]) -> bool:
    try:
        size, sha256 = _copy(path, target)
    except FileNotFoundError:
        target.unlink(missing_ok=True)
        return False
    files[name] = {"size": size, "sha256": sha256}
    return True


def _copy(path: Path, target: Path) -> tuple[int, str]:
    """Copy and sync one file; returns its size and SHA-256, from the bytes that were written."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as source:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as copy:
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
                copy.write(chunk)
            copy.flush()
            os.fsync(copy.fileno())
    return size, digest.hexdigest()


def _hashed(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return {"sha256": hashlib.file_digest(file, "sha256").hexdigest(), "size": path.stat().st_size}


def _read_manifest(source: Path) -> tuple[Head, dict[str, tuple[int, str]]]:
    path = source / MANIFEST
    try:
        manifest = orjson.loads(path.read_bytes())
        if manifest["format"] != _FORMAT:
            raise BadInput(f"{path} was made by a newer version.", "Install that version.")
        files = {
            name: (int(entry["size"]), str(entry["sha256"])) for name, entry in manifest["files"].items()
        }
        head = parse_head(manifest["head"])
    except FileNotFoundError as error:
        raise BadInput(
            f"{source} holds no complete backup.", "Name the folder that `safelight backup` wrote."
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(f"{path} is damaged: {error!r}.", "Use another backup.") from error
    for name in files:
        pure = PurePosixPath(name)
        if pure.is_absolute() or ".." in pure.parts or "\x00" in name or not pure.parts:
            raise BadInput(
                f"{path} names {name!r}, which would lie outside the folder.", "Use another backup."
            )
    return head, files


def _name(folder: OperationFolder, path: Path) -> str:
    return path.relative_to(folder.root).as_posix()


def _make_empty(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise AlreadyExists(f"{folder} is not empty.", "Name a new folder, or remove it.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)


def _write(path: Path, data: bytes) -> None:
    half = path.with_name(f"{path.name}.half")
    with half.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _disk_full(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise DiskFull(
            f"The disk of {place} is full.", "Make room, remove the half-written folder, repeat."
        ) from error
    except sqlite3.OperationalError as error:
        if "full" not in str(error):
            raise
        raise DiskFull(
            f"The disk of {place} is full.", "Make room, remove the half-written folder, repeat."
        ) from error
