"""Crash-safe writing, in this one place. What it promises, and what it does not:

- A file appears under its final name whole or not at all: it is written under a temporary name, synced
  (`fsync`), renamed (atomic within one file system), and then the folder is synced, so that the name survives
  a power cut too.
- A new folder survives once its parent was synced.
- Removal is not synced: after a power cut a removed file may be back. Whoever removes must be able to remove
  again.
- The promise is as good as the file system and the disk: both must honour `fsync` (a disk that lies about its
  cache, or a file system mounted without barriers, breaks it). Network file systems may delay errors until
  `close`; it is checked too.
- A failed `fsync` is final for that file (Linux drops the dirty pages): the file is thrown away, never synced
  again.

The few operations are methods of `Disk`, so that a test can record them and replay every possible power cut.
Own code because the two common libraries (atomicwrites, python-atomicwrites forks) are abandoned and sync no
hash.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from safelight.errors import DiskFull
from safelight.operation.space import says_full


class Disk:
    """The file operations that durability rests on."""

    def create(self, path: Path) -> int:
        """A new file to write, readable by the owner alone. Raises FileExistsError."""
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)

    def write(self, descriptor: int, data: bytes | memoryview) -> None:
        """Write all of `data`."""
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]

    def sync(self, descriptor: int) -> None:
        """Return when the file's bytes are on the disk."""
        os.fsync(descriptor)

    def rename(self, source: Path, target: Path) -> None:
        """Atomically give `source` the name `target`, replacing what had it."""
        source.replace(target)

    def sync_folder(self, folder: Path) -> None:
        """Return when the names in `folder` are on the disk."""
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def remove(self, path: Path) -> None:
        """Remove a file that may be gone already."""
        path.unlink(missing_ok=True)

    def make_folder(self, folder: Path) -> None:
        """Make a folder (0700) and its parents, each one's name synced."""
        if folder.is_dir():
            return
        self.make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        self.sync_folder(folder.parent)


class NewFile:
    """A file under a temporary name that hashes what is written to it; a binary file object for writers.

    Leave the `with` block after `finish()` and the file is whole and synced under `temporary`; leave it any
    other way and the file is removed. The caller then renames it (`Disk.rename`) and syncs the folder.
    """

    def __init__(self, temporary: Path, disk: Disk) -> None:
        self.temporary = temporary
        self.bytes = 0
        self.closed = False
        self._disk = disk
        self._digest = hashlib.sha256()
        self._finished = False
        self._descriptor = disk.create(temporary)

    @property
    def sha256(self) -> str:
        """Of what was written so far."""
        return self._digest.hexdigest()

    def write(self, data: bytes | memoryview) -> int:
        """Append; returns the number of bytes taken, always all."""
        self._disk.write(self._descriptor, data)
        self._digest.update(data)
        size = memoryview(data).nbytes
        self.bytes += size
        return size

    def tell(self) -> int:
        return self.bytes

    def flush(self) -> None:
        """Nothing is buffered here."""

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False

    def close(self) -> None:
        """Writers close what they are given; the descriptor is closed when the block is left."""

    def finish(self) -> None:
        """Sync the bytes. Raises OSError; then the file is removed."""
        self._disk.sync(self._descriptor)
        self._finished = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            os.close(self._descriptor)
        except OSError:
            self._finished = False
            raise
        finally:
            self.closed = True
            if kind is not None or not self._finished:
                self._disk.remove(self.temporary)


@contextmanager
def full_disk_is_told(what: str) -> Iterator[None]:
    """Turn "no space left" from the system, SQLite, PostgreSQL or DuckDB into DiskFull; other errors pass as
    they are. `what`: the folder that is written.
    """
    try:
        yield
    except DiskFull:
        raise
    except Exception as error:
        if says_full(error, Path(what)):
            raise DiskFull(
                f"The disk is full ({what}).",
                "Make room and give the same command again: it goes on where it stopped.",
            ) from error
        raise
