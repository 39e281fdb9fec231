"""Bytes as the raw stream that a format is given, and a walk written down so that a test can state it in
full."""

from __future__ import annotations

from collections.abc import Iterator

from safelight.evidence.model import (
    Container,
    Entry,
    EvidenceError,
    Format,
    Limits,
    OpenContext,
    Tally,
    Trouble,
)
from safelight.evidence.spec import PathSpec, layer
from safelight.evidence.stream import RandomAccess

AT = PathSpec((layer("file"),))


class MemoryStream(RandomAccess):
    """Bytes in memory, counted as they are read."""

    def __init__(self, data: bytes) -> None:
        super().__init__(len(data))
        self._data = data
        self.bytes_read = 0

    def read_at(self, offset: int, size: int) -> bytes:
        self.bytes_read += size
        return self._data[offset : offset + size]


def opened(
    known: Format, data: bytes, *, limits: Limits | None = None, credentials: tuple[str, ...] = ()
) -> Container:
    """The container in `data`, which the format must recognise."""
    stream = MemoryStream(data)
    context = OpenContext(credentials=credentials, limits=limits or Limits(), name=b"exhibit.bin")
    assert known.recognise(stream, context)
    return known.open_container(stream, context)


def content(container: Container, entry: Entry) -> bytes | str:
    """An entry's bytes, or the cause why there are none."""
    try:
        return container.open(entry.spec.last).readall()
    except EvidenceError as error:
        return error.cause


def written(container: Container) -> Iterator[tuple[bytes, str, bytes | str]]:
    """Each entry as (path, kind, bytes or cause; target for a link), each trouble as (path, "trouble",
    cause), the tally as (b"", "tally", number)."""
    for found in container.walk(AT):
        path = found.spec.last.path
        if isinstance(found, Entry):
            told = content(container, found) if found.kind == "file" else found.link_target or b""
            yield path, found.kind, told
        elif isinstance(found, Trouble):
            yield path, "trouble", found.cause
        elif isinstance(found, Tally):
            yield path, "tally", str(found.children)
