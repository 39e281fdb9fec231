"""Seekable streams over what can only be unpacked from front to back, and over a part of another stream.

Going forward costs one pass and no disk. What is at most 16 MB is kept in memory; of what is larger the first
megabyte and the last chunks stay, which is where everything that recognises formats looks. The first step
back in something larger starts a second pass that keeps what it passes in a sealed spool, so that reading
members of a tar inside a gz in any order costs two passes in all and never one for each member.
"""

from __future__ import annotations

import contextlib
import io
import lzma
import sys
import zlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, cast

from isal import isal_zlib

from safelight.evidence.bounds import Expansion, Guard, expansion_of
from safelight.evidence.model import EvidenceError
from safelight.evidence.spool import MEMORY_BYTES, SealedFile
from safelight.evidence.stream import RandomAccess, read_exactly

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

#: Bytes that one step of unpacking reads or yields, at most.
STEP = 1 << 18
#: Bytes from the start that are kept of a stream of any size.
HEAD_BYTES = 1 << 20

Decode = Callable[[], Iterator[bytes]]


def as_failure(error: Exception) -> EvidenceError:
    """What an exception of a decoder or of the stream below it means for the item."""
    if isinstance(error, EvidenceError):
        return error
    if isinstance(error, OSError) and error.errno is not None:
        return EvidenceError("unreadable", str(error.strerror or error))
    if isinstance(error, MemoryError) or (isinstance(error, lzma.LZMAError) and "emory" in str(error)):
        return EvidenceError("limit", "needs more memory to unpack than is allowed")
    if isinstance(error, zstd.ZstdError) and "memory" in str(error):
        return EvidenceError("limit", "needs more memory to unpack than is allowed")
    return EvidenceError("corrupt", str(error) or type(error).__name__)


#: What decoders raise on damaged input. bz2 raises OSError without a number, and the stream below OSError
#: with one.
DECODER_ERRORS: tuple[type[Exception], ...] = (
    EvidenceError,
    OSError,
    EOFError,
    ValueError,
    MemoryError,
    OverflowError,
    zlib.error,
    cast("type[Exception]", isal_zlib.error),  # its stub says Exception, not type
    lzma.LZMAError,
    zstd.ZstdError,
)


class Part(RandomAccess):
    """`size` bytes of `below` from `start`, whose own length need not be known (asking might unpack it all).

    Shares `below` and leaves it open. Raises EvidenceError("corrupt") where `below` ends before the part
    does, and at the end of a reading from front to back if `crc` (CRC-32) is given and differs.
    """

    def __init__(self, below: io.RawIOBase, start: int, size: int, crc: int | None = None) -> None:
        super().__init__(size)
        self._below, self._start = below, start
        self._crc = crc
        self._checked, self._running = 0, 0

    @property
    def expansion(self) -> Expansion:
        """A part expands by nothing of its own."""
        return expansion_of(self._below)

    def read_at(self, offset: int, size: int) -> bytes:
        try:
            data = read_exactly(self._below, self._start + offset, size)
        except DECODER_ERRORS as error:
            raise as_failure(error) from error
        if self._crc is not None and offset == self._checked:
            self._running = isal_zlib.crc32(data, self._running)
            self._checked += size
            if self._checked == self.size and self._running != self._crc:
                self._checked, self._running = 0, 0
                raise EvidenceError("corrupt", "the checksum differs")
        return data


class Unpacked(io.RawIOBase):
    """What `decode()` yields, each call from the start; `size` in bytes, or None if only unpacking can tell.

    Limits are kept by `guard` while it goes. Raises EvidenceError where decoding fails, after the bytes
    before.
    """

    def __init__(self, decode: Decode, guard: Guard, size: int | None) -> None:
        super().__init__()
        if size is not None:
            guard.check(size)
        self._decode, self._guard, self._size = decode, guard, size
        self._chunks: Iterator[bytes] | None = None
        self._failed: EvidenceError | None = None
        self._chunk, self._chunk_start = b"", 0
        self._before, self._before_start = b"", 0
        self._memory, self._memory_grows = bytearray(), True
        self._spool: SealedFile | None = None
        self._position = 0

    @property
    def expansion(self) -> Expansion:
        """So far, or in all where the size is known."""
        produced = self._chunk_start + len(self._chunk)
        return self._guard.expansion(produced if self._size is None else self._size)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Seeking from the end of what has no known size unpacks it all."""
        if whence == io.SEEK_CUR:
            offset += self._position
        elif whence == io.SEEK_END:
            offset += self._end()
        if offset < 0:
            raise ValueError("seek before the start of the stream")
        self._position = offset
        return offset

    def _end(self) -> int:
        if self._size is None:
            while self._advance():
                pass
        assert self._size is not None
        return self._size

    def readinto(self, buffer: WriteableBuffer) -> int:
        if self.closed:
            raise ValueError("I/O operation on closed file")
        view = memoryview(buffer).cast("B")
        if not len(view):
            return 0
        data = self._at(self._position, len(view))
        view[: len(data)] = data
        self._position += len(data)
        return len(data)

    def readall(self) -> bytes:
        """In steps, since the base class would go 8 kB at a time."""
        return b"".join(iter(lambda: self.read(STEP), b""))

    def _at(self, position: int, size: int) -> bytes | bytearray | memoryview:
        """Some bytes from `position`, at most `size`; empty at the end."""
        while True:
            offset = position - self._chunk_start
            if 0 <= offset < len(self._chunk):
                return memoryview(self._chunk)[offset : offset + size]
            if position < len(self._memory):
                return self._memory[position : position + size]
            if 0 <= position - self._before_start < len(self._before):
                return memoryview(self._before)[position - self._before_start :][:size]
            if self._spool is not None and position < self._spool.length:
                return self._spool.read(position, size)
            if self._size is not None and position >= self._size and self._chunks is None:
                return b""
            if offset < 0:
                self._restart()
            if not self._advance():
                return b""

    def _restart(self) -> None:
        """Go back to the start; from now on what is passed is kept."""
        self._chunks, self._failed, self._chunk, self._chunk_start = None, None, b"", 0
        self._before, self._before_start = b"", 0
        if self._spool is None:
            with contextlib.suppress(OSError):
                self._spool = SealedFile()

    def _advance(self) -> bool:
        """Unpack one more chunk; False at the end."""
        if self._failed is not None:
            raise self._failed
        if self._chunks is None:
            self._chunks = self._decode()
        start = self._chunk_start + len(self._chunk)
        try:
            chunk = next(self._chunks, None)
            if chunk is not None:
                self._guard.check(start + len(chunk))
        except DECODER_ERRORS as error:
            self._failed = as_failure(error)
            raise self._failed from error
        if chunk is None:
            self._size = start
            return False
        self._before, self._before_start = self._chunk, self._chunk_start
        self._chunk, self._chunk_start = chunk, start
        self._keep(start, chunk)
        return True

    def _keep(self, start: int, chunk: bytes) -> None:
        if self._memory_grows and start == len(self._memory):
            self._memory += chunk
            if len(self._memory) > MEMORY_BYTES:
                self._memory_grows = False
                del self._memory[HEAD_BYTES:]
        if self._spool is not None and start == self._spool.length:
            try:
                self._spool.append(chunk)
            except OSError:
                # A full disk costs speed, not the item: what is not kept is unpacked again.
                self._spool.capacity = self._spool.length

    def close(self) -> None:
        self._chunks, self._memory, self._chunk, self._before = None, bytearray(), b"", b""
        if self._spool is not None:
            self._spool.close()
            self._spool = None
        super().close()
