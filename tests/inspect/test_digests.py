"""Digests are hashlib's own, whatever the stream returns at a time."""

from __future__ import annotations

import hashlib
import io

from hypothesis import given, settings
from hypothesis import strategies as st

from safelight.inspect.digests import KEPT, digest


class Dribble(io.RawIOBase):
    """A raw stream that returns at most `step` bytes a call."""

    def __init__(self, data: bytes, step: int) -> None:
        self.data, self.step, self.position = data, step, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        part = self.data[self.position : self.position + min(self.step, len(buffer))]
        buffer[: len(part)] = part
        self.position += len(part)
        return len(part)


def test_published_vectors() -> None:
    """FIPS 180 and RFC 1321: 'abc' and nothing."""
    found = digest(io.BytesIO(b"abc"))
    assert found.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert found.sha1 == "a9993e364706816aba3e25717850c26c9cd0d89d"
    assert found.md5 == "900150983cd24fb0d6963f7d28e17f72"
    assert (found.size, found.head, found.tail, found.sample) == (3, b"abc", b"", b"")
    empty = digest(io.BytesIO(b""))
    assert empty.sha256 == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert empty.md5 == "d41d8cd98f00b204e9800998ecf8427e"
    assert (empty.size, empty.head) == (0, b"")


@settings(deadline=None)
@given(
    size=st.integers(0, 600_000),
    step=st.sampled_from([1000, 4096, 65536, 1 << 20]),
    chunk=st.sampled_from([1 << 16, 1 << 17]),
)
def test_any_size_and_any_stream(size: int, step: int, chunk: int) -> None:
    data = hashlib.shake_128(b"chess").digest(size)
    found = digest(Dribble(data, step), chunk=chunk)
    assert found.sha256 == hashlib.sha256(data).hexdigest()
    assert found.sha1 == hashlib.sha1(data, usedforsecurity=False).hexdigest()
    assert found.md5 == hashlib.md5(data, usedforsecurity=False).hexdigest()
    assert found.size == size
    assert found.head == data[:KEPT]
    assert found.tail == (data[-KEPT:] if size > KEPT else b"")


def test_sample_spans_the_stream() -> None:
    """16 KiB from chunks 0, 1, 2, 4 and 8, then the tail, and the same whatever the stream returns at a time."""
    data = b"".join(bytes([number]) * 65536 for number in range(11))
    found = digest(io.BytesIO(data), chunk=65536)
    assert found.sample == b"".join(bytes([number]) * 16384 for number in (0, 1, 2, 4, 8)) + data[-KEPT:]
    assert digest(Dribble(data, 777), chunk=65536).sample == found.sample
