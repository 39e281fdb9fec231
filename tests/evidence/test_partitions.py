"""Partition tables: every partition and gap of good ones; of bad ones all that is good, the rest named."""

from __future__ import annotations

from pathlib import Path

import pytest
import pytsk3
from hypothesis import given
from hypothesis import strategies as st

from safelight.evidence.model import EvidenceError, OpenContext, Trouble, Volume
from safelight.evidence.osfile import open_regular
from safelight.evidence.partitions import FORMAT
from safelight.evidence.spec import PathSpec, layer
from safelight.evidence.stream import Window
from tests.evidence.memory_stream import MemoryStream
from tests.evidence.partition_writer import LINUX, apm, gpt, mbr

S = 512
AT = PathSpec((layer("file"),))
Row = tuple[str, int, int, str, str]


def walked(media: bytes | bytearray) -> tuple[list[Row], list[str]]:
    """(path, start sector, sectors, type, label) of each volume, and the troubles."""
    stream = MemoryStream(bytes(media))
    assert FORMAT.recognise(stream, OpenContext())
    rows, troubles = [], []
    for found in FORMAT.open_container(stream, OpenContext()).walk(AT):
        if isinstance(found, Volume):
            last = found.spec.last
            assert (last.number("start"), last.number("size")) == (found.start, found.size)
            place = last.path.decode()
            rows.append((place, found.start // S, found.size // S, found.type_text, found.label))
        else:
            assert isinstance(found, Trouble)
            assert found.cause == "corrupt"
            troubles.append(found.detail)
    return rows, troubles


def blank(sectors: int) -> bytearray:
    return bytearray(sectors * S)


def test_primary_partitions_and_the_gaps_between() -> None:
    media = blank(1000)
    mbr(media, [(0x83, 63, 200), (0x07, 300, 100), (0, 0, 0), (0x0C, 500, 400)])
    assert walked(media) == (
        [
            ("gap1", 1, 62, "unallocated", ""),
            ("p1", 63, 200, "Linux (0x83)", ""),
            ("gap2", 263, 37, "unallocated", ""),
            ("p2", 300, 100, "NTFS or exFAT (0x07)", ""),
            ("gap3", 400, 100, "unallocated", ""),
            ("p4", 500, 400, "FAT32 (LBA) (0x0c)", ""),
            ("gap4", 900, 100, "unallocated", ""),
        ],
        [],
    )


def extended() -> bytearray:
    """p1, and an extended partition from sector 100 with logical ones at 110 and 210."""
    media = blank(400)
    mbr(media, [(0x83, 10, 90), (0x0F, 100, 300)])
    mbr(media, [(0x83, 10, 80), (0x05, 100, 100)], at=100)
    mbr(media, [(0x07, 10, 150)], at=200)
    return media


def test_an_extended_chain() -> None:
    assert walked(extended()) == (
        [
            ("gap1", 1, 9, "unallocated", ""),
            ("p1", 10, 90, "Linux (0x83)", ""),
            ("gap2", 101, 9, "unallocated", ""),
            ("p5", 110, 80, "Linux (0x83)", ""),
            ("gap3", 190, 10, "unallocated", ""),
            ("gap4", 201, 9, "unallocated", ""),
            ("p6", 210, 150, "NTFS or exFAT (0x07)", ""),
            ("gap5", 360, 40, "unallocated", ""),
        ],
        [],
    )


def test_an_extended_chain_that_loops() -> None:
    media = extended()
    mbr(media, [(0x07, 10, 150), (0x05, 0, 100)], at=200)
    rows, troubles = walked(media)
    assert [row[0] for row in rows if row[0].startswith("p")] == ["p1", "p5", "p6"]
    assert troubles == [f"the extended partition chain loops back to byte {100 * S}"]


def test_an_extended_chain_that_leads_nowhere() -> None:
    media = extended()
    media[200 * S : 201 * S] = bytes(S)
    rows, troubles = walked(media)
    assert [row[0] for row in rows if row[0].startswith("p")] == ["p1", "p5"]
    assert troubles == [f"no extended boot record at byte {200 * S}, where the chain leads"]


def test_an_extended_chain_that_leads_beyond_the_end() -> None:
    media = extended()
    mbr(media, [(0x83, 10, 80), (0x05, 4000, 100)], at=100)
    assert walked(media)[1] == [f"no extended boot record at byte {4100 * S}, where the chain leads"]


def test_partitions_that_overlap_are_both_listed() -> None:
    media = blank(1000)
    mbr(media, [(0x83, 100, 400), (0x83, 300, 400), (0x07, 100, 50)])
    assert walked(media) == (
        [
            ("gap1", 1, 99, "unallocated", ""),
            ("p1", 100, 400, "Linux (0x83)", ""),
            ("p2", 300, 400, "Linux (0x83)", ""),
            ("gap2", 700, 300, "unallocated", ""),
        ],
        [
            f"partition 3 (byte {100 * S}, {50 * S} bytes) begins where another one does; it was not looked "
            "into",
            f"partition 2 (byte {300 * S}, {400 * S} bytes) overlaps what lies before it, to byte {500 * S}",
        ],
    )


def test_partitions_beyond_the_end() -> None:
    media = blank(1000)
    mbr(media, [(0x83, 100, 4000), (0x83, 5000, 10)])
    assert walked(media) == (
        [("gap1", 1, 99, "unallocated", ""), ("p1", 100, 4000, "Linux (0x83)", "")],
        [
            f"partition 1 (byte {100 * S}, {4000 * S} bytes) ends {3100 * S} bytes beyond the medium's end",
            f"partition 2 (byte {5000 * S}, {10 * S} bytes) begins beyond the medium's end",
        ],
    )


def two_parts(sector: int = S, *, primary: bool = True, backup: bool = True) -> bytearray:
    media = bytearray(300 * sector)
    parts = [(64, 127, "vær"), (150, 199, "")]
    gpt(media, parts, sector=sector, primary=primary, backup=backup)
    return media


TYPE = f"Linux ({LINUX})"
TWO = [
    ("gap1", 34, 30, "unallocated", ""),
    ("p1", 64, 64, TYPE, "vær"),
    ("gap2", 128, 22, "unallocated", ""),
    ("p2", 150, 50, TYPE, ""),
    ("gap3", 200, 100, "unallocated", ""),
]


def test_a_gpt() -> None:
    assert walked(two_parts()) == (TWO, [])


def test_a_gpt_with_sectors_of_4096_bytes() -> None:
    rows, troubles = walked(two_parts(4096))
    assert [row[:3] for row in rows if row[0] in ("p1", "p2")] == [
        ("p1", 64 * 8, 64 * 8),
        ("p2", 150 * 8, 50 * 8),
    ]
    assert troubles == []


def test_a_gpt_with_a_broken_primary_is_read_from_its_backup() -> None:
    rows, troubles = walked(two_parts(primary=False))
    assert [row for row in rows if row[0].startswith("p")] == [TWO[1], TWO[3]]
    assert troubles == ["the primary GPT header has a wrong checksum; the backup was used"]


def test_a_gpt_whose_primary_was_wiped_is_read_from_its_backup() -> None:
    media = two_parts()
    media[S : 34 * S] = bytes(33 * S)
    rows, troubles = walked(media)
    assert [row for row in rows if row[0].startswith("p")] == [TWO[1], TWO[3]]
    assert troubles == ["the primary GPT header has no signature; the backup was used"]


def test_a_gpt_that_is_broken_twice_is_named() -> None:
    rows, troubles = walked(two_parts(primary=False, backup=False))
    assert rows == [("gap1", 2, 298, "unallocated", "")]
    assert troubles == ["the primary GPT header has a wrong checksum, the backup has a wrong checksum"]


def test_an_apple_map() -> None:
    media = blank(400)
    apm(
        media,
        [
            ("Apple", "Apple_partition_map", 1, 63),
            ("disk", "Apple_HFS", 64, 200),
            ("", "Apple_Free", 264, 136),
        ],
    )
    assert walked(media) == (
        [
            ("p1", 1, 63, "Apple_partition_map", "Apple"),
            ("p2", 64, 200, "Apple_HFS", "disk"),
            ("gap1", 264, 136, "unallocated", ""),
        ],
        [],
    )


def test_an_apple_map_that_claims_more_than_it_has() -> None:
    media = blank(400)
    apm(media, [("disk", "Apple_HFS", 64, 200)], stated=1_000_000)
    rows, troubles = walked(media)
    assert rows[1] == ("p1", 64, 200, "Apple_HFS", "disk")
    assert troubles == [
        "the Apple partition map states 1000000 entries; 4096 were read",
        "entry 2 of the Apple partition map has no signature",
    ]


def test_boot_sectors_and_other_files_have_no_partition_table(realfiles: Path) -> None:
    ntfs = blank(100)
    ntfs[3:11] = b"NTFS    "
    mbr(ntfs, [(0x07, 1, 50)])
    fat = blank(100)
    fat[11:22] = bytes([0, 2, 1, 1, 0, 2, 0, 0, 100, 0, 0xF8])
    mbr(fat, [(0x06, 1, 50)])
    stick = blank(2000)
    mbr(stick, [(0x17, 0, 1000)])
    stick[32768:32774] = b"\x01CD001"
    stick[32848:32852] = (500).to_bytes(4, "little")
    beyond = blank(10)
    mbr(beyond, [(0x83, 63, 1000)])
    odd = blank(100)
    mbr(odd, [(0x83, 1, 50)])
    odd[446] = 0x33
    for media in (ntfs, fat, stick, beyond, odd, blank(100), b"", b"x" * 700):
        assert not FORMAT.recognise(MemoryStream(bytes(media)), OpenContext())
    for name in ("sleuthkit_nps/image.dd", "dfvfs/iso9660.raw", "dfvfs/hfsplus.raw", "dfvfs/syslog.zlib"):
        with open_regular(realfiles / name) as stream:
            assert not FORMAT.recognise(stream, OpenContext())


def test_a_stick_that_once_held_a_disc_image_has_its_own_partitions() -> None:
    media = blank(200_000)
    mbr(media, [(0x0C, 2048, 190_000)])
    media[32768:32774] = b"\x01CD001"
    media[32848:32852] = (500).to_bytes(4, "little")  # the disc had 500 sectors of 2 KiB
    assert [row[:3] for row in walked(media)[0]] == [
        ("gap1", 1, 2047),
        ("p1", 2048, 190_000),
        ("gap2", 192_048, 7952),
    ]


def test_a_disc_image_with_a_gpt_for_sticks_is_a_disc() -> None:
    media = two_parts()
    media[32768:32774] = b"\x01CD001"
    media[32848:32852] = (75).to_bytes(4, "little")
    assert not FORMAT.recognise(MemoryStream(bytes(media)), OpenContext())


@pytest.mark.parametrize("make", [extended, two_parts])
def test_good_tables_read_as_libtsk_reads_them(tmp_path: Path, make: object) -> None:
    assert callable(make)
    (tmp_path / "disk.dd").write_bytes(make())
    system = pytsk3.Volume_Info(pytsk3.Img_Info(str(tmp_path / "disk.dd")))
    theirs = [(part.start, part.len) for part in system if part.flags == pytsk3.TSK_VS_PART_FLAG_ALLOC]
    rows, _ = walked((tmp_path / "disk.dd").read_bytes())
    assert sorted(theirs) == [(row[1], row[2]) for row in rows if row[0].startswith("p")]


def test_a_partition_is_opened_by_its_place(tmp_path: Path) -> None:
    media = blank(300)
    mbr(media, [(0x83, 100, 400)])
    media[100 * S : 101 * S] = b"chess" * 102 + b"e4"
    (tmp_path / "disk.dd").write_bytes(media)
    with open_regular(tmp_path / "disk.dd") as stream:
        container = FORMAT.open_container(stream, OpenContext())
        part = container.open(layer("part", b"p1", start=100 * S, size=400 * S))
        assert isinstance(part, Window)
        assert part.size == 200 * S
        assert part.read(10) == b"chesschess"
        with pytest.raises(EvidenceError, match="vanished"):
            container.open(layer("part", b"p1"))


@given(
    st.lists(st.tuples(st.integers(0, 40000), st.binary(min_size=1, max_size=8)), max_size=6), st.booleans()
)
def test_no_damage_breaks_the_walk(damages: list[tuple[int, bytes]], chain: bool) -> None:
    media = extended() if chain else two_parts()
    for at, noise in damages:
        at %= len(media) - len(noise)
        media[at : at + len(noise)] = noise
    stream = MemoryStream(bytes(media))
    if not FORMAT.recognise(stream, OpenContext()):
        return
    for found in FORMAT.open_container(stream, OpenContext()).walk(AT):
        if isinstance(found, Volume):
            assert 0 <= found.start < len(media)
            assert found.size > 0
