"""The block cache gives the bytes of what lies below it, each block read once while it is kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelight.evidence.blockcache import BLOCK, BLOCKS, BlockCache
from safelight.evidence.model import EvidenceError
from tests.evidence.media import pattern

DATA = pattern(3 * BLOCK + 777, seed=12)


@given(st.lists(st.tuples(st.integers(0, len(DATA)), st.integers(0, 2 * BLOCK)), max_size=5))
def test_any_ranges(ranges: list[tuple[int, int]]) -> None:
    cache = BlockCache(len(DATA), lambda offset, size: DATA[offset : offset + size])
    for offset, size in ranges:
        cache.seek(offset)
        assert cache.read(size) == DATA[offset : offset + size]


def test_each_block_is_fetched_once_and_few_are_kept() -> None:
    fetched: list[tuple[int, int]] = []

    def fetch(offset: int, size: int) -> bytes:
        fetched.append((offset, size))
        return bytes(size)

    cache = BlockCache((BLOCKS + 2) * BLOCK, fetch)
    for _ in range(3):
        cache.seek(100)
        cache.read(1000)
    assert fetched == [(0, BLOCK)]
    for number in range(1, BLOCKS + 1):
        cache.seek(number * BLOCK)
        cache.read(1)
    cache.seek(0)
    cache.read(1)
    assert fetched == [(number * BLOCK, BLOCK) for number in range(BLOCKS + 1)] + [(0, BLOCK)]


def test_what_cannot_be_fetched_costs_itself_only() -> None:
    def fetch(offset: int, size: int) -> bytes:
        if offset <= 5000 < offset + size:
            raise OSError("damaged")
        return DATA[offset : offset + size]

    cache = BlockCache(len(DATA), fetch)
    assert cache.read(5000) == DATA[:5000]
    with pytest.raises(EvidenceError, match="corrupt: bytes 5000 to 5009 cannot be read"):
        cache.read(10)
    cache.seek(5001)
    assert cache.read() == DATA[5001:]


def test_a_short_fetch_is_corrupt() -> None:
    cache = BlockCache(2000, lambda offset, size: b"x" * (size - 1))
    with pytest.raises(EvidenceError, match="corrupt: only 9 of 10 bytes can be read at 0"):
        cache.read(10)


def test_what_lies_below_is_closed_once() -> None:
    closed: list[str] = []
    cache = BlockCache(10, lambda offset, size: bytes(size), lambda: closed.append("closed"))
    cache.close()
    cache.close()
    assert closed == ["closed"]
