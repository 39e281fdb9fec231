"""Hostile bytes are read in a child: it may end, the door and everyone behind it go on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from safelight.access.content import CHUNK
from safelight.access.door import Door
from safelight.errors import SafelightError
from safelight.evidence.model import EvidenceError
from safelight.operation.settings import EngineSettings, Settings, write_settings
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


@pytest.fixture
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Planted]:
    """A door to items whose reader obeys their first word; the reader is known to new processes only."""
    built = build(tmp_path)
    write_settings(
        built.folder.settings,
        Settings(engine=EngineSettings(time_base_seconds=1.0, memory_megabytes=400)),
    )
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


def test_the_child_ends_with_the_door(planted: Planted) -> None:
    assert planted.said("good") == (b"weather on Finse", "")
    spool = planted.built.folder.spool
    assert len(list(spool.glob("engine-*"))) == 1
    planted.door.close()
    assert list(spool.glob("engine-*")) == []
