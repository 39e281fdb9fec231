"""Going down through layers: what a reader's own defect costs, and what is told of volumes that hold
nothing."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from safelight.evidence import formats
from safelight.evidence.model import Container, Entry, Found, OpenContext, Tally, Trouble, Volume
from safelight.evidence.reader import Reader
from safelight.evidence.spec import Layer, PathSpec, layer
from safelight.evidence.stream import Window
from tests.evidence.partition_writer import apm, mbr

FILE = PathSpec((layer("file"),))
S = 512


class Board:
    """A format of the tests: `BOARD` and a letter that says what goes wrong."""

    kind = "board"
    transparent = False

    def recognise(self, stream: io.RawIOBase, context: OpenContext) -> bool:
        stream.seek(0)
        return stream.read(5) == b"BOARD"

    def open_container(self, stream: io.RawIOBase, context: OpenContext) -> Container:
        stream.seek(5)
        what = stream.read(1)
        if what == b"o":
            raise ZeroDivisionError("in opening")
        return BoardContainer(stream, what)


class BoardContainer:
    """Two entries, and between them what should go wrong."""

    def __init__(self, stream: io.RawIOBase, what: bytes) -> None:
        self._stream = stream
        self._what = what

    def walk(self, at: PathSpec) -> Iterator[Found]:
        yield Entry(at.child(layer("board", b"e4")), "file", 6)
        if self._what == b"w":
            raise KeyError("in walking")
        if self._what == b"d":
            raise OSError("disk error")
        yield Entry(at.child(layer("board", b"d5")), "file", 6)
        yield Tally(at, 2)

    def open(self, layer: Layer) -> io.RawIOBase:
        return Window(self._stream, 0, 6)

    def close(self) -> None:
        pass


@pytest.fixture
def boards(monkeypatch: pytest.MonkeyPatch) -> None:
    """The format is asked as one that a third party added."""
    ours = formats.formats()
    monkeypatch.setattr(formats, "formats", lambda: (*ours, Board()))


@pytest.mark.usefixtures("boards")
@pytest.mark.parametrize(
    ("what", "trouble", "names"),
    [
        (b".", [], [b"e4", b"d5"]),
        (b"o", [("corrupt", "ZeroDivisionError: in opening")], []),
        (b"w", [("corrupt", "KeyError: 'in walking'")], [b"e4"]),
        (b"d", [("unreadable", "disk error")], [b"e4"]),
    ],
)
def test_a_defect_costs_its_layer_and_the_walk_goes_on(
    tmp_path: Path, what: bytes, trouble: list[tuple[str, str]], names: list[bytes]
) -> None:
    disk = bytearray(100 * S)
    mbr(disk, [(0x83, 10, 20), (0x83, 50, 20)])
    disk[10 * S : 10 * S + 6] = b"BOARD" + what
    disk[50 * S : 50 * S + 6] = b"BOARD."
    (tmp_path / "disk.dd").write_bytes(disk)
    with Reader(tmp_path / "disk.dd") as reader:
        found = list(reader.walk())
    first = FILE.child(layer("part", b"p1", start=10 * S, size=20 * S))
    assert [
        (each.cause, each.detail) for each in found if isinstance(each, Trouble) and each.spec == first
    ] == trouble
    entries = [each.spec for each in found if isinstance(each, Entry)]
    assert [spec.last.path for spec in entries if spec.parent == first] == names
    assert [spec.last.path for spec in entries if spec.parent != first] == [b"e4", b"d5"]
    assert found[-1] == Tally(PathSpec(()), len(names) + 2)
    rows = [each.spec.last.path for each in found if isinstance(each, Volume)]
    assert rows == [b"gap1", b"p1", b"gap2", b"p2", b"gap3"]


def test_partitions_that_hold_no_file_system_by_their_nature_are_no_trouble(tmp_path: Path) -> None:
    disk = bytearray(100 * S)
    apm(disk, [("Apple", "Apple_partition_map", 1, 63)])
    (tmp_path / "disk.dd").write_bytes(disk)
    with Reader(tmp_path / "disk.dd") as reader:
        found = list(reader.walk())
    part = layer("part", b"p1", start=S, size=63 * S)
    gap = layer("part", b"gap1", start=64 * S, size=36 * S)
    assert found == [
        Volume(FILE.child(part), "apm", 1, S, 63 * S, "Apple_partition_map", "Apple"),
        Volume(FILE.child(gap), "apm", 0, 64 * S, 36 * S, "unallocated"),
        Tally(PathSpec(()), 0),
    ]


def test_a_walk_of_what_is_no_container(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("rain")
    item = PathSpec((Layer("folder", b"a.txt"),))
    why = "no partition table, file system or encryption that Safelight knows begins here"
    with Reader(tmp_path) as reader:
        assert list(reader.walk(item)) == [Trouble(item, "unsupported", why), Tally(item, 0)]
        gone = PathSpec((Layer("folder", b"b.txt"),))
        (trouble, tally) = reader.walk(gone)
        assert isinstance(trouble, Trouble)
        assert (trouble.spec, trouble.cause, tally) == (gone, "vanished", Tally(gone, 0))
