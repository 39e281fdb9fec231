"""Random access: the same bytes by every way of reading, and windows that end where their stream ends."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelight.evidence.model import EvidenceError
from safelight.evidence.stream import Peeked, Window, read_exactly, read_up_to, stream_size
from tests.evidence.media import pattern
from tests.evidence.memory_stream import MemoryStream

DATA = pattern(200_000, seed=11)


@given(st.integers(0, 210_000), st.integers(0, 210_000), st.integers(0, 210_000), st.integers(0, 5000))
def test_a_window_reads_as_a_slice(start: int, size: int, offset: int, count: int) -> None:
    expected = DATA[start : start + size]
    for below in (MemoryStream(DATA), io.BytesIO(DATA)):
        window = Window(below, start, size)  # type: ignore[arg-type]
        assert window.size == len(expected)
        assert window.seek(offset) == offset
        assert window.read(count) == expected[offset : offset + count]
        assert window.tell() == offset + len(expected[offset : offset + count])
        window.seek(offset)
        buffer = bytearray(count)
        assert bytes(buffer[: window.readinto(buffer)]) == expected[offset : offset + count]


@given(st.integers(0, 200_000), st.integers(0, 5000))
def test_a_peeked_stream_reads_as_the_stream(offset: int, count: int) -> None:
    peeked = Peeked(MemoryStream(DATA))
    peeked.seek(offset)
    assert peeked.read(count) == DATA[offset : offset + count]


def test_what_a_peeked_stream_cannot_read_looks_like_zeros() -> None:
    class Half(MemoryStream):
        def read_at(self, offset: int, size: int) -> bytes:
            if offset + size > 5000:
                raise EvidenceError("corrupt", f"chunk at {offset}")
            return super().read_at(offset, size)

    peeked = Peeked(Half(DATA))
    assert peeked.read(5000) == DATA[:5000]
    assert peeked.trouble is None
    assert peeked.read(10) == bytes(10)
    peeked.seek(9000)
    assert peeked.read(10) == bytes(10)
    assert str(peeked.trouble) == "corrupt: chunk at 5000"


def test_seeking() -> None:
    stream = MemoryStream(DATA)
    assert stream.seek(-10, io.SEEK_END) == len(DATA) - 10
    assert stream.read() == DATA[-10:]
    assert stream.read() == b""
    assert stream.seek(-20, io.SEEK_CUR) == len(DATA) - 20
    with pytest.raises(ValueError, match="before the start"):
        stream.seek(-1)
    assert not stream.writable()


def test_a_closed_stream_does_not_read() -> None:
    stream = MemoryStream(DATA)
    stream.close()
    with pytest.raises(ValueError, match="closed"):
        stream.read(1)


def test_reading_at_a_place() -> None:
    stream = MemoryStream(DATA)
    assert stream_size(stream) == stream_size(io.BytesIO(DATA)) == 200_000  # type: ignore[arg-type]
    assert read_up_to(stream, 199_990, 100) == DATA[-10:]
    assert read_exactly(stream, 199_990, 10) == DATA[-10:]
    with pytest.raises(OSError, match="ends at byte 200000, 90 bytes too early"):
        read_exactly(stream, 199_990, 100)
