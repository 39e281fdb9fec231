"""7z archives written by 7-Zip: solid and not, each method, encrypted in both ways, damaged."""

from __future__ import annotations

import io
import random
import tarfile
from collections.abc import Iterator
from pathlib import Path

import py7zr
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safelight.evidence.archive_7z import FORMAT
from safelight.evidence.model import Container, Entry, EvidenceError, Limits, OpenContext, Tally, Trouble
from safelight.evidence.spec import from_bytes
from safelight.traces.moment import Moment
from tests.evidence.memory_stream import AT, MemoryStream, content, opened, written

ARCHIVES = Path(__file__).parent / "archives"
WEATHER = (ARCHIVES / "weather.csv").read_bytes()
GAME = (ARCHIVES / "game.pgn").read_bytes()
JAM = (ARCHIVES / "blåbærsyltetøy.txt").read_bytes()
PASSWORD = "sjakk2016"


def archive(name: str, *credentials: str, limits: Limits | None = None) -> Container:
    return opened(FORMAT, (ARCHIVES / name).read_bytes(), credentials=credentials, limits=limits)


def entries(container: Container) -> list[Entry]:
    return [found for found in container.walk(AT) if isinstance(found, Entry)]


def test_a_solid_archive_with_folders_a_link_and_an_empty_file() -> None:
    container = archive("solid.7z")
    assert list(written(container)) == [
        (b"folder", "folder", b""),
        (b"folder/empty", "folder", b""),
        (b"folder/zero", "file", b""),
        ("blåbærsyltetøy.txt".encode(), "file", JAM),
        (b"game.pgn", "file", GAME),
        (b"link", "link", b"game.pgn"),
        (b"weather.csv", "file", WEATHER),
        (b"", "tally", "7"),
    ]
    filetime = 116_444_736_000_000_000 + 1_452_589_801 * 10_000_000
    at = 1_452_589_801_000_000
    game = next(entry for entry in entries(container) if entry.spec.last.path == b"game.pgn")
    assert game.times == {"modified": Moment(at, at, str(filetime), "stated")}
    assert from_bytes(game.spec.to_bytes()) == game.spec
    # In any order, and again.
    for path, expected in ((b"weather.csv", WEATHER), (b"game.pgn", GAME), (b"weather.csv", WEATHER)):
        (entry,) = [entry for entry in entries(container) if entry.spec.last.path == path]
        assert content(container, entry) == expected


@pytest.mark.parametrize("name", [
    "blocks.7z", "method_Copy.7z", "method_Deflate.7z", "method_Deflate64.7z", "method_BZip2.7z", "method_LZMA.7z",
])  # fmt: skip
def test_every_method(name: str) -> None:
    told = {path: data for path, kind, data in written(archive(name)) if kind == "file"}
    assert told == {b"game.pgn": GAME, b"weather.csv": WEATHER}


@pytest.mark.parametrize(
    ("name", "expected"), [("bcj.7z", WEATHER), ("delta.7z", WEATHER), ("bcj2.7z", "unsupported")]
)
def test_filters(name: str, expected: bytes | str) -> None:
    assert list(written(archive(name))) == [(b"weather.csv", "file", expected), (b"", "tally", "1")]


def test_ppmd_is_refused() -> None:
    """Its decoder ends the process on damaged data."""
    told = {path: data for path, kind, data in written(archive("method_PPMd.7z")) if kind == "file"}
    assert told == {b"game.pgn": "unsupported", b"weather.csv": "unsupported"}


@pytest.mark.parametrize("name", ["encrypted.7z", "encrypted_copy.7z"])
def test_encrypted_members_need_the_password(name: str) -> None:
    plain = {b"game.pgn": GAME, b"weather.csv": WEATHER}
    for credentials, fits in (((), False), (("wrong",), False), (("wrong", PASSWORD), True)):
        container = archive(name, *credentials)
        told = {path: data for path, kind, data in written(container) if kind == "file"}
        assert told == (plain if fits else dict.fromkeys(plain, "encrypted"))


def test_an_encrypted_list_of_members_needs_the_password() -> None:
    for credentials in ((), ("wrong",)):
        with pytest.raises(EvidenceError) as raised:
            archive("encrypted_header.7z", *credentials)
        assert raised.value.cause == "encrypted"
    told = {path: data for path, _, data in written(archive("encrypted_header.7z", "wrong", PASSWORD))}
    assert told == {b"game.pgn": GAME, b"weather.csv": WEATHER, b"": "2"}


def test_the_encrypted_archives_of_tika(realdata: Path) -> None:
    with tarfile.open(realdata / "malformed" / "tika.tar.gz") as source:
        member = source.extractfile("tika/test7Z_protected_passTika.7z")
        assert member is not None
        locked = member.read()
        member = source.extractfile("tika/full_encrypted.7z")
        assert member is not None
        hidden = member.read()
    assert [told for _, kind, told in written(opened(FORMAT, locked)) if kind == "file"] == ["encrypted"]
    (entry,) = entries(container := opened(FORMAT, locked, credentials=("Tika",)))
    text = content(container, entry)
    assert isinstance(text, bytes)
    assert len(text) == entry.size
    with pytest.raises(EvidenceError) as raised:
        opened(FORMAT, hidden)
    assert raised.value.cause == "encrypted"


def _solid(plains: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w", filters=[{"id": py7zr.FILTER_ZSTD, "level": 1}]) as writer:
        for name, plain in plains.items():
            writer.writestr(plain, name)
    return out.getvalue()


def test_members_of_a_large_block_cost_two_passes_in_any_order() -> None:
    draw = random.Random(1)
    plains = {f"{number:02}": draw.randbytes(1 << 20) for number in range(24)}
    data = _solid(plains)
    stream = MemoryStream(data)
    container = FORMAT.open_container(stream, OpenContext())
    found = entries(container)
    draw.shuffle(found)
    stream.bytes_read = 0
    for entry in found:
        assert content(container, entry) == plains[entry.spec.last.path.decode()]
    assert stream.bytes_read < 2.1 * len(data)


def test_two_members_can_be_read_at_once() -> None:
    container = archive("blocks.7z")
    first, second = (container.open(entry.spec.last) for entry in entries(container))
    mixed: list[bytes] = []
    for _ in range(30):
        mixed += [first.read(3), second.read(3)]
    assert b"".join(mixed[::2]) == GAME[:90]
    assert b"".join(mixed[1::2]) == WEATHER[:90]


def test_limits_end_a_member_or_the_list_and_nothing_else() -> None:
    data = _solid({"zeros": bytes(5_000_000), "game": GAME})
    told = [told for _, kind, told in written(opened(FORMAT, data, limits=Limits(max_member_bytes=4_000_000)))
            if kind == "file"]  # fmt: skip
    assert told == ["limit", GAME]
    bomb = Limits(ratio_from_bytes=1_000_000, max_ratio=100)
    assert [told for _, kind, told in written(opened(FORMAT, data, limits=bomb)) if kind == "file"] == [
        "limit"
    ] * 2
    assert list(written(opened(FORMAT, data, limits=Limits(max_members=1)))) == [
        (b"zeros", "file", bytes(5_000_000)),
        (AT.last.path, "trouble", "limit"),
        (b"", "tally", "1"),
    ]


def test_damage_in_one_block_leaves_the_other() -> None:
    data = bytearray((ARCHIVES / "blocks.7z").read_bytes())
    data[60] ^= 0xFF
    assert [told for _, kind, told in written(opened(FORMAT, bytes(data))) if kind == "file"] == [
        "corrupt",
        WEATHER,
    ]


def test_a_cut_archive_is_corrupt() -> None:
    data = (ARCHIVES / "solid.7z").read_bytes()
    for size in (6, 31, 32, 500, len(data) - 1):
        with pytest.raises(EvidenceError) as raised:
            opened(FORMAT, data[:size])
        assert raised.value.cause == "corrupt"


def _forms() -> Iterator[bytes]:
    for name in (
        "solid.7z",
        "blocks.7z",
        "method_PPMd.7z",
        "method_Deflate64.7z",
        "bcj.7z",
        "method_BZip2.7z",
    ):
        yield (ARCHIVES / name).read_bytes()


@settings(max_examples=200, deadline=10_000)
@given(sample=st.sampled_from(list(_forms())), flips=st.lists(st.tuples(st.floats(0, 1), st.integers(1, 255)),
       min_size=1, max_size=4))  # fmt: skip
def test_damaged_bytes_never_raise_anything_else(sample: bytes, flips: list[tuple[float, int]]) -> None:
    data = bytearray(sample)
    for place, mask in flips:
        data[min(len(data) - 1, int(place * len(data)))] ^= mask
    try:
        container = FORMAT.open_container(MemoryStream(bytes(data)), OpenContext())
    except EvidenceError:
        return
    found = list(container.walk(AT))
    assert isinstance(found[-1], Tally)
    for one in found:
        assert isinstance(one, (Entry, Trouble, Tally))
        if isinstance(one, Entry) and one.kind == "file":
            content(container, one)
