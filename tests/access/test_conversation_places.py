"""Positions: copies found once a snapshot, days in zones, the rail, and comings and goings that a line tells in words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from safelight.access import conversation
from safelight.access.conversation_export import Selection
from safelight.access.conversation_order import order_of, positions_of
from safelight.access.conversation_places import density, neighbour_day, on_date
from safelight.access.door import Door
from safelight.access.reading import Reading
from safelight.access.zones import ZONES, zone_of
from safelight.catalog.compaction import compact
from safelight.errors import Refused
from safelight.ledger import clocks, marks
from safelight.operation.folder import OperationFolder
from safelight.traces.ids import account_id, conversation_id
from tests.analyse.stage import BEGIN, SECOND, TALK, Stage, staged

HERE = conversation_id("club", None, "direct:bø|åse")
DAY = 86_400


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path) as made:
        natives = [f"n{n}" for n in range(len(TALK))]
        made.copy(TALK, natives=natives)
        made.copy(TALK, natives=natives)
        later = [
            (n * 7 + 3 * DAY, who, f"omgang {n} i turneringen, {n * n} brett")
            for n, (_s, who, _t) in enumerate(TALK)
        ]
        made.copy(later, zoned=False)
        yield made


@pytest.fixture
def door(stage: Stage, tmp_path: Path) -> Iterator[Door]:
    stage.find()
    with Door(OperationFolder(tmp_path / "op"), who="test", purpose="test") as made:
        yield made


@pytest.fixture
def reading(door: Door) -> Iterator[Reading]:
    with door.consult("test") as look:
        yield look.reading


def test_positions_of_several_copies_at_once(reading: Reading) -> None:
    order = order_of(reading, HERE)
    assert positions_of(reading, order, ["t1-2:003", "t1-1:000", "t1-3:001", "t1-none:1"]) == {
        "t1-1:000": 0,
        "t1-2:003": 3,
        "t1-3:001": 10,
    }


def test_windows_are_the_same_after_compaction(stage: Stage, door: Door) -> None:
    with door.consult("test") as look:
        before = [
            (line.trace_id, line.copies) for line in conversation.window(look.reading, HERE, 4, 10).lines
        ]
    compact(stage.catalog, force=True)
    with door.consult("test") as look:
        after = [
            (line.trace_id, line.copies) for line in conversation.window(look.reading, HERE, 4, 10).lines
        ]
    assert before == after and len(after) == 10


def test_the_line_before_a_window_comes_with_it(reading: Reading) -> None:
    seen = conversation.window(reading, HERE, 5, 2)
    assert seen.before is not None and seen.before.trace_id == "t1-1:004"
    assert conversation.window(reading, HERE, 0, 2).before is None


def test_days_begin_where_the_zone_says(reading: Reading) -> None:
    order = order_of(reading, HERE)
    assert BEGIN // SECOND % DAY == 20 * 3600 + 26 * 60 + 40
    assert on_date(order, "2016-02-21", ZONES["utc"]) == 9
    assert on_date(order, "2016-02-21", ZONES["ph"]) == 0
    assert on_date(order, "2016-02-20 21:27", ZONES["no"]) == 3
    assert neighbour_day(order, 0, 1, ZONES["utc"]) == 9
    assert neighbour_day(order, 12, -1, ZONES["utc"]) == 9
    assert neighbour_day(order, 9, -1, ZONES["utc"]) == 0
    with pytest.raises(Refused):
        on_date(order, "soon", ZONES["utc"])
    with pytest.raises(Refused):
        zone_of("mars")


def test_the_rail_covers_every_line(reading: Reading) -> None:
    bars = density(order_of(reading, HERE), 10)
    assert [(bar.first, bar.lines) for bar in bars] == [(0, 9), (9, 9)]
    assert bars[0].start_us == BEGIN


def test_decisions_about_clocks_stand_at_the_lines_that_they_move(stage: Stage, door: Door) -> None:
    clocks.assume_zone(
        stage.ledger, "2016-0142-A1", "Europe/Oslo", reason="the phone's setting", actor="kari"
    )
    clocks.correct(stage.ledger, "2016-0142-A1", -90, reason="photographed", actor="kari", formats=["club"])
    with door.consult("test") as look:
        lines = conversation.window(look.reading, HERE, 0, 20).lines
    first, last = lines[0], lines[-1]
    assert (first.us, first.assumed, first.corrected and first.corrected.seconds) == (
        BEGIN - 90 * SECOND,
        None,
        -90,
    )
    assert last.assumed is not None and last.assumed.zone == "Europe/Oslo"
    assert last.zoned and last.us == BEGIN + (3 * DAY + 8 * 7 - 3600 - 90) * SECOND


def test_a_coming_that_a_line_tells_is_shown_once(stage: Stage, tmp_path: Path) -> None:
    common: dict[str, Any] = {
        "item_id": "i9", "source_id": "s1", "exhibit": stage.exhibit, "parser": "irc", "version": 1, "network": "club",
        "conversation": "direct:bø|åse", "conversation_id": HERE, "state": "live",
    }  # fmt: skip
    at = {"utc": BEGIN, "wall": None, "text": "", "basis": "stated"}
    came = {"account": "bø", "account_id": account_id("club", None, "bø"), "action": "joined", "at": at}
    stage.catalog.write("came", {
        "messages": [common | {"trace_id": "t1-s", "place": "line 1", "kind": "system", "text": "bø joined", "sent": at}],
        "memberships": [common | came | {"trace_id": "t1-g1", "place": "line 1"},
                        common | came | {"trace_id": "t1-g2", "place": "line 2"}],
    }, made_by={"test": "1"})  # fmt: skip
    with (
        Door(OperationFolder(tmp_path / "op"), who="test", purpose="test") as door,
        door.consult("test") as look,
    ):
        ids = order_of(look.reading, HERE).ids.to_pylist()
    assert ("t1-s" in ids, "t1-g1" in ids, "t1-g2" in ids) == (True, False, True)


def test_what_a_selection_holds(stage: Stage, door: Door) -> None:
    marks.mark(stage.ledger, ["t1-1:002", "t1-2:002"], "important", reason="place", actor="kari")
    with door.consult("test") as look:
        order = order_of(look.reading, HERE)
        assert list(Selection("marked").positions(look.reading, order, "pdf")) == [2]
        assert list(Selection("range", 5, 3).positions(look.reading, order, "pdf")) == [3, 4, 5]
        assert len(Selection("all").positions(look.reading, order, "csv")) == len(order) == 18
        with pytest.raises(Refused):
            Selection("range", 50, 60).positions(look.reading, order, "csv")


def test_the_same_selection_gives_the_same_file(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("safelight.access.conversation_disclosure.now_us", lambda: BEGIN)
    made = [door.traces.export(HERE, Selection("all"), "pdf", ZONES["no"], "for counsel") for _n in range(2)]
    assert made[0].data == made[1].data and made[0].sha256 == made[1].sha256
    with pytest.raises(Refused):
        door.traces.export(HERE, Selection("all"), "pdf", ZONES["no"], " ")
