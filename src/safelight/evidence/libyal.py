"""What the image readers of the libyal family (pyvmdk, pyvhdi, pymodi ...) have in common here: streams and
errors."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Protocol

from safelight.evidence.blockcache import BlockCache


class Handle(Protocol):
    """An opened image of any libyal library."""

    def get_media_size(self) -> int: ...
    def read_buffer_at_offset(self, size: int, offset: int) -> bytes: ...
    def close(self) -> None: ...


def media_of(handle: Handle, closing: Sequence[io.RawIOBase] = ()) -> BlockCache:
    """The medium in an opened image as a stream; `closing` is closed after the handle."""

    def finish() -> None:
        handle.close()
        for stream in closing:
            stream.close()

    return BlockCache(
        handle.get_media_size(), lambda offset, size: handle.read_buffer_at_offset(size, offset), finish
    )


def reason(error: BaseException) -> str:
    """The last, most general sentence of a libyal error, without the names of its functions."""
    text = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return text.split(": ", 1)[-1]
