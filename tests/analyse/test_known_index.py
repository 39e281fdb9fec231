"""The index says what a dict of the same digests says."""

from __future__ import annotations

import shutil
from collections import defaultdict
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from safelight.analyse.known_index import LENGTHS, DigestIndex, IndexBuilder, words_of
from safelight.catalog.durable import Disk

_PREFIXES = (b"\x00" * 8, b"\xff" * 8, b"sjakk...", b"\x80" + b"\x00" * 7)


def _build(
    folder: Path, algorithm: str, rows: list[tuple[bytes, int]], *, one_label: bool = False
) -> DigestIndex:
    builder = IndexBuilder(algorithm, folder / "work")
    for digest, label in rows:
        builder.add(digest, label)
    builder.finish(folder, Disk(), one_label=one_label)
    return DigestIndex(folder, algorithm)


def _find(index: DigestIndex, algorithm: str, queries: list[bytes]) -> list[tuple[int, int]]:
    numbers, labels = index.find(words_of(b"".join(queries), LENGTHS[algorithm]))
    return sorted(zip(numbers.tolist(), labels.tolist(), strict=True))


@st.composite
def _digests(draw: st.DrawFn, length: int) -> bytes:
    """Mostly digests that share a prefix, and tails that differ in few bytes."""
    prefix = draw(st.sampled_from(_PREFIXES) | st.binary(min_size=8, max_size=8))
    tail = draw(st.sampled_from((b"\x00", b"\xff", b"\x01")))
    last = draw(st.integers(0, 255))
    return prefix + tail * (length - 9) + bytes([last])


@pytest.mark.parametrize("algorithm", sorted(LENGTHS))
def test_it_equals_a_dict(algorithm: str) -> None:
    length = LENGTHS[algorithm]

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        rows=st.lists(st.tuples(_digests(length), st.integers(0, 5)), max_size=60),
        others=st.lists(_digests(length), max_size=20),
        one_label=st.booleans(),
    )
    def equals(rows: list[tuple[bytes, int]], others: list[bytes], one_label: bool) -> None:
        truth: dict[bytes, set[int]] = defaultdict(set)
        for digest, label in rows:
            truth[digest].add(label)
        if one_label:
            truth = defaultdict(set, {digest: {min(labels)} for digest, labels in truth.items()})
        folder = Path(mkdtemp())
        try:
            index = _build(folder, algorithm, rows, one_label=one_label)
            assert len(index) == sum(len(labels) for labels in truth.values())
            queries = [digest for digest, _ in rows] + others
            assert _find(index, algorithm, queries) == sorted(
                (number, label) for number, query in enumerate(queries) for label in truth.get(query, ())
            )
        finally:
            shutil.rmtree(folder)

    equals()


def test_a_shared_prefix_is_no_hit_however_many_share_it(tmp_path: Path) -> None:
    """A set made to be slow: twenty thousand digests with one prefix; look-ups among them are by halving."""
    rows = [(b"sjakkmat" + number.to_bytes(8, "big"), number % 3) for number in range(0, 40_000, 2)]
    index = _build(tmp_path, "md5", rows[::-1])
    queries = [
        b"sjakkmat" + number.to_bytes(8, "big") for number in (0, 1, 2, 20_000, 20_001, 39_998, 39_999)
    ]
    assert _find(index, "md5", queries) == [(0, 0), (2, 2), (3, 20_000 % 3), (5, 39_998 % 3)]
    assert _find(index, "md5", [b"sjakkmat" + b"\xff" * 8, b"sjakkmau" + b"\x00" * 8]) == []


def test_several_chunks_are_one_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("safelight.analyse.known_index._CHUNK", 100)
    chance = np.random.default_rng(1)
    digests = [chance.bytes(20) for _ in range(1050)]
    rows = [(digest, number) for number, digest in enumerate(digests)]
    index = _build(tmp_path, "sha1", [*rows, *rows[:200]])
    assert len(index) == 1050, "equal rows of different chunks became one"
    assert _find(index, "sha1", digests) == [(number, number) for number in range(1050)]


def test_an_empty_index_finds_nothing(tmp_path: Path) -> None:
    index = _build(tmp_path, "sha256", [])
    assert len(index) == 0
    assert _find(index, "sha256", [b"\x00" * 32]) == []
    assert _find(index, "sha256", []) == []
