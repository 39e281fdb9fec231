"""File systems, item by item: what is listed, in which state, and every byte of it."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from safelight.evidence.model import Entry, EvidenceError, OpenContext, Trouble
from safelight.evidence.spec import layer
from safelight.evidence.stream import Window
from safelight.evidence.tsk import FORMAT, OPENING
from tests.evidence.filesystem_images import (
    AT,
    CHESS,
    HOLE,
    PATTERN,
    WEATHER,
    Row,
    found_in,
    image,
    rows,
)
from tests.evidence.large_folders import run_tool
from tests.evidence.memory_stream import MemoryStream


def live(path: str, content: bytes, kind: str = "file") -> Row:
    return Row(path, kind, "allocated", False, len(content), content)


def gone(path: str, content: bytes, kind: str = "file", overwritten: bool = True) -> Row:
    return Row(path, kind, "deleted", overwritten, len(content), content)


def folder(path: str, state: str = "allocated") -> Row:
    return Row(path, "folder", state, False, 0, b"")


NTFS = [
    live("/Blåbærsyltetøy på brød.txt", "blåbær\n".encode()),
    live("/empty.txt", b""),
    folder("/games"),
    live("/games:notes", b"notes of a folder\n", "stream"),
    live("/junction", b"C:\\games", "link"),
    folder("/packed"),
    live("/resident.txt", CHESS),
    live("/sparse.bin", HOLE),
    live("/symlink.txt", b"games\\opening.pgn", "link"),
    live("/weather.csv", WEATHER),
    live("/weather.csv:station", PATTERN, "stream"),
    live("/weather.csv:Zone.Identifier", b"[ZoneTransfer]\r\nZoneId=3\r\n", "stream"),
    gone("/deleted_small.txt", CHESS, overwritten=False),
    gone("/deleted_big.bin", PATTERN),
    folder("/gone", "deleted"),
    live("/games/hardlink.pgn", CHESS),
    live("/games/opening.pgn", CHESS),
    live("/packed/long.csv", WEATHER * 4),
    live("/packed/weather.csv", WEATHER),
    gone("/gone/inner.csv", WEATHER),
]
NTFS_META = [
    ("/$AttrDef", "file", 2560),
    ("/$BadClus", "file", 0),
    ("/$BadClus:$Bad", "special", 6 * 1024 * 1024 - 4096),
    ("/$Bitmap", "file", 192),
    ("/$Boot", "file", 8192),
    ("/$Extend", "folder", 0),
    ("/$LogFile", "file", 2 * 1024 * 1024),
    ("/$MFT", "file", 81920),
    ("/$MFTMirr", "file", 4096),
    ("/$Secure", "file", 0),
    ("/$Secure:$SDS", "stream", 262396),
    ("/$UpCase", "file", 131072),
    ("/$UpCase:$Info", "stream", 32),
    ("/$Volume", "file", 0),
    ("/$Extend/$ObjId", "file", 0),
    ("/$Extend/$Quota", "file", 0),
    ("/$Extend/$Reparse", "file", 0),
]
FAT = [
    live("/SJAKK       (Volume Label Entry)", b""),
    folder("/games"),
    folder("/_one", "deleted"),
    live("/Blåbærsyltetøy på brød.pgn", CHESS),
    live("/weather.csv", WEATHER),
    gone("/_eleted.bin", PATTERN),
    live("/games/opening.pgn", CHESS),
    gone("/_one/_nner.csv", WEATHER),
]
EXFAT = [
    live("/Sjakk (Volume Label Entry)", b""),
    folder("/games"),
    folder("/gone", "deleted"),
    live("/Blåbærsyltetøy på brød.pgn", CHESS),
    live("/weather.csv", WEATHER),
    gone("/deleted.bin", PATTERN),
    live("/games/opening.pgn", CHESS),
    gone("/gone/inner.csv", WEATHER),
]
LONG_LINK = b"games/" + b"0" * 100 + b"/opening.pgn"
EXT_ROOT = [
    gone("/deleted.bin", PATTERN),
    Row("/device", "special", "allocated", False, 0, b""),
    Row("/fifo", "special", "allocated", False, 0, b""),
    folder("/games"),
    live("/latin1_\\xe6\\xf8\\xe5.txt", b"not UTF-8\n"),
    live("/long_link", LONG_LINK, "link"),
    gone("/old.txt", b""),
    live("/short_link", b"games/opening.pgn", "link"),
    live("/sparse.bin", HOLE),
    live("/weather.csv", WEATHER),
]
EXT_GAMES = [
    live("/games/hardlink.pgn", CHESS),
    live("/games/opening.pgn", CHESS),
    live("/games/taker.pgn", CHESS),
]
EXT2 = [folder("/lost+found"), live("/Blåbærsyltetøy på brød.pgn", CHESS), *EXT_ROOT, *EXT_GAMES]
EXT4 = [
    folder("/lost+found"),
    live("/Blåbærsyltetøy på brød.pgn", CHESS),
    folder("/d"),
    *EXT_ROOT,
    *(folder("/d" * depth) for depth in range(2, 251)),
    live("/d" * 250 + "/deepest.txt", b"250 folders down\n"),
    *EXT_GAMES,
]
JOLIET = [
    live("/Blåbærsyltetøy.pgn", CHESS),
    folder("/games"),
    live("/weather.csv", WEATHER),
    live("/games/opening.pgn", CHESS),
]
PLAIN_ISO = [
    live("/BL__B__R.PGN", CHESS),
    folder("/GAMES"),
    live("/WEATHER.CSV", WEATHER),
    live("/GAMES/OPENING.PGN", CHESS),
]
IMAGES = {
    "ntfs": ("ntfs", "Sjakk og vær", NTFS),
    "fat12": ("fat12", "SJAKK", FAT),
    "fat16": ("fat16", "SJAKK", FAT),
    "fat32": ("fat32", "SJAKK", FAT),
    "exfat": ("exfat", "", EXFAT),
    "ext2": ("ext2", "Sjakk", EXT2),
    "ext4": ("ext4", "Sjakk", EXT4),
    "iso9660": ("iso9660", "SJAKK", JOLIET),
    "iso9660_plain": ("iso9660", "SJAKK", PLAIN_ISO),
}


def without_system_files(found: list[Row]) -> list[Row]:
    return [row for row in found if not row.path.startswith("/$")]


@pytest.mark.parametrize("name", IMAGES)
def test_every_item_of_each_file_system(name: str) -> None:
    file_system, label, expected = IMAGES[name]
    stream = MemoryStream(image(name))
    assert FORMAT.recognise(stream, OpenContext())
    container = FORMAT.open_container(stream, OpenContext())
    assert (container.file_system, container.label) == (file_system, label)  # type: ignore[attr-defined]
    assert without_system_files(rows(FORMAT, stream)) == expected


def test_metadata_files_of_ntfs_are_items() -> None:
    found = rows(FORMAT, MemoryStream(image("ntfs")))
    listed = [(row.path, row.kind, row.size) for row in found if row.path.startswith("/$")]
    orphans = [(f"/$OrphanFiles/OrphanFile-{number}", "file", 0) for number in range(16, 24)]
    assert listed == [*NTFS_META, *orphans]
    mft = next(row for row in found if row.path == "/$MFT")
    assert isinstance(mft.content, bytes) and mft.content[:4] == b"FILE"


def test_boot_sector_and_tables_of_fat_are_special() -> None:
    data = image("fat12")
    found = {row.path: row for row in rows(FORMAT, MemoryStream(data)) if row.path.startswith("/$")}
    assert found == {
        "/$MBR": live("/$MBR", data[:512], "special"),
        "/$FAT1": live("/$FAT1", data[512:5120], "special"),
        "/$FAT2": live("/$FAT2", data[5120:9728], "special"),
    }


@pytest.mark.parametrize("name", ["ntfs", "fat16", "ext4", "iso9660"])
def test_plain_file_window_and_stream_give_the_same(name: str, tmp_path: Path) -> None:
    data = image(name)
    over_stream = found_in(FORMAT, MemoryStream(data))
    path = tmp_path / "medium.dd"
    path.write_bytes(bytes(1 << 20) + data + b"\xff" * 4096)
    path.chmod(0o400)
    before = path.stat()
    with io.FileIO(path) as file:
        window = Window(file, 1 << 20, len(data))
        assert found_in(FORMAT, window) == over_stream
        assert rows(FORMAT, window) == rows(FORMAT, MemoryStream(data))
    after = path.stat()
    assert (after.st_size, after.st_mtime_ns) == (before.st_size, before.st_mtime_ns)


def entry_at(name: str, path: bytes) -> Entry:
    found = found_in(FORMAT, MemoryStream(image(name)))
    return next(entry for entry in found if isinstance(entry, Entry) and entry.spec.last.path == path)


def test_times_of_ntfs_are_stated_utc_with_nanoseconds() -> None:
    modified = entry_at("ntfs", b"/resident.txt").times["modified"]
    assert modified.as_row() == {
        "utc": 1452591000123456,
        "wall": 1452591000123456,
        "text": "2016-01-12T09:30:00.123456700Z",
        "basis": "stated",
        "assumed_by": None,
    }


def test_times_of_fat_are_a_wall_clock_and_nothing_more() -> None:
    times = entry_at("fat16", b"/weather.csv").times
    assert {name: (time.utc_us, time.wall_us, time.text, time.basis) for name, time in times.items()} == {
        "modified": (None, 1452591000000000, "2016-01-12 09:30:00", "unknown"),
        "accessed": (None, 1452556800000000, "2016-01-12", "unknown"),
        "created": (None, 1452591000000000, "2016-01-12 09:30:00", "unknown"),
    }


def test_links_say_where_they_point() -> None:
    assert entry_at("ext2", b"/long_link").link_target == LONG_LINK
    assert entry_at("ntfs", b"/junction").link_target == b"C:\\games"


def test_first_block_is_where_the_data_lies() -> None:
    data = image("ext2")
    entry = entry_at("ext2", b"/weather.csv")
    assert data[entry.first_block : entry.first_block + 1000] == WEATHER[:1000]


def test_positions_within_a_file() -> None:
    container = FORMAT.open_container(MemoryStream(image("ntfs")), OpenContext())
    for path, content in ((b"/packed/long.csv", WEATHER * 4), (b"/sparse.bin", HOLE)):
        stream = container.open(entry_at("ntfs", path).spec.last)
        for start in (0, 4095, 65536, len(content) - 5, len(content), len(content) + 9):
            stream.seek(start)
            assert stream.read(100) == content[start : start + 100]


def test_folder_that_killed_the_walker_is_passed() -> None:
    notes: list[bytes] = []
    context = OpenContext(note=notes.append, skip=frozenset([b"/games"]))
    found = found_in(FORMAT, MemoryStream(image("ext2")), context)
    assert notes == [
        OPENING,
        b"/",
        b"/lost+found",
        b"/games",
        b"/$OrphanFiles (inodes 1 to 64)",
        b"/$OrphanFiles",
    ]
    troubles = [(t.spec.last.path, t.cause) for t in found if isinstance(t, Trouble)]
    assert troubles == [(b"/games", "corrupt")]
    paths = [entry.spec.last.path for entry in found if isinstance(entry, Entry)]
    assert b"/weather.csv" in paths and b"/games/opening.pgn" not in paths


def test_opening_that_killed_the_reader_is_not_tried_again() -> None:
    with pytest.raises(EvidenceError, match="killed"):
        FORMAT.open_container(MemoryStream(image("ext2")), OpenContext(skip=frozenset([OPENING])))


@pytest.mark.parametrize(
    ("magic", "offset", "name"),
    [
        (b"XFSB", 0, "xfs"),
        (b"_BHRfS_M", 65600, "btrfs"),
        (b"ReFS\0\0\0\0", 3, "refs"),
        (b"BEA01", 32769, "udf"),
    ],
)
def test_file_systems_that_are_not_read_are_named(magic: bytes, offset: int, name: str) -> None:
    data = bytearray(1 << 20)
    data[offset : offset + len(magic)] = magic
    stream = MemoryStream(bytes(data))
    assert FORMAT.recognise(stream, OpenContext())
    with pytest.raises(EvidenceError, match=f"unsupported: .*{name}"):
        FORMAT.open_container(stream, OpenContext())


@pytest.mark.parametrize("data", [b"", b"x", bytes(1 << 20), b"\xff" * 70000, WEATHER])
def test_other_bytes_are_no_file_system(data: bytes) -> None:
    assert not FORMAT.recognise(MemoryStream(data), OpenContext())


def test_inode_that_is_not_there() -> None:
    container = FORMAT.open_container(MemoryStream(image("ext2")), OpenContext())
    for last in (
        layer("tsk", b"/x", inode=99999),
        layer("tsk", b"/x"),
        layer("tsk", b"/x", inode=12, type=9, id=9),
    ):
        with pytest.raises(EvidenceError, match="unreadable"):
            container.open(last)


def test_volume_that_ends_early() -> None:
    data = image("ntfs")[: 1280 << 10]
    found = {row.path: row for row in rows(FORMAT, MemoryStream(data))}
    assert found["/resident.txt"] == live("/resident.txt", CHESS)
    assert found["/weather.csv:station"] == live("/weather.csv:station", PATTERN, "stream")
    assert found["/deleted_big.bin"].content == "unreadable"


def test_folder_that_lies_in_itself() -> None:
    """The entry `short_link` of ext2's root becomes another name of the root's own inode."""
    data = bytearray(image("ext2"))
    at = data.index(b"short_link") - 8
    struct.pack_into("<I", data, at, 2)
    found = found_in(FORMAT, MemoryStream(bytes(data)))
    troubles = [trouble for trouble in found if isinstance(trouble, Trouble)]
    assert [(t.spec, t.cause) for t in troubles] == [
        (AT.child(layer("tsk", b"/short_link", inode=2)), "corrupt"),
    ]
    assert len([entry for entry in found if isinstance(entry, Entry)]) == len(EXT2)


_WALL_CLOCKS = """
import sys
from tests.evidence.test_tsk import entry_at
for name, path in (("fat16", b"/weather.csv"), ("exfat", b"/weather.csv"), ("iso9660_plain", b"/WEATHER.CSV")):
    times = entry_at(name, path).times
    moment = times.get("modified") or times["created"]
    print(name, moment.utc_us, moment.wall_us, moment.text)
print(entry_at("ntfs", b"/resident.txt").times["modified"].text)
"""


@pytest.mark.parametrize("zone", ["UTC", "Europe/Oslo", "America/St_Johns", "Pacific/Kiritimati"])
def test_wall_clocks_do_not_depend_on_the_zone_of_the_process(zone: str) -> None:
    run = subprocess.run(
        [sys.executable, "-c", _WALL_CLOCKS],
        env={**os.environ, "TZ": zone},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.splitlines() == [
        "fat16 None 1452591000000000 2016-01-12 09:30:00",
        "exfat None 1452591000000000 2016-01-12 09:30:00",
        "iso9660_plain None 1452591000000000 2016-01-12 09:30:00",
        "2016-01-12T09:30:00.123456700Z",
    ]


def test_the_boot_area_of_ntfs_alone_is_no_file_system() -> None:
    data = image("ntfs")
    assert not FORMAT.recognise(MemoryStream(data[:8192]), OpenContext())
    assert FORMAT.recognise(MemoryStream(data[:8704]), OpenContext())


def test_a_sparse_file_says_what_is_on_disk(tmp_path: Path) -> None:
    path = tmp_path / "medium.img"
    game = tmp_path / "game.pgn"
    game.write_bytes(CHESS)
    with path.open("wb") as file:
        file.truncate(4 << 20)
    run_tool("mke2fs", "-q", "-F", "-t", "ext4", "-b", "1024", str(path)).check_returncode()
    terabytes = 3 << 40
    commands = f"write {game} sparse.bin\nsif sparse.bin size {terabytes}\nwrite {game} game.pgn\n"
    run_tool("debugfs", "-w", "-f", "-", str(path), commands=commands).check_returncode()
    with io.FileIO(path) as file:
        container = FORMAT.open_container(file, OpenContext())
        specs = [found.spec.last for found in container.walk(AT) if isinstance(found, Entry)]
        streams = {
            last.path: container.open(last) for last in specs if last.path.endswith((b".bin", b".pgn"))
        }
        sparse, whole = streams[b"/sparse.bin"], streams[b"/game.pgn"]
        assert (sparse.allocated_bytes, whole.allocated_bytes) == (1024, None)  # type: ignore[attr-defined]
        assert sparse.read(1024) == CHESS.ljust(1024, b"\0")
        sparse.seek(-10, io.SEEK_END)
        assert (sparse.tell(), sparse.read()) == (terabytes - 10, bytes(10))
