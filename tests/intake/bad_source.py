"""A source folder of everything that goes wrong: damaged images, hostile archives, odd files, and healthy ones beside."""

from __future__ import annotations

import io
import os
import socket
import struct
import tarfile
import zipfile
from pathlib import Path

from safelight.scenario.ewf import write_ewf
from tests.evidence.damage import damage
from tests.evidence.filesystem_images import image
from tests.evidence.partition_writer import SECTOR, mbr

HEALTHY = "vær: skyet, åtte grader\n".encode()
SPARSE = 4 << 40
LONG_NAME = b"n" * 4096


def build(folder: Path) -> None:
    """Write it all below `folder`, each part into a folder of its own beside a healthy file."""
    for part in (_images, _tables, _loops, _bombs, _names, _odd, _files, _databases):
        place = folder / part.__name__.strip("_")
        place.mkdir(parents=True)
        part(place)
        (place / "zz healthy.txt").write_bytes(HEALTHY)


def _images(place: Path) -> None:
    """One ext2 volume of 128 chunks (8 KiB) three times; the table of temperatures begins in chunk 10, and its
    list of blocks lies in chunk 11."""
    medium = image("ext2")
    chunks = len(medium) // (16 * SECTOR)
    cut = write_ewf(place / "cut.E01", medium, per_chunk=16, segment_chunks=[11, chunks - 11]).paths
    os.truncate(cut[1], cut[1].stat().st_size // 2)
    written = write_ewf(place / "crc.E01", medium, per_chunk=16, stored=lambda number: True)
    _, at, _ = written.chunks[10]
    damage(written.paths[0], at + 10)
    parts = write_ewf(place / "gap.E01", medium, per_chunk=16, segment_chunks=[11, 1, chunks - 12]).paths
    parts[1].unlink()


def _tables(place: Path) -> None:
    looped = bytearray(400 * SECTOR)
    mbr(looped, [(0x83, 10, 80), (0x05, 100, 200)])
    mbr(looped, [(0x83, 1, 50), (0x05, 100, 100)], at=100)
    mbr(looped, [(0x83, 1, 50), (0x05, 0, 100)], at=200)
    (place / "loop.dd").write_bytes(looped)
    overlapping = bytearray(1000 * SECTOR)
    mbr(overlapping, [(0x83, 100, 400), (0x83, 300, 400)])
    (place / "overlap.dd").write_bytes(overlapping)
    beyond = bytearray(1000 * SECTOR)
    mbr(beyond, [(0x83, 100, 4000), (0x83, 5000, 10)])
    (place / "beyond.dd").write_bytes(beyond)


def _loops(place: Path) -> None:
    """A FAT file system whose folder holds an entry that leads to the folder itself."""
    sectors, root_entries = 200, 16
    medium = bytearray(sectors * SECTOR)
    medium[:62] = b"\xeb\x3c\x90mkfs.fat" + struct.pack(
        "<HBHBHHBHHHIIBBBI11s8s", SECTOR, 1, 1, 1, root_entries, sectors, 0xF8, 1, 1, 1, 0, 0, 0x80, 0, 0x29, 7,
        b"SJAKK      ", b"FAT12   ",
    )  # fmt: skip
    medium[510:512] = b"\x55\xaa"
    medium[SECTOR : SECTOR + 6] = b"\xf8\xff\xff\xff\xff\xff"  # cluster 2 and 3 end their chains

    def entry(name: bytes, attributes: int, cluster: int, size: int = 0) -> bytes:
        return struct.pack("<11sB8xHHHHI", name, attributes, 0, 0x6C21, 0x482C, cluster, size)

    root, data = 2 * SECTOR, 3 * SECTOR
    first = entry(b"RUNDT      ", 0x10, 2) + entry(b"TUR     TXT", 0x20, 3, len(HEALTHY))
    medium[root : root + len(first)] = first
    below = entry(b".          ", 0x10, 2) + entry(b"..         ", 0x10, 0) + entry(b"IGJEN      ", 0x10, 2)
    medium[data : data + len(below)] = below
    medium[data + SECTOR : data + SECTOR + len(HEALTHY)] = HEALTHY
    (place / "fat.dd").write_bytes(medium)


def _zipped(members: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _bombs(place: Path) -> None:
    level = _zipped({"zeros.bin": bytes(100 << 20)})
    for _ in range(3):
        level = _zipped({f"{number}.zip": level for number in range(3)})
    (place / "42.zip").write_bytes(level)


def _names(place: Path) -> None:
    names = {
        b"../up.txt": b"up", b"/root.txt": b"root", b"nul\0l.txt": b"nul", LONG_NAME: b"long",
        b"v\xe6r.txt": b"latin", b"Tog.txt": b"large", b"tog.txt": b"small", b"../../etc/passwd": b"far",
    }  # fmt: skip
    marks = {chr(0x61 + number) * len(name): name for number, name in enumerate(names)}
    raw = _zipped({mark: names[name] for mark, name in marks.items()})
    for mark, name in marks.items():
        assert raw.count(mark.encode()) == 2
        raw = raw.replace(mark.encode(), name)
    (place / "names.zip").write_bytes(raw)
    with tarfile.open(place / "names.tar", "w", format=tarfile.GNU_FORMAT) as archive:
        for name, data in names.items():
            if b"\0" not in name:
                member = tarfile.TarInfo(name.decode("utf-8", "surrogateescape"))
                member.size = len(data)
                archive.addfile(member, io.BytesIO(data))
        up = tarfile.TarInfo("link")
        up.type, up.linkname = tarfile.SYMTYPE, "../../../etc/passwd"
        archive.addfile(up)


def _odd(place: Path) -> None:
    (place / "a").symlink_to("b")
    (place / "b").symlink_to("a")
    (place / "self").symlink_to("self")
    (place / "up").symlink_to("..")
    (place / "passwd").symlink_to("/etc/passwd")
    os.mkfifo(place / "fifo")
    with socket.socket(socket.AF_UNIX) as bound:
        before = Path.cwd()
        os.chdir(place)  # the path of a socket has 107 bytes at most
        try:
            bound.bind("socket")
        finally:
            os.chdir(before)
    (place / os.fsdecode(b"v\xe6r.txt")).write_bytes(HEALTHY)
    (place / "Tog.txt").write_bytes(b"large")
    (place / "tog.txt").write_bytes(b"small")
    (place / "line\nbreak \x1b[31m.txt").write_bytes(HEALTHY)


def devices(folder: Path) -> None:
    """Devices that must not be opened: a loop device and a terminal. Raises PermissionError but for root."""
    os.mknod(folder / "odd" / "block", 0o060600, os.makedev(7, 7))
    os.mknod(folder / "odd" / "char", 0o020600, os.makedev(5, 0))


def _files(place: Path) -> None:
    (place / "a trigger.bin").write_bytes(bytes(range(256)) * 16)
    (place / "b vanishes.txt").write_bytes(b"soon gone\n")
    (place / "c grows.bin").write_bytes(os.urandom(1 << 20) * 96)
    (place / "empty.txt").write_bytes(b"")
    (place / "secret.txt").write_bytes(HEALTHY)
    (place / "secret.txt").chmod(0)
    (place / "closed").mkdir()
    (place / "closed" / "unseen.txt").write_bytes(HEALTHY)
    (place / "closed").chmod(0)
    with (place / "sparse.bin").open("wb") as stream:
        stream.truncate(SPARSE)


def _databases(place: Path) -> None:
    for name in ("one", "two"):
        (place / name).mkdir()
        (place / name / "chat.db").write_bytes(b"SQLite format 3\0" + bytes(4080))
        (place / name / "chat.db-wal").write_bytes(b"\x37\x7f\x06\x82" + bytes(28))
        (place / name / "chat.db-journal").write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + bytes(20))


_TROUBLEMAKER = '''
import os, threading, time




class Troublemaker:
    """A third party's format that knows nothing as its own; when it is shown the trigger, the world changes."""

    kind = "troublemaker"
    transparent = False

    def recognise(self, stream, context):
        if context.name == b"a trigger.bin":
            place = os.environ["TEST_TROUBLE"]
            os.unlink(os.path.join(place, "b vanishes.txt"))
            threading.Thread(target=self.grow, args=(os.path.join(place, "c grows.bin"),), daemon=True).start()
        return False

    def grow(self, path):
        with open(path, "ab", buffering=0) as stream:
            for _ in range(100000):
                stream.write(b"x")
                time.sleep(0.0001)

    def open_container(self, stream, context):
        raise NotImplementedError


FORMAT = Troublemaker()
'''


def install_troublemaker(folder: Path) -> Path:
    """Lay the format out as an installed distribution; gives the folder for PYTHONPATH."""
    metadata = folder / "safelight_trouble-1.0.dist-info"
    metadata.mkdir(parents=True)
    (folder / "safelight_trouble.py").write_text(_TROUBLEMAKER, "utf-8")
    (metadata / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: safelight-trouble\nVersion: 1.0\n", "utf-8"
    )
    (metadata / "entry_points.txt").write_text(
        "[safelight.formats]\ntrouble = safelight_trouble:FORMAT\n", "utf-8"
    )
    return folder
