"""The catalog's records, and that whatever its bytes say the reading of it ends. (Straight on the reader: through the
door The Sleuth Kit reads the same bytes first, and native code has no place in a property test.)
"""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safelight.evidence.hfs_catalog import FILE, FOLDER, FOLDER_THREAD, HfsCatalog, Record
from tests.evidence.hfs_writer import FIRST, NODE, write_large
from tests.evidence.large_folders import name_of

NAMES = 1000
START = 2 * 4096  # of the catalog in the volume


class Catalog:
    """A volume that has nothing but this catalog."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.info = SimpleNamespace(meta=SimpleNamespace(size=len(data)))

    def open_meta(self, inode: int) -> Catalog:
        assert inode == 4
        return self

    def read_random(self, offset: int, size: int) -> bytes:
        return self._data[offset : offset + size]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("catalog") / "medium.img"
    write_large(path, name_of, NAMES)
    data = path.read_bytes()
    nodes = int.from_bytes(data[START + 36 : START + 40], "big")
    return data[START : START + nodes * NODE]


def records(data: bytes, parent: int) -> list[Record | str]:
    return list(HfsCatalog(Catalog(data)).records(parent, lambda: None))


def test_records_of_a_folder(tree: bytes) -> None:
    found = records(tree, FIRST)
    thread, *files = [
        (each.name.decode("utf-16-be"), each.kind) for each in found if isinstance(each, Record)
    ]
    assert thread == ("", FOLDER_THREAD)
    assert files == [(name_of(number), FILE) for number in range(NAMES)]
    inner = [each for each in records(tree, 2) if isinstance(each, Record)]
    assert [(each.name.decode("utf-16-be"), each.kind, each.number(8)) for each in inner[1:]] == [
        ("parti", FOLDER, FIRST)
    ]


def test_a_folder_that_has_no_records(tree: bytes) -> None:
    assert records(tree, 1 << 31) == []
    assert records(tree, 0) == []


@pytest.mark.parametrize(
    ("offset", "data", "why"),
    [
        (8, b"\xff", "the catalog does not begin with its header"),
        (32, b"\x00\x03", "the catalog states nodes of 3 bytes"),
        (16, b"\x7f\xff\xff\xff", "node 2147483647 of the catalog lies behind its end"),
        (16, b"\x00\x00\x00\x00", ""),
    ],
)
def test_a_header_that_cannot_be(tree: bytes, offset: int, data: bytes, why: str) -> None:
    broken = tree[:offset] + data + tree[offset + len(data) :]
    if not why:
        assert records(broken, FIRST) == []  # the header says that the tree is empty
        return
    with pytest.raises(OSError, match=why):
        records(broken, FIRST)


def test_an_index_that_leads_to_itself(tree: bytes) -> None:
    root = int.from_bytes(tree[16:20], "big")
    broken = bytearray(tree)
    node = memoryview(broken)[root * NODE : (root + 1) * NODE]
    for record in range(int.from_bytes(node[10:12], "big")):
        start = int.from_bytes(node[NODE - 2 - 2 * record : NODE - 2 * record or NODE], "big")
        behind = start + 2 + int.from_bytes(node[start : start + 2], "big")
        node[behind : behind + 4] = root.to_bytes(4, "big")
    with pytest.raises(OSError, match="leads back to itself"):
        records(bytes(broken), FIRST)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=12)), min_size=1, max_size=8),
    st.integers(0, FIRST + NAMES),
)
def test_whatever_the_catalog_says_reading_ends(
    tree: bytes, changes: list[tuple[float, bytes]], parent: int
) -> None:
    data = bytearray(tree)
    for place, new in changes:
        offset = int(place * (len(data) - len(new)))
        data[offset : offset + len(new)] = new
    try:
        found = records(bytes(data), parent)
    except OSError:
        return
    assert all(isinstance(each, str) or each.parent == parent for each in found)
    assert len(found) < 3 * len(data) // NODE * NODE


@given(st.binary(max_size=3 * 512))
def test_any_bytes_at_all(data: bytes) -> None:
    head = bytes(8) + b"\x01" + bytes(5) + b"\x00\x01\x00\x00\x00\x01" + bytes(12) + b"\x02\x00"
    try:
        found = records(head.ljust(512, b"\0") + data, 2)
    except OSError:
        return
    assert all(isinstance(each, str) or each.parent == 2 for each in found)
