"""Public test images, each item against what the image's own document states."""

from __future__ import annotations

import hashlib
import io
import xml.etree.ElementTree as ET
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from safelight.evidence.model import Entry, OpenContext
from safelight.evidence.tsk import FORMAT
from tests.evidence.filesystem_images import AT, Row, image, rows
from tests.evidence.memory_stream import MemoryStream

_NS = "{http://www.forensicswiki.org/wiki/Category:Digital_Forensics_XML}"


@dataclass(frozen=True)
class Stated:
    """What a DFXML document says of one file; None where it says nothing."""

    path: str
    inode: int
    size: int
    first_byte: int | None
    digests: frozenset[tuple[str, str]]
    times: frozenset[tuple[str, str]]


def stated(document: bytes) -> list[Stated]:
    """The regular files of a DFXML document, in its order."""
    found = []
    for file in ET.fromstring(document).iter(_NS + "fileobject"):
        texts = {child.tag.removeprefix(_NS): child.text or "" for child in file}
        if texts["name_type"] != "r":
            continue
        runs = [run.get("fs_offset") for run in file.iter(_NS + "byte_run") if run.get("file_offset") == "0"]
        digests = [(d.get("type", ""), d.text) for d in file.iter(_NS + "hashdigest") if d.text]
        found.append(
            Stated(
                "/" + texts["filename"],
                int(texts["inode"]),
                int(texts["filesize"]),
                int(runs[0]) if runs and runs[0] else None,
                frozenset(digests),
                frozenset(
                    (name, texts[name]) for name in ("mtime", "atime", "ctime", "crtime") if name in texts
                ),
            )
        )
    return found


def from_zip(path: Path, suffix: str) -> bytes:
    with zipfile.ZipFile(path) as archive:
        name = next(name for name in archive.namelist() if name.endswith(suffix))
        return archive.read(name)


def listed(data: bytes) -> list[tuple[Entry, bytes]]:
    container = FORMAT.open_container(MemoryStream(data), OpenContext())
    entries = [entry for entry in container.walk(AT) if isinstance(entry, Entry)]
    return [(entry, container.open(entry.spec.last).read()) for entry in entries if entry.kind == "file"]


def as_stated(entry: Entry, content: bytes, like: Stated) -> Stated:
    """The entry in the document's terms, as far as the document says anything."""
    names = {"mtime": "modified", "atime": "accessed", "ctime": "changed", "crtime": "created"}
    times = {short: entry.times[name].text for short, name in names.items() if name in entry.times}  # type: ignore[index]
    return Stated(
        entry.spec.last.path.decode(),
        entry.spec.last.number("inode"),
        len(content),
        entry.first_block if like.first_byte is not None else None,
        frozenset((kind, hashlib.new(kind, content).hexdigest()) for kind, _ in like.digests),
        frozenset((name, times.get(name, "")) for name, _ in like.times),
    )


def test_hfs_plus_journaled_of_nps(realdata: Path) -> None:
    archive = realdata / "sleuthkit_nps" / "nps-2009-hfsjtest1.image.gen1.zip"
    expected = [item for item in stated(from_zip(archive, ".xml")) if not item.path.startswith("/$")]
    found = [
        pair for pair in listed(from_zip(archive, ".dmg")) if not pair[0].spec.last.path.startswith(b"/$")
    ]
    assert [item.path for item in expected] == [
        "/.fseventsd/0000000085c085db",
        "/.fseventsd/0000000085c086a9",
        "/.fseventsd/fseventsd-uuid",
        "/.journal",
        "/.journal_info_block",
        "/file1.txt",
        "/file2.txt",
    ]
    by_path = {item.path: item for item in expected}
    ours = {entry.spec.last.path.decode(): (entry, content) for entry, content in found}
    assert ours.keys() == by_path.keys()
    assert {path: as_stated(*ours[path], by_path[path]) for path in ours} == by_path


def test_fat_with_fragments_and_a_deleted_file(realdata: Path) -> None:
    archive = realdata / "dftt" / "2-kwsrch-fat.zip"
    expected = [(s.path, s.inode, s.size, s.first_byte) for s in stated(from_zip(archive, ".xml"))]
    found = listed(from_zip(archive, ".dd"))
    assert [
        (entry.spec.last.path.decode(), entry.spec.last.number("inode"), len(content), entry.first_block)
        for entry, content in found
    ] == expected
    contents = {entry.spec.last.path: content for entry, content in found}
    # Where the document's table puts its strings (sector, offset) within files.
    assert contents[b"/file1.dat"][167:172] == b"first"
    assert contents[b"/file4.dat"][507:517] == b"1fragment1"
    assert contents[b"/file6.dat"][500:521] == b"  2fragment sentence2"
    assert contents[b"/_ILE5.DAT"][230:237] == b"deleted"
    assert contents[b"/file7.dat"][160:174] == b"a?b\\c*d$e#f[g^"
    deleted = [entry for entry, _ in found if entry.state != "allocated"]
    assert [(e.spec.last.path, e.state, e.overwritten) for e in deleted] == [(b"/_ILE5.DAT", "deleted", True)]


def test_fat_in_winter_and_summer(realdata: Path) -> None:
    """The document: created on 1 January 2004 at 2:00 PM and on 1 June 2004 at 3:00 PM, by the wall clock."""
    found = listed(from_zip(realdata / "dftt" / "5-fat-daylight.zip", ".dd"))
    assert [
        (e.spec.last.path, e.times["created"].text[:19], e.times["created"].utc_us) for e, _ in found
    ] == [
        (b"/winter.txt", "2004-01-01 14:00:01", None),
        (b"/summer.txt", "2004-06-01 15:00:01", None),
    ]


def test_fat_labels_with_content(realdata: Path) -> None:
    found = listed(from_zip(realdata / "dftt" / "9-fat-label.zip", ".dd"))
    assert [(e.spec.last.path, hashlib.md5(content).hexdigest()) for e, content in found] == [
        (b"/LABEL2      (Volume Label Entry)", "8071eeaa52cd372a9bbb093e348e605c"),
        (b"/dir1/FILE2   DLL (Volume Label Entry)", "8aeca328aa6fbb7d2ec01f8c2f3e4bbd"),
    ]


def test_iso_with_two_trees_shows_both_files(realdata: Path) -> None:
    """The document: "Ideally, your tool should show you both files" (File1.txt and File2.txt)."""
    archive = realdata / "dftt" / "14-iso9660-1.zip"
    expected = next(item for item in stated(from_zip(archive, ".xml")) if item.path == "/File2.txt")
    (first, one), (second, two) = listed(from_zip(archive, "iso-dirtree1.iso"))
    assert (first.spec.last.number("inode"), len(one), first.first_block) == (
        expected.inode,
        expected.size,
        expected.first_byte,
    )
    assert (second.state, second.overwritten, two) == ("orphan", True, FILE1)


FILE1 = b"Hello. I am file #1.\n"
PASSWORDS = (
    b"place,user,password\nbank,joesmith,superrich\nalarm system,-,1234\n"
    b"treasure chest,-,1111\nuber secret laire,admin,admin\n"
)
A_FILE = b"This is a text file.\n\nWe should be able to parse it.\n"
ANOTHER_FILE = b"This is another file.\n"


def row(path: str, content: bytes, kind: str = "file") -> Row:
    return Row(path, kind, "allocated", False, len(content), content)


def folder(path: str) -> Row:
    return Row(path, "folder", "allocated", False, 0, b"")


def test_ext2_of_sleuthkit(realdata: Path) -> None:
    with io.FileIO(realdata / "sleuthkit_nps" / "image.dd") as file:
        assert rows(FORMAT, file) == [
            folder("/lost+found"),
            folder("/a_directory"),
            row("/passwords.txt", PASSWORDS),
            row("/a_link", b"a_directory/another_file", "link"),
            row("/a_directory/another_file", ANOTHER_FILE),
            row("/a_directory/a_file", A_FILE),
            Row("/a_directory/.another_file.swp", "file", "deleted", True, 0, b""),
            Row("/a_directory/another_file~", "file", "deleted", True, 0, b""),
        ]


def test_hfs_plus_of_dfvfs() -> None:
    found = rows(FORMAT, MemoryStream(image("dfvfs_hfsplus")))
    assert [item for item in found if not item.path.startswith(("/$", "/.fseventsd/"))] == [
        folder("/.fseventsd"),
        folder("/.HFS+ Private Directory Data\r"),
        folder("/a_directory"),
        row("/a_link", b"a_directory/another_file", "link"),
        row("/passwords.txt", PASSWORDS),
        folder("/^^^^HFS+ Private Data"),
        row("/a_directory/a_file", A_FILE),
        row("/a_directory/a_file:myxattr", b"My extended attribute", "stream"),
        row("/a_directory/a_resourcefork", b""),
        row("/a_directory/a_resourcefork:RSRC", b"My resource fork\n", "stream"),
        row("/a_directory/another_file", ANOTHER_FILE),
    ]


@pytest.mark.parametrize("name", ["iso9660.raw"])
def test_iso_of_dfvfs(realfiles: Path, name: str) -> None:
    with io.FileIO(realfiles / "dfvfs" / name) as file:
        assert rows(FORMAT, file) == [
            folder("/A_DIRECTORY"),
            folder("/LOST_FOUND"),
            row("/PASSWORDS.TXT", PASSWORDS),
            row("/A_DIRECTORY/ANOTHER_FILE", ANOTHER_FILE),
            row("/A_DIRECTORY/A_FILE", A_FILE),
        ]
