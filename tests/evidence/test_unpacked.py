"""The seekable stream over a decoder: any order, at most two passes, on any failure, and nothing left on disk."""

from __future__ import annotations

import io
import os
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safelight.evidence import spool, unpacked
from safelight.evidence.bounds import Guard
from safelight.evidence.model import EvidenceError, Limits
from safelight.evidence.spool import SealedFile
from safelight.evidence.unpacked import Part, Unpacked
from tests.evidence.memory_stream import MemoryStream

GUARD = Guard(Limits(), 1 << 30)


class Passes:
    """A decoder that counts how often it starts, and can fail behind `fails_at` bytes."""

    def __init__(self, data: bytes, chunk: int, fails_at: int | None = None) -> None:
        self.data, self.chunk, self.fails_at, self.count = data, chunk, fails_at, 0

    def __call__(self) -> Iterator[bytes]:
        self.count += 1
        for start in range(0, len(self.data), self.chunk):
            if self.fails_at is not None and start >= self.fails_at:
                raise EOFError("cut")
            yield self.data[start : start + self.chunk]


@settings(max_examples=200, deadline=None)
@given(
    size=st.integers(0, 3000),
    chunk=st.integers(1, 700),
    memory=st.integers(0, 2000),
    known=st.booleans(),
    reads=st.lists(st.tuples(st.integers(0, 3300), st.integers(0, 900)), max_size=20),
)
def test_any_order_of_reads_gives_the_bytes_in_two_passes(
    size: int, chunk: int, memory: int, known: bool, reads: list[tuple[int, int]]
) -> None:
    data = random.Random(size).randbytes(size)
    passes = Passes(data, chunk)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(unpacked, "MEMORY_BYTES", memory)
        patch.setattr(unpacked, "HEAD_BYTES", memory // 2)
        stream = Unpacked(passes, GUARD, size if known else None)
        for place, length in reads:
            assert stream.seek(place) == place
            got = io.BytesIO()
            while part := stream.read(length - got.tell()):
                got.write(part)
            assert got.getvalue() == data[place : place + length]
        assert stream.seek(0, io.SEEK_END) == size
        stream.seek(0)
        assert stream.readall() == data
        assert passes.count <= 2
        stream.close()


def test_a_failure_stays_where_it_is() -> None:
    data = random.Random(1).randbytes(10_000)
    stream = Unpacked(Passes(data, 1000, fails_at=5000), GUARD, None)
    for _ in range(2):
        stream.seek(0)
        assert b"".join(stream.read(1000) for _ in range(5)) == data[:5000]
        for _ in range(2):
            with pytest.raises(EvidenceError) as raised:
                stream.read(1)
            assert raised.value.cause == "corrupt"
    with pytest.raises(EvidenceError):
        stream.seek(0, io.SEEK_END)
    stream.close()


def test_a_full_disk_costs_speed_and_not_the_item(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacked, "MEMORY_BYTES", 0)
    monkeypatch.setattr(unpacked, "HEAD_BYTES", 0)

    def full(self: SealedFile, data: bytes) -> bool:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(SealedFile, "append", full)
    data = random.Random(1).randbytes(50_000)
    stream = Unpacked(Passes(data, 1000), GUARD, len(data))
    for place in (40_000, 0, 30_000, 100):
        stream.seek(place)
        assert stream.read(10) == data[place : place + 10]
    stream.close()


def test_looking_at_both_ends_after_reading_it_all_costs_no_second_pass() -> None:
    data = random.Random(1).randbytes(1 << 18) * 80
    passes = Passes(data, unpacked.STEP)
    stream = Unpacked(passes, GUARD, None)
    while stream.read(1 << 20):
        pass
    for place, size in ((0, 1 << 20), (len(data) - 70_000, 70_000), (32_768, 6), (len(data) - 512, 512)):
        stream.seek(place)
        got = stream.read(size)
        assert got == data[place : place + len(got)]
        assert got
    assert stream.seek(0, io.SEEK_END) == len(data)
    assert passes.count == 1
    stream.close()


def test_a_closed_stream_reads_no_more() -> None:
    stream = Unpacked(Passes(b"x", 1), GUARD, 1)
    stream.close()
    with pytest.raises(ValueError, match="closed"):
        stream.read(1)


def test_a_part_ends_where_it_ends_and_says_when_there_is_less() -> None:
    below = MemoryStream(bytes(range(100)))
    assert Part(below, 10, 5).readall() == bytes(range(10, 15))
    with pytest.raises(EvidenceError) as raised:
        Part(below, 90, 11).readall()
    assert raised.value.cause == "corrupt"


@settings(max_examples=100, deadline=None)
@given(pieces=st.lists(st.binary(max_size=100), max_size=20), reads=st.lists(st.tuples(st.integers(0, 2100),
       st.integers(0, 300)), max_size=10))  # fmt: skip
def test_the_spool_gives_back_what_it_was_given(pieces: list[bytes], reads: list[tuple[int, int]]) -> None:
    sealed = SealedFile()
    assert all(sealed.append(piece) for piece in pieces)
    plain = b"".join(pieces)
    assert sealed.length == len(plain)
    for place, size in reads:
        assert sealed.read(place, size) == plain[place : place + size]
    sealed.close()


def test_the_spool_has_no_name_and_shows_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    sealed = SealedFile()
    word = b"a sentence that must not lie on the disk " * 1000
    assert sealed.append(word)
    assert list(tmp_path.iterdir()) == []
    on_disk = os.pread(sealed._file.fileno(), len(word), 0)
    assert len(on_disk) == len(word)
    assert b"sentence" not in on_disk
    assert len(set(on_disk)) == 256
    sealed.close()


def test_the_spool_leaves_half_of_the_disk() -> None:
    sealed = SealedFile()
    assert 0 < sealed.capacity < 1 << 60
    sealed.capacity = 10
    assert not sealed.append(bytes(11))
    assert sealed.append(bytes(10))
    assert spool.MEMORY_BYTES == 16 << 20
    sealed.close()
