"""The files of an image that was written in pieces: opened by name when needed, at most a few at a time."""

from __future__ import annotations

import io
from collections import OrderedDict
from collections.abc import Callable, Iterator

from safelight.evidence.model import EvidenceError
from safelight.evidence.stream import read_up_to, stream_size

#: Large images have thousands of segments; a process has about a thousand descriptors.
MAX_OPEN = 64


class Segments:
    """Segment 0 is the stream that was given; the others are opened through `sibling`. Does not own segment
    0."""

    def __init__(
        self, first: io.RawIOBase, first_name: bytes, sibling: Callable[[bytes], io.RawIOBase | None]
    ) -> None:
        self._first = first
        self._sibling = sibling
        self._open: OrderedDict[int, io.RawIOBase] = OrderedDict()
        self.names = [first_name]
        self.sizes = [stream_size(first)]

    def add(self, name: bytes) -> bool:
        """Append the segment with this name; False if there is none."""
        stream = self._sibling(name)
        if stream is None:
            return False
        self._keep(len(self.names), stream)
        self.names.append(name)
        self.sizes.append(stream_size(stream))
        return True

    def _keep(self, index: int, stream: io.RawIOBase) -> None:
        self._open[index] = stream
        while len(self._open) > MAX_OPEN:
            self._open.popitem(last=False)[1].close()

    def _stream(self, index: int) -> io.RawIOBase:
        if index == 0:
            return self._first
        if index in self._open:
            self._open.move_to_end(index)
            return self._open[index]
        stream = self._sibling(self.names[index])
        if stream is None:
            raise EvidenceError("vanished", f"segment {index + 1} ({self.text(index)}) is no longer there")
        self._keep(index, stream)
        return stream

    def text(self, index: int) -> str:
        """The segment's file name for messages."""
        return self.names[index].decode("utf-8", "replace")

    def read(self, index: int, offset: int, size: int) -> bytes:
        """Up to `size` bytes; fewer only at the segment's end. Raises EvidenceError."""
        try:
            return read_up_to(self._stream(index), offset, size)
        except OSError as error:
            raise EvidenceError("unreadable", f"segment {index + 1} ({self.text(index)}): {error}") from error

    def close(self) -> None:
        for stream in self._open.values():
            stream.close()
        self._open.clear()


def numbered_names(first: bytes) -> Iterator[bytes]:
    """The names that follow a split raw image's first: 001 -> 002, 000 -> 001, aa -> ab, aaa -> aab."""
    stem, dot, suffix = first.rpartition(b".")
    lower = suffix.lower()
    if lower.isdigit():
        for number in range(int(lower) + 1, 10 ** len(lower)):
            yield stem + dot + b"%0*d" % (len(lower), number)
    elif lower and not lower.strip(b"a"):
        base = suffix[0]
        for number in range(1, 26 ** len(lower)):
            digits = []
            for _ in lower:
                number, digit = divmod(number, 26)
                digits.append(base + digit)
            yield stem + dot + bytes(reversed(digits))


def ewf_names(first: bytes) -> Iterator[bytes]:
    """The names that follow an EWF image's first: E02 ... E99, EAA ... EZZ, FAA ... ZZZ (Expert Witness
    Format specification, libyal, section 2.1). Case and first letter (E, e, s, L) follow the first name."""
    stem, dot, suffix = first.rpartition(b".")
    if not dot or not suffix:
        return
    letter = suffix[0]
    for number in range(2, 100):
        yield stem + dot + bytes([letter]) + b"%02d" % number
    last, base = (ord("Z"), ord("A")) if suffix[:1].isupper() else (ord("z"), ord("a"))
    for head in range(letter, last + 1):
        for number in range(26 * 26):
            yield stem + dot + bytes([head, base + number // 26, base + number % 26])
