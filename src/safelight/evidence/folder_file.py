"""One regular file of a folder, read by position; says at its end whether it changed meanwhile."""

from __future__ import annotations

import contextlib
import io
import os
import stat
from typing import TYPE_CHECKING

from safelight.evidence.model import EvidenceError
from safelight.evidence.osfile import open_quietly, os_error

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class FolderFile(io.RawIOBase):
    """Read-only and seekable. Reading to the end raises EvidenceError("changed") if size or time moved.

    `folder` is a descriptor of the directory that holds `name`.
    """

    def __init__(self, folder: int, name: bytes) -> None:
        super().__init__()
        self._fd = -1
        # What lies there is looked at before it is opened: opening a device or a FIFO can have effects.
        status = os.stat(name, dir_fd=folder, follow_symlinks=False)
        if not stat.S_ISREG(status.st_mode):
            raise EvidenceError("unreadable", "not a regular file")
        self._fd = open_quietly(name, os.O_NOCTTY, dir_fd=folder)
        self._before = os.fstat(self._fd)
        if not stat.S_ISREG(self._before.st_mode):
            raise EvidenceError("unreadable", "not a regular file")
        self._position = 0

    @property
    def size(self) -> int:
        """Bytes when it was opened."""
        return self._before.st_size

    @property
    def allocated_bytes(self) -> int:
        """Bytes that the file takes on its disk; far below `size` for a sparse file."""
        return self._before.st_blocks * 512

    @property
    def changed(self) -> bool:
        """Whether its size or time of modification moved since it was opened."""
        now = os.fstat(self._fd)
        return (now.st_size, now.st_mtime_ns) != (self._before.st_size, self._before.st_mtime_ns)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        if base + offset < 0:
            raise ValueError("negative seek position")
        self._position = base + offset
        return self._position

    def readinto(self, buffer: WriteableBuffer) -> int:
        try:
            count = os.preadv(self._open_one(), [buffer], self._position)
        except OSError as error:
            raise os_error(error) from error
        if not count and not memoryview(buffer).nbytes:
            return 0
        return self._got(count)

    def read(self, size: int | None = -1) -> bytes:
        if size is None or size < 0:
            return b"".join(iter(lambda: self.read(1 << 20), b""))
        if not size:
            return b""
        try:
            data = os.pread(self._open_one(), size, self._position)
        except OSError as error:
            raise os_error(error) from error
        self._got(len(data))
        return data

    def readall(self) -> bytes:
        return self.read(-1)

    def _open_one(self) -> int:
        if self._fd < 0:
            raise ValueError("I/O operation on closed file")
        return self._fd

    def _got(self, count: int) -> int:
        """Move on; at the end, see whether the file is still the one that was opened."""
        position = self._position + count
        if (position >= self._before.st_size or not count) and self.changed:
            raise EvidenceError("changed", "the file changed while it was read")
        self._position = position
        return count

    def fileno(self) -> int:
        return self._fd

    def close(self) -> None:
        if not self.closed and self._fd >= 0:
            with contextlib.suppress(OSError):
                os.close(self._fd)
            self._fd = -1
        super().close()
