"""Counts of events with many copies are those that one gets by looking at each row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest

from safelight.access import timeline
from safelight.access.door import Door
from safelight.access.reading import Reading
from safelight.access.timeline_bars import DAY, HOUR, MINUTE
from safelight.catalog.catalog import Catalog
from safelight.traces.moment import stated_utc
from tests.access.acts import us
from tests.access.built import build

NUMBERS = ("2016-0142-A1", "2016-0142-B3", "a third")
NETWORKS, STATES = ("irc", "skype"), ("live", "deleted", "recovered")
BEGIN = us("2016-11-07")


@dataclass(frozen=True)
class Row:
    """A message as it was written, `head` the one that stands for it, `order` the digest by which copies are ordered."""

    id: str
    exhibit: str
    network: str
    state: str
    us: int | None
    head: str
    order: int = 0


def drawn() -> list[Row]:
    """Six hundred messages, a third of them with up to four further copies, anywhere and at other times."""
    dice = np.random.default_rng(20161107)
    rows: list[Row] = []
    for n in range(600):
        for copy in range(1 + (int(dice.integers(1, 5)) if dice.random() < 0.34 else 0)):
            timed = dice.random() > 0.1
            rows.append(
                Row(
                    f"t1-d{n}-{copy}",
                    NUMBERS[int(dice.integers(3))],
                    NETWORKS[int(dice.integers(2))],
                    STATES[int(dice.integers(3))],
                    BEGIN + int(dice.integers(0, 30 * 24 * 12)) * 5 * MINUTE if timed else None,
                    f"t1-d{n}-0",
                )
            )
    return rows


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Reading, list[Row]]]:
    built = build(tmp_path_factory.mktemp("copied"))
    rows = drawn()
    several = {head for head, n in Counter(row.head for row in rows).items() if n > 1}
    with Door(built.folder, who="kari", purpose="test") as door, door.consult("test") as look:
        keys = dict(look.reading.numbers)
    messages = [
        {
            "trace_id": row.id, "item_id": "i1-x", "source_id": "s1-x", "exhibit": keys.get(row.exhibit, row.exhibit),
            "parser": "test",
            "place": row.id, "network": row.network, "state": row.state, "text": row.id,
            "sent": None if row.us is None else stated_utc(row.us, "").as_row(),
        }
        for row in rows
    ]  # fmt: skip
    same = [
        {"trace_id": row.id, "distinct_id": row.head, "rule": "native id", "run": "r"}
        for row in rows
        if row.head in several
    ]
    with Catalog.at(built.folder) as catalog:
        catalog.write("copied", {"messages": messages, "same_messages": same}, made_by={"test": "1"})
    with Door(built.folder, who="kari", purpose="test") as door, door.consult("test") as look:
        order = dict(look.reading.db.execute("select trace_id, hash(trace_id) >> 1 from messages").fetchall())
        yield look.reading, [Row(**{**row.__dict__, "order": order[row.id]}) for row in rows]


def standing(rows: list[Row], exhibits: tuple[str, ...]) -> set[str]:
    """Which rows count once."""
    if not exhibits:
        return {row.id for row in rows if row.id == row.head}
    first: dict[str, Row] = {}
    for row in rows:
        if row.exhibit in exhibits:
            there = first.setdefault(row.head, row)
            if (row.id != row.head, row.order) < (there.id != there.head, there.order):
                first[row.head] = row
    return {row.id for row in first.values()} | {row.id for row in rows if row.exhibit not in exhibits}


@pytest.mark.parametrize("exhibits", [(), NUMBERS[:1], NUMBERS[1:]])
@pytest.mark.parametrize("networks", [(), ("irc",)])
@pytest.mark.parametrize("states", [(), ("live", "recovered")])
@pytest.mark.parametrize("days", [None, 20, 1])
def test_bars_and_groups_are_those_of_row_by_row(
    told: tuple[Reading, list[Row]],
    exhibits: tuple[str, ...],
    networks: tuple[str, ...],
    states: tuple[str, ...],
    days: int | None,
) -> None:
    reading, rows = told
    facets = {"kind": ("message",), "exhibit": exhibits, "network": networks, "state": states}
    stands = standing(rows, exhibits)
    if days is None:
        found, inside = timeline.whole(reading, facets), rows
    else:
        end = BEGIN + 3 * DAY + days * DAY
        found = timeline.window(reading, facets, BEGIN + 3 * DAY, end)
        inside = [row for row in rows if row.us is not None and BEGIN + 3 * DAY <= row.us < end]
    assert found.unit == (HOUR if days != 1 else 15 * MINUTE)

    def matches(row: Row) -> bool:
        pairs = ((exhibits, row.exhibit), (networks, row.network), (states, row.state))
        return all(not wanted or value in wanted for wanted, value in pairs)

    mine = [row for row in inside if matches(row)]
    timed = Counter(row.us // found.unit for row in mine if row.us is not None)
    once = Counter(row.us // found.unit for row in mine if row.us is not None and row.id in stands)
    assert dict(zip(found.slots.tolist(), found.found.tolist(), strict=True)) == timed
    assert {slot: n for slot, n in zip(found.slots.tolist(), found.counts.tolist(), strict=True) if n} == once
    undated = [row for row in mine if row.us is None]
    assert found.untimed == (sum(row.id in stands for row in undated), len(undated))
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in inside:
        if row.us is not None:
            groups.setdefault(("message", row.network, row.state, row.exhibit), []).append(row)
    assert {
        one.values: (one.events, one.own, one.found) for one in found.groups if one.values[0] == "message"
    } == {
        values: (sum(row.id in stands for row in held), len({row.head for row in held}), len(held))
        for values, held in groups.items()
    }
