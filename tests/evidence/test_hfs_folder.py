"""Folders of HFS+: the same as The Sleuth Kit lists where it lists them, hard links, odd names, damage, and large ones."""

from __future__ import annotations

import io
import resource
import struct
import zipfile
from pathlib import Path

import pytest

from safelight.evidence import tsk_walk
from safelight.evidence.model import Entry, Found, OpenContext, Tally, Trouble
from safelight.evidence.tsk import FORMAT
from tests.evidence.filesystem_images import AT, Row, found_in, image, rows
from tests.evidence.hfs_writer import DATE, NODE, ROOT, Node, folder, write_large, write_small
from tests.evidence.large_folders import name_of
from tests.evidence.memory_stream import MemoryStream

PRIVATE, PRIVATE_FOLDERS, INNER = 17, 18, 40
GAME, WEATHER = b"1. e4 e5\n", b"2016-01-12,-6\n" * 1000
LINKED = [
    folder(16, ROOT, "mappe"),
    folder(PRIVATE, ROOT, "\0\0\0\0HFS+ Private Data"),
    folder(PRIVATE_FOLDERS, ROOT, ".HFS+ Private Directory Data\r"),
    Node(30, PRIVATE, "iNode30", GAME),
    Node(31, 16, "lenke.pgn", link=30),
    Node(32, ROOT, "lenke også.pgn", link=30),
    folder(INNER, PRIVATE_FOLDERS, "dir_40"),
    Node(41, INNER, "vær.csv", WEATHER),
    Node(42, 16, "mappelenke", link=INNER, to_folder=True),
    Node(50, 16, "1/2 parti.pgn", GAME),
    Node(51, 16, "linje\x01\n.pgn", GAME),
    Node(52, 16, "å" * 255),
    Node(53, 16, "\U0001f3c1" * 127),
    Node(54, 16, "symlenke", b"../mappe/parti.pgn", mode=0o120777),
    Node(55, 16, "rør", mode=0o010644),
    Node(56, 16, "blokk", mode=0o060644),
    Node(57, 16, "ingen lenke.pgn", link=30, made=DATE + 5),
    Node(58, 16, "null\0s.pgn"),
]


def written(path: Path, nodes: list[Node]) -> bytes:
    write_small(path / "medium.img", nodes)
    return (path / "medium.img").read_bytes()


def both_ways(data: bytes, monkeypatch: pytest.MonkeyPatch) -> tuple[list[Found], list[Found]]:
    ours = found_in(FORMAT, MemoryStream(data))
    monkeypatch.setattr(tsk_walk, "is_hfs", lambda system: False)
    return ours, found_in(FORMAT, MemoryStream(data))


def test_the_same_as_the_sleuth_kit(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = both_ways(image("dfvfs_hfsplus"), monkeypatch)
    assert ours == theirs


def test_the_same_as_the_sleuth_kit_on_a_journaled_volume(
    realdata: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(realdata / "sleuthkit_nps" / "nps-2009-hfsjtest1.image.gen1.zip") as archive:
        data = archive.read(next(name for name in archive.namelist() if name.endswith(".dmg")))
    ours, theirs = both_ways(data, monkeypatch)
    assert ours == theirs


def test_the_same_as_the_sleuth_kit_with_links_and_odd_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = both_ways(written(tmp_path, LINKED), monkeypatch)
    assert ours == theirs


def test_links_odd_names_and_special_files(tmp_path: Path) -> None:
    def row(path: str, content: bytes = b"", kind: str = "file") -> Row:
        return Row(path, kind, "allocated", False, len(content), content)

    found = rows(FORMAT, MemoryStream(written(tmp_path, LINKED)))
    assert [each for each in found if not each.path.startswith("/$")] == [
        row("/^^^^HFS+ Private Data", kind="folder"),
        row("/.HFS+ Private Directory Data\r", kind="folder"),
        row("/lenke også.pgn", GAME),
        row("/mappe", kind="folder"),
        row("/^^^^HFS+ Private Data/iNode30", GAME),
        row("/.HFS+ Private Directory Data\r/dir_40", kind="folder"),
        row("/.HFS+ Private Directory Data\r/dir_40/vær.csv", WEATHER),
        row("/mappe/1:2 parti.pgn", GAME),
        row("/mappe/blokk", kind="special"),
        row("/mappe/ingen lenke.pgn"),
        row("/mappe/lenke.pgn", GAME),
        row("/mappe/linje\x01\n.pgn", GAME),
        row("/mappe/mappelenke", kind="folder"),
        row("/mappe/null^s.pgn"),
        row("/mappe/rør", kind="special"),
        row("/mappe/symlenke", b"../mappe/parti.pgn", "link"),
        row("/mappe/" + "å" * 255),
        row("/mappe/" + "\U0001f3c1" * 127),
    ]


def test_a_name_that_is_no_unicode_does_not_cost_its_folder(tmp_path: Path) -> None:
    data = written(
        tmp_path, [folder(16, ROOT, "mappe"), Node(20, 16, "a\ud800.pgn", GAME), Node(21, 16, "b.pgn")]
    )
    found = rows(FORMAT, MemoryStream(data))
    assert [(each.path, each.content) for each in found[-2:]] == [
        ("/mappe/a\\xed\\xa0\\x80.pgn", GAME),
        ("/mappe/b.pgn", b""),
    ]


def test_a_link_that_leads_nowhere(tmp_path: Path) -> None:
    nodes = [folder(PRIVATE, ROOT, "\0\0\0\0HFS+ Private Data"), Node(31, ROOT, "lenke.pgn", link=99)]
    found = found_in(FORMAT, MemoryStream(written(tmp_path, nodes)))
    entries = [each.spec.last for each in found if isinstance(each, Entry)]
    assert [(e.path, e.number("inode")) for e in entries][-1] == (b"/lenke.pgn", 31)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("large") / "medium.img"
    write_large(path, name_of, 15_000)
    return path


def walk(stream: io.RawIOBase) -> tuple[list[bytes], list[str]]:
    """Names in /parti, and troubles."""
    names, troubles = [], []
    count = 0
    for found in FORMAT.open_container(stream, OpenContext()).walk(AT):
        if isinstance(found, Entry):
            count += 1
            if found.spec.last.path.startswith(b"/parti/"):
                names.append(found.spec.last.path.removeprefix(b"/parti/"))
        elif isinstance(found, Trouble):
            troubles.append(f"{found.spec.last.path.decode()}: {found.detail}")
        elif isinstance(found, Tally):
            assert found.children == count
    return names, troubles


def expected(numbers: range) -> list[bytes]:
    return [name_of(number).encode() for number in numbers]


def test_a_large_folder(large: Path) -> None:
    with io.FileIO(large) as file:
        assert walk(file) == (expected(range(15_000)), [])


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_a_folder_of_a_million(tmp_path: Path) -> None:
    write_large(tmp_path / "medium.img", name_of, 1_000_000)
    with io.FileIO(tmp_path / "medium.img") as file:
        names, troubles = walk(file)
    assert not troubles
    assert names == expected(range(1_000_000))
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert held < 1_500_000  # KiB, all of the tests before and what this test itself holds included


def damaged(large: Path, number: int, offset: int, data: bytes) -> tuple[MemoryStream, int, int]:
    """`data` written over a leaf of the catalog, which begins with the record of file `number`: the volume, the leaf's
    number, and the number of the first file in it."""
    volume = bytearray(large.read_bytes())
    catalog = 2 * 4096
    place = volume.index(name_of(number).encode("utf-16-be"))
    leaf = (place - catalog) // NODE
    start = catalog + leaf * NODE
    first = next(
        n for n in range(number - 40, number + 1) if volume.find(name_of(n).encode("utf-16-be")) >= start
    )
    volume[start + offset : start + offset + len(data)] = data
    return MemoryStream(bytes(volume)), leaf, first


def test_a_leaf_that_is_gone_costs_what_lies_behind_it(large: Path) -> None:
    stream, leaf, first = damaged(large, 7000, 0, bytes(NODE))
    assert walk(stream) == (
        expected(range(first)),
        [f"/parti: node {leaf} of the catalog is damaged; names in it and behind it may be missing"],
    )


def test_a_leaf_that_leads_back(large: Path) -> None:
    stream, _leaf, first = damaged(large, 7000, 0, struct.pack(">I", 3))
    names, troubles = walk(stream)
    assert troubles == ["/parti: node 3 of the catalog follows itself; names behind it may be missing"]
    assert first < len(names) < 7100
    assert names == expected(range(len(names)))


def test_a_leaf_that_leads_out_of_the_catalog(large: Path) -> None:
    stream, _leaf, _first = damaged(large, 7000, 0, struct.pack(">I", 1 << 30))
    names, troubles = walk(stream)
    assert troubles == [
        "/parti: node 1073741824 of the catalog lies behind its end; names in it and behind it may be missing"
    ]
    assert names == expected(range(len(names)))


def test_a_damaged_record_costs_its_name_alone(large: Path) -> None:
    stream, leaf, first = damaged(large, 7000, 14 + 8 + 2 * len(name_of(0)), b"\0\x09")
    names, troubles = walk(stream)
    assert troubles == [
        f"/parti: the record at byte 14 of node {leaf} of the catalog is of no kind that is known"
    ]
    assert names == expected(range(first)) + expected(range(first + 1, 15_000))
