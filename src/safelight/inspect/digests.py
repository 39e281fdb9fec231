"""SHA-256, SHA-1 and MD5 of a stream in one read, with the pieces of it that typing needs.

hashlib releases the interpreter lock and is OpenSSL's own assembler; the loop adds a readinto into one reused
buffer and nothing else. The kept pieces (head, tail, sample) make a second read of the stream unnecessary.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Protocol

KEPT = 64 << 10
_SAMPLE_BLOCK = 16 << 10
_DEFAULT_CHUNK = 1 << 20
_NO_BYTES = b""


class Readable(Protocol):
    """What is read: any binary stream with readinto."""

    def readinto(self, buffer: memoryview, /) -> int | None: ...


@dataclass(slots=True)
class Digests:
    """Digests as lower-case hexadecimal, `size` in bytes.

    `head` and `tail` are the first and last 64 KiB (the tail is empty while the head holds everything).
    `sample` holds 16 KiB from the start of chunk 0, 1, 2, 4, 8 ... and the tail, so that it spans the whole
    stream and stays below 1 MiB at any size; empty for streams of one chunk.
    """

    sha256: str
    sha1: str
    md5: str
    size: int
    head: bytes = field(repr=False)
    tail: bytes = field(repr=False, default=_NO_BYTES)
    sample: bytes = field(repr=False, default=_NO_BYTES)


_buffers: dict[int, bytearray] = {}


def digest(stream: Readable, *, chunk: int = _DEFAULT_CHUNK) -> Digests:
    """Read the stream from its position to its end. Raises whatever the stream raises.

    Not for several threads at once: the buffer is reused between calls (children are single-threaded).
    """
    buffer = _buffers.pop(chunk, None) or bytearray(chunk)
    view = memoryview(buffer)
    try:
        filled = _fill(stream, view, chunk)
        if filled < chunk:
            return _one_chunk(view[:filled])
        return _chunks(stream, view, chunk)
    finally:
        view.release()
        _buffers[chunk] = buffer


def _one_chunk(part: memoryview) -> Digests:
    with part:
        return Digests(
            hashlib.sha256(part).hexdigest(),
            hashlib.sha1(part, usedforsecurity=False).hexdigest(),
            hashlib.md5(part, usedforsecurity=False).hexdigest(),
            len(part),
            bytes(part[:KEPT]),
            bytes(part[-KEPT:]) if len(part) > KEPT else _NO_BYTES,
        )


def _chunks(stream: Readable, view: memoryview, chunk: int) -> Digests:
    """The first chunk lies in the buffer."""
    digests = (hashlib.sha256(), hashlib.sha1(usedforsecurity=False), hashlib.md5(usedforsecurity=False))
    size, number, next_sample, filled = 0, 0, 1, chunk
    head = bytes(view[:KEPT])
    samples: list[bytes] = []
    while True:
        part = view if filled == chunk else view[:filled]
        if number == next_sample and filled:
            samples.append(bytes(part[:_SAMPLE_BLOCK]))
            next_sample *= 2
        for each in digests:
            each.update(part)
        size += filled
        if filled < chunk:
            break
        number += 1
        filled = _fill(stream, view, chunk)
    tail = _tail(view, filled, size, chunk)
    sample = _NO_BYTES.join((head[:_SAMPLE_BLOCK], *samples, tail)) if samples else _NO_BYTES
    sha256, sha1, md5 = (each.hexdigest() for each in digests)
    return Digests(sha256, sha1, md5, size, head, tail, sample)


def _fill(stream: Readable, view: memoryview, chunk: int) -> int:
    """Fill the buffer as far as the stream goes: raw streams may return less than was asked. One that states a `size`
    gives no more than that."""
    filled = stream.readinto(view) or 0
    if filled == getattr(stream, "size", None):
        return filled
    while 0 < filled < chunk:
        more = stream.readinto(view[filled:])
        if not more:
            break
        filled += more
    return filled


def _tail(view: memoryview, filled: int, size: int, chunk: int) -> bytes:
    """Last 64 KiB. Behind the last, shorter chunk the buffer still holds the end of the chunk before."""
    if size <= KEPT:
        return _NO_BYTES
    if filled >= KEPT or size < chunk:
        return bytes(view[max(0, filled - KEPT) : filled])
    return bytes(view[max(filled, chunk - (KEPT - filled)) :]) + bytes(view[:filled])
