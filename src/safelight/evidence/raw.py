"""Split raw images: image.001, image.002 ...; also .000 or .aa as the first. Known by their names alone.

Segments but the last are equally long, a whole number of sectors, and do not begin like a split archive. A
segment that is missing between others leaves a hole that cannot be read; what lies beside it can. (A raw
image in one piece needs no format: its partition table or file system is recognised in the file itself.)
"""

from __future__ import annotations

import io
import re
from itertools import islice

from safelight.evidence.image import ImageContainer
from safelight.evidence.model import Container, EvidenceError, OpenContext
from safelight.evidence.segments import Segments, numbered_names
from safelight.evidence.stream import RandomAccess, read_up_to

_FIRST = re.compile(rb".+\.(0+|0+1|aa+)", re.IGNORECASE | re.DOTALL)
_SPLIT_ARCHIVES = (
    b"7z\xbc\xaf\x27\x1c",
    b"PK\x03\x04",
    b"Rar!",
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ",
    b"\x28\xb5\x2f\xfd",
)
_LOOK_AHEAD = 3
_SECTOR = 512


class SplitRaw(RandomAccess):
    """The segments one after the other. `troubles` names those that are missing."""

    def __init__(self, segments: Segments, places: list[int | None], length: int) -> None:
        """`places[i]` is the segment that holds bytes from `i * length` on; None is a hole."""
        last = places[-1]
        assert last is not None
        super().__init__((len(places) - 1) * length + segments.sizes[last])
        self._segments = segments
        self._places = places
        self._length = length

    def read_at(self, offset: int, size: int) -> bytes | bytearray | memoryview:
        parts = []
        while size:
            number, skip = divmod(offset, self._length)
            number = min(number, len(self._places) - 1)
            skip = offset - number * self._length
            place = self._places[number]
            if place is None:
                raise EvidenceError("corrupt", f"byte {offset} lies in missing segment {number + 1}")
            room = self._segments.sizes[place] if number == len(self._places) - 1 else self._length
            part = self._segments.read(place, skip, min(size, room - skip))
            if not part:
                raise EvidenceError("changed", f"segment {number + 1} is shorter than it was")
            parts.append(part)
            offset += len(part)
            size -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def close(self) -> None:
        if not self.closed:
            self._segments.close()
        super().close()


class RawFormat:
    """Split raw images: image.001, image.002 ... (known by their names)."""

    kind = "raw"
    transparent = True

    def recognise(self, stream: io.RawIOBase, context: OpenContext) -> bool:
        if not _FIRST.fullmatch(context.name):
            return False
        head = read_up_to(stream, 0, 8)
        length = stream.seek(0, io.SEEK_END)
        if not length or length % _SECTOR or head.startswith(_SPLIT_ARCHIVES):
            return False
        if context.name.endswith(b"1") and _there(context, context.name[:-1] + b"0") is not None:
            return False
        following = [_there(context, name) for name in islice(numbered_names(context.name), _LOOK_AHEAD)]
        found = [size for size in following if size is not None]
        return bool(found) and all(size == length for size in found[:-1]) and 0 < found[-1] <= length

    def open_container(self, stream: io.RawIOBase, context: OpenContext) -> Container:
        segments = Segments(stream, context.name, context.sibling)
        length = segments.sizes[0]
        places: list[int | None] = [0]
        missing: list[bytes] = []
        troubles = []
        for name in numbered_names(context.name):
            if not segments.add(name):
                missing.append(name)
                if len(missing) == _LOOK_AHEAD:
                    break
                continue
            for lost in missing:
                troubles.append(f"segment {len(places) + 1} ({lost.decode('utf-8', 'replace')}) is missing")
                places.append(None)
            missing.clear()
            places.append(len(segments.sizes) - 1)
            if segments.sizes[-1] != length:
                break
        return ImageContainer(self.kind, SplitRaw(segments, places, length), troubles)


def _there(context: OpenContext, name: bytes) -> int | None:
    """The size of a file beside the stream; None if there is none."""
    stream = context.sibling(name)
    if stream is None:
        return None
    with stream:
        return stream.seek(0, io.SEEK_END)


FORMAT = RawFormat()
