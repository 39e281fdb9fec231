"""A folder of the operating system: listed in a fixed order, opened without following a link, never written.

Every step goes from an open directory to a name in it (`openat` with O_NOFOLLOW), so that nesting is not
bounded by PATH_MAX, a loop of links cannot exist, and a directory that is swapped for a link while the walk
goes on is not entered. Names are bytes. Inodes and devices are no part of an item's identity: two machines
that hold the same tree write the same specifications. O_NOATIME keeps access times as they were where the
system permits it (owner or root); reading where a symbolic link points to may still touch the link's own
access time, which only a read-only mount prevents.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from safelight.evidence.folder_file import FolderFile
from safelight.evidence.model import Entry, EvidenceError, Found, Kind, Tally, TimeName, Trouble
from safelight.evidence.osfile import open_quietly, os_error
from safelight.evidence.spec import Layer, PathSpec
from safelight.traces.moment import Moment, stated_utc

#: Directories held open at once; those further up are closed and entered again through "..".
_OPEN_DIRECTORIES = 64
_STEP = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(slots=True)
class _Level:
    """One directory on the way down: its names still to come, and what proves that ".." led back to it."""

    path: bytes
    fd: int | None
    identity: tuple[int, int]
    names: list[bytes] = field(default_factory=list)


class FolderContainer:
    """The files below `root`. `root` itself may be reached through links; nothing below it may.

    Raises EvidenceError("unreadable" | "vanished") if the root cannot be opened.
    """

    def __init__(self, root: Path) -> None:
        try:
            self._root = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise os_error(error) from error
        self._nearest: tuple[bytes, int] | None = None

    def walk(self, at: PathSpec) -> Iterator[Found]:
        """Depth first, each directory's names in byte order, a folder before what lies in it."""
        children = 0
        for found in self._walk(at):
            children += isinstance(found, Entry)
            yield found
        yield Tally(at, children)

    def _walk(self, at: PathSpec) -> Iterator[Found]:
        levels = [self._level(b"", _open_directory(b".", self._root))]
        try:
            yield from self._list(levels[0], at)
            while levels:
                level = levels[-1]
                if not level.names:
                    self._leave(levels)
                    continue
                name = level.names.pop()
                path = level.path + b"/" + name if level.path else name
                if level.fd is None:
                    spec = at.child(Layer("folder", path))
                    yield Trouble(spec, "vanished", "its folder was moved during the walk")
                    continue
                yield from self._one(levels, level.fd, name, path, at)
        finally:
            for level in levels:
                if level.fd is not None:
                    os.close(level.fd)

    def _one(self, levels: list[_Level], fd: int, name: bytes, path: bytes, at: PathSpec) -> Iterator[Found]:
        spec = at.child(Layer("folder", path))
        try:
            status = os.stat(name, dir_fd=fd, follow_symlinks=False)
            target = os.readlink(name, dir_fd=fd) if stat.S_ISLNK(status.st_mode) else None
        except OSError as error:
            trouble = os_error(error)
            yield Trouble(spec, trouble.cause, trouble.detail)
            return
        kind = _kind(status.st_mode)
        yield Entry(spec, kind, _size(kind, status), times=_times(status), link_target=target)
        if kind == "folder":
            try:
                child = self._level(path, _open_directory(name, fd))
            except OSError as error:
                trouble = os_error(error)
                yield Trouble(spec, trouble.cause, trouble.detail)
                return
            levels.append(child)
            if len(levels) > _OPEN_DIRECTORIES:
                far = levels[-1 - _OPEN_DIRECTORIES]
                if far.fd is not None:
                    os.close(far.fd)
                    far.fd = None
            yield from self._list(child, at)

    def _level(self, path: bytes, fd: int) -> _Level:
        status = os.fstat(fd)
        return _Level(path, fd, (status.st_dev, status.st_ino))

    def _list(self, level: _Level, at: PathSpec) -> Iterator[Trouble]:
        """Read one directory's names; what was read before an error stays."""
        assert level.fd is not None
        try:
            with os.scandir(level.fd) as entries:
                for entry in entries:
                    level.names.append(os.fsencode(entry.name))
        except OSError as error:
            trouble = os_error(error)
            spec = at.child(Layer("folder", level.path)) if level.path else at
            yield Trouble(spec, trouble.cause, trouble.detail)
        level.names.sort(reverse=True)

    def _leave(self, levels: list[_Level]) -> None:
        """Go back up. A parent that was closed on the way down is entered again, if it is still the same."""
        below = levels.pop()
        above = levels[-1] if levels else None
        if above is not None and above.fd is None:
            above.fd = self._enter_again(above, below.fd)
        if below.fd is not None:
            os.close(below.fd)

    def _enter_again(self, level: _Level, below: int | None) -> int | None:
        """Through ".." of what lay below, or from the root; None if neither leads to the same directory."""
        for name in (b"..", b"."):
            try:
                start = below if name == b".." else self._descend(level.path)
                if start is None:
                    continue
                fd = _open_directory(name, start)
            except (OSError, EvidenceError):
                continue
            status = os.fstat(fd)
            if (status.st_dev, status.st_ino) == level.identity:
                return fd
            os.close(fd)
        return None

    def open(self, layer: Layer) -> FolderFile:
        """One file. Raises EvidenceError: vanished, unreadable (also for what is no regular file)."""
        folder, _, name = layer.path.rpartition(b"/")
        if name in (b"", b".", b"..") or b"\0" in name:
            raise EvidenceError("unreadable", "not a place inside the folder")
        try:
            return FolderFile(self._descend(folder), name)
        except OSError as error:
            raise os_error(error) from error

    def _descend(self, folder: bytes) -> int:
        """A descriptor of the directory `folder`, step by step from the root; the last one is kept."""
        if not folder:
            return self._root
        if self._nearest is not None:
            if self._nearest[0] == folder:
                return self._nearest[1]
            os.close(self._nearest[1])
            self._nearest = None
        fd = os.dup(self._root)
        for step in folder.split(b"/"):
            try:
                if step in (b"", b".", b"..") or b"\0" in step:
                    raise EvidenceError("unreadable", "not a place inside the folder")
                below = os.open(step, _STEP, dir_fd=fd)
            finally:
                os.close(fd)
            fd = below
        self._nearest = (folder, fd)
        return fd

    def close(self) -> None:
        """Give back the descriptors; files that were opened stay open."""
        if self._nearest is not None:
            os.close(self._nearest[1])
            self._nearest = None
        if self._root >= 0:
            os.close(self._root)
            self._root = -1


def _open_directory(name: bytes, above: int) -> int:
    return open_quietly(name, os.O_DIRECTORY, dir_fd=above)


def _kind(mode: int) -> Kind:
    if stat.S_ISREG(mode):
        return "file"
    if stat.S_ISDIR(mode):
        return "folder"
    if stat.S_ISLNK(mode):
        return "link"
    return "special"


def _size(kind: Kind, status: os.stat_result) -> int:
    return status.st_size if kind in ("file", "link") else 0


def _times(status: os.stat_result) -> dict[TimeName, Moment]:
    """Nanoseconds since 1970-01-01 UTC as the system states them; Python shows no creation time on Linux."""
    return {
        "modified": _moment(status.st_mtime_ns),
        "accessed": _moment(status.st_atime_ns),
        "changed": _moment(status.st_ctime_ns),
    }


def _moment(nanoseconds: int) -> Moment:
    seconds, rest = divmod(abs(nanoseconds), 1_000_000_000)
    sign = "-" if nanoseconds < 0 else ""
    return stated_utc(nanoseconds // 1000, f"{sign}{seconds}.{rest:09d}")
