"""One stream that was packed by gz, bz2, xz, lzma or zst: a container with one member of unknown size.

A .tar.gz is two layers, a gz with one member and the tar in it. The member's name is the one that gz
stores, else the packed file's own name without its ending. What follows the end of the packed data is left
alone.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from safelight.evidence import decoders
from safelight.evidence.archive_times import unix_moment
from safelight.evidence.bounds import Guard, check_nesting
from safelight.evidence.decoders import Chunks, packed_chunks
from safelight.evidence.model import Entry, EvidenceError, Found, OpenContext, Tally, TimeName
from safelight.evidence.spec import Layer, PathSpec
from safelight.evidence.stream import read_up_to, stream_size
from safelight.evidence.unpacked import Unpacked
from safelight.traces.moment import Moment

#: Bytes of a gz header that are looked at for its name (RFC 1952 sets no limit).
_HEADER_BYTES = 70_000
_ENDINGS = {b".tgz": b".tar", b".tbz2": b".tar", b".tbz": b".tar", b".txz": b".tar", b".tzst": b".tar",
            b".gz": b"", b".bz2": b"", b".xz": b"", b".lzma": b"", b".zst": b""}  # fmt: skip


class CompressedContainer:
    """The packed stream and its single member. Raises EvidenceError("limit") in a chain that multiplies."""

    def __init__(self, packing: CompressedFormat, stream: io.RawIOBase, context: OpenContext) -> None:
        self._packing, self._stream, self._context = packing, stream, context
        # Asked first: what lies below is unpacked by this, and then says how far it expanded.
        self._packed = stream_size(stream)
        self._outer = check_nesting(stream, context.limits)
        self._name, self._times = _member_name(context.name), dict[TimeName, Moment]()
        if packing.kind == "gz":
            stored, seconds = _gz_header(read_up_to(stream, 0, _HEADER_BYTES))
            self._name = stored or self._name
            if seconds:
                self._times["modified"] = unix_moment(seconds)

    def walk(self, at: PathSpec) -> Iterator[Found]:
        """The one member; its size is known when it was read."""
        yield Entry(at.child(Layer(self._packing.kind, self._name)), "file", None, times=self._times)
        yield Tally(at, 1)

    def open(self, layer: Layer) -> io.RawIOBase:
        """The unpacked stream."""
        stream, decode = self._stream, self._packing.decode
        guard = Guard(self._context.limits, self._packed, self._outer)
        return Unpacked(lambda: decode(packed_chunks(stream, 0, None)), guard, None)

    def close(self) -> None:
        """The stream belongs to whoever opened it."""


def _member_name(packed_name: bytes) -> bytes:
    name = packed_name.rpartition(b"/")[2]
    for ending, instead in _ENDINGS.items():
        if name.lower().endswith(ending) and len(name) > len(ending):
            return name[: -len(ending)] + instead
    return name or b"unpacked"


def _gz_header(head: bytes) -> tuple[bytes, int]:
    """Stored name (empty without one) and time in seconds since 1970 (0 if not set) of the first member."""
    if len(head) < 10:
        return b"", 0
    flags, seconds = head[3], struct.unpack_from("<I", head, 4)[0]
    position = 10
    if flags & 4:
        position += 2 + int.from_bytes(head[10:12], "little")
    end = head.find(b"\0", position)
    return (head[position:end] if flags & 8 and end >= 0 else b""), seconds


@dataclass(slots=True)
class CompressedFormat:
    """One way of packing; `matches` looks at the first 32 bytes."""

    kind: str
    matches: Callable[[bytes], bool]
    decode: Callable[[Chunks], Chunks]
    transparent: bool = False

    def recognise(self, stream: io.RawIOBase, context: OpenContext) -> bool:
        return self.matches(read_up_to(stream, 0, 32))

    def open_container(self, stream: io.RawIOBase, context: OpenContext) -> CompressedContainer:
        return CompressedContainer(self, stream, context)


@dataclass(slots=True)
class LzmaFormat(CompressedFormat):
    """The older .lzma has no signature: a plausible header must also unpack."""

    def recognise(self, stream: io.RawIOBase, context: OpenContext) -> bool:
        head = read_up_to(stream, 0, 4096)
        if not self.matches(head):
            return False
        try:
            next(decoders.unlzma(iter([head])), None)
        except EvidenceError:
            return True  # it needs more than the first bytes
        except decoders.LZMA_ERRORS:
            return False
        return True


def _is_gz(head: bytes) -> bool:
    return head[:3] == b"\x1f\x8b\x08" and len(head) > 3 and not head[3] & 0xE0


def _is_bz2(head: bytes) -> bool:
    blocks = (b"1AY&SY", b"\x17rE8P\x90")
    return head[:3] == b"BZh" and head[3:4] in b"123456789" and head[4:10] in blocks


def _is_zst(head: bytes) -> bool:
    return head[:4] == b"\x28\xb5\x2f\xfd" or (
        len(head) > 8 and head[1:4] == b"\x2a\x4d\x18" and head[0] >> 4 == 5
    )


def _is_lzma(head: bytes) -> bool:
    if len(head) < 14 or head[0] != 0x5D or head[13] != 0:
        return False
    dictionary, size = struct.unpack_from("<IQ", head, 1)
    # Writers use a dictionary of 2^n or 2^n + 2^(n-1) bytes; the size is known and sane, or marked as
    # unknown.
    steps = [1 << power for power in range(12, 31)]
    return dictionary in {*steps, *(step + step // 2 for step in steps)} and (
        0 < size < 1 << 40 or size == (1 << 64) - 1
    )


FORMATS: tuple[CompressedFormat, ...] = (
    CompressedFormat("gz", _is_gz, decoders.gunzip),
    CompressedFormat("bz2", _is_bz2, decoders.bunzip),
    CompressedFormat("xz", lambda head: head[:6] == b"\xfd7zXZ\0", decoders.unxz),
    CompressedFormat("zst", _is_zst, decoders.unzstd),
    LzmaFormat("lzma", _is_lzma, decoders.unlzma),
)
