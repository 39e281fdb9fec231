"""Folders that are read by their own data: large ones in time, and the same entries whichever way they are read."""

from __future__ import annotations

import io
import resource
from collections.abc import Callable
from pathlib import Path

import pytest

from safelight.evidence import tsk_folder
from safelight.evidence.model import Entry, Found, OpenContext, Tally, Trouble
from safelight.evidence.spec import layer
from safelight.evidence.tsk import FORMAT
from tests.evidence.filesystem_images import AT, found_in, image
from tests.evidence.large_folders import ext_with_folder, name_of, ntfs_with_folder, run_tool
from tests.evidence.memory_stream import MemoryStream

NAMES = 15_000
Maker = Callable[[Path, int], None]


def whole(found: list[Found]) -> list[Found]:
    """In one order: the two ways list deleted names in different places."""
    return sorted(found, key=lambda each: (type(each).__name__, each.spec.to_bytes()))


def walk_both_ways(name: str, monkeypatch: pytest.MonkeyPatch) -> tuple[list[Found], list[Found]]:
    data = image(name)
    monkeypatch.setattr(tsk_folder, "LARGE", 1 << 60)
    by_library = found_in(FORMAT, MemoryStream(data))
    monkeypatch.setattr(tsk_folder, "LARGE", -1)
    return whole(by_library), whole(found_in(FORMAT, MemoryStream(data)))


@pytest.mark.parametrize("name", ["ext2", "ext4", "ntfs", "ntfs_deleted", "ext3_deleted"])
def test_both_ways_give_the_same(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    by_library, by_own_reader = walk_both_ways(name, monkeypatch)
    assert by_own_reader == by_library


def entries_of(name: str) -> list[Entry]:
    found = found_in(FORMAT, MemoryStream(image(name)))
    assert not [each for each in found if isinstance(each, Trouble)]
    return [each for each in found if isinstance(each, Entry)]


DELETED = {f"/trekk/åpning {number:03d}.pgn" for number in range(0, 300, 3)}
MOVED = {f"/trekk/åpning {number:03d}.pgn" for number in range(1, 300, 30)}


def test_deleted_names_of_ntfs_after_2020() -> None:
    """All but those whose place was written over are found; The Sleuth Kit alone finds 41, by the files' records."""
    gone = [e for e in entries_of("ntfs_deleted") if e.state == "deleted"]
    names = [e.spec.last.path.decode() for e in gone]
    assert len(set(names)) == len(names)
    lost = {f"/trekk/åpning {number:03d}.pgn" for number in (0, 1, 3, 6, 9, 12, 15)}
    assert set(names) == (DELETED | MOVED) - lost


def test_orphans_of_a_folder_without_blocks() -> None:
    """The deleted folder's inode says that it has no blocks, on which The Sleuth Kit gives the whole search up."""
    orphans = [e.spec.last for e in entries_of("ext3_deleted") if e.state == "orphan"]
    inodes = [192, 195, *range(201, 315, 3), *range(315, 365)]  # of /trekk, as far as not taken; of /slettet
    assert orphans == [layer("tsk", b"/$OrphanFiles/OrphanFile-%d" % inode, inode=inode) for inode in inodes]


def test_a_range_of_inodes_that_killed_the_walker_is_searched_in_pieces() -> None:
    ranges = [b"/$OrphanFiles (inodes 1 to 512)", b"/$OrphanFiles (inodes 1 to 256)"]
    notes: list[bytes] = []
    context = OpenContext(note=notes.append, skip=frozenset(ranges))
    found = found_in(FORMAT, MemoryStream(image("ext3_deleted")), context)
    trouble = next(each for each in found if isinstance(each, Trouble))
    assert trouble.detail == "inodes 1 to 256 killed the walker before; not searched for orphans"
    orphans = [e.spec.last.number("inode") for e in found if isinstance(e, Entry) and e.state == "orphan"]
    assert orphans == [*range(258, 315, 3), *range(315, 365)]
    assert notes[-3:] == [ranges[1], b"/$OrphanFiles (inodes 257 to 512)", b"/$OrphanFiles"]


def walk_large(path: Path) -> tuple[set[bytes], list[Found], int]:
    """Names in /parti, everything else, and the sum of allocated entries in /parti."""
    names: set[bytes] = set()
    other: list[Found] = []
    count = 0
    with io.FileIO(path) as file:
        container = FORMAT.open_container(file, OpenContext())
        for found in container.walk(AT):
            if isinstance(found, Entry) and found.spec.last.path.startswith(b"/parti/"):
                names.add(found.spec.last.path)
                count += 1
                assert (found.kind, found.state) == ("file", "allocated")
            else:
                other.append(found)
    return names, other, count


def check_large(make: Maker, path: Path, number: int) -> None:
    make(path, number)
    names, other, count = walk_large(path)
    assert names == {b"/parti/" + name_of(each).encode() for each in range(number)}
    assert count == number
    assert not [each for each in other if isinstance(each, Trouble)]
    entries = [each for each in other if isinstance(each, Entry)]
    assert other[-1] == Tally(AT, number + len(entries))


@pytest.mark.parametrize("make", [ext_with_folder, ntfs_with_folder])
def test_a_large_folder(make: Maker, tmp_path: Path) -> None:
    check_large(make, tmp_path / "medium.img", NAMES)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("make", [ext_with_folder, ntfs_with_folder])
def test_a_folder_of_a_million(make: Maker, tmp_path: Path) -> None:
    check_large(make, tmp_path / "medium.img", 1_000_000)
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert held < 1_500_000  # KiB, all of the tests before included


@pytest.fixture(scope="module")
def ext_image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("large") / "medium.img"
    ext_with_folder(path, NAMES)
    return path


def test_signs_of_life_in_a_large_folder(ext_image: Path) -> None:
    notes: list[bytes] = []
    with io.FileIO(ext_image) as file:
        found_in(FORMAT, file, OpenContext(note=notes.append))
    assert notes.count(b"/parti") == 1 + NAMES // 1000 + 1  # arriving, names by the thousand, data by the MiB


def test_a_large_folder_that_killed_the_walker_is_passed(ext_image: Path) -> None:
    with io.FileIO(ext_image) as file:
        found = found_in(FORMAT, file, OpenContext(skip=frozenset([b"/parti"])))
    troubles = [each.spec.last.path for each in found if isinstance(each, Trouble)]
    assert troubles == [b"/parti"]
    assert [e.spec.last.path for e in found if isinstance(e, Entry)] == [
        b"/lost+found",
        b"/trekk.pgn",
        b"/parti",
    ]


def test_signs_of_life_from_the_search_of_a_large_fat_volume(tmp_path: Path) -> None:
    path = tmp_path / "medium.img"
    run_tool("mkfs.fat", "-F", "32", "-C", str(path), str(256 << 10)).check_returncode()
    notes: list[bytes] = []
    with io.FileIO(path) as file:
        found_in(FORMAT, file, OpenContext(note=notes.append))
    assert notes.count(b"/$OrphanFiles") == 1 + 256 // 64 - 1  # arriving, and each 64 MiB after the first
