"""What the door writes down, and what it hands out with it."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import threading
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from safelight.access.door import Door
from safelight.access.export import FIELDS, csv_lines, json_lines
from safelight.access.filter import ItemFilter
from safelight.catalog.catalog import Catalog
from safelight.errors import NotFound, Refused, Unreachable
from safelight.ledger.ledger import Ledger
from tests.access.built import ACTOR, FORMULA, Built, build, files, sha256


def entries(built: Built, after: int = 0) -> list[tuple[str, str, str, tuple[str, ...], dict[str, Any]]]:
    """verb, actor, purpose, subjects, what: of every entry behind a number."""
    with Ledger.open(built.folder) as ledger:
        return [
            (one.verb, one.actor, one.purpose, one.subjects, (ledger.payload(one.seq) or {}).get("what", {}))
            for one in ledger.entries(after)
        ]


def head(built: Built) -> int:
    with Ledger.open(built.folder) as ledger:
        return ledger.head().seq


def test_one_consultation_for_many_reads(door: Door, built: Built) -> None:
    before = head(built)
    with door.consult("items", "type:picture") as look:
        rows = look.items(ItemFilter(type=("picture",))).rows
        look.count()
        look.facets()
        look.histogram()
    digest = hashlib.sha256("\n".join(sorted(row.item_id for row in rows)).encode()).hexdigest()
    ids = tuple(row.item_id for row in rows)
    what = {"page": "items", "query": "type:picture"}
    assert len(ids) == 5
    assert entries(built, before) == [("consultation", ACTOR, "tests of the door", ids, what)]
    before = head(built)
    with door.consult("items") as look:
        rows = look.items().rows
    digest = hashlib.sha256("\n".join(sorted(row.item_id for row in rows)).encode()).hexdigest()
    what = {"page": "items", "query": "", "ids": len(rows), "sha256": digest}  # type: ignore[dict-item]
    assert entries(built, before) == [("consultation", ACTOR, "tests of the door", (), what)]


def test_a_consultation_is_written_even_if_it_fails(door: Door, built: Built) -> None:
    before = head(built)
    with pytest.raises(NotFound), door.consult("item", "i1-nothing") as look:
        look.item("i1-nothing")
    assert [entry[4] for entry in entries(built, before)] == [{"page": "item", "query": "i1-nothing"}]


def test_progress_writes_nothing(door: Door, built: Built) -> None:
    before = head(built)
    for _n in range(5):
        assert door.progress() is None
    assert head(built) == before


def test_bytes_come_out_of_the_source_as_a_disclosure(door: Door, built: Built) -> None:
    item, before = built.item("sjakk/parti.zip › parti/runde1.pgn"), head(built)
    with door.stream(item, "asked for by counsel") as chunks:
        written = entries(built, before)
        assert b"".join(chunks) == b"1. e4 e5 2. Nf3 Nc6\n"
    what = {"act": "cat", "work": "tests of the door"}
    assert written == entries(built, before) == [("disclosure", ACTOR, "asked for by counsel", (item,), what)]


@pytest.mark.parametrize("reason", ["", "  ", "\n"])
def test_nothing_leaves_without_a_reason(door: Door, built: Built, reason: str) -> None:
    before = head(built)
    with pytest.raises(Refused), door.stream(built.item("DCIM/DSC08112.jpg"), reason):
        pass
    with pytest.raises(Refused):
        door.export(ItemFilter(), reason)
    with pytest.raises(Refused):
        door.open_derivative(built.digests["DCIM/DSC08112.jpg"], None, reason)
    assert head(built) == before


def test_a_piece_of_bytes_and_positions_beyond_the_end(door: Door, built: Built) -> None:
    item = built.item("DCIM/DSC08112.jpg")
    data = files()["DCIM/DSC08112.jpg"]
    with door.consult("bytes") as look:
        assert look.bytes(item, 100, 64).data == data[100:164]
        assert look.bytes(item, len(data) - 3, 64).data == data[-3:]
        assert look.bytes(item, len(data) + 10, 64).data == b""
        assert look.bytes(item, 1 << 61, 64).data == b""


def test_a_source_that_moved_is_said_so(tmp_path: Path) -> None:
    built = build(tmp_path)
    (tmp_path / "kort").rename(tmp_path / "flytta")
    with Door(built.folder, who=ACTOR, purpose="tests") as door:
        with door.consult("bytes") as look:
            piece = look.bytes(built.item("DCIM/DSC08112.jpg"))
        assert (piece.data, "safelight source locate" in piece.trouble) == (b"", True)
        with pytest.raises(Unreachable), door.stream(built.item("DCIM/DSC08112.jpg"), "asked"):
            pass


def test_a_sealed_picture_holds_nothing_sharp(door: Door, built: Built) -> None:
    sealed = door.sealed(built.digests["DCIM/DSC08112.jpg"])
    assert sealed
    with Image.open(io.BytesIO(sealed)) as picture:
        assert (picture.mode, max(picture.size)) == ("L", 96)
        values = picture.tobytes()
    width = 96
    steps = [abs(a - b) for n, (a, b) in enumerate(pairwise(values)) if (n + 1) % width]
    assert max(steps) < 24, "an edge came through"


def test_opening_is_grey_320_and_written_down_first(door: Door, built: Built) -> None:
    digest, before = built.digests["DCIM/DSC08112.jpg"], head(built)
    opened = door.open_derivative(digest, "thumb-320", "victim identification")
    with Image.open(io.BytesIO(opened)) as picture:
        assert (picture.mode, picture.size) == ("L", (320, 240))
    what = {"act": "open sealed picture", "degree": "grey 320", "work": "tests of the door"}
    assert entries(built, before) == [("disclosure", ACTOR, "victim identification", (digest,), what)]
    before = head(built)
    door.closed_derivative(digest, 1.84)
    assert [entry[4] for entry in entries(built, before)] == [
        {"page": "sealed picture closed", "seconds": 1.8}
    ]


def test_without_keys_nothing_opens(built: Built) -> None:
    with Door(built.folder, who=ACTOR, purpose="tests") as door:
        before = head(built)
        assert door.sealed(built.digests["DCIM/DSC08112.jpg"]) is None
        with pytest.raises(NotFound):
            door.open_derivative(built.digests["DCIM/DSC08112.jpg"], None, "look")
        assert head(built) == before


def test_export_is_a_disclosure_and_its_cells_are_harmless(door: Door, built: Built) -> None:
    before = head(built)
    rows = list(
        csv.reader(io.StringIO("".join(csv_lines(door.export(ItemFilter(type=("text",)), "for counsel")))))
    )
    assert rows[0] == list(FIELDS)
    names = [row[FIELDS.index("name")] for row in rows[1:]]
    assert "'" + FORMULA in names
    assert len(names) == 7
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    what = {"act": "export", "query": "type:text", "work": "tests of the door"}
    assert entries(built, before) == [("disclosure", ACTOR, "for counsel", (), what)]


def test_json_lines_carry_times_with_and_without_zone(door: Door, built: Built) -> None:
    lines = [json.loads(line) for line in json_lines(door.export(ItemFilter(path="sjakk"), "for counsel"))]
    found = {line["path"]: line for line in lines}
    member, game = found["sjakk/parti.zip › parti/runde1.pgn"], found["sjakk/åpninger.pgn"]
    assert (member["modified_utc"], member["modified_wall"]) == (None, "2016-07-01T12:00:00.000000")
    assert game["modified_utc"] == "2016-11-09T16:30:51.000000Z"
    assert (game["sets"], game["sha256"]) == ("NSRL stand-in", sha256(files()["sjakk/åpninger.pgn"]))
    assert member["container"] == built.item("sjakk/parti.zip")


def test_a_limited_export(door: Door) -> None:
    assert len(list(door.export(ItemFilter(), "for counsel", limit=3))) == 3


def test_threads_read_while_the_catalog_grows(tmp_path: Path) -> None:
    built = build(tmp_path)
    troubles: list[BaseException] = []
    with Door(built.folder, who=ACTOR, purpose="tests") as door:

        def read() -> None:
            try:
                for _n in range(5):
                    with door.consult("items") as look:
                        page = look.items()
                        assert look.count().items == len(page.rows)
            except BaseException as error:
                troubles.append(error)

        threads = [threading.Thread(target=read) for _n in range(3)]
        for thread in threads:
            thread.start()
        with Catalog.at(built.folder) as catalog:
            for n in range(5):
                row = {
                    "item_id": f"i1-new{n}",
                    "path": f"ny/{n}",
                    "name": str(n),
                    "kind": "file",
                    "state": "allocated",
                    "source_id": built.sources[0].id,
                }
                catalog.write(f"b1-more{n}", {"items": [row]}, made_by={"stage": "test"})
        for thread in threads:
            thread.join()
        assert troubles == []
        with door.consult("items") as look:
            assert [row.path for row in look.items(ItemFilter(path="ny")).rows] == [
                f"ny/{n}" for n in range(5)
            ]
