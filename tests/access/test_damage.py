"""A damaged part is told in one sentence, whatever is done to the file; what stands elsewhere can still be read."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from safelight.access.door import Door
from safelight.errors import IntegrityBroken
from tests.access.built import ACTOR, build

DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda data: data[:-200],
    "emptied": lambda data: b"",
    "other bytes": lambda data: b"weather" * 100,
    "zeros in the middle": lambda data: data[:200] + bytes(len(data) // 2) + data[200 + len(data) // 2 :],
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_part_is_told(tmp_path: Path, damage: str) -> None:
    built = build(tmp_path)
    (part,) = (built.folder.parts / "items").glob("*.parquet")
    whole = part.read_bytes()
    with Door(built.folder, who=ACTOR, purpose="tests") as door:
        with door.consult("items") as look:
            assert len(look.items().rows) == 20
        part.write_bytes(DAMAGES[damage](whole))
    with Door(built.folder, who=ACTOR, purpose="tests") as door:
        with (
            pytest.raises(
                IntegrityBroken, match=r"^A part of the catalog cannot be read: [^\n]+ Run `safelight verify`"
            ),
            door.consult("items") as look,
        ):
            look.items()
        with pytest.raises(IntegrityBroken), door.consult("overview") as look:
            look.overview()
        part.write_bytes(whole)
        with door.consult("items") as look:
            assert len(look.items().rows) == 20


def test_a_part_that_is_gone_is_told_by_its_name(tmp_path: Path) -> None:
    built = build(tmp_path)
    (part,) = (built.folder.parts / "items").glob("*.parquet")
    part.unlink()
    with (
        Door(built.folder, who=ACTOR, purpose="tests") as door,
        pytest.raises(IntegrityBroken, match=re.escape(part.name)),
        door.stream(built.item("DCIM/DSC08112.jpg"), "asked"),
    ):
        pass
