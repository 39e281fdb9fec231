"""The timeline: bars along the calendar of a zone, facets, rows page by page, clocks, and what has no time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelight.access import timeline, timeline_events, timeline_rows
from safelight.access.door import Door
from safelight.access.reading import Reading
from safelight.access.timeline_bars import BARS, DAY, HOUR, LEVELS, MINUTE, edges, level_for
from safelight.access.timeline_filter import TimelineFilter
from safelight.access.zones import ZONES, Zone
from safelight.catalog.catalog import Catalog
from safelight.errors import Refused
from safelight.ledger import clocks
from safelight.traces.moment import wall_only
from tests.access.acts import ASE, DIRECT, KINDS, TOG, act, us
from tests.access.built import Built, build

UTC, NO, PH = ZONES["utc"], ZONES["no"], ZONES["ph"]
ACTS = {"kind": KINDS}
WEEK = us("2016-11-07"), us("2016-11-12")


@pytest.fixture(scope="module")
def acted(tmp_path_factory: pytest.TempPathFactory) -> Built:
    built = build(tmp_path_factory.mktemp("acts"))
    act(built)
    return built


@pytest.fixture
def reading(acted: Built) -> Iterator[Reading]:
    with Door(acted.folder, who="kari", purpose="test") as door, door.consult("test") as look:
        yield look.reading


def bars(found: timeline.Picture, zone: Zone = UTC) -> dict[str, dict[str, int]]:
    return _by_time(found, found.bars, zone)


def with_copies(found: timeline.Picture, zone: Zone = UTC) -> dict[str, dict[str, int]]:
    return _by_time(found, found.found, zone)


def _by_time(found: timeline.Picture, figures: list[dict[str, int]], zone: Zone) -> dict[str, dict[str, int]]:
    return {
        f"{zone.local(start):%Y-%m-%d %H:%M}": counts
        for start, counts in zip(found.edges, figures, strict=False)
        if counts
    }


def test_everything_is_counted_once_by_kind_and_what_cannot_be_compared_beside_it(reading: Reading) -> None:
    found = timeline.whole(reading, ACTS)
    assert (found.total, found.untimed) == ((14, 15), (2, 2))
    assert timeline.extent(reading, ACTS, UTC) == (us("2014-03-01"), us("2016-12-01"))  # whole months
    messages = timeline.whole(reading, {"kind": ("message",)})
    assert messages.total == (6, 7)  # the copy counts where copies do
    assert (found.of("message"), found.of("call")) == ((6, 7), (1, 1))


def test_a_window_by_the_hour(reading: Reading) -> None:
    found = timeline.picture(reading, ACTS, *WEEK, UTC)
    assert (found.level.name, len(found.bars), found.total, found.highest) == ("hour", 120, (12, 13), 2)
    assert bars(found) == {
        "2016-11-07 08:00": {"message": 2},
        "2016-11-07 20:00": {"call": 1},
        "2016-11-07 23:00": {"message": 1},
        "2016-11-08 10:00": {"message": 2},
        "2016-11-08 12:00": {"transfer": 1},
        "2016-11-08 16:00": {"media": 1},
        "2016-11-08 17:00": {"login": 1},
        "2016-11-08 18:00": {"location": 1},
        "2016-11-09 09:00": {"membership": 1},
        "2016-11-09 17:00": {"login": 1},
    }  # fmt: skip
    assert with_copies(found) == bars(found) | {"2016-11-07 08:00": {"message": 3}}
    assert found.quiet() == (us("2016-11-08T19:00"), us("2016-11-09T09:00"))


def test_the_same_by_days_of_norway(reading: Reading) -> None:
    found = timeline.picture(reading, ACTS, us("2016-10-01"), us("2016-12-31"), NO)
    assert found.level.name == "day"
    assert bars(found, NO) == {
        "2016-11-01 00:00": {"membership": 1},
        "2016-11-07 00:00": {"message": 2, "call": 1},
        # half past midnight in Norway
        "2016-11-08 00:00": {"message": 3, "transfer": 1, "media": 1, "login": 1, "location": 1},
        "2016-11-09 00:00": {"login": 1, "membership": 1},
    }


def tallies(found: timeline.Picture, facet: str) -> dict[str, timeline.Tally]:
    return {one.name: timeline.Tally(one.events, one.found) for one in found.facets[facet]}


def test_facets_tell_distinct_events_and_those_with_copies(reading: Reading) -> None:
    """Of the message that lies in both exhibits each holds one; in all there is one, found twice."""
    found = timeline.picture(reading, ACTS, *WEEK, UTC)
    assert found.facets["exhibit"] == [("2016-0142-A1", 8, 8), ("2016-0142-B3", 5, 5)]
    assert found.facets["network"] == [("club", 11, 12), ("bank", 1, 1), ("file", 0, 0)]
    assert found.facets["state"] == [("live", 11, 12), ("recovered", 1, 1), ("deleted", 0, 0)]
    assert tallies(found, "kind")["message"] == (5, 6)
    assert timeline.strip(reading, ACTS, *WEEK, UTC).total == (12, 13)


def test_facets_count_what_matches_all_others_and_keep_those_with_none(reading: Reading) -> None:
    wanted = {**ACTS, "exhibit": ("2016-0142-A1",)}
    found = timeline.picture(reading, wanted, *WEEK, UTC)
    assert found.total == (8, 8)
    assert found.facets["exhibit"] == [("2016-0142-A1", 8, 8), ("2016-0142-B3", 5, 5)]
    assert found.facets["network"] == [("club", 8, 8), ("bank", 0, 0), ("file", 0, 0)]
    assert found.facets["state"] == [("live", 7, 7), ("recovered", 1, 1), ("deleted", 0, 0)]
    assert [one for one in found.facets["kind"] if one.name in KINDS] == [
        ("message", 3, 3), ("call", 1, 1), ("transfer", 0, 0), ("media", 1, 1), ("login", 2, 2), ("membership", 0, 0),
        ("location", 1, 1),
    ]  # fmt: skip
    assert (
        tallies(found, "kind")["modified"].events > 0
    )  # which the filter leaves out, and which are one click away


def test_an_exhibit_has_what_it_holds_though_a_copy_elsewhere_stands_for_it(reading: Reading) -> None:
    """Message m1 lies in both: it counts once in all, and in each of them alone."""
    numbers = ("2016-0142-A1", "2016-0142-B3")
    totals = {}
    for chosen in ((), numbers[:1], numbers[1:], numbers):
        wanted = {**ACTS, "exhibit": chosen}
        found = timeline.picture(reading, wanted, *WEEK, UTC)
        page = timeline_rows.events(reading, wanted, *WEEK)
        assert len(page.rows) == found.total.events
        assert [one.id for one in page.rows if one.id in ("t1-m1", "t1-m1x")] == [
            "t1-m1x" if chosen == numbers[1:] else "t1-m1"
        ]
        assert tallies(found, "exhibit") == {numbers[0]: (8, 8), numbers[1]: (5, 5)}
        assert tallies(found, "kind")["message"].events == found.total.events - sum(
            one.events for one in found.facets["kind"] if one.name != "message" and one.name in KINDS
        )
        totals[chosen] = found.total
    assert totals == {(): (12, 13), numbers[:1]: (8, 8), numbers[1:]: (5, 5), numbers: (12, 13)}


def test_copies_within_one_exhibit_count_once_there(tmp_path: Path) -> None:
    built = build(tmp_path)
    act(built)
    with Catalog.at(built.folder) as catalog:
        copy = catalog.connect().sql("select * from messages where trace_id = 't1-m1x'").to_arrow_table()
        again = [row | {"trace_id": "t1-m1y", "place": "line m1y"} for row in copy.to_pylist()]
        same = [{"trace_id": "t1-m1y", "distinct_id": "t1-m1", "rule": "native id", "run": "r"}]
        catalog.write("again", {"messages": again, "same_messages": same}, made_by={"test": "1"})
    with Door(built.folder, who="kari", purpose="test") as door, door.consult("test") as look:
        for wanted, total in (((), (12, 14)), (("2016-0142-B3",), (5, 6))):
            facets = {**ACTS, "exhibit": wanted}
            found = timeline.picture(look.reading, facets, *WEEK, UTC)
            assert (found.total, tallies(found, "exhibit")) == (
                total,
                {"2016-0142-A1": (8, 8), "2016-0142-B3": (5, 6)},
            )
            assert bars(found)["2016-11-07 08:00"] == {"message": 1 if wanted else 2}
            assert with_copies(found)["2016-11-07 08:00"] == {"message": 2 if wanted else 4}
        assert timeline.window(look.reading, facets, *WEEK).of("message") == (3, 4)


def test_a_window_of_many_rows_is_read_in_two_cases_and_says_the_same(
    acted: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = []
    for many in (400_000, 0):
        monkeypatch.setattr(timeline_events, "_MANY", many)
        with Door(acted.folder, who="kari", purpose="test") as door, door.consult("test") as look:
            found = timeline.picture(look.reading, ACTS, *WEEK, UTC)
            rows = timeline_rows.events(look.reading, ACTS, *WEEK).rows
            said.append((bars(found), found.facets, [row.id for row in rows]))
    assert said[0] == said[1]
    assert len(said[0][2]) == 12


def test_files_are_events_too(reading: Reading) -> None:
    found = timeline.whole(reading, {})
    assert {one.values[0] for one in found.groups if one.values[1] == "file"} <= {
        "created",
        "modified",
        "accessed",
    }
    assert found.total.events > 14


def test_rows_page_by_page_there_and_back(reading: Reading) -> None:
    first = timeline_rows.events(reading, ACTS, *WEEK, count=4)
    assert [(one.kind, one.us, one.who, one.what.get("text"), one.copies) for one in first.rows] == [
        ("message", us("2016-11-07T08:00"), "togmann", "skal vi spille i kveld?", 2),
        ("message", us("2016-11-07T08:05"), "manila_knight", "ja, klokka sju", 1),
        ("call", us("2016-11-07T20:00"), "togmann", None, 1),
        ("message", us("2016-11-07T23:30"), "togmann", "fint", 1),
    ]
    assert (first.rows[0].conversation, first.rows[0].exhibit, first.rows[3].state) == (
        DIRECT,
        "2016-0142-A1",
        "recovered",
    )
    seen, page = [one.id for one in first.rows], first
    while page.after:
        page = timeline_rows.events(reading, ACTS, *WEEK, after=page.after, count=4)
        seen += [one.id for one in page.rows]
    assert seen == [
        f"t1-{one}" for one in ("m1", "m2", "c1", "m3", "m4", "m5", "p1", "s1", "l1", "o1", "g2", "l2")
    ]
    back = timeline_rows.events(reading, ACTS, *WEEK, before=page.before, count=4)
    assert [one.id for one in back.rows] == seen[4:8]
    assert first.before is None and page.after is None
    with pytest.raises(Refused):
        timeline_rows.events(reading, ACTS, *WEEK, after="elsewhere")


def test_a_name_is_the_one_of_its_time(reading: Reading) -> None:
    (early,) = timeline_rows.events(
        reading, {"account": (ASE,), "kind": ("message",)}, 0, us("2015-01-01")
    ).rows
    assert (early.who, early.what["text"]) == ("tåkelur", "første parti")


def test_what_has_no_time_that_can_be_compared(reading: Reading) -> None:
    found = timeline_rows.untimed(reading, ACTS, count=1)
    assert [(one.id, one.us, one.stated) for one in found.rows] == [("t1-m6", None, "2016-11-08 12:00:00")]
    rest = timeline_rows.untimed(reading, ACTS, after=found.after, count=1)
    assert [(one.id, one.stated, one.conversation) for one in rest.rows] == [("t1-m7", "18:02", TOG)]
    assert rest.after is None


def test_files_with_several_such_times_stand_once_for_each(tmp_path: Path) -> None:
    """A stick's wall clocks: two files whose times lie in each other's order, read a row at a time."""
    built = build(tmp_path, more=-1)
    days = {"one": (1, 6), "two": (5, 2)}
    rows = [
        {
            "item_id": f"i1-{name}", "source_id": "s", "exhibit": "e", "depth": 0, "path": name, "name": name,
            "kind": "file", "state": "allocated", "size": 1,
            "modified": wall_only(us(f"2016-07-{modified:02d}"), "").as_row(),
            "created": wall_only(us(f"2016-07-{created:02d}"), "").as_row(),
        }
        for name, (modified, created) in days.items()
    ]  # fmt: skip
    with Catalog.at(built.folder) as catalog:
        catalog.write("stick", {"items": rows}, made_by={"test": "1"})
    with Door(built.folder, who="kari", purpose="test") as door, door.consult("test") as look:
        found, after = [], None
        for _page in range(4):
            page = timeline_rows.untimed(look.reading, {}, after=after, count=1)
            found += [(one.id, one.kind, (one.stated or "")[:10]) for one in page.rows]
            after = page.after
    assert after is None
    assert found == [
        ("i1-one", "modified", "2016-07-01"), ("i1-two", "created", "2016-07-02"),
        ("i1-two", "modified", "2016-07-05"), ("i1-one", "created", "2016-07-06"),
    ]  # fmt: skip


def test_decisions_about_clocks_move_events(tmp_path: Path) -> None:
    built = build(tmp_path)
    act(built)
    with built.ledger() as ledger:
        clocks.correct(
            ledger, "2016-0142-A1", -90 * 60, reason="photographed beside a radio clock", actor="kari"
        )
        clocks.assume_zone(ledger, "2016-0142-B3", "Europe/Oslo", reason="was used in Nordvik", actor="kari")
    with Door(built.folder, who="kari", purpose="test") as door, door.consult("test") as look:
        reading = look.reading
        assert timeline.whole(reading, ACTS).untimed == (1, 1)
        found = timeline.picture(reading, {"kind": ("message",)}, *WEEK, UTC)
        assert bars(found) == {
            "2016-11-07 06:00": {"message": 2},
            "2016-11-07 22:00": {"message": 1},
            "2016-11-08 10:00": {"message": 2},
            "2016-11-08 11:00": {"message": 1},  # noon of a wall clock in Norway
        }
        # the correction brings it into a window that its time as found lies outside of
        rows = timeline_rows.events(
            reading, {"kind": ("message",)}, us("2016-11-07T06:30"), us("2016-11-07T06:32")
        ).rows
        assert [one.id for one in rows] == ["t1-m1"]
        assert [(exhibit, one.seconds, one.zone) for exhibit, one in look.clocks()] == [
            ("2016-0142-A1", -5400, None),
            ("2016-0142-B3", None, "Europe/Oslo"),
        ]


def test_a_stray_time_does_not_hide_the_rest() -> None:
    hours = [0, *range(400_000, 403_000), 900_000]
    ones = np.ones(len(hours), np.int64)
    found = timeline.Counted(
        HOUR, np.array(hours, np.int64), ones * 0, ones, 2 * ones, (), timeline.Tally(0, 0)
    )
    assert found.extent() == (400_000 * HOUR, 403_000 * HOUR)
    assert found.between(-(2**62), 400_000 * HOUR) == (1, 2)


@pytest.mark.parametrize(
    ("day", "zone", "hours"), [("2016-03-27", NO, 23), ("2016-10-30", NO, 25), ("2016-10-30", PH, 24)]
)
def test_a_day_has_the_hours_that_its_zone_gives_it(day: str, zone: Zone, hours: int) -> None:
    begin = zone.begins(date.fromisoformat(day))
    level = next(level for level in LEVELS if level.name == "day")
    assert edges(level, begin, begin + 1, zone)[1] - begin == hours * HOUR


@given(
    st.integers(us("1950-01-01"), us("2040-01-01")),
    st.integers(MINUTE, 60 * 365 * DAY),
    st.sampled_from([*ZONES.values()]),
)
def test_bars_cover_the_span_without_a_gap(begin: int, length: int, zone: Zone) -> None:
    level = level_for(begin, begin + length)
    at = edges(level, begin, begin + length, zone)
    assert at[0] <= begin < at[1] and at[-2] < begin + length <= at[-1]
    assert at == sorted(set(at)) and len(at) <= BARS + 3


@given(
    st.lists(st.sampled_from(KINDS), unique=True, max_size=3),
    st.one_of(st.none(), st.integers(us("1990-01-01") // MINUTE, us("2030-01-01") // MINUTE)),
    st.integers(1, 10**7),
)
def test_a_filter_is_read_back_from_its_address(kinds: list[str], begin: int | None, minutes: int) -> None:
    ends = (None, None) if begin is None else (begin * MINUTE, (begin + minutes) * MINUTE)
    wanted = TimelineFilter(kind=tuple(kinds), account=("a1-x",), begin=ends[0], end=ends[1])
    assert TimelineFilter.from_pairs(wanted.pairs()) == wanted


def test_a_filter_as_words_and_what_is_none() -> None:
    found = TimelineFilter.from_pairs(
        [("add", "kind:call network:irc"), ("from", "2016-11-07"), ("to", "2016-11-11")]
    )
    assert found.words() == "kind:call network:irc from:2016-11-07 to:2016-11-11"
    assert (found.begin, found.end) == WEEK
    for pairs in (
        [("kind", "dream")],
        [("add", "only words")],
        [("colour", "red")],
        [("from", "2017"), ("to", "2016")],
    ):
        with pytest.raises(Refused):
            TimelineFilter.from_pairs(pairs)
