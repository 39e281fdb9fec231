"""A source that is one file: the container of that single file."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from safelight.evidence.model import Entry, Found, Tally, TimeName
from safelight.evidence.nanotime import utc_nanoseconds
from safelight.evidence.osfile import open_regular
from safelight.evidence.spec import Layer, PathSpec, layer
from safelight.traces.moment import Moment

SPEC = PathSpec((layer("file"),))


class SourceFile:
    """`path` is a regular file, or a block device that was named as the source itself."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def walk(self, at: PathSpec) -> Iterator[Found]:
        yield self.entry()
        yield Tally(at, 1)

    def entry(self) -> Entry:
        """The file as an item. Raises EvidenceError."""
        status = self._path.stat()
        with self.open(SPEC.last) as stream:
            size = stream.seek(0, io.SEEK_END)
        times: dict[TimeName, Moment] = {
            "modified": utc_nanoseconds(*divmod(status.st_mtime_ns, 10**9)),
            "accessed": utc_nanoseconds(*divmod(status.st_atime_ns, 10**9)),
            "changed": utc_nanoseconds(*divmod(status.st_ctime_ns, 10**9)),
        }
        return Entry(SPEC, "file", size, times=times)

    def open(self, layer: Layer) -> io.RawIOBase:
        return open_regular(self._path, device=True)

    def close(self) -> None:
        pass
