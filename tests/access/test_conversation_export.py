"""What leaves the house of a conversation names what read each of its sources."""

from __future__ import annotations

from pathlib import Path

from safelight.access.conversation_export import records
from safelight.access.conversation_order import order_of
from safelight.access.door import Door
from safelight.access.zones import ZONES
from tests.access.acts import DIRECT, act
from tests.access.built import build


def test_a_source_of_copies_alone_names_its_parser_too(tmp_path: Path) -> None:
    built = build(tmp_path)
    act(built)
    with Door(built.folder, who="kari", purpose="test") as door, door.consult("test") as look:
        order = order_of(look.reading, DIRECT)
        found, items = records(look.reading, order, range(len(order)), ZONES["utc"])
    assert "t1-m1x" not in {one.line.trace_id for one in found}
    assert {one.path: (one.parsers, one.lines) for one in items} == {
        "sjakk/åpninger.pgn": (("club 1 (?)",), len(found)),
        "rutetabell.txt": (("club 1 (?)",), 1),
    }
