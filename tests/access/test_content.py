"""Hostile bytes are read in a child: it may end, the door and everyone behind it go on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from safelight.access.door import Door
from safelight.access.pieces import CHUNK
from safelight.catalog.catalog import Catalog
from safelight.errors import SafelightError
from safelight.evidence.model import Entry, EvidenceError
from safelight.evidence.reader import Reader
from safelight.evidence.spec import PathSpec, layer
from safelight.operation.settings import ArchiveSettings, EngineSettings, Settings, write_settings
from safelight.traces.ids import item_id
from tests.access.built import ACTOR, Built, build
from tests.access.planted_format import LARGE, add_items, install, spec


@dataclass
class Planted:
    built: Built
    door: Door

    def item(self, name: str) -> str:
        return item_id(self.built.sources[0].id, spec(name).to_bytes())

    def said(self, name: str) -> tuple[bytes, str]:
        with self.door.consult("item") as look:
            piece = look.bytes(self.item(name))
        return piece.data, piece.trouble


def allow(built: Built, seconds: float) -> None:
    write_settings(
        built.folder.settings,
        Settings(engine=EngineSettings(time_base_seconds=seconds, memory_megabytes=400)),
    )


@pytest.fixture
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Planted]:
    """A door to items whose reader obeys their first word; the reader is known to new processes only."""
    built = build(tmp_path)
    allow(built, 60.0)  # a busy machine makes nothing late but what hangs
    add_items(built)
    monkeypatch.syspath_prepend(install(tmp_path / "site"))
    with Door(built.folder, who=ACTOR, purpose="tests", keys=built.keys) as door:
        yield Planted(built, door)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("crash", "The reader of these bytes was ended (crash): The child was ended by SIGSEGV."),
        ("hang", "The reader of these bytes was ended (time limit): "),
        ("memory", "The reader of these bytes was ended (memory limit): "),
        ("defect", "The reader of these bytes was ended (defect): KeyError: 'planted defect'"),
    ],
)
def test_a_hostile_item_costs_its_own_piece_and_no_other(planted: Planted, name: str, why: str) -> None:
    if name == "hang":
        allow(planted.built, 1.0)
    data, trouble = planted.said(name)
    assert data == b""
    assert trouble.startswith(why), trouble
    assert planted.said("good") == (b"weather on Finse", "")
    with (
        pytest.raises(SafelightError, match=r"was ended \("),
        planted.door.stream(planted.item(name), "asked"),
    ):
        pass
    assert planted.said("good") == (b"weather on Finse", "")


def test_what_cannot_be_opened_is_not_disclosed(planted: Planted) -> None:
    with planted.built.ledger() as ledger:
        before = ledger.head().seq
    with pytest.raises(SafelightError), planted.door.stream(planted.item("crash"), "asked by counsel"):
        pass
    (planted.built.sources[0].location / "planted" / "good").unlink()
    with (
        pytest.raises(EvidenceError, match="vanished"),
        planted.door.stream(planted.item("good"), "asked by counsel"),
    ):
        pass
    with planted.built.ledger() as ledger:
        assert ledger.head().seq == before


def test_a_large_item_streams_whole_while_others_are_looked_at(planted: Planted) -> None:
    found = []
    with planted.door.stream(planted.item("large"), "asked") as chunks:
        for chunk in chunks:
            found.append(chunk)
            assert planted.said("good") == (b"weather on Finse", "")
    assert [len(chunk) for chunk in found] == [CHUNK, CHUNK, len(b"the rest")]
    assert b"".join(found) == LARGE


def test_a_death_is_forgiven_once_and_not_a_byte_is_lost_or_given_twice(planted: Planted) -> None:
    with planted.door.stream(planted.item("once"), "asked") as chunks:
        assert b"".join(chunks) == LARGE
    found = []
    with (
        pytest.raises(SafelightError, match=r"was ended \(crash\)"),
        planted.door.stream(planted.item("often"), "asked") as chunks,
    ):
        for chunk in chunks:
            found.append(chunk)
    assert b"".join(found) == LARGE[:CHUNK]


def test_the_child_ends_with_the_door(planted: Planted) -> None:
    assert planted.said("good") == (b"weather on Finse", "")
    spool = planted.built.folder.spool
    assert len(list(spool.glob("engine-*"))) == 1
    planted.door.close()
    assert list(spool.glob("engine-*")) == []


@pytest.fixture
def packed(tmp_path: Path) -> Built:
    """An operation with one more item, a member of an archive that wants a password."""
    built = build(tmp_path)
    source = built.sources[0]
    archive = Path(__file__).parents[1] / "evidence" / "archives" / "aes256.zip"
    (source.location / "låst.zip").write_bytes(archive.read_bytes())
    outer = PathSpec((layer("folder", "låst.zip".encode()),))
    with Reader(source.location, credentials=("sjakk2016",)) as reader:
        found = [each.spec for each in reader.walk(outer) if isinstance(each, Entry)]
    inner = next(each for each in found if each.last.path == b"game.pgn")
    identity = item_id(source.id, inner.to_bytes())
    row = {"item_id": identity, "source_id": source.id, "exhibit": source.exhibit, "depth": 1,
           "spec": inner.to_bytes().decode(), "path": inner.display(), "name": "game.pgn", "kind": "file",
           "state": "allocated", "size": 100}  # fmt: skip
    with Catalog.at(built.folder) as catalog:
        catalog.write("b1-locked", {"items": [row]}, made_by={"stage": "test"})
    built.ids["locked"] = identity
    return built


def test_limits_of_archives_are_those_of_the_operation(packed: Built) -> None:
    member = packed.item("sjakk/parti.zip › parti/runde1.pgn")

    def said() -> tuple[bytes, str]:
        with Door(packed.folder, who=ACTOR, purpose="tests") as door, door.consult("item") as look:
            piece = look.bytes(member)
        return piece.data, piece.trouble

    assert said() == (b"1. e4 e5 2. Nf3 Nc6\n", "")
    write_settings(packed.folder.settings, Settings(archives=ArchiveSettings(max_member_megabytes=0)))
    data, trouble = said()
    assert data == b""
    assert trouble.startswith("limit: ")
    with (
        Door(packed.folder, who=ACTOR, purpose="tests") as door,
        pytest.raises(EvidenceError, match=r"^limit: "),
        door.stream(member, "asked"),
    ):
        pass


@pytest.mark.parametrize(("credentials", "opens"), [((), False), (("wrong", "sjakk2016"), True)])
def test_credentials_of_the_door_open_what_is_encrypted(
    packed: Built, credentials: tuple[str, ...], opens: bool
) -> None:
    game = (Path(__file__).parents[1] / "evidence" / "archives" / "game.pgn").read_bytes()
    with Door(packed.folder, who=ACTOR, purpose="tests", credentials=credentials) as door:
        with door.consult("item") as look:
            piece = look.bytes(packed.ids["locked"], 0, 100)
        if opens:
            assert (piece.data, piece.trouble) == (game[:100], "")
            with door.stream(packed.ids["locked"], "asked") as chunks:
                assert b"".join(chunks) == game
        else:
            assert piece.data == b""
            assert piece.trouble.startswith("encrypted: ")
            with door.stream(packed.ids["locked"], "asked", ["sjakk2016"]) as chunks:
                assert b"".join(chunks) == game
