"""Streaming decoders with one interface: packed chunks in, unpacked chunks of at most STEP bytes out.

All are libraries with a bounded output for each step (isal, bz2, lzma, zstd), so that memory does not
depend on how far a chunk expands. Deflate64 has no such bound in its library and is fed in small pieces
instead.
"""

from __future__ import annotations

import bz2
import io
import lzma
import struct
import sys
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import inflate64
from isal import igzip_lib

from safelight.evidence.model import EvidenceError
from safelight.evidence.stream import read_up_to
from safelight.evidence.unpacked import STEP

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

#: Memory that a decoder may ask for its dictionary or window.
DICTIONARY_BYTES = 512 << 20

#: What the decoder of .lzma raises on what is not its own.
LZMA_ERRORS = (lzma.LZMAError, EOFError)

Chunks = Iterator[bytes]


class _Decompressor(Protocol):
    """What bz2, lzma, igzip_lib and zstd share."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    @property
    def needs_input(self) -> bool: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


def packed_chunks(stream: io.RawIOBase, start: int, size: int | None) -> Chunks:
    """The bytes from `start` in pieces: `size` of them, or all there are.

    Raises EvidenceError("corrupt") if the stream ends before `size` bytes.
    """
    left = size
    while left is None or left > 0:
        chunk = read_up_to(stream, start, STEP if left is None else min(STEP, left))
        if not chunk:
            if left is None:
                return
            raise EvidenceError("corrupt", f"the packed data ends {left} bytes early")
        start += len(chunk)
        if left is not None:
            left -= len(chunk)
        yield chunk


def _frames(new: Callable[[], _Decompressor], chunks: Chunks, magic: bytes | None) -> Chunks:
    """Decode one frame, and with a `magic` every further frame that follows; other bytes after the end are
    left.

    Raises EvidenceError("corrupt") if the data ends inside a frame.
    """
    decoder = new()
    data = next(chunks, b"")
    while True:
        out = decoder.decompress(data, STEP)
        if out:
            yield out
        idle, data = not data and not out, b""
        if decoder.eof:
            data = decoder.unused_data
            if magic is None:
                return
            # Zeros between two streams are padding of the medium that they were written to.
            data = data.lstrip(b"\0")
            while len(data) < len(magic) and (more := next(chunks, None)) is not None:
                data = (data + more).lstrip(b"\0")
            if not data.startswith(magic):
                return
            decoder = new()
        elif decoder.needs_input or idle:
            more = next(chunks, None)
            if more is None:
                raise EvidenceError("corrupt", "the packed data ends early")
            data = more


def gunzip(chunks: Chunks) -> Chunks:
    """RFC 1952, members one after the other, checksums verified."""
    return _frames(lambda: igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_GZIP), chunks, b"\x1f\x8b\x08")


def inflate(chunks: Chunks) -> Chunks:
    """RFC 1951, without header."""
    return _frames(lambda: igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_DEFLATE), chunks, None)


def inflate_64(chunks: Chunks) -> Chunks:
    """Deflate64 (APPNOTE 6.3.10, method 9). A match has up to 65,538 bytes: fed in 256 bytes at a time."""
    decoder = inflate64.Inflater()
    for chunk in chunks:
        for start in range(0, len(chunk), 256):
            out = decoder.inflate(chunk[start : start + 256])
            for piece in range(0, len(out), STEP):
                yield out[piece : piece + STEP]
            if decoder.eof:
                return


def bunzip(chunks: Chunks) -> Chunks:
    """bzip2, streams one after the other."""
    return _frames(bz2.BZ2Decompressor, chunks, b"BZh")


def unxz(chunks: Chunks) -> Chunks:
    """The .xz format, streams one after the other."""
    return _frames(
        lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=DICTIONARY_BYTES), chunks, b"\xfd7zXZ\0"
    )


def unlzma(chunks: Chunks) -> Chunks:
    """The older .lzma format (LZMA_Alone)."""
    return _frames(lambda: lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=DICTIONARY_BYTES), chunks, None)


def unlzma_zip(chunks: Chunks) -> Chunks:
    """LZMA inside zip (APPNOTE 5.8): version, size of the properties, properties, raw data.

    The dictionary size stands in the properties and is checked here, since raw decoders take no memory limit.
    """
    head = b""
    while len(head) < 9 and (more := next(chunks, None)) is not None:
        head += more
    if len(head) < 9 or struct.unpack_from("<H", head, 2)[0] != 5 or head[4] >= 9 * 5 * 5:
        raise EvidenceError("corrupt", "the LZMA properties are not valid")
    packed, dictionary = head[4], struct.unpack_from("<I", head, 5)[0]
    if dictionary > DICTIONARY_BYTES:
        raise EvidenceError("limit", "needs more memory to unpack than is allowed")
    properties: dict[str, Any] = {
        "id": lzma.FILTER_LZMA1,
        "dict_size": max(dictionary, 4096),
        "lc": packed % 9,
        "lp": packed // 9 % 5,
        "pb": packed // 45,
    }

    def rest() -> Chunks:
        yield head[9:]
        yield from chunks

    decoder = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[properties])
    for chunk in rest():
        data = chunk
        while True:
            out = decoder.decompress(data, STEP)
            data = b""
            if out:
                yield out
            if decoder.eof:
                return
            if decoder.needs_input or not out:
                break


def unzstd(chunks: Chunks) -> Chunks:
    """Zstandard (RFC 8878), frames one after the other; a window above 128 MB fails."""
    options: dict[int, int] = {zstd.DecompressionParameter.window_log_max: 27}
    return _frames(lambda: zstd.ZstdDecompressor(options=options), chunks, b"\x28\xb5\x2f\xfd")


def stored(chunks: Chunks) -> Chunks:
    """Not packed at all."""
    return chunks
