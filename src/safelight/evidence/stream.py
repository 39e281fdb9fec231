"""Read-only streams with random access: the base of every layer's own stream, and a window on another
stream."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from safelight.evidence.model import EvidenceError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class RandomAccess(io.RawIOBase):
    """A seekable stream of `size` bytes over one method, `read_at`. Never writable.

    A subclass whose `read_at` raises EvidenceError leaves the position where it was.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size
        self._position = 0

    def read_at(self, offset: int, size: int) -> bytes | bytearray | memoryview:
        """Exactly `size` bytes at `offset`; the range always lies within the stream. Raises EvidenceError."""
        raise NotImplementedError

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        if base + offset < 0:
            raise ValueError("seek before the start of the stream")
        self._position = base + offset
        return self._position

    def _left(self, wanted: int) -> int:
        if self.closed:
            raise ValueError("I/O operation on closed file")
        return max(0, min(wanted, self.size - self._position))

    def read(self, size: int | None = -1) -> bytes:
        count = self._left(self.size if size is None or size < 0 else size)
        if not count:
            return b""
        data = self.read_at(self._position, count)
        self._position += count
        return data if isinstance(data, bytes) else bytes(data)

    def readall(self) -> bytes:
        return self.read(-1)

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        count = self._left(len(view))
        if count:
            view[:count] = self.read_at(self._position, count)
            self._position += count
        return count


class Window(RandomAccess):
    """`size` bytes of `below` from `start` on, clipped to what is there. Does not own `below`."""

    def __init__(self, below: io.RawIOBase, start: int, size: int) -> None:
        there = stream_size(below)
        super().__init__(max(0, min(size, there - start)))
        self.below = below
        self.start = start

    def read_at(self, offset: int, size: int) -> bytes | bytearray | memoryview:
        if isinstance(self.below, RandomAccess):
            return self.below.read_at(self.start + offset, size)
        return read_exactly(self.below, self.start + offset, size)


class Peeked(RandomAccess):
    """Another stream for the many who look at its beginning: that is read once and kept. What cannot be read
    looks like zeros, so that one damaged place does not hide what lies elsewhere; `trouble` keeps the first
    such failure. Does not own `below`."""

    HEAD = 68 << 10  # what tells a container lies in here or at the end (ISO 9660 at 32 KiB, Btrfs at 64 KiB)

    def __init__(self, below: io.RawIOBase) -> None:
        super().__init__(stream_size(below))
        self._below = below
        self.trouble: EvidenceError | None = None
        self.head: bytes
        try:
            self.head = read_up_to(below, 0, self.HEAD)
        except (EvidenceError, OSError):
            self.head = b""  # each look reads only what it asks for

    def read_at(self, offset: int, size: int) -> bytes | bytearray | memoryview:
        if offset + size <= len(self.head):  # read_up_to looks here first by itself
            return self.head[offset : offset + size]
        try:
            return read_exactly(self._below, offset, size)
        except EvidenceError as error:
            self.trouble = self.trouble or error
        except OSError as error:
            self.trouble = self.trouble or EvidenceError("unreadable", str(error))
        return bytes(size)


def stream_size(stream: io.RawIOBase) -> int:
    """The number of bytes in a seekable stream."""
    size = getattr(stream, "size", None)  # asked like this because isinstance of an abstract class is slow
    return size if type(size) is int else stream.seek(0, io.SEEK_END)


def read_up_to(stream: io.RawIOBase, offset: int, size: int) -> bytes:
    """Up to `size` bytes at `offset`: fewer only at the stream's end, none beyond it. Where the stream's position
    is afterwards is not said."""
    if type(stream) is Peeked and offset + size <= len(stream.head):  # most of all reads by far
        return stream.head[offset : offset + size]
    if isinstance(stream, RandomAccess):
        if stream.closed:
            raise ValueError("I/O operation on closed file")
        size = min(size, stream.size - offset)
        data = stream.read_at(offset, size) if size > 0 else b""
        return data if isinstance(data, bytes) else bytes(data)
    stream.seek(offset)
    parts = []
    while size > 0:
        part = stream.read(size)
        if not part:
            break
        parts.append(part)
        size -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def read_exactly(stream: io.RawIOBase, offset: int, size: int) -> bytes:
    """Exactly `size` bytes at `offset`. Raises OSError if the stream ends before."""
    data = read_up_to(stream, offset, size)
    if len(data) != size:
        raise OSError(f"the data ends at byte {offset + len(data)}, {size - len(data)} bytes too early")
    return data
