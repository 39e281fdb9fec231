"""Decisions about an exhibit's clock hold where times of files are compared: order, filter, histogram; and are shown."""

from __future__ import annotations

from pathlib import Path

from safelight.access.door import Door
from safelight.access.export import FIELDS, record
from safelight.access.filter import ItemFilter
from safelight.access.model import ItemRow, Order
from safelight.ledger import clocks
from safelight.ledger.ledger import Ledger
from tests.access.built import Built, build

HOUR = 3_600_000_000
#: What the built files state: 2016-11-09 16:30:51 UTC.
STATED = 1_478_709_051_000_000


def read(built: Built, words: str = "", order: Order = "path") -> tuple[list[ItemRow], int]:
    with Door(built.folder, who="kari", purpose="test") as door, door.consult("test") as look:
        wanted = ItemFilter.from_words(words)
        page = look.items(wanted, order=order, limit=2)
        found = list(page.rows)
        while page.after:
            page = look.items(wanted, order=order, after=page.after, limit=2)
            found += page.rows
        return found, look.count(wanted).items


def test_order_filter_and_shown_time_follow(tmp_path: Path) -> None:
    built = build(tmp_path)
    a1, b3 = (one.number for one in built.exhibits)
    rows, _n = read(built)
    assert {row.modified_us for row in rows if row.modified and row.modified.utc_us} == {STATED}
    assert not any(row.moved for row in rows)
    before = {row.exhibit for row in read(built, "modified:2016-11-09T18:00..2016-11-09T19:00")[0]}
    assert before == set()
    with Ledger.open(built.folder) as ledger:
        entry = clocks.correct(
            ledger, built.exhibits[0], 7200, reason="clock photographed", actor="kari", formats=["files"]
        )
    found, n = read(built, "modified:2016-11-09T18:00..2016-11-09T19:00")
    assert {row.exhibit for row in found} == {a1} and n == len(found) > 1
    assert {(row.modified_us, row.moved) for row in found} == {(STATED + 2 * HOUR, True)}
    assert all(row.modified is not None and row.modified.utc_us == STATED for row in found)
    timed = [row for row in read(built, order="-modified")[0] if row.modified_us is not None]
    assert [row.exhibit for row in timed] == sorted((row.exhibit for row in timed), key=[a1, b3].index)
    out = record(found[0])
    assert tuple(out) == FIELDS
    assert (out["modified_utc"], out["modified_compared"]) == (
        "2016-11-09T16:30:51.000000Z",
        "2016-11-09T18:30:51.000000Z",
    )
    with Ledger.open(built.folder) as ledger:
        clocks.withdraw(ledger, entry.seq, reason="another clock", actor="kari")
    assert read(built, "modified:2016-11-09T18:00..2016-11-09T19:00") == ([], 0)


def test_a_zone_that_is_assumed_moves_wall_clocks(tmp_path: Path) -> None:
    built = build(tmp_path)
    walls = [row for row in read(built)[0] if row.modified and row.modified.utc_us is None]
    assert walls and {row.modified_us for row in walls} == {None}
    noon = "modified:2016-07-01T11:30..2016-07-01T12:30"
    assert read(built, noon)[1] == len(walls)  # as they stand
    with Ledger.open(built.folder) as ledger:
        for one in built.exhibits:
            clocks.assume_zone(ledger, one, "Europe/Oslo", reason="regional settings", actor="kari")
    assert read(built, noon)[1] == 0
    assert read(built, "modified:2016-07-01T09:30..2016-07-01T10:30")[1] == len(walls)
