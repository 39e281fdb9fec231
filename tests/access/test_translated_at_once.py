"""A translation is found by search in the moment in which it was written, and the next update of the index adds nothing."""

from __future__ import annotations

import pytest

from safelight.access.door import Door
from safelight.access.search import Hit
from safelight.access.search_filter import SearchFilter
from safelight.analyse.search_index import bring_up
from safelight.catalog.catalog import Catalog
from tests.access.built import ACTOR, Built
from tests.access.searched import searched

TRANSLATION = SearchFilter("timetable", ("translation",))


@pytest.fixture
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return searched(tmp_path_factory.mktemp("searched"))


def hits(door: Door, wanted: SearchFilter) -> list[Hit]:
    with door.consult("search") as look:
        return list(look.search.page(wanted).rows)


def test_what_was_translated_is_found_at_once_and_once(built: Built, door: Door) -> None:
    (message,) = hits(door, SearchFilter("greit", exhibit=(built.exhibits[0].number,)))
    for n, text in enumerate(("the timetable is fine", "this timetable will do"), 1):
        door.traces.translate(message.id, text, "en", " M. Reyes ")
        found = hits(door, TRANSLATION)
        assert {one.text for one in found} == {"the timetable is fine", text}
        assert {(one.id, one.sender, one.exhibit) for one in found} == {
            (message.id, "M. Reyes", message.exhibit)
        }
        assert bring_up(built.folder).added == 0
        assert len(hits(door, TRANSLATION)) == n
    before = hits(door, TRANSLATION)
    bring_up(built.folder, rebuild=True)
    assert hits(door, TRANSLATION) == before


def test_without_an_index_it_is_written_all_the_same(tmp_path_factory: pytest.TempPathFactory) -> None:
    built = searched(tmp_path_factory.mktemp("none"))
    with Door(built.folder, who=ACTOR, purpose="tests") as door:
        (message,) = hits(door, SearchFilter("greit", exhibit=(built.exhibits[0].number,)))
        (built.folder.index / "current").unlink()
        door.traces.translate(message.id, "the timetable is fine", "en", "M. Reyes")
        assert hits(door, TRANSLATION) == []
        bring_up(built.folder)
        assert [one.text for one in hits(door, TRANSLATION)] == ["the timetable is fine"]


def test_nobody_waits_for_a_run_that_writes_the_index(built: Built, door: Door) -> None:
    (message,) = hits(door, SearchFilter("greit", exhibit=(built.exhibits[0].number,)))
    with Catalog.at(built.folder) as catalog, catalog.journal.exclusive("fulltext", wait=True):
        door.traces.translate(message.id, "the timetable is fine", "en", "M. Reyes")
    assert hits(door, TRANSLATION) == []
    assert bring_up(built.folder).added == 1
    assert len(hits(door, TRANSLATION)) == 1
