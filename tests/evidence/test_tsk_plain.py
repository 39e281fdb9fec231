"""Bytes read past The Sleuth Kit are its own bytes: every file of every image, both ways, also with damage and with
data that was never written."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelight.evidence.model import Entry, EvidenceError, OpenContext
from safelight.evidence.reader import Reader
from safelight.evidence.stream import Window, read_up_to
from safelight.evidence.tsk import FORMAT
from safelight.evidence.tsk_mft import initialised
from tests.evidence.filesystem_images import AT, DATA, PATTERN, WEATHER, Row, image, rows
from tests.evidence.large_folders import run_tool
from tests.evidence.memory_stream import MemoryStream
from tests.evidence.test_tsk_damage import damaged

PLANTED = sorted(path.name.removesuffix(".img.xz") for path in DATA.glob("*.img.xz"))
DAMAGED = ("ntfs", "fat12", "exfat", "ext4")
#: Sources among the real data whose volumes are few megabytes.
REAL = (
    "sleuthkit_nps/image.vhd",
    "sleuthkit_nps/imageformat_mmls_1.E01",
    "plaso_images/image.E01",
    "plaso_images/image.vmdk",
    "plaso_images/image.qcow2",
    "dfvfs/ext2.splitraw.000",
    "dfvfs/iso9660.raw",
    "dfvfs/hfsplus.raw",
)
START = 63 * 512


def both_ways(data: bytes, path: Path) -> tuple[list[Row], list[Row]]:
    """Every entry of a volume with its bytes: out of a plain file in which it begins at sector 63, and out of memory."""
    path.write_bytes(b"\xaa" * START + data + b"\xff" * 8192)
    with io.FileIO(path) as file:
        plain = rows(FORMAT, Window(file, START, len(data)))
    return plain, rows(FORMAT, MemoryStream(data))


@pytest.mark.parametrize("name", PLANTED)
def test_planted_images(name: str, tmp_path: Path) -> None:
    data = image(name)
    if FORMAT.recognise(MemoryStream(data), OpenContext()):
        plain, through = both_ways(data, tmp_path / "medium.dd")
        assert plain == through


@pytest.mark.parametrize("source", REAL)
def test_real_volumes(source: str, realfiles: Path, tmp_path: Path) -> None:
    seen: set[bytes] = set()
    with Reader(realfiles / source) as reader:
        for found in reader.walk():
            if isinstance(found, Entry) and found.spec.last.kind == "tsk":
                key = found.spec.parent.to_bytes()
                if key not in seen:
                    seen.add(key)
                    plain, through = both_ways(reader.open(found.spec.parent).read(), tmp_path / "medium.dd")
                    assert plain == through
    assert seen


def record_of(data: bytes, content: bytes) -> int:
    """Where in an NTFS volume the record of a file lies whose data is outside it: the one whose runs begin at the
    content's cluster."""
    cluster = data[11] + data[12] * 256
    cluster *= data[13]
    wanted = data.index(content) // cluster
    for at in range(0, len(data), 1024):
        if data[at : at + 4] != b"FILE":
            continue
        place = at + int.from_bytes(data[at + 20 : at + 22], "little")
        while place < at + 1000 and data[place : place + 4] != b"\xff\xff\xff\xff":
            kind, length, outside = struct.unpack_from("<IIB", data, place)
            if kind == 0x80 and outside:
                runs = place + int.from_bytes(data[place + 32 : place + 34], "little")
                sizes, bytes_of_place = data[runs] & 15, data[runs] >> 4
                first = data[runs + 1 + sizes : runs + 1 + sizes + bytes_of_place]
                if int.from_bytes(first, "little", signed=True) == wanted:
                    return place
            place += max(length, 16)
    raise AssertionError("no such record")


@pytest.mark.parametrize("written", [0, 1, 511, 512, 4095, 4097, 18_000])
def test_what_was_never_written_reads_as_zeros(written: int, tmp_path: Path) -> None:
    data = bytearray(image("ntfs"))
    before = rows(FORMAT, MemoryStream(bytes(data)))
    struct.pack_into("<Q", data, record_of(bytes(data), WEATHER[:4096]) + 56, written)
    plain, through = both_ways(bytes(data), tmp_path / "medium.dd")
    assert plain == through
    other = [row for old, row in zip(before, plain, strict=True) if old != row and row.path != "/$MFT"]
    assert [row.content for row in other] == [WEATHER[:written].ljust(len(WEATHER), b"\0")]


def test_a_volume_that_ends_early_fails_as_ever(tmp_path: Path) -> None:
    path, tree = tmp_path / "medium.dd", tmp_path / "tree"
    tree.mkdir()
    (tree / "pattern.bin").write_bytes(PATTERN * 20)
    run_tool("mke2fs", "-q", "-t", "ext4", "-d", str(tree), str(path), "4M").check_returncode()
    with io.FileIO(path) as file:
        container = FORMAT.open_container(file, OpenContext())
        entries = [each for each in container.walk(AT) if isinstance(each, Entry)]
        pattern = next(entry for entry in entries if entry.spec.last.path == b"/pattern.bin")
        os.truncate(path, pattern.first_block + 400_000)
        stream = container.open(pattern.spec.last)
        assert stream.read(300_000) == (PATTERN * 20)[:300_000]
        with pytest.raises(EvidenceError, match=r"changed: at byte 300000: .*the volume ends at"):
            stream.read(200_000)


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_images(name: str, tmp_path: Path) -> None:
    """In a process of its own: native code may die of it, both ways."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.evidence.test_tsk_plain", name, "10", str(tmp_path)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode <= 0, done.stdout + done.stderr


@given(st.binary(min_size=22, max_size=2048), st.integers(0, 65535))
def test_any_record_says_a_length_or_nothing(record: bytes, attribute: int) -> None:
    assert -1 <= initialised(bytearray(b"FILE" + record[4:]), attribute) < 1 << 64


def beginnings(stream: io.RawIOBase) -> list[tuple[bytes, list[bytes | str]]]:
    """Every entry with its first and its last bytes: sizes may be damaged too."""
    container = FORMAT.open_container(stream, OpenContext())
    found = []
    for entry in container.walk(AT):
        if isinstance(entry, Entry) and entry.kind != "folder":
            told: list[bytes | str] = []
            for offset in (0, max(0, (entry.size or 0) - 10_000)):
                try:
                    told.append(read_up_to(container.open(entry.spec.last), offset, 100_000))
                except EvidenceError as error:
                    told.append(str(error))
            found.append((entry.spec.to_bytes(), told))
    return found


if __name__ == "__main__":
    for seed in range(int(sys.argv[2])):
        data, path = damaged(sys.argv[1], seed), Path(sys.argv[3]) / "medium.dd"
        path.write_bytes(data)
        with io.FileIO(path) as file:
            try:
                plain = beginnings(file)
            except EvidenceError:
                continue
        assert plain == beginnings(MemoryStream(data)), seed
