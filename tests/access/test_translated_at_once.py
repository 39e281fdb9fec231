"""A translation is found by search in the moment in which it was written, and the next update of the index adds nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from safelight.access.door import Door
from safelight.access.search import Hit
from safelight.access.search_filter import SearchFilter
from safelight.analyse.search_index import bring_up
from safelight.catalog.catalog import Catalog
from tests.access.built import ACTOR, Built, build
from tests.access.test_search import fill

TRANSLATION = SearchFilter("timetable", ("translation",))


@pytest.fixture
def talked(tmp_path_factory: pytest.TempPathFactory) -> Built:
    made = build(tmp_path_factory.mktemp("at-once"))
    fill(made)
    return made


@pytest.fixture
def door(talked: Built) -> Iterator[Door]:
    with Door(talked.folder, who=ACTOR, purpose="tests of search") as opened:
        yield opened


def hits(door: Door, wanted: SearchFilter) -> list[Hit]:
    with door.consult("search") as look:
        return list(look.search.page(wanted).rows)


def test_what_was_translated_is_found_at_once_and_once(talked: Built, door: Door) -> None:
    (message,) = hits(door, SearchFilter("greit", exhibit=(talked.exhibits[0].number,)))
    for n, text in enumerate(("the timetable is fine", "this timetable will do"), 1):
        door.traces.translate(message.id, text, "en", " M. Reyes ")
        found = hits(door, TRANSLATION)
        assert {one.text for one in found} == {"the timetable is fine", text}
        assert {(one.id, one.sender, one.exhibit) for one in found} == {
            (message.id, "M. Reyes", message.exhibit)
        }
        assert bring_up(talked.folder).added == 0
        assert len(hits(door, TRANSLATION)) == n
    before = hits(door, TRANSLATION)
    bring_up(talked.folder, rebuild=True)
    assert hits(door, TRANSLATION) == before


def test_without_an_index_it_is_written_all_the_same(tmp_path_factory: pytest.TempPathFactory) -> None:
    built = build(tmp_path_factory.mktemp("none"))
    fill(built)
    with Door(built.folder, who=ACTOR, purpose="tests") as door:
        (message,) = hits(door, SearchFilter("greit", exhibit=(built.exhibits[0].number,)))
        (built.folder.index / "current").unlink()
        door.traces.translate(message.id, "the timetable is fine", "en", "M. Reyes")
        assert hits(door, TRANSLATION) == []
        bring_up(built.folder)
        assert [one.text for one in hits(door, TRANSLATION)] == ["the timetable is fine"]


def test_nobody_waits_for_a_run_that_writes_the_index(talked: Built, door: Door) -> None:
    (message,) = hits(door, SearchFilter("greit", exhibit=(talked.exhibits[0].number,)))
    with Catalog.at(talked.folder) as catalog, catalog.journal.exclusive("fulltext", wait=True):
        door.traces.translate(message.id, "the timetable is fine", "en", "M. Reyes")
    assert hits(door, TRANSLATION) == []
    assert bring_up(talked.folder).added == 1
    assert len(hits(door, TRANSLATION)) == 1
