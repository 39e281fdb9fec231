"""Pages, counts, facets and times of items, against lists written out."""

from __future__ import annotations

from pathlib import Path

import pytest

from safelight.access.door import Door
from safelight.access.filter import ItemFilter
from safelight.access.model import ORDERS, Bar, Counted, ItemRow, Order
from safelight.catalog.catalog import Catalog
from safelight.errors import Refused
from safelight.evidence.spec import escape
from safelight.intake.run import count
from tests.access.built import ACTOR, FORMULA, HOSTILE, Built, build, files

FOLDERS = ["Bilete", "Bilete/Åse", "DCIM", "sjakk", "tog", "vêr"]
MEMBERS = ["sjakk/parti.zip › parti/blåbær.txt", "sjakk/parti.zip › parti/runde1.pgn"]
FIRST = [escape(name.encode()) for name in files()] + MEMBERS
SECOND = ["kopi.jpg", "rutetabell.txt"]


def placed(paths: list[str]) -> list[str]:
    """In the order of the table: the first exhibit's source, then the second's, each by path."""
    return sorted(paths, key=lambda path: (path in SECOND, path.encode()))


ALL = placed([*FIRST, *FOLDERS, *SECOND])
PICTURES = [
    "Bilete/Åse/testmønster.jpg",
    "DCIM/DSC08112.jpg",
    "DCIM/DSC08113.jpg",
    "kopi.jpg",
    "tog/ødelagt.jpg",
]


def paths(door: Door, words: str, order: Order = "path") -> list[str]:
    with door.consult("test") as look:
        return [row.path for row in look.items(ItemFilter.from_words(words), order).rows]


def everything(door: Door, order: Order, limit: int) -> list[ItemRow]:
    """All rows, page by page, and each page again on the way back."""
    with door.consult("test") as look:
        page = look.items(order=order, limit=limit)
        pages = [page]
        while page.after:
            page = look.items(order=order, after=page.after, limit=limit)
            pages.append(page)
        back = pages[-1]
        for expected in pages[-2::-1]:
            assert back.before
            back = look.items(order=order, before=back.before, limit=limit)
            assert back.rows == expected.rows
        assert back.before is None
        return [row for one in pages for row in one.rows]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("limit", [1, 3, 200])
def test_every_row_once_in_every_order(door: Door, order: Order, limit: int) -> None:
    rows = everything(door, order, limit)
    assert sorted(row.path for row in rows) == sorted(ALL)
    name = order.removeprefix("-")
    values = [
        (row.path in SECOND, row.path.encode())
        if name == "path"
        else _size(row)
        if name == "size"
        else _when(row)
        for row in rows
    ]
    assert values == sorted(values, reverse=order.startswith("-"))


def _size(row: ItemRow) -> int:
    return -1 if row.size is None else row.size


def _when(row: ItemRow) -> int:
    if row.modified is None:
        return -(1 << 63)
    return (row.modified.utc_us if row.modified.utc_us is not None else row.modified.wall_us) or 0


def test_many_sources_are_one_list(tmp_path: Path) -> None:
    built = build(tmp_path, more=-1)
    rows = [
        {"item_id": f"i1-{n:03d}", "source_id": f"s1-{n % 13:02d}", "path": f"tog/{n * 7 % 40:02d}", "name": "x",
         "kind": "file", "state": "allocated"}
        for n in range(40)
    ]  # fmt: skip
    with Catalog.at(built.folder) as catalog:
        catalog.write("b1-many", {"items": rows}, made_by={"stage": "test"})
    expected = [row["item_id"] for row in sorted(rows, key=lambda row: (row["source_id"], row["path"]))]
    with Door(built.folder, who=ACTOR, purpose="tests") as door:
        assert [row.item_id for row in everything(door, "path", 3)] == expected
        assert [row.item_id for row in everything(door, "-path", 7)] == expected[::-1]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("type:picture", PICTURES),
        ("type:picture exhibit:2016-0142-B3", ["kopi.jpg"]),
        ("type:archive type:video", ["sjakk/parti.zip"]),
        ("state:deleted", ["DCIM/DSC08113.jpg"]),
        ("state:orphan", ["vêr/tom.txt"]),
        ("kind:folder", FOLDERS),
        ("path:DCIM", ["DCIM", "DCIM/DSC08112.jpg", "DCIM/DSC08113.jpg"]),
        ("path:sjakk/parti.zip", ["sjakk/parti.zip", *MEMBERS]),
        ("path:*.jpg", PICTURES),
        ("name:dsc08112", ["DCIM/DSC08112.jpg"]),
        ("name:ÅPN", ["sjakk/åpninger.pgn"]),
        ("name:*.PGN", [MEMBERS[1], "sjakk/åpninger.pgn"]),
        ("failed:any", ["sjakk/parti.zip", "tog/ødelagt.jpg"]),
        ("failed:corrupt", ["tog/ødelagt.jpg"]),
        ("failed:encrypted failed:corrupt", ["sjakk/parti.zip", "tog/ødelagt.jpg"]),
        ("failed:none type:archive", []),
        ("known:any", ["Bilete/Åse/testmønster.jpg", "DCIM/DSC08112.jpg", "kopi.jpg", "sjakk/åpninger.pgn"]),
        ("known:nsrl", ["sjakk/åpninger.pgn"]),
        ("'known:Unit set 4' exhibit:2016-0142-B3", ["kopi.jpg"]),
        ("known:none type:picture", ["DCIM/DSC08113.jpg", "tog/ødelagt.jpg"]),
        ("category:NO-2016/0", ["Bilete/Åse/testmønster.jpg", "DCIM/DSC08112.jpg", "kopi.jpg"]),
        ("category:NO-2016/", ["Bilete/Åse/testmønster.jpg", "DCIM/DSC08112.jpg", "kopi.jpg"]),
        ("category:NO-2016/1", []),
        ("size:0 kind:file", ["vêr/tom.txt"]),
        ("size:20..30", [MEMBERS[1], "rutetabell.txt", "tog/ødelagt.jpg"]),
        ("modified:2016-07-01", MEMBERS),
        ("modified:..2016-07-01", MEMBERS),
        ("modified:2016-07-02..2016-11-08", []),
        ("exhibit:2016-0142-B3", ["kopi.jpg", "rutetabell.txt"]),
        ("exhibit:nowhere", []),
        ("encrypted:maybe", []),
        ("extension:disagrees", []),
    ],
)
def test_filters(door: Door, words: str, expected: list[str]) -> None:
    found = paths(door, words)
    if words == "size:20..30":
        found = [path for path in found if path not in FOLDERS]
    assert found == placed(expected)


def test_hashes_whole_and_in_part(door: Door, built: Built) -> None:
    copies = ["Bilete/Åse/testmønster.jpg", "DCIM/DSC08112.jpg", "kopi.jpg"]
    with door.consult("test") as look:
        row = look.item(built.item("kopi.jpg", 1)).row
    for digest in (row.sha256, row.sha1, row.md5):
        assert digest
        assert paths(door, f"hash:{digest}") == copies
        assert paths(door, f"hash:{digest[:8].upper()}") == copies
    assert paths(door, "hash:00000000") == []


def test_children_of_a_container_and_items_of_a_source(door: Door, built: Built) -> None:
    assert paths(door, f"container:{built.item('sjakk/parti.zip')}") == MEMBERS
    assert paths(door, f"source:{built.sources[1].id}") == ["kopi.jpg", "rutetabell.txt"]


def test_names_that_look_like_sql_are_only_names(door: Door) -> None:
    assert paths(door, '"name:\' OR 1=1 --"') == []
    assert paths(door, '"path:\'); DROP VIEW items; --"') == []
    assert len(paths(door, "")) == len(ALL)


def test_rows_carry_findings(door: Door) -> None:
    with door.consult("test") as look:
        rows = {row.path: row for row in look.items().rows}
    picture, broken, packed = rows["DCIM/DSC08112.jpg"], rows["tog/ødelagt.jpg"], rows["sjakk/parti.zip"]
    assert (picture.sets, picture.copies, picture.failed) == (("Unit set 4",), 3, None)
    assert (broken.failed, broken.failed_by, broken.copies) == ("corrupt", "pictures", 1)
    assert (packed.failed, packed.failed_by) == ("encrypted", "zip")
    assert (rows["DCIM"].copies, rows["DCIM"].sets) == (None, ())
    assert rows["DCIM/DSC08113.jpg"].overwritten
    assert picture.exhibit == "2016-0142-A1"
    assert rows["kopi.jpg"].exhibit == "2016-0142-B3"


def test_counts_are_exact(door: Door) -> None:
    data = files()
    with door.consult("test") as look:
        assert look.count(ItemFilter(type=("picture",))) == Counted(
            5, 3, sum(len(data[p]) for p in PICTURES if p in data) + len(data["DCIM/DSC08112.jpg"])
        )
        assert look.count(ItemFilter(name="nothing of that name")) == Counted(0, 0, 0)
        assert look.count().items == len(ALL)


def test_facets_honour_the_rest_of_the_filter(door: Door) -> None:
    with door.consult("test") as look:
        found = look.facets(ItemFilter(exhibit=("2016-0142-A1",), type=("picture",)))
    counts = {facet.key: {value.value: value.items for value in facet.values} for facet in found}
    chosen = {facet.key: [value.value for value in facet.values if value.chosen] for facet in found}
    assert counts["exhibit"] == {"2016-0142-A1": 4, "2016-0142-B3": 1}
    assert {name: n for name, n in counts["type"].items() if n} == {
        "picture": 4, "text": 6, "archive": 1, "empty": 1, "none": 6,
    }  # fmt: skip
    assert counts["state"] == {"allocated": 3, "deleted": 1, "orphan": 0}
    assert counts["failed"] == {"any": 1, "none": 3, "corrupt": 1}
    assert counts["known"] == {"any": 2, "none": 2, "unit": 2}
    assert chosen == {
        "exhibit": ["2016-0142-A1"],
        "type": ["picture"],
        "state": [],
        "failed": [],
        "known": [],
    }


def test_facet_counts_are_the_counts_of_the_rows_that_they_open(door: Door) -> None:
    for wanted in (ItemFilter(), ItemFilter(exhibit=("2016-0142-A1",)), ItemFilter(known=("any",), name="a")):
        with door.consult("test") as look:
            for facet in look.facets(wanted):
                for value in facet.values:
                    alone = ItemFilter.from_pairs(
                        [*wanted.without(facet.key).pairs(), (facet.key, value.value)]
                    )
                    assert look.count(alone).items == value.items, (wanted, facet.key, value)


def test_histogram_counts_each_item_once(door: Door) -> None:
    with door.consult("test") as look:
        found = look.histogram(bars=10)
        none = look.histogram(ItemFilter(state=("orphan",)))
        one = look.histogram(ItemFilter(path="DCIM/DSC08112.jpg"))
    assert sum(bar.items for bar in found.bars) + found.without == len(ALL)
    assert [bar.items for bar in found.bars if bar.items] == [2, len(ALL) - 3]
    assert len(found.bars) <= 10
    assert (none.bars, none.without) == ((), 1)
    assert one.bars == (Bar(1_478_709_051_000_000, 1_478_709_051_000_001, 1),)


@pytest.mark.parametrize(
    "cursor", ["", "zzz", "W10", "WyJwYXRoIiwxXQ", "WyItcGF0aCIsImEiLCJiIl0", "%%%", "🚂"]
)
def test_cursors_of_no_list_are_refused(door: Door, cursor: str) -> None:
    with door.consult("test") as look:
        if cursor:
            with pytest.raises(Refused):
                look.items(after=cursor)
        else:
            assert look.items(after=cursor).before is None


def test_hostile_names_are_found_by_their_catalog_form(door: Door) -> None:
    assert paths(door, f"name:{FORMULA}") == [FORMULA]
    assert paths(door, "name:gpj.regnskap") == [escape(HOSTILE.encode())]


def test_bytes_are_those_of_files_and_streams(tmp_path: Path) -> None:
    """What NTFS and FAT state of their own special files, and of folders, is no content: intake counts the same."""
    built = build(tmp_path)
    before = sum(len(data) for data in files().values())
    rows = [
        {"item_id": f"i1-kind{kind}", "source_id": built.sources[0].id, "exhibit": built.exhibits[0].key, "depth": 0,
         "spec": "[]", "path": f"kinds/{kind}", "name": kind, "kind": kind, "state": "allocated", "size": size}
        for kind, size in (("file", 7), ("stream", 11), ("special", 1 << 40), ("folder", 4096), ("link", 9))
    ]  # fmt: skip
    with Catalog.at(built.folder) as catalog:
        catalog.write("b1-kinds", {"items": rows}, made_by={"stage": "test"})
        intake = count(catalog)
    with Door(built.folder, who=ACTOR, purpose="tests") as door, door.consult("items") as look:
        assert look.count(ItemFilter(path="kinds")) == Counted(5, 0, 18)
        wanted = ItemFilter(kind=("special",))
        assert (look.count(wanted).items, look.count(wanted).bytes) == (1, 0)
        whole = look.count()
        assert (whole.items, whole.bytes) == (intake.items, intake.bytes)
        look.facets()  # from here on the counts without contents come out of the cube
        assert look.count(contents=False).bytes == whole.bytes
        assert look.overview().total == whole
        first = look.exhibit("2016-0142-A1")
        members = len("1. e4 e5 2. Nf3 Nc6\n") + len("sjakk på Finse\n".encode())
        assert first.bytes == sum(one.bytes for one in first.sources) == before + members + 18
