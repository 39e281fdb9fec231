"""A source is opened by its specifications and walked: folders, files, images in folders, images in
images."""

from __future__ import annotations

import gc
import hashlib
import io
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest

from safelight.evidence.model import Entry, EvidenceError, Found, Limits, Tally, Trouble, Volume
from safelight.evidence.reader import KEPT, Reader
from safelight.evidence.spec import Layer, PathSpec, from_bytes, layer
from safelight.scenario.ewf import write_ewf
from tests.evidence.damage import damage
from tests.evidence.disk_writers import vhd_fixed
from tests.evidence.media import pattern
from tests.evidence.partition_writer import mbr

FILE = PathSpec((layer("file"),))
EMPTY = PathSpec(())
S = 512


def listed(reader: Reader, found: Iterable[Found]) -> list[tuple[str, str, int | None, str, str]]:
    """(path in the file system, kind, size, state, MD5) of each entry, with its bytes read back."""
    rows: list[tuple[str, str, int | None, str, str]] = []
    for entry in found:
        if not isinstance(entry, Entry):
            continue
        digest = ""
        if entry.kind in ("file", "stream"):
            with reader.open(entry.spec) as stream:
                digest = hashlib.md5(stream.read()).hexdigest()
        rows.append((entry.spec.last.path.decode(), entry.kind, entry.size, entry.state, digest))
    return rows


def walked(root: Path, prefix: PathSpec | None = None) -> list[Found]:
    with Reader(root) as reader:
        return list(reader.walk(prefix))


EXT2 = [
    ("/lost+found", "folder", 0, "allocated", ""),
    ("/a_directory", "folder", 0, "allocated", ""),
    ("/passwords.txt", "file", 116, "allocated", "39cb097008d17660abd0539891a672af"),
    ("/a_link", "link", 24, "allocated", ""),
    ("/a_directory/a_file", "file", 53, "allocated", "85bebf486af24792085f769afa46717d"),
    ("/a_directory/another_file", "file", 22, "allocated", "d54ff73404ed6041a3bd66850b061bff"),
]


@pytest.mark.parametrize(
    ("name", "kind", "size"),
    [
        ("ext2.E01", "ewf", 4194304),
        ("ext2.split.E01", "ewf", 4194304),
        ("ext2.splitraw.000", "raw", 4194304),
        ("ext2.qcow2", "qcow", 4194304),
        ("ext2.vmdk", "vmdk", 4194304),
        ("ext2.vhd", "vhd", 4212736),
    ],
)
def test_one_real_volume_in_six_containers(realfiles: Path, name: str, kind: str, size: int) -> None:
    """The same files with the same bytes; `passwords.txt` and the two others lie beside the images as
    well."""
    with Reader(realfiles / "dfvfs" / name) as reader:
        found = list(reader.walk())
        assert listed(reader, found) == EXT2
    medium = FILE.child(layer(kind))
    assert found[0] == Volume(medium, "none", 0, 0, size, kind, "ext2_test", "ext2")
    assert found[-1] == Tally(EMPTY, 6)
    plain = (realfiles / "dfvfs" / "password.txt").read_bytes()
    assert hashlib.md5(plain).hexdigest() == EXT2[2][4]
    assert hashlib.md5((realfiles / "dfvfs" / "another_file").read_bytes()).hexdigest() == EXT2[5][4]


def test_one_real_volume_in_three_containers(realfiles: Path) -> None:
    """sleuthkit_nps: "one same 100 KB ext2 volume in 4 containers": entry by entry, each with its hash."""
    folder = realfiles / "sleuthkit_nps"
    rows = {}
    for name in ("image.dd", "image.E01", "image.vmdk", "image.vhd"):
        with Reader(folder / name) as reader:
            rows[name] = listed(reader, reader.walk())
    assert rows["image.dd"] == rows["image.E01"] == rows["image.vmdk"] == rows["image.vhd"]
    assert {row[0]: row[4] for row in rows["image.dd"] if row[3] == "allocated" and row[1] == "file"} == {
        "/passwords.txt": "39cb097008d17660abd0539891a672af",
        "/a_directory/another_file": "d54ff73404ed6041a3bd66850b061bff",
        "/a_directory/a_file": "85bebf486af24792085f769afa46717d",
    }


def test_the_partitions_of_a_real_image(realfiles: Path) -> None:
    """As `mmls` lists them: two NTFS partitions, and space that belongs to none before and after. What was
    imaged is a fixed VHD: its footer is the last sector."""
    image = FILE.child(layer("ewf")).child(layer("vhd"))
    rows = [
        found
        for found in walked(realfiles / "sleuthkit_nps/imageformat_mmls_1.E01")
        if isinstance(found, Volume)
    ]

    def part(name: bytes, start: int, size: int) -> PathSpec:
        return image.child(layer("part", name, start=start, size=size))

    kind = "NTFS or exFAT (0x07)"
    assert rows == [
        Volume(part(b"gap1", 512, 65024), "mbr", 0, 512, 65024, "unallocated"),
        Volume(part(b"p1", 65536, 28311552), "mbr", 1, 65536, 28311552, kind, "Part 1", "ntfs"),
        Volume(part(b"p2", 28377088, 31457280), "mbr", 2, 28377088, 31457280, kind, "Part 2", "ntfs"),
        Volume(part(b"gap2", 59834368, 3080192), "mbr", 0, 59834368, 3080192, "unallocated"),
    ]


def test_a_specification_survives_its_canonical_form(realfiles: Path) -> None:
    source = realfiles / "sleuthkit_nps/imageformat_mmls_1.E01"
    entries = [found for found in walked(source) if isinstance(found, Entry) and found.kind == "stream"]
    with Reader(source) as first, Reader(source) as second:
        for entry in entries:
            again = from_bytes(entry.spec.to_bytes())
            assert again == entry.spec
            assert first.open(again).read() == second.open(entry.spec).read()
    assert {entry.spec.last.path for entry in entries} == {
        b"/$Secure:$SDS",
        b"/$UpCase:$Info",
        b"/$Extend/$RmMetadata/$Repair:$Config",
        b"/$Extend/$RmMetadata/$TxfLog/$Tops:$T",
    }


def test_two_walks_are_equal(realfiles: Path) -> None:
    source = realfiles / "sleuthkit_nps/imageformat_mmls_1.E01"
    assert walked(source) == walked(source)


def test_a_folder_lists_images_and_a_second_walk_goes_into_them(realfiles: Path, tmp_path: Path) -> None:
    (tmp_path / "sak é").mkdir()
    for name in ("ext2.split.E01", "ext2.split.E02"):
        shutil.copy(realfiles / "dfvfs" / name, tmp_path / "sak é" / name)
    with Reader(tmp_path) as reader:
        top = list(reader.walk())
        assert [found.spec.last.path for found in top if isinstance(found, Entry)] == [
            "sak é".encode(),
            "sak é/ext2.split.E01".encode(),
            "sak é/ext2.split.E02".encode(),
        ]
        assert top[-1] == Tally(EMPTY, 3)
        item = PathSpec((Layer("folder", "sak é/ext2.split.E01".encode()),))
        inside = list(reader.walk(item))
        assert listed(reader, inside) == EXT2
        assert inside[-1] == Tally(item, 6)


def test_an_image_inside_an_image_finds_its_segments_there(realfiles: Path) -> None:
    """The HFS+ volume of a disk image is read by path; an image in a zip finds its parts in the zip."""
    import zipfile

    folder = realfiles / "dfvfs"
    archive = realfiles / "nested.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
        out.write(folder / "ext2.split.E01", "case/ext2.split.E01")
        out.write(folder / "ext2.split.E02", "case/ext2.split.E02")
        out.write(folder / "syslog", "ext2.split.E02")
    with Reader(archive) as reader:
        (top, _) = reader.walk()
        assert isinstance(top, Entry)
        members = [found for found in reader.walk(top.spec) if isinstance(found, Entry)]
        image = next(found.spec for found in members if found.spec.last.path == b"case/ext2.split.E01")
        assert listed(reader, reader.walk(image)) == EXT2


def test_a_plain_file_is_one_item(tmp_path: Path) -> None:
    (tmp_path / "vær.txt").write_bytes(b"sol i dag")
    with Reader(tmp_path / "vær.txt") as reader:
        found = list(reader.walk())
        assert listed(reader, found) == [("", "file", 9, "allocated", hashlib.md5(b"sol i dag").hexdigest())]
        assert found[-1] == Tally(EMPTY, 1)


def test_a_source_of_zero_bytes(tmp_path: Path) -> None:
    (tmp_path / "empty.dd").touch()
    with Reader(tmp_path / "empty.dd") as reader:
        found = list(reader.walk())
        assert listed(reader, found) == [("", "file", 0, "allocated", hashlib.md5().hexdigest())]


def test_a_sparse_source_of_terabytes(tmp_path: Path) -> None:
    """A partition table at the start, 4 TB of nothing behind: listed at once, in a little memory."""
    disk = bytearray(S)
    mbr(disk, [(0x83, 2048, 1 << 30), (0x07, (1 << 30) + 4096, 1 << 31)])
    source = tmp_path / "disk.dd"
    source.write_bytes(disk)
    os.truncate(source, 4 << 40)
    found = walked(source)
    assert [(type(each).__name__, each.spec.last.path) for each in found[:-1]] == [
        ("Volume", b"gap1"),
        ("Volume", b"p1"),
        ("Trouble", b"p1"),
        ("Volume", b"gap2"),
        ("Volume", b"p2"),
        ("Trouble", b"p2"),
        ("Volume", b"gap3"),
    ]
    assert found[-1] == Tally(EMPTY, 0)
    with Reader(source) as reader:
        stream = reader.open(found[5].spec)
        stream.seek(1 << 39)
        assert stream.read(1000) == bytes(1000)


def test_an_unknown_volume_is_a_trouble_and_its_neighbour_is_walked(realfiles: Path, tmp_path: Path) -> None:
    volume = (realfiles / "sleuthkit_nps/image.dd").read_bytes()
    disk = bytearray(100 * S) + volume + bytes(10 * S)
    mbr(disk, [(0x83, 10, 50), (0x83, 100, 200)])
    disk[10 * S : 11 * S] = b"?" * S
    (tmp_path / "disk.dd").write_bytes(disk)
    found = walked(tmp_path / "disk.dd")
    unknown = FILE.child(layer("part", b"p1", start=10 * S, size=50 * S))
    why = "no partition table, file system or encryption that Safelight knows begins here"
    assert [each for each in found if isinstance(each, Trouble)] == [Trouble(unknown, "unsupported", why)]
    assert [
        each.spec.last.path for each in found if isinstance(each, Entry) and each.state == "allocated"
    ] == [
        b"/lost+found",
        b"/a_directory",
        b"/passwords.txt",
        b"/a_link",
        b"/a_directory/another_file",
        b"/a_directory/a_file",
    ]


def test_an_encrypted_volume_is_a_trouble(tmp_path: Path) -> None:
    disk = bytearray(400 * S)
    mbr(disk, [(0x83, 100, 200)])
    disk[100 * S : 100 * S + 8] = b"LUKS\xba\xbe\x00\x02"
    (tmp_path / "disk.dd").write_bytes(disk)
    troubles = [found for found in walked(tmp_path / "disk.dd") if isinstance(found, Trouble)]
    assert [(trouble.spec.last.path, trouble.cause) for trouble in troubles] == [(b"p1", "encrypted")]


def damaged(folder: Path, volume: bytes, at: int) -> Path:
    """The volume as an E01 with chunks of 1 KiB, of which the one at byte `at` has a wrong checksum."""
    written = write_ewf(folder / "disk.E01", volume, per_chunk=2, stored=lambda number: True)
    segment, place, _ = written.chunks[at // 1024]
    damage(written.paths[segment], place)
    return folder / "disk.E01"


def test_a_damaged_chunk_fails_the_items_in_it_and_no_others(realfiles: Path, tmp_path: Path) -> None:
    volume = (realfiles / "sleuthkit_nps/image.dd").read_bytes()
    with Reader(damaged(tmp_path, volume, volume.index(b"place,user,password"))) as reader:
        good, bad = {}, {}
        for entry in reader.walk():
            assert not isinstance(entry, Trouble)
            if isinstance(entry, Entry) and entry.kind == "file" and entry.state == "allocated":
                try:
                    good[entry.spec.last.path] = hashlib.md5(reader.open(entry.spec).read()).hexdigest()
                except EvidenceError as error:
                    bad[entry.spec.last.path] = str(error)
        assert good == {path.encode(): md5 for path, _, _, _, md5 in EXT2 if path.startswith("/a_directory/")}
        assert bad == {b"/passwords.txt": "corrupt: at byte 0: corrupt: chunk 22 has a wrong checksum"}


def test_a_damaged_folder_is_a_trouble_and_never_an_empty_one(realfiles: Path, tmp_path: Path) -> None:
    volume = (realfiles / "sleuthkit_nps/image.dd").read_bytes()
    found = walked(damaged(tmp_path, volume, volume.index(b"another_file\0")))
    details = [each.detail for each in found if isinstance(each, Trouble)]
    assert details
    assert all("has a wrong checksum" in detail for detail in details)
    names = [each.spec.last.path for each in found if isinstance(each, Entry) and each.kind == "file"]
    assert b"/passwords.txt" in names
    assert b"/a_directory/a_file" not in names


def test_an_image_with_a_missing_segment_is_a_trouble(tmp_path: Path) -> None:
    write_ewf(tmp_path / "disk.E01", pattern(20 * 32768), segment_chunks=[10, 10])
    (tmp_path / "disk.E02").unlink()
    assert [found for found in walked(tmp_path / "disk.E01") if isinstance(found, Trouble)][:2] == [
        Trouble(FILE, "corrupt", "segment 2 (disk.E02) is missing"),
        Trouble(FILE, "corrupt", "only 10 of 20 chunks are listed"),
    ]


def test_images_in_one_another_end(realfiles: Path, tmp_path: Path) -> None:
    inner = (realfiles / "sleuthkit_nps/image.dd").read_bytes()
    for _ in range(4):
        inner = vhd_fixed(inner)
    (tmp_path / "disk.vhd").write_bytes(inner)
    with Reader(tmp_path / "disk.vhd", limits=Limits(max_depth=4)) as reader:
        assert sum(isinstance(found, Entry) for found in reader.walk()) == 8
    with Reader(tmp_path / "disk.vhd", limits=Limits(max_depth=3)) as reader:
        troubles = [found for found in reader.walk() if isinstance(found, Trouble)]
    assert [(trouble.cause, trouble.detail) for trouble in troubles] == [
        ("limit", "more than 3 layers in one another")
    ]


def test_notes_name_each_step_and_skips_go_past_it(realfiles: Path) -> None:
    source = realfiles / "sleuthkit_nps/imageformat_mmls_1.E01"
    notes: list[bytes] = []
    with Reader(source) as reader:
        whole = list(reader.walk(note=notes.append))
        first = next(found.spec for found in whole if isinstance(found, Entry)).parent
        opening = first.to_bytes() + b" (opening)"
        assert notes[0] == FILE.to_bytes() + b" (recognising)"
        assert opening in notes
        assert len(set(notes)) > 20
        without = list(reader.walk(skip=frozenset([opening])))
    troubles = [found for found in without if isinstance(found, Trouble)]
    assert [trouble.spec for trouble in troubles] == [first]
    kept = [found for found in whole if isinstance(found, Entry) and found.spec.parent != first]
    assert [found for found in without if isinstance(found, Entry)] == kept
    assert without[-1] == Tally(EMPTY, len(kept))


@pytest.mark.parametrize("kind", ["fifo", "device", "link", "folder"])
def test_what_is_no_regular_file_is_refused_without_blocking(tmp_path: Path, kind: str) -> None:
    place = tmp_path / "it"
    match kind:
        case "fifo":
            os.mkfifo(place)
        case "device":
            place.symlink_to("/dev/zero")
        case "link":
            (tmp_path / "target").write_text("chess")
            place.symlink_to("target")
        case "folder":
            place.mkdir()
    with Reader(tmp_path) as reader, pytest.raises(EvidenceError):
        reader.open(PathSpec((Layer("folder", b"it"),)))


@pytest.mark.parametrize("path", [b"../secret", b"/etc/passwd", b"a/../../secret", b"", b".", b"a\0b"])
def test_a_specification_does_not_lead_out_of_the_source(tmp_path: Path, path: bytes) -> None:
    (tmp_path / "secret").write_text("chess")
    (tmp_path / "source" / "a").mkdir(parents=True)
    with Reader(tmp_path / "source") as reader, pytest.raises(EvidenceError):
        reader.open(PathSpec((Layer("folder", path),)))


def test_a_source_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="vanished"):
        Reader(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "spec",
    [
        EMPTY,
        PathSpec((layer("folder", b"x"),)),
        FILE.child(layer("ewf")),
        FILE.child(layer("qcow")),
        FILE.child(layer("no such kind", b"x")),
        FILE.child(layer("tsk", b"/x", inode=99)),
    ],
)
def test_a_specification_of_another_source_fails_as_evidence(tmp_path: Path, spec: PathSpec) -> None:
    (tmp_path / "plain.txt").write_text("snow")
    with Reader(tmp_path / "plain.txt") as reader, pytest.raises(EvidenceError):
        reader.open(spec).read()


def test_a_stream_outlives_its_container_and_the_reader(realfiles: Path, tmp_path: Path) -> None:
    """More images than are kept open: a stream from the first still reads; in the end nothing is open."""
    for number in range(KEPT + 4):
        shutil.copy(realfiles / "sleuthkit_nps/image.E01", tmp_path / f"{number}.E01")
    reader = Reader(tmp_path)
    streams: list[io.RawIOBase] = []
    for number in range(KEPT + 4):
        item = PathSpec((Layer("folder", f"{number}.E01".encode()),))
        streams.append(reader.open(item.child(layer("ewf"))))
    expected = (realfiles / "sleuthkit_nps/image.dd").read_bytes()
    assert streams[0].read() == expected
    reader.close()
    assert [stream.read() for stream in streams[1:]] == [expected] * (KEPT + 3)
    streams.clear()
    gc.collect()
    links = [link for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    assert [link for link in links if link.readlink().is_relative_to(tmp_path)] == []


def test_evidence_is_the_same_after_as_before(realfiles: Path, tmp_path: Path) -> None:
    """Hash and stat of every file, access times among them (we own the files, so O_NOATIME is permitted)."""
    names = ["image.E01", "image.vmdk", "image.vhd", "imageformat_mmls_1.E01", "image.dd"]
    for name in names:
        shutil.copy(realfiles / "sleuthkit_nps" / name, tmp_path / name)
        os.utime(tmp_path / name, ns=(10**18, 15 * 10**17))

    def state() -> list[tuple[int, ...]]:
        found = [path.stat() for path in [tmp_path, *sorted(tmp_path.iterdir())]]
        return [(s.st_atime_ns, s.st_mtime_ns, s.st_ctime_ns, s.st_size, s.st_mode) for s in found]

    before = state()
    for name in names:
        with Reader(tmp_path / name) as reader:
            listed(reader, reader.walk())
    with Reader(tmp_path) as reader:
        listed(reader, reader.walk())
        for name in names:
            listed(reader, reader.walk(PathSpec((Layer("folder", name.encode()),))))
    assert state()[1:] == before[1:]
    for name in names:
        assert (tmp_path / name).read_bytes() == (realfiles / "sleuthkit_nps" / name).read_bytes()
