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


class HeadLog:
    """The file. Only `held` writes; reading needs no lock."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._spare: list[HeldLog] = []  # opened before, not locked; whoever pops it has it alone

    @contextmanager
    def held(self) -> Iterator[HeldLog]:
        """The file, locked against other writers of this machine until the block ends. It stays open for the next one."""
        try:
            held = self._spare.pop()
        except (
            IndexError
        ):  # asked like this because another thread may have taken it between a look and a pop
            held = None
        if held is None or not held.locked_again():
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            held = HeldLog(self.path, descriptor)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            except BaseException:
                held.close()
                raise
        try:
            yield held
        except BaseException:
            held.close()
            raise
        if self._spare:
            held.close()
        else:
            held.let_go()
            self._spare.append(held)

    def close(self) -> None:
        """Let go of the file."""
        while self._spare:
            self._spare.pop().close()

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


class HeldLog:
    """The locked file. What its last line says is kept: read again only if the file is not as it was left."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self.descriptor = descriptor
        self._process = os.getpid()
        self._left: tuple[int, ...] = ()
        self._known: Head | None = None

    def locked_again(self) -> bool:
        """Lock it. False, and it is closed, if the name means another file by now, or another process opened it."""
        fresh = False
        try:
            if self._process == os.getpid():  # a lock belongs to the open file, which a fork shares
                fcntl.flock(self.descriptor, fcntl.LOCK_EX)
                now = _state(self.path.stat())
                fresh = now[:2] == self._left[:2]
                if now != self._left:
                    self._known = None
        except FileNotFoundError:
            pass
        finally:
            if not fresh:
                self.close()
        return fresh

    def let_go(self) -> None:
        """Unlock it and keep it open."""
        self._left = _state(os.fstat(self.descriptor))
        fcntl.flock(self.descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        """Unlock and close it."""
        os.close(self.descriptor)

    def last(self) -> Head | None:
        """The last whole line; what a power cut tore behind it is cut off. Raises IntegrityBroken if it is no head."""
        if self._known is None:
            self._known = self._read()
        return self._known

    def _read(self) -> Head | None:
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
            self._known = head
        except OSError as error:
            raise DiskFull(
                f"{self.path} cannot be written: {error.strerror or error}.", "Make room, then go on."
            ) from error


def _state(status: os.stat_result) -> tuple[int, ...]:
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def _unsynced_from(size: int) -> int:
    """From where on a file of `size` bytes may not have been on the disk: its last block, and the line that reaches
    into it with the one before that.
    """
    return max(0, max(0, size - 1) // BLOCK * BLOCK - 2 * _LONGEST_LINE)


def _parse(line: bytes) -> Head | None:
    match = _LINE.fullmatch(line)
    return None if match is None else Head(int(match[1]), bytes.fromhex(match[2].decode()))
