"""Open files of the operating system as evidence: never written, never followed, never blocked on, times
kept."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from safelight.evidence.model import EvidenceError
from safelight.evidence.stream import RandomAccess

_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
_WHAT = {
    stat.S_IFIFO: "a FIFO",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a character device",
    stat.S_IFBLK: "a block device",
    stat.S_IFDIR: "a folder",
}


def open_quietly(path: bytes | str | Path, extra_flags: int = 0, dir_fd: int | None = None) -> int:
    """A read-only descriptor of `path` that follows no symbolic link in the last place, does not block on a
    FIFO, and does not move the access time where the system permits that (owner or root). Raises OSError."""
    try:
        return os.open(path, _FLAGS | extra_flags | os.O_NOATIME, dir_fd=dir_fd)
    except PermissionError:
        return os.open(path, _FLAGS | extra_flags, dir_fd=dir_fd)


class OsFile(RandomAccess):
    """An open file of the operating system. Its size is what it was when it was opened."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        super().__init__(os.lseek(descriptor, 0, os.SEEK_END))

    def read_at(self, offset: int, size: int) -> bytes:
        """Raises EvidenceError("changed") if the file has become shorter, "unreadable" if the disk cannot
        read."""
        parts = []
        while size:
            try:
                part = os.pread(self._descriptor, size, offset)
            except OSError as error:
                raise os_error(error) from error
            if not part:
                raise EvidenceError("changed", f"the file ends at byte {offset} of {self.size}")
            parts.append(part)
            offset += len(part)
            size -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def fileno(self) -> int:
        return self._descriptor

    def close(self) -> None:
        if not self.closed:
            os.close(self._descriptor)
        super().close()


def open_regular(path: bytes | str | Path, dir_fd: int | None = None, *, device: bool = False) -> OsFile:
    """A regular file (or, with `device`, a block device) as an unbuffered stream.

    Raises EvidenceError("vanished" | "unreadable" | "unsupported").
    """
    try:
        descriptor = open_quietly(path, dir_fd=dir_fd)
    except OSError as error:
        raise os_error(error) from error
    kind = stat.S_IFMT(os.fstat(descriptor).st_mode)
    if kind != stat.S_IFREG and not (device and kind == stat.S_IFBLK):
        os.close(descriptor)
        raise EvidenceError("unsupported", f"not a regular file but {_WHAT.get(kind, 'something else')}")
    return OsFile(descriptor)


def os_error(error: OSError) -> EvidenceError:
    """The failure of an item for an error of the operating system."""
    if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ESTALE):
        return EvidenceError("vanished", "the file is no longer there")
    if error.errno == errno.ELOOP:
        return EvidenceError("unreadable", "a symbolic link lies in the path")
    return EvidenceError("unreadable", error.strerror or str(error))
