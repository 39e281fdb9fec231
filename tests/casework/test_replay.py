"""The casework of darkroom, replayed day by day: the figures of its two days, and what a later correction changes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from safelight.casework import changes, factbox, figures
from safelight.casework.figure import Asked, Row
from safelight.casework.replay import replay
from safelight.errors import BadInput, NotFound, Refused
from safelight.ledger.as_of import AsOf, end_of
from safelight.ledger.ledger import Ledger
from safelight.ledger.verify import verify
from safelight.operation.folder import OperationFolder
from safelight.operation.settings import read_settings
from safelight.scenario import casework
from safelight.scenario.exhibits import plan
from safelight.scenario.simulate import simulate
from tests.casework.desk import ACTOR, Desk

FIRST, SECOND = "2016-11-20", "2017-05-30"


def _operation(place: Path, size: str, begin: str) -> tuple[OperationFolder, Path]:
    world = simulate(size, 1)
    casework.write(world, plan(world).exhibits, place / "casework.jsonl")
    folder = OperationFolder(place / "operation")
    folder.make()
    folder.settings.write_text("")
    start = end_of(begin)
    Ledger.create(folder, name="Sjakk", actor=ACTOR, synthetic=True, clock=lambda: start).close()
    return folder, place / "casework.jsonl"


@pytest.fixture(scope="module")
def darkroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    folder, script = _operation(tmp_path_factory.mktemp("darkroom"), "darkroom", "2016-01-17")
    acts, days = replay(folder, script, ACTOR)
    assert acts > 3_000 and days > 400
    assert read_settings(folder.settings).operation_unit.district == "Vest"
    with Ledger.open(folder) as ledger:
        yield ledger


def _figures(ledger: Ledger, as_of: AsOf) -> dict[str, int | None]:
    return {one.key: one.value for one in figures.every(Asked(ledger, as_of, "Vest"))}


def _rows(ledger: Ledger, as_of: AsOf, key: str) -> dict[str, Row]:
    return {row.name: row for row in figures.rows(Asked(ledger, as_of, "Vest"), key)}


def test_the_first_day_has_51_suspects_24_of_them_in_the_own_district(darkroom: Ledger) -> None:
    found = _figures(darkroom, AsOf.then(FIRST))
    wanted = {"suspects": 51, "suspects_own": 24, "seized": 150 * 10**12, "exhibits": 98, "children": 162}
    assert {name: found[name] for name in wanted} == wanted
    assert found["accounts"] is None  # nothing was taken in


def test_the_second_day_has_84_cases_over_all_districts_and_two_countries(darkroom: Ledger) -> None:
    found = _figures(darkroom, AsOf.then(SECOND))
    wanted = {
        "cases": 84, "cases_own": 37, "cases_other": 45, "cases_abroad": 2, "cases_abroad:SE": 1, "cases_abroad:DK": 1,
        "districts": 12, "seized": 150 * 10**12, "children": 304, "suspects": 97,
    }  # fmt: skip
    assert {name: found[name] for name in wanted} == wanted
    assert sum(value or 0 for name, value in found.items() if name.startswith("cases_owner:")) == 84
    assert sum(value or 0 for name, value in found.items() if name.startswith("cases_status:")) == 84


def test_a_correction_changes_what_was_true_and_never_what_was_known(darkroom: Ledger) -> None:
    then, today = AsOf.then(SECOND), AsOf.seen_today(SECOND)
    assert _rows(darkroom, then, "suspects")["P-052"].detail == "Agder"
    assert _rows(darkroom, today, "suspects")["P-052"].detail == "Sør-Vest"
    known, seen = _figures(darkroom, then), _figures(darkroom, today)
    assert (known["suspects_district:Agder"] or 0) - (seen["suspects_district:Agder"] or 0) == 1
    assert (seen["suspects_district:Sør-Vest"] or 0) - (known["suspects_district:Sør-Vest"] or 0) == 1
    # Who was found later had been one on the first day; who was mistaken for somebody had not.
    assert _figures(darkroom, AsOf.seen_today(FIRST))["suspects"] == 52
    assert (known["suspects"], seen["suspects"]) == (97, 96)
    assert (known["children"], seen["children"]) == (304, 303)


def test_every_figure_opens_into_as_many_rows_with_their_entries(darkroom: Ledger) -> None:
    asked = Asked(darkroom, AsOf.then(SECOND), "Vest")
    for one in figures.every(asked):
        if one.value is None or one.name in ("seized", "districts"):
            continue
        rows = figures.rows(asked, one.key)
        assert len(rows) == one.value, one.key
        if one.name != "children_further":
            assert all(row.entries for row in rows), one.key
        assert figures.one(asked, one.key) == one
    assert sum(int(row.detail) for row in figures.rows(asked, "seized")) == 150 * 10**12
    with pytest.raises(NotFound):
        figures.rows(asked, "happiness")


def test_the_size_of_an_exhibit_is_what_was_known_of_it(darkroom: Ledger) -> None:
    before, after = _figures(darkroom, AsOf.then("2016-02-20")), _figures(darkroom, AsOf.then("2016-03-01"))
    assert (before["seized"], after["seized"]) == (150 * 10**12 + 500 * 10**9, 150 * 10**12)


def test_who_lacks_the_right_is_told_nothing_of_children(darkroom: Ledger) -> None:
    asked = Asked(darkroom, AsOf.then(SECOND), "Vest", victims=False)
    assert not [one for one in figures.every(asked) if one.name.startswith("children")]
    with pytest.raises(NotFound):
        figures.rows(asked, "children")
    with pytest.raises(NotFound):
        figures.one(asked, "children")
    assert "barn" not in factbox.write(asked, "nb", "press").text


def test_what_is_new_is_told_with_its_causes(darkroom: Ledger) -> None:
    before, after = Asked(darkroom, AsOf.then(FIRST), "Vest"), Asked(darkroom, AsOf.then(SECOND), "Vest")
    found = {one.name: (one.difference, dict(one.causes)) for one in changes.compare(before, after)}
    assert found["suspects"] == (46, {"identified": 46})
    assert found["cases"] == (33, {"opened": 33})
    assert found["children"] == (142, {"identified": 142})
    assert found["exhibits"] == (0, {})
    assert found["districts"] == (1, {})
    later = Asked(darkroom, AsOf.then("2017-07-10"), "Vest")
    found = {one.name: (one.difference, dict(one.causes)) for one in changes.compare(after, later)}
    assert found["suspects"] == (-1, {"withdrawn": 1})
    assert found["children"] == (-1, {"joined": 1})
    corrected = changes.corrections(later, end_of(SECOND), end_of("2017-07-10"))
    (moved,) = [one for one in corrected if one.field == "address"]
    assert (moved.name, moved.before, moved.after) == (
        "P-052",
        {"text": "Storgata 52, Kristiansand", "municipality": "1001"},
        {"text": "Strandgata 52, Stavanger", "municipality": "1103"},
    )


def test_the_whole_chain_holds(darkroom: Ledger) -> None:
    assert verify(darkroom).ok


def test_a_replay_goes_on_where_it_stopped_and_repeats_nothing(tmp_path: Path) -> None:
    folder, script = _operation(tmp_path, "small", "2018-06-17")
    # The last act of that day corrects an exhibit's size.
    first, _days = replay(folder, script, ACTOR, end_of("2018-07-28"))
    rest, _days = replay(folder, script, ACTOR)
    assert first > 30 and rest > 30 and first + rest == len(script.read_text("utf-8").splitlines())
    assert replay(folder, script, ACTOR) == (0, 0)
    with Ledger.open(folder) as ledger:
        found = _figures(ledger, AsOf.then("2019-10-29"))
    wanted = {
        "suspects": 10,
        "cases": 9,
        "cases_own": 5,
        "cases_other": 4,
        "children": 11,
        "seized": 4 * 10**12,
    }
    assert {name: found[name] for name in wanted} == wanted


def test_nothing_is_replayed_where_it_does_not_belong(tmp_path: Path) -> None:
    folder, script = _operation(tmp_path, "small", "2018-06-17")
    late = OperationFolder(tmp_path / "late")
    real = OperationFolder(tmp_path / "real")
    for one, synthetic in ((late, True), (real, False)):
        one.make()
        one.settings.write_text("")
        Ledger.create(one, name="Sjakk", actor=ACTOR, synthetic=synthetic).close()
        with pytest.raises(Refused):
            replay(one, script, ACTOR)
    bad = tmp_path / "bad.jsonl"
    for line in (
        '{"at": "2018-07-01T12:00:00Z", "act": "arrest"}',
        "{",
        '{"at": "2018-07-01", "act": "person"}',
        "[]",
    ):
        bad.write_text(line + "\n")
        with pytest.raises(BadInput):
            replay(folder, bad, ACTOR)


def test_figures_of_an_empty_operation(tmp_path: Path) -> None:
    found = Desk(tmp_path).sees(lambda reading: figures.every(Asked(reading.ledger)))
    assert {one.key: one.value for one in found} == {
        "suspects": 0, "suspects_own": None, "cases": 0, "cases_own": None, "cases_other": None, "cases_abroad": 0,
        "districts": 0, "accounts": None, "items": None, "bytes": None, "exhibits": 0, "seized": 0, "children": 0,
        "children_further": 0,
    }  # fmt: skip
