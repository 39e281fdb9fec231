"""Hits get into the catalog once, whichever came first, the set or the items."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from safelight.analyse.known import HashSetInfo
from safelight.analyse.known_hits import match_contents, retract_hits
from safelight.analyse.known_matcher import HashSet
from safelight.catalog.catalog import Catalog
from tests.analyse.sets import make_set, pattern


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with Catalog(tmp_path / "parts", f"sqlite:///{tmp_path / 'journal.sqlite'}") as catalog:
        yield catalog


def _take_in(catalog: Catalog, batch: str, numbers: range) -> None:
    rows: list[dict[str, Any]] = [
        {"item_id": f"i1-{batch}-{n}", "source_id": "s1-a", **pattern(n)} for n in numbers
    ]
    rows.append({"item_id": f"i1-{batch}-folder", "source_id": "s1-a"})
    catalog.write(f"b1-{batch}", {"items": rows}, made_by={"stage": "hash"})


def _set(folder: Path, name: str, numbers: range) -> HashSetInfo:
    path = folder / name
    path.write_text("".join(f"{pattern(number)['md5']}  {number}\n" for number in numbers))
    return make_set(path, name)


def _hits(catalog: Catalog) -> list[tuple[str, str]]:
    connection = catalog.connect(tables=["hits"])
    rows = connection.execute("SELECT set_name, detail FROM hits").fetchall()
    connection.close()
    return sorted(rows)


def _expected(name: str, numbers: range) -> list[tuple[str, str]]:
    return sorted((name, f'{{"name":"{number}"}}') for number in numbers)


def test_a_set_added_later_is_matched_against_what_is_there(tmp_path: Path, catalog: Catalog) -> None:
    info = _set(tmp_path, "tog", range(0, 60, 2))
    sets = [HashSet.open(tmp_path / "known", info.set_id)]
    assert match_contents(catalog, sets) == {info.set_id: 0}
    _take_in(catalog, "a", range(20))
    _take_in(catalog, "copies", range(20))
    assert match_contents(catalog, sets, batch_size=7) == {info.set_id: 10}
    assert match_contents(catalog, sets) == {info.set_id: 0}
    _take_in(catalog, "b", range(10, 40))
    catalog.compact(force=True)
    assert match_contents(catalog, sets) == {info.set_id: 10}
    assert _hits(catalog) == _expected("tog", range(0, 40, 2))
    later = _set(tmp_path, "sjakk", range(30, 35))
    both = [*sets, HashSet.open(tmp_path / "known", later.set_id)]
    assert match_contents(catalog, both) == {info.set_id: 0, later.set_id: 5}
    assert _hits(catalog) == _expected("sjakk", range(30, 35)) + _expected("tog", range(0, 40, 2))
    assert catalog.verify() == []


def test_a_run_that_ended_early_goes_on(tmp_path: Path, catalog: Catalog) -> None:
    info = _set(tmp_path, "tog", range(50))
    sets = [HashSet.open(tmp_path / "known", info.set_id)]
    _take_in(catalog, "a", range(50))

    def stops(done: int, _total: int) -> None:
        if done >= 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        match_contents(catalog, sets, batch_size=10, progress=stops)
    assert len(_hits(catalog)) == 20
    match_contents(catalog, sets, batch_size=10)
    assert _hits(catalog) == _expected("tog", range(50))


def test_hits_of_a_removed_set_go_and_come_back_with_it(tmp_path: Path, catalog: Catalog) -> None:
    tog, sjakk = _set(tmp_path, "tog", range(10)), _set(tmp_path, "sjakk", range(5, 8))
    sets = [HashSet.open(tmp_path / "known", info.set_id) for info in (tog, sjakk)]
    _take_in(catalog, "a", range(20))
    match_contents(catalog, sets)
    assert retract_hits(catalog, tog.set_id)
    assert _hits(catalog) == _expected("sjakk", range(5, 8))
    assert not retract_hits(catalog, tog.set_id)
    assert match_contents(catalog, sets) == {tog.set_id: 10, sjakk.set_id: 0}
    assert retract_hits(catalog, tog.set_id)
    assert match_contents(catalog, sets) == {tog.set_id: 10, sjakk.set_id: 0}
    assert _hits(catalog) == _expected("sjakk", range(5, 8)) + _expected("tog", range(10))


def test_hits_of_a_run_that_never_ended_are_taken_out_too(tmp_path: Path, catalog: Catalog) -> None:
    info = _set(tmp_path, "tog", range(10))
    _take_in(catalog, "a", range(10))

    def stops(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        match_contents(catalog, [HashSet.open(tmp_path / "known", info.set_id)], progress=stops)
    assert len(_hits(catalog)) == 10
    assert retract_hits(catalog, info.set_id)
    assert _hits(catalog) == []


def test_progress_counts_the_rows_of_items(tmp_path: Path, catalog: Catalog) -> None:
    info = _set(tmp_path, "tog", range(3))
    _take_in(catalog, "a", range(20))
    told: list[tuple[int, int]] = []
    match_contents(
        catalog, [HashSet.open(tmp_path / "known", info.set_id)], progress=lambda *both: told.append(both)
    )
    assert told == [(20, 21), (21, 21)]
