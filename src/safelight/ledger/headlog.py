"""`ledger/head.log`: the head after each commit, in a second file, so that a ledger cut short does not go
unnoticed.

One line a transaction, `<seq> <hash, hexadecimal>`, in commit order (`flock` on the file itself). It is written after
the commit is on the disk and so never leads: a line whose entry is not in the ledger means that entries were lost.

A line is with the kernel when the commit returns, which a killed process cannot undo; it is synced when a block of
`BLOCK` bytes is full, and when the ledger is closed (decision 0012). A power cut may therefore cost the lines of the
last block, at most `MOST_LOST`, and leave NUL bytes where they were; the next writer puts them back from the chain.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from safelight.catalog.durable import Disk
from safelight.errors import DiskFull, IntegrityBroken
from safelight.ledger.head import Head

_LINE = re.compile(rb"([1-9][0-9]*) ([0-9a-f]{64})\n")
_LONGEST_LINE: Final = 128
BLOCK: Final = 4096
#: Lines of the shortest form in a block, the one that reaches into it, and those of writers between commit and line.
MOST_LOST: Final = BLOCK // 67 + 1 + 100


@dataclass(frozen=True, slots=True)
class HeadLog:
    """The file. Only `held` writes; reading needs no lock."""

    path: Path

    @contextmanager
    def held(self) -> Iterator[HeldLog]:
        """The file, locked against other writers of this machine until the block ends."""
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield HeldLog(self.path, descriptor)
        finally:
            os.close(descriptor)

    def lines(self) -> Iterator[Head | None]:
        """Each line in order; None for one that is no head. What a power cut tore at the end is left out."""
        try:
            with self.path.open("rb") as file:
                position = 0
                for line in file:
                    size = os.fstat(file.fileno()).st_size
                    torn = not line.endswith(b"\n") or b"\0" in line
                    if torn and position >= _unsynced_from(size):
                        return
                    position += len(line)
                    yield None if torn else _parse(line)
        except FileNotFoundError:
            return

    def sync(self) -> None:
        """Bring every line to the disk. Raises OSError."""
        descriptor = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@dataclass(frozen=True, slots=True)
class HeldLog:
    """The locked file."""

    path: Path
    descriptor: int

    def last(self) -> Head | None:
        """The last whole line; what a power cut tore behind it is cut off. Raises IntegrityBroken if it is no head."""
        size = os.fstat(self.descriptor).st_size
        begin = _unsynced_from(size)
        tail = os.pread(self.descriptor, size - begin, begin)
        whole, newline, _torn = tail.partition(b"\0")[0].rpartition(b"\n")
        kept = begin + len(whole) + len(newline)
        if begin and not newline:
            raise IntegrityBroken(f"{self.path} was changed by hand.", "Run `safelight verify`.")
        if kept < size:
            os.ftruncate(self.descriptor, kept)
        if not newline:
            return None
        head = _parse(whole.rpartition(b"\n")[2] + b"\n")
        if head is None:
            raise IntegrityBroken(f"{self.path} was changed by hand.", "Run `safelight verify`.")
        return head

    def append(self, head: Head) -> None:
        """Add a line. Raises DiskFull.

        Synced before and after where it reaches into another block, so that a power cut tears no other block than the
        last; the first line is synced with its folder.
        """
        line = f"{head.seq} {head.hash.hex()}\n".encode()
        try:
            start = os.lseek(self.descriptor, 0, os.SEEK_END)
            reaches_on = start // BLOCK != (start + len(line)) // BLOCK
            if reaches_on:
                os.fsync(self.descriptor)
            if os.write(self.descriptor, line) < len(line):
                raise OSError("no room for a whole line")
            if reaches_on or start == 0:
                os.fsync(self.descriptor)
            if start == 0:
                Disk().sync_folder(self.path.parent)
        except OSError as error:
            raise DiskFull(
                f"{self.path} cannot be written: {error.strerror or error}.", "Make room, then go on."
            ) from error


def _unsynced_from(size: int) -> int:
    """From where on a file of `size` bytes may not have been on the disk: its last block, and the line that reaches
    into it with the one before that.
    """
    return max(0, max(0, size - 1) // BLOCK * BLOCK - 2 * _LONGEST_LINE)


def _parse(line: bytes) -> Head | None:
    match = _LINE.fullmatch(line)
    return None if match is None else Head(int(match[1]), bytes.fromhex(match[2].decode()))
