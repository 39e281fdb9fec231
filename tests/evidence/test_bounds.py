"""Archive bombs end where they are, through the reader that everything else uses, and what lies beside them
is read.
"""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelight.evidence.bounds import Budget, Expansion, Guard
from safelight.evidence.formats import container_kind
from safelight.evidence.model import Entry, EvidenceError, Limits, Trouble
from safelight.evidence.reader import Reader
from safelight.evidence.spec import PathSpec

GAME = b"1. d4 d5 2. c4 e6\n"
LIMITS = Limits(ratio_from_bytes=1 << 20, max_ratio=200, max_members=50)


def packed(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as writer:
        for name, data in members.items():
            # A ZipInfo's time is fixed, so that ratios are the same each time.
            writer.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def everything(reader: Reader, prefix: PathSpec | None = None, depth: int = 0) -> Iterator[tuple[str, str]]:
    """(path, `bytes read` or the cause) of every file below, containers gone into."""
    for found in list(reader.walk(prefix)):
        if isinstance(found, Trouble):
            yield found.spec.display(), found.cause
        if not isinstance(found, Entry) or found.kind != "file":
            continue
        try:
            with reader.open(found.spec) as stream:
                size = sum(len(part) for part in iter(lambda: stream.read(1 << 16), b""))
                kind = container_kind(stream, reader.context(found.spec, stream))
        except EvidenceError as error:
            yield found.spec.display(), error.cause
            continue
        yield found.spec.display(), f"{size} read"
        if kind is not None and depth < 8:
            yield from everything(reader, found.spec, depth + 1)


def test_archives_nested_to_multiply_end_early(tmp_path: Path) -> None:
    """42.zip in small: each level holds two copies of the one below, at the bottom 8 MB of zeros."""
    bomb = packed(zeros=bytes(8 << 20))
    for _ in range(4):
        bomb = packed(left=bomb, right=bomb)
    (tmp_path / "bomb.zip").write_bytes(bomb)
    (tmp_path / "game.pgn").write_bytes(GAME)
    tracemalloc.start()
    with Reader(tmp_path, limits=LIMITS) as reader:
        told = list(everything(reader))
        most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert told[-1] == ("game.pgn", f"{len(GAME)} read")
    limited = [path for path, what in told if what == "limit"]
    sides = ("left", "right")
    assert limited == [
        f"bomb.zip › {a} › {b} › {c} › {d}" for a in sides for b in sides for c in sides for d in sides
    ]
    assert all(what == "limit" or int(what.removesuffix(" read")) < 10_000 for _, what in told)
    assert not any(path.endswith("zeros") for path, _ in told)
    assert most < 16 << 20


def test_a_bomb_beside_a_game(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(packed(game=GAME, zeros=bytes(4 << 20), last=GAME))
    (tmp_path / "many.zip").write_bytes(packed(**{f"{number:03}": b"" for number in range(60)}))
    with Reader(tmp_path, limits=LIMITS) as reader:
        told = list(everything(reader))
    game = f"{len(GAME)} read"
    assert told[1:4] == [("a.zip › game", game), ("a.zip › zeros", "limit"), ("a.zip › last", game)]
    assert told[5:] == [
        *((f"many.zip › {number:03}", "0 read") for number in range(50)),
        ("many.zip", "limit"),
    ]


def test_an_archive_that_holds_itself_goes_no_deeper_than_it_is_asked_to(tmp_path: Path) -> None:
    """A quine's ratio is one, so that only the depth ends it; each level alone is an ordinary archive."""
    inner = packed(game=GAME)
    for _ in range(12):
        inner = packed(next=inner)
    (tmp_path / "deep.zip").write_bytes(inner)
    with Reader(tmp_path) as reader:
        told = list(everything(reader))
    assert [path for path, _ in told] == ["deep.zip" + " › next" * depth for depth in range(9)]
    assert all(what.endswith("read") for _, what in told)


@given(packed_size=st.integers(0, 1 << 40), unpacked=st.integers(0, 1 << 50), outer=st.floats(1, 1e6))
def test_a_guard_lets_through_exactly_what_is_within_the_limits(
    packed_size: int, unpacked: int, outer: float
) -> None:
    limits = Limits()
    allowed = unpacked <= limits.max_member_bytes and (
        unpacked <= limits.ratio_from_bytes or outer * unpacked / max(1, packed_size) <= limits.max_ratio
    )
    guard = Guard(limits, packed_size, Expansion(outer, 1))
    if allowed:
        guard.check(unpacked)
    else:
        with pytest.raises(EvidenceError) as raised:
            guard.check(unpacked)
        assert raised.value.cause == "limit"


def test_a_budget_ends_at_the_first_member_too_many() -> None:
    budget = Budget(Limits(max_members=2, max_total_bytes=10))
    budget.add(10)
    with pytest.raises(EvidenceError):
        budget.add(1)
    budget.add(0)
    with pytest.raises(EvidenceError):
        budget.add(0)
    assert (budget.members, budget.total) == (2, 10)
