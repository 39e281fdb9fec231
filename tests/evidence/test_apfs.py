"""APFS: every volume and item of the container that dfVFS tests with, and what happens to damaged ones."""

from __future__ import annotations

import struct

import pytest

from safelight.evidence.apfs import FORMAT
from safelight.evidence.model import Entry, EvidenceError, OpenContext, Trouble, Volume
from safelight.evidence.spec import layer
from tests.evidence.filesystem_images import AT, Row, found_in, image, rows
from tests.evidence.memory_stream import MemoryStream

PASSWORDS = (
    b"place,user,password\nbank,joesmith,superrich\nalarm system,-,1234\n"
    b"treasure chest,-,1111\nuber secret laire,admin,admin\n"
)
A_FILE = b"This is a text file.\n\nWe should be able to parse it.\n"
ANOTHER_FILE = b"This is another file.\n"
V = "/apfs_test"


def row(path: str, content: bytes, kind: str = "file") -> Row:
    return Row(V + path, kind, "allocated", False, len(content), content)


def folder(path: str) -> Row:
    return Row(V + path, "folder", "allocated", False, 0, b"")


def test_every_item() -> None:
    found = rows(FORMAT, MemoryStream(image("dfvfs_apfs")))
    logs = [found.pop(), found.pop(), found.pop()]
    assert found == [
        row("/passwords.txt", PASSWORDS),
        row("/a_link", b"a_directory/another_file", "link"),
        folder("/a_directory"),
        folder("/.fseventsd"),
        row("/a_directory/a_resourcefork", b""),
        row("/a_directory/a_resourcefork:com.apple.ResourceFork", b"My resource fork\n", "stream"),
        row("/a_directory/another_file", ANOTHER_FILE),
        row("/a_directory/a_file", A_FILE),
        row("/a_directory/a_file:myxattr", b"My extended attribute", "stream"),
    ]
    assert [(log.path, log.size) for log in reversed(logs)] == [
        (V + "/.fseventsd/fseventsd-uuid", 36),
        (V + "/.fseventsd/000000001714941a", 164),
        (V + "/.fseventsd/000000001714941b", 72),
    ]


def test_volume_row() -> None:
    found = found_in(FORMAT, MemoryStream(image("dfvfs_apfs")))
    spec = AT.child(layer("apfs", b"/apfs_test", volume=0))
    assert found[0] == Volume(spec, "apfs", 1, 0, 4153344, "APFS volume", "apfs_test", "apfs")


def test_times_are_those_of_the_inode_record() -> None:
    """The record as the Apple File System Reference lays it out: parent, own number, creation, modification,
    change, access."""
    data = image("dfvfs_apfs")
    entries = [e for e in found_in(FORMAT, MemoryStream(data)) if isinstance(e, Entry)]
    entry = next(e for e in entries if e.spec.last.path == b"/apfs_test/passwords.txt")
    inode = entry.spec.last.number("inode")
    at = data.index(struct.pack("<QQ", 2, inode) + struct.pack("<Q", 1642144781213333494))
    created, modified, changed, accessed = struct.unpack_from("<4Q", data, at + 16)
    assert {name: time.utc_us for name, time in entry.times.items()} == {
        "created": created // 1000,
        "modified": modified // 1000,
        "changed": changed // 1000,
        "accessed": accessed // 1000,
    }
    assert entry.times["modified"].text == "2022-01-14T07:19:41.216184416Z"
    assert entry.first_block == data.index(PASSWORDS)


def test_folder_that_killed_the_walker_is_passed() -> None:
    context = OpenContext(skip=frozenset([b"/apfs_test/a_directory"]))
    found = found_in(FORMAT, MemoryStream(image("dfvfs_apfs")), context)
    assert [(t.spec.last.path, t.cause) for t in found if isinstance(t, Trouble)] == [
        (b"/apfs_test/a_directory", "corrupt")
    ]
    assert not [e for e in found if isinstance(e, Entry) and e.spec.last.path.endswith(b"a_file")]


def test_what_is_not_there() -> None:
    container = FORMAT.open_container(MemoryStream(image("dfvfs_apfs")), OpenContext())
    for last in (layer("apfs", b"/x", volume=0, inode=9999), layer("apfs", b"/x", volume=7, inode=2)):
        with pytest.raises(EvidenceError, match="unreadable"):
            container.open(last)


@pytest.mark.parametrize("size", [4096, 65536, 300_000])
def test_container_that_ends_early(size: int) -> None:
    stream = MemoryStream(image("dfvfs_apfs")[:size])
    assert FORMAT.recognise(stream, OpenContext())
    try:
        found = found_in(FORMAT, stream)
    except EvidenceError as error:
        assert error.cause == "corrupt"
    else:
        assert [t.cause for t in found if isinstance(t, Trouble)]


def test_other_bytes_are_not_apfs() -> None:
    assert not FORMAT.recognise(MemoryStream(image("ext2")), OpenContext())
    assert not FORMAT.recognise(MemoryStream(b""), OpenContext())
