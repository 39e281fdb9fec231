"""The consumer's end of a stream's pipe: rows, frames of bytes and the end line, as they come.

    :0 {row as JSON}
    :0 *<length>        and as many bytes behind the line, as they are
    :0 =[...]           the end line of `spool.py`

A row or frame is given once it is whole; what a child that died had begun is dropped.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from safelight.engine.spool import LINE_BYTES, End, announced, read_line

_CHUNK: Final = 1 << 16
_PIPE_BYTES: Final = 1 << 20
"""What the pipe holds once bytes come through it: as much as anybody may ask Linux for."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Bytes as they are."""

    data: bytearray


def incoming(reader: int, ended: int) -> Iterator[bytes | Frame | End | None]:
    """Rows (as JSON), frames and the end line, until the child has ended (`ended` becomes readable) and the pipe is empty.

    None, as the last, for bytes that no child of ours writes. `reader` is non-blocking.
    """
    sorting = _Sorting(reader)
    waiting = select.poll()
    waiting.register(reader, select.POLLIN)
    waiting.register(ended, select.POLLIN)
    while True:
        over = ended in dict(waiting.poll())
        with contextlib.suppress(BlockingIOError):
            while sorting.read():
                for one in sorting.sorted():
                    yield one
                    if one is None:
                        return
            if not over:
                waiting.unregister(reader)
                waiting.poll()
            return
        if over:
            return


class _Sorting:
    """Reads lines into a buffer, and the bytes that a line announces straight to where they stay."""

    def __init__(self, reader: int) -> None:
        self._reader = reader
        self._lines = bytearray()
        self._searched = 0
        """So many bytes of it hold no newline: a long line is not searched again with each piece of it."""
        self._frame: bytearray | None = None
        self._filled = 0
        self._enlarged = False

    def read(self) -> int:
        """Take what there is; how many bytes, 0 at the end. Raises BlockingIOError."""
        if self._frame is None:
            data = os.read(self._reader, _CHUNK)
            self._lines += data
            return len(data)
        with memoryview(self._frame) as whole, whole[self._filled :] as rest:
            got = os.readv(self._reader, [rest])
        self._filled += got
        return got

    def sorted(self) -> Iterator[bytes | Frame | End | None]:
        """What is whole by now."""
        if self._frame is not None:
            if self._filled < len(self._frame):
                return
            yield Frame(self._frame)
            self._frame = None
        at, search = 0, self._searched
        while newline := self._lines.find(b"\n", search) + 1:
            line = bytes(self._lines[at:newline])
            at = search = newline
            length = announced(line)
            if length is None:
                read = read_line(line)
                yield read[1] if read is not None and read[0] == 0 else None
                continue
            begun = self._lines[at : at + length]
            at = search = at + len(begun)
            if len(begun) == length:
                yield Frame(begun)
                continue
            self._filled = len(begun)
            begun.extend(bytes(length - len(begun)))
            self._frame = begun
            self._enlarge()
            break
        del self._lines[:at]
        self._searched = len(self._lines)
        if len(self._lines) > LINE_BYTES:
            yield None

    def _enlarge(self) -> None:
        if not self._enlarged:
            self._enlarged = True
            with contextlib.suppress(OSError):  # a user's pipes together have a limit; then it stays small
                fcntl.fcntl(self._reader, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
