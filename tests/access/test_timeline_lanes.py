"""Lanes of the timeline: what each exhibit, network and account holds, in which stretches, and what is a gap."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safelight.access.door import Door
from safelight.access.reading import Reading
from safelight.access.timeline_bars import DAY, HOUR, MINUTE, SECOND
from safelight.access.timeline_held import Stretches
from safelight.access.timeline_lanes import Lane, lanes, nowhere, silent
from safelight.catalog.catalog import Catalog
from safelight.ledger import exhibits
from tests.access.acts import ASE, BO, KAISSA, KINDS, PAYER, act, us
from tests.access.built import Built, build

WEEK = us("2016-11-07"), us("2016-11-14")
ACTS = {"kind": KINDS}


def test_the_length_of_a_stretch_follows_the_window() -> None:
    def unit(length: int) -> int:
        return Stretches.of(0, length).unit

    assert [unit(n) for n in (4000 * DAY, 64 * DAY, 64 * DAY - 1, 64 * HOUR, 6 * HOUR, 64 * MINUTE, 1)] == [
        DAY, DAY, HOUR, HOUR, 5 * MINUTE, MINUTE, SECOND,
    ]  # fmt: skip
    assert Stretches.of(us("1601-01-01"), us("1602-01-01")).count == 1  # before 1970 nothing is held


@settings(deadline=None, max_examples=50)
@given(times=st.lists(st.integers(-3 * HOUR, 40 * HOUR), max_size=60), begin=st.integers(0, 20 * HOUR),
       length=st.integers(1, 19 * HOUR))  # fmt: skip
def test_the_stretches_with_events_are_those_in_which_a_time_lies(
    times: list[int], begin: int, length: int
) -> None:
    stretches = Stretches.of(begin, begin + length)
    table = (
        duckdb.connect()
        .sql(f"select {stretches.sql('us')} as held from (select unnest($1::bigint[]) as us)", params=[times])
        .to_arrow_table()
    )
    held = stretches.bits(table["held"][0].as_py())
    first, count = stretches.first, stretches.count
    wanted = {one // stretches.unit - first for one in times} & set(range(count))
    assert set(np.flatnonzero(held).tolist()) == wanted
    assert len(held) == count


def gaps(
    hours: list[int], begin: int = 0, end: int = 200, first: int | None = None, last: int | None = None
) -> list[tuple[int, int]]:
    """Gaps by the hour of a source with events in these."""
    stretches = Stretches.of(begin * HOUR, end * HOUR)
    assert stretches.unit == HOUR
    held = np.zeros(stretches.count, np.bool_)
    held[[one - begin for one in hours if begin <= one < end]] = True
    found = stretches.gaps(
        held,
        (min(hours) if first is None else first) * HOUR,
        (max(hours) if last is None else last) * HOUR,
        begin * HOUR,
        end * HOUR,
    )
    return [(low // HOUR, high // HOUR) for low, high in found]


DAYTIME = [day * 24 + hour for day in range(8) for hour in range(8, 22)]


def test_nights_are_no_gaps_and_two_days_of_silence_are() -> None:
    assert gaps(DAYTIME) == []
    assert gaps([one for one in DAYTIME if not 72 <= one < 120]) == [(70, 128)]


def test_where_events_are_rare_anyway_a_day_without_is_no_gap() -> None:
    assert gaps(list(range(0, 200, 12))) == []
    assert gaps([*range(0, 40, 4), *range(100, 140, 4)]) == [(37, 100)]


def test_before_the_first_event_and_after_the_last_there_is_no_gap() -> None:
    assert gaps(list(range(50, 90))) == []
    # It goes on outside of the window, so that what is missing inside is one.
    assert gaps(list(range(50, 90)), first=-500, last=900) == [(0, 50), (90, 200)]


def test_a_window_without_anything_is_one_gap_and_few_events_say_nothing() -> None:
    assert gaps([], first=-5, last=300) == [(0, 200)]
    assert gaps([], first=250, last=300) == []
    assert gaps([3, 150]) == []


@settings(deadline=None)
@given(hours=st.sets(st.integers(0, 199), min_size=1))
def test_gaps_hold_nothing_and_lie_between_events(hours: set[int]) -> None:
    for low, high in gaps(sorted(hours)):
        assert not hours & set(range(low, high))
        assert low - 1 in hours and high in hours
        assert high - low >= 12


@settings(deadline=None)
@given(hours=st.sets(st.integers(0, 199)))
def test_runs_hold_all_events(hours: set[int]) -> None:
    stretches = Stretches.of(0, 200 * HOUR)
    held = np.zeros(200, np.bool_)
    held[sorted(hours)] = True
    runs = [(low // HOUR, high // HOUR) for low, high in stretches.runs(held, 0, 200 * HOUR)]
    assert hours <= {one for low, high in runs for one in range(low, high)}
    assert all(a[1] < b[0] for a, b in pairwise(runs))
    assert all(low in hours and high - 1 in hours for low, high in runs)


@pytest.fixture(scope="module")
def acted(tmp_path_factory: pytest.TempPathFactory) -> Built:
    built = build(tmp_path_factory.mktemp("acts"))
    act(built)
    return built


@pytest.fixture
def reading(acted: Built) -> Iterator[Reading]:
    with Door(acted.folder, who="kari", purpose="test") as door, door.consult("test") as look:
        yield look.reading


def ends(found: list[Lane]) -> dict[str, tuple[int, int]]:
    return {one.name: (one.first, one.last) for one in found}


def test_exhibits_hold_their_copies_too(reading: Reading) -> None:
    messages = {"kind": ("message",)}
    assert ends(lanes(reading, "exhibit", messages, *WEEK)) == {
        "2016-0142-A1": (us("2014-03-30T01:30"), us("2016-11-07T23:30")),
        # What is there of the first message is the copy of another exhibit's.
        "2016-0142-B3": (us("2016-11-07T08:00"), us("2016-11-08T10:01")),
    }
    (one,) = lanes(reading, "exhibit", messages | {"exhibit": ("2016-0142-B3",)}, *WEEK)
    assert one.runs == (
        (us("2016-11-07T08:00"), us("2016-11-07T09:00")),
        (us("2016-11-08T10:00"), us("2016-11-08T11:00")),
    )


def test_whoever_is_asked_for_the_lane_of_an_exhibit_is_the_same(reading: Reading) -> None:
    every = lanes(reading, "exhibit", ACTS, *WEEK)
    assert lanes(reading, "exhibit", ACTS | {"account": (BO,)}, *WEEK) == every


def test_networks_and_accounts(reading: Reading) -> None:
    assert ends(lanes(reading, "network", ACTS, *WEEK)) == {
        "bank": (us("2016-11-08T12:00"),) * 2,
        "club": (us("2014-03-30T01:30"), us("2016-11-09T17:00")),
    }
    found = lanes(reading, "account", ACTS, *WEEK)
    assert [one.value for one in found] == [ASE, BO, *sorted((PAYER, KAISSA))]
    assert found[0].name == "togmann"
    assert (found[1].first, found[1].last) == (us("2016-11-07T08:05"), us("2016-11-09T17:00"))
    (one,) = lanes(reading, "account", ACTS | {"account": (KAISSA,)}, *WEEK)
    assert (one.value, one.first, one.last) == (KAISSA, us("2016-11-08T10:00"), us("2016-11-08T10:00"))


def test_an_exhibit_without_any_time_is_silent(tmp_path: Path) -> None:
    built = build(tmp_path / "op")
    with built.ledger() as ledger:
        exhibits.add(ledger, number="2016-0142-E4", label="Locked phone", seized="2016-11-22", legal_basis="warrant",
                     officer="kari", actor="kari")  # fmt: skip
    with Door(built.folder, who="kari", purpose="test") as door, door.consult("test") as look:
        assert silent(look.reading) == ["2016-0142-E4"]


def test_a_time_of_which_no_exhibit_holds_anything(tmp_path: Path) -> None:
    built = build(tmp_path / "op")
    common = {
        "item_id": built.item("rutetabell.txt", 1), "source_id": built.sources[1].id, "place": "line 1",
        "exhibit": built.exhibits[1].key, "parser": "club", "version": 1, "network": "club", "state": "live",
    }  # fmt: skip
    days = [*range(60), *range(150, 200)]
    rows = [
        common | {"trace_id": f"t1-{n}", "account": "åse", "account_id": ASE, "what": "login",
                  "at": {"utc": at, "wall": at, "text": "", "basis": "stated"}}
        for n, day in enumerate(days) for at in [us("2010-01-01") + day * DAY + HOUR]
    ]  # fmt: skip
    with Catalog.at(built.folder) as catalog:
        catalog.write("logins", {"logins": rows}, made_by={"test": "1"})
    with Door(built.folder, who="kari", purpose="test") as door, door.consult("test") as look:
        begin, end = us("2010-01-01"), us("2010-07-20")
        assert nowhere(look.reading, begin, end)[0] == (us("2010-03-02"), us("2010-05-31"))
        (one, *_more) = lanes(look.reading, "exhibit", {"kind": ("login",)}, begin, end)
        assert one.gaps == ((us("2010-03-02"), us("2010-05-31")),)
