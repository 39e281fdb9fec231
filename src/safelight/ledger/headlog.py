"""`ledger/head.log`: the head after each commit, in a second file, so that a ledger cut short does not go
unnoticed.

One line a transaction, `<seq> <hash, hexadecimal>`, written and synced after the commit while other writers
of this machine wait (`flock` on the file itself), so its lines are in commit order. It may therefore lag by
the last transaction (whose entries share one time) after a crash, and never leads: a line whose entry is not
in the ledger means that entries were lost.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from safelight.errors import DiskFull, IntegrityBroken
from safelight.ledger.head import Head

_LINE = re.compile(rb"([1-9][0-9]*) ([0-9a-f]{64})\n")
_LONGEST_LINE = 128


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
        """Each line in order; None for one that is no head. A torn last line (a crash) is left out."""
        try:
            with self.path.open("rb") as file:
                for line in file:
                    if line.endswith(b"\n"):
                        yield _parse(line)
        except FileNotFoundError:
            return


@dataclass(frozen=True, slots=True)
class HeldLog:
    """The locked file."""

    path: Path
    descriptor: int

    def last(self) -> Head | None:
        """The last whole line; a torn one after it is cut off. Raises IntegrityBroken if it is no head."""
        size = os.fstat(self.descriptor).st_size
        tail = os.pread(self.descriptor, 2 * _LONGEST_LINE, max(0, size - 2 * _LONGEST_LINE))
        whole, newline, torn = tail.rpartition(b"\n")
        if torn:
            os.ftruncate(self.descriptor, size - len(torn))
        if not newline:
            return None
        head = _parse(whole.rpartition(b"\n")[2] + b"\n")
        if head is None:
            raise IntegrityBroken(f"{self.path} was changed by hand.", "Run `safelight verify`.")
        return head

    def append(self, head: Head) -> None:
        """Add a line and sync it."""
        line = f"{head.seq} {head.hash.hex()}\n".encode()
        try:
            os.lseek(self.descriptor, 0, os.SEEK_END)
            os.write(self.descriptor, line)
            os.fsync(self.descriptor)
        except OSError as error:
            raise DiskFull(
                f"{self.path} cannot be written: {error.strerror}.", "Make room, then go on."
            ) from error


def _parse(line: bytes) -> Head | None:
    match = _LINE.fullmatch(line)
    return None if match is None else Head(int(match[1]), bytes.fromhex(match[2].decode()))
