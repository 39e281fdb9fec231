"""One item, failures, hits, exhibits and the overview, in full."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from safelight.access.door import Door
from safelight.access.filter import ItemFilter
from safelight.access.model import Counted, DerivativeFact, FailureGroup, HitGroup, Inspection
from safelight.catalog.catalog import Catalog
from safelight.errors import NotFound
from safelight.ledger import exhibits, imagechecks, sources
from safelight.traces.moment import now_us
from tests.access.built import ACTOR, Built, build, files


def test_the_way_back_to_the_exhibit(door: Door, built: Built) -> None:
    with door.consult("item") as look:
        found = look.item(built.item("sjakk/parti.zip › parti/runde1.pgn"))
        parent = look.item(built.item("sjakk/parti.zip"))
    assert [step.label for step in found.provenance] == [
        "Search warrant 16-184031ENE, Nordvik tingrett",
        "2016-0142-A1",
        "kort",
        "sjakk/parti.zip",
        "sjakk/parti.zip › parti/runde1.pgn",
        "bytes 0–19",
    ]
    assert found.provenance[3].item_id == parent.row.item_id
    assert (parent.children, found.children, found.depth) == (2, None, 1)
    assert [one.act for one in found.exhibit.custody] == ["received", "sealed"] if found.exhibit else False


def test_facts_of_a_picture(door: Door, built: Built) -> None:
    with door.consult("item") as look:
        found = look.item(built.item("DCIM/DSC08113.jpg"))
    assert [(fact.name, fact.value, fact.unit) for fact in found.facts] == [
        ("Format", "JPEG", ""), ("Width", "640", "pixels"), ("Height", "480", "pixels"), ("Camera maker", "Sony", ""),
        ("Camera", "DSC-RX100M3", ""), ("Serial number", "4418203", ""),
        ("Taken", "2016-11-09 17:30:51, no zone stated", ""), ("Latitude", "60.6021", "degrees"),
        ("Longitude", "7.5047", "degrees"), ("PDQ", "f8" * 32, ""), ("PDQ quality", "100", ""),
        ("PDQ recipe", "draft-512", ""),
    ]  # fmt: skip
    assert found.inspections == (Inspection("pictures", 3, "done", 0.0057),)
    assert found.derivatives == (DerivativeFact("thumb-320", 320, 240, "image/jpeg"),)
    assert found.not_checked == (
        "Deleted, and its blocks may have been used again: the bytes may belong to another file.",
        "No hash was stated at seizure: whether the source is unchanged since then was NOT CHECKED.",
    )


def test_texts_and_failures_of_an_item(door: Door, built: Built) -> None:
    with door.consult("item") as look:
        game, broken = look.item(built.item("sjakk/åpninger.pgn")), look.item(built.item("tog/ødelagt.jpg"))
    assert [(text.kind, text.text, text.length, text.cut) for text in game.texts] == [
        ("text", "Finse open \u202e d4 d5", 18, True)
    ]
    assert [(one.cause, one.inspector, one.detail) for one in broken.failures] == [
        ("corrupt", "pictures", "the picture ends after its header")
    ]
    assert "pictures failed on the content: its facts are missing." in broken.not_checked


def test_an_item_by_the_beginning_of_its_id(door: Door, built: Built) -> None:
    item = built.item("kopi.jpg", 1)
    with door.consult("item") as look:
        assert look.item(item[:16]).row.item_id == item
        for wrong in (item[:6], item + "x", "", "i1-", "%", "i1-%%%%%%%%%%"):
            with pytest.raises(NotFound):
                look.item(wrong)


def test_all_copies_page_by_page(door: Door, built: Built) -> None:
    with door.consult("copies") as look:
        first = look.copies(built.digests["DCIM/DSC08112.jpg"], limit=2)
        second = look.copies(built.digests["DCIM/DSC08112.jpg"], after=first.after, limit=2)
    assert [row.path for row in first.rows] == ["Bilete/Åse/testmønster.jpg", "DCIM/DSC08112.jpg"]
    assert [(row.path, row.exhibit) for row in second.rows] == [("kopi.jpg", "2016-0142-B3")]
    assert second.after is None


GROUPS = (
    FailureGroup("corrupt", "pictures", 1, "the picture ends after its header"),
    FailureGroup("encrypted", "zip", 1, "one member wants a password"),
    FailureGroup("unreadable", "walker", 1, "bad sectors from 4,096"),
)


def test_failures_by_cause_part_and_exhibit(door: Door) -> None:
    with door.consult("failures") as look:
        assert look.failure_groups() == GROUPS
        assert look.failure_groups(ItemFilter(exhibit=("2016-0142-A1",))) == GROUPS[:2]
        assert look.failure_groups(ItemFilter(exhibit=("2016-0142-B3",))) == GROUPS[2:]
        assert look.failure_groups(ItemFilter(type=("picture",))) == GROUPS[:1]
        assert [row.place for row in look.failures(ItemFilter(failed=("encrypted",))).rows] == [
            "sjakk/parti.zip"
        ]
        assert [row.place for row in look.failures(inspector="walker").rows] == ["partition 2"]


def test_failures_page_by_page(door: Door) -> None:
    places, after = [], None
    with door.consult("failures") as look:
        while True:
            page = look.failures(after=after, limit=1)
            places += [row.place for row in page.rows]
            after = page.after
            if after is None:
                break
    assert places == ["tog/ødelagt.jpg", "sjakk/parti.zip", "partition 2"]


def test_hits_by_set_and_category(door: Door) -> None:
    with door.consult("hits") as look:
        assert look.hit_groups() == (
            HitGroup("nsrl", "NSRL stand-in", "", "", "", 1, 1),
            HitGroup("unit", "Unit set 4", "NO-2016", "0", "Not pertinent", 1, 3),
        )
        found, after = [], None
        while True:
            page = look.hits(after=after, limit=2)
            found += [(hit.set_name, hit.code, hit.item.path, hit.algorithm) for hit in page.rows]
            after = page.after
            if after is None:
                break
        assert [hit.item.path for hit in look.hits("unit", "NO-2016/0").rows] == [row[2] for row in found[1:]]
        assert look.hits("unit", "NO-2016/1").rows == ()
    assert found == [
        ("NSRL stand-in", "", "sjakk/åpninger.pgn", "sha1"),
        ("Unit set 4", "0", "Bilete/Åse/testmønster.jpg", "md5"),
        ("Unit set 4", "0", "DCIM/DSC08112.jpg", "md5"),
        ("Unit set 4", "0", "kopi.jpg", "md5"),
    ]


def test_exhibits_with_figures_and_hash_checks(door: Door) -> None:
    with door.consult("exhibits") as look:
        first, second = look.exhibits()
        alone = look.exhibit("2016-0142-B3")
        with pytest.raises(NotFound):
            look.exhibit("2016-0142-Z9")
    assert alone == second
    assert (first.number, first.items, first.failed, first.hash_check) == (
        "2016-0142-A1",
        18,
        2,
        "none stated",
    )
    assert (second.items, second.contents, second.failed, second.hash_check) == (2, 2, 1, "differed")
    assert second.hash_detail == "md5:" + "cd" * 16
    assert second.bytes == len(files()["DCIM/DSC08112.jpg"]) + 25
    assert [
        (source.label, source.items, source.failed, source.failed_places, source.complete)
        for source in (*first.sources, *second.sources)
    ] == [("kort", 18, 2, 0, True), ("disk", 2, 1, 1, False)]


def test_a_source_whose_only_volume_is_encrypted_is_failed_and_not_complete(tmp_path: Path) -> None:
    """No item stands for what could not be opened: the source does."""
    built = build(tmp_path)
    (locked := tmp_path / "disk.raw").write_bytes(b"")
    with built.ledger() as ledger:
        source = sources.register(ledger, built.exhibits[0], "låst", locked, "file", {}, actor=ACTOR)
    place = {"source_id": source.id, "place": "p1", "stage": "walk", "inspector": "luks", "cause": "encrypted",
             "detail": "the volume wants a passphrase"}  # fmt: skip
    done = {"source_id": source.id, "kind": "file", "children": 0, "complete": True}
    with Catalog.at(built.folder) as catalog:
        catalog.write("b1-locked", {"failures": [place], "containers": [done]}, made_by={"stage": "test"})
    with Door(built.folder, who=ACTOR, purpose="tests") as door, door.consult("source list") as look:
        card = look.exhibit("2016-0142-A1")
        found = next(one for one in card.sources if one.source_id == source.id)
        assert (found.items, found.failed, found.failed_places, found.complete) == (0, 1, 1, False)
        assert (card.failed, card.failed_places) == (3, 1)
        assert [one.complete for one in card.sources if one.label == "kort"] == [True]
        group = FailureGroup("encrypted", "luks", 1, "the volume wants a passphrase")
        assert look.failure_groups(ItemFilter(source=(source.id,))) == (group,)
        assert group in look.failure_groups(ItemFilter(exhibit=("2016-0142-A1",)))
        assert group not in look.failure_groups(ItemFilter(exhibit=("2016-0142-B3",)))
        assert group not in look.failure_groups(ItemFilter(source=(source.id,), type=("picture",)))
        assert [
            row.place for row in look.failures(ItemFilter(source=(source.id,), failed=("any",))).rows
        ] == ["p1"]
        own = ItemFilter(source=(source.id,))
        assert look.count(own) == Counted(0, 0, 0)
        for causes in (("any",), ("encrypted",), ("any", "corrupt")):
            assert look.count(own.with_(failed=causes)) == Counted(0, 0, 0, places=1)
        assert look.count(own.with_(failed=("corrupt",))).places == 0
        assert look.count(own.with_(failed=("none",))).places == 0
        assert look.count(own.with_(failed=("any",), type=("picture",))).places == 0
        look.facets(own)  # from here on the counts come out of the cube
        assert look.count(own.with_(failed=("any",)), contents=False) == Counted(0, 0, 0, places=1)
        failed = ItemFilter(failed=("any",))
        assert look.count(failed).places == 2
        assert look.count(failed.with_(exhibit=("2016-0142-A1",))).places == 1


def test_an_archive_that_was_not_walked_whole_does_not_make_its_source_incomplete(tmp_path: Path) -> None:
    built = build(tmp_path, more=-1)
    with built.ledger() as ledger:
        exhibit = exhibits.add(
            ledger, number="2016-0142-A1", label="Disk", seized="2016-11-22", legal_basis="warrant", officer="S. Brækhus",
            actor=ACTOR,
        )  # fmt: skip
        source = sources.register(ledger, exhibit, "disk", tmp_path, "folder", {}, actor=ACTOR)
    root = {"source_id": source.id, "kind": "folder", "children": 1, "complete": True}
    archive = root | {"item_id": "i1-archive", "kind": "zip", "complete": False}
    with Catalog.at(built.folder) as catalog:
        catalog.write("b1-x", {"containers": [root, archive]}, made_by={"stage": "test"})
    with Door(built.folder, who=ACTOR, purpose="tests") as door, door.consult("source list") as look:
        assert [one.complete for one in look.exhibit("2016-0142-A1").sources] == [True]


def test_every_figure_opens_as_many_rows_as_it_says(door: Door) -> None:
    with door.consult("overview") as look:
        found = look.overview()
        for figure in (*found.by_type, found.deleted, found.failed, found.hit):
            assert look.count(figure.filter).items == figure.value, figure.name
        assert found.total.items == sum(figure.value for figure in found.by_type)
        standing = look.standing()
    assert (standing.name, standing.synthetic, standing.exhibits, standing.items) == ("DARKROOM", True, 2, 20)


def test_progress_of_a_run(door: Door, built: Built) -> None:
    path = built.folder.spool / "progress.json"
    row = {"run": "r1", "stage": "hashing", "source": "kort", "items": 7, "bytes": 70, "total_items": None,
           "total_bytes": 700, "rate_bytes": 10.5, "remaining_seconds": 60.0, "updated": now_us()}  # fmt: skip
    try:
        path.write_bytes(orjson.dumps(row))
        found = door.progress()
        assert found
        assert (found.stage, found.items, found.total_items, found.total_bytes, found.stale) == (
            "hashing", 7, None, 700, False,
        )  # fmt: skip
        path.write_bytes(orjson.dumps(row | {"updated": now_us() - 120_000_000}))
        assert (late := door.progress()) and late.stale
        path.write_bytes(orjson.dumps(row | {"stage": "stopped"}))
        assert (ended := door.progress()) and (ended.running, ended.stale) == (False, True)
        for broken in (b"", b"{", b"[]", b'{"run": 1}', b"\xff"):
            path.write_bytes(broken)
            assert door.progress() is None
    finally:
        path.unlink()


def test_an_image_that_vouches_for_itself_is_never_taken_for_the_seizure(tmp_path: Path) -> None:
    """Its own hash shows that it is whole. Only the hash stated at seizure ties it to what was seized."""
    built = build(tmp_path)
    own = "md5:" + "12" * 16
    with built.ledger() as ledger:
        for exhibit, source in zip(built.exhibits, built.sources, strict=True):
            imagechecks.record(
                ledger, exhibit, stated=own, found=own, origin="image", source=source.id, actor=ACTOR
            )
    with Door(built.folder, who=ACTOR, purpose="tests") as door, door.consult("exhibits") as look:
        said = [
            (card.hash_check, card.hash_detail, card.sources[0].hash_check, card.sources[0].hash_detail)
            for card in look.exhibits()
        ]
        item = look.item(built.item("DCIM/DSC08112.jpg"))
    differed = ("differed", "md5:" + "cd" * 16)
    assert said == [("none stated", "", "none stated", ""), (*differed, *differed)]
    assert item.not_checked == (
        "No hash was stated at seizure: whether the source is unchanged since then was NOT CHECKED.",
    )
