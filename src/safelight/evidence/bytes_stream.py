"""A few bytes as a stream of evidence."""

from __future__ import annotations

from safelight.evidence.stream import RandomAccess


class BytesStream(RandomAccess):
    """For what lies in memory already: a link's target, a name without content."""

    def __init__(self, data: bytes) -> None:
        super().__init__(len(data))
        self._data = data

    def read_at(self, offset: int, size: int) -> bytes:
        return self._data[offset : offset + size]
