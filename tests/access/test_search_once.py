"""What people translated is found, with its translator and at its message; a message found several times is one hit."""

from __future__ import annotations

from pathlib import Path

import pytest

from safelight.access.door import Door
from safelight.access.search import Hit
from safelight.access.search_filter import SearchFilter
from safelight.analyse.keyword_list import read
from safelight.analyse.keywords import run
from safelight.analyse.search_index import bring_up
from safelight.catalog.catalog import Catalog
from safelight.ledger import marks
from safelight.ledger.erase import erase
from safelight.ledger.ledger import Ledger
from tests.access.built import ACTOR, Built
from tests.access.searched import searched

TRANSLATION = SearchFilter("timetable", ("translation",))


@pytest.fixture
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return searched(tmp_path_factory.mktemp("searched"))


def hits(door: Door, wanted: SearchFilter) -> tuple[Hit, ...]:
    with door.consult("search") as look:
        return tuple(look.search.page(wanted).rows)


def test_a_translation_is_found_at_its_message_until_it_is_erased(built: Built, door: Door) -> None:
    (message,) = hits(door, SearchFilter("greit", exhibit=(built.exhibits[0].number,)))
    with Ledger.open(built.folder) as ledger:
        entry = marks.translate(
            ledger, [message.id], "the timetable is fine", language="en", translator="M. Reyes", actor=ACTOR
        )
    assert hits(door, TRANSLATION) == ()  # the index follows
    assert bring_up(built.folder).added == 1
    (found,) = hits(door, TRANSLATION)
    assert (found.id, found.kind, found.sender, found.conversation_id, found.exhibit, found.text) == (
        message.id, "translation", "M. Reyes", message.conversation_id, message.exhibit, "the timetable is fine",
    )  # fmt: skip
    assert found.time == message.time
    assert bring_up(built.folder).added == 0

    with Ledger.open(built.folder) as ledger:
        erase(ledger, [entry.seq], actor=ACTOR, purpose="tests", authorisation="court", reason="not needed")
    assert hits(door, TRANSLATION) == ()  # at once
    assert bring_up(built.folder).removed_units == 1


def test_copies_of_one_message_are_one_hit_and_both_numbers_are_told(built: Built, door: Door) -> None:
    wanted = SearchFilter("nummeret")
    before = hits(door, wanted)
    with door.consult("search") as look:
        assert (look.search.count(wanted), look.search.distinct(wanted)) == (2, 2)
    with Catalog.at(built.folder) as catalog:
        rows = [
            {"trace_id": one.id, "distinct_id": before[0].id, "rule": "aligned", "run": "r"} for one in before
        ]
        catalog.write("same", {"same_messages": rows}, made_by={"test": "1"})
    with Door(built.folder, who=ACTOR, purpose="tests of search") as later:
        (hit,) = hits(later, wanted)
        assert (hit.id, hit.copies) == (before[0].id, 2)
        with later.consult("search") as look:
            counts = look.search.counts(wanted)
    assert (counts.hits, counts.distinct) == (2, 1)


def test_a_keyword_list_tells_both_numbers_too(built: Built, tmp_path: Path) -> None:
    (tmp_path / "ord.txt").write_text("nummeret\n/nummeret/\n", "utf-8")
    run(built.folder, read(tmp_path / "ord.txt"))
    with Door(built.folder, who=ACTOR, purpose="tests of search") as door, door.consult("keywords") as look:
        assert [(one.texts, one.distinct) for one in look.search.keywords()] == [(2, 2), (2, 2)]
        ids = [one.trace_id for one in look.search.keyword_hits("ord.txt", 1).rows]
    with Catalog.at(built.folder) as catalog:
        rows = [{"trace_id": id_, "distinct_id": ids[0], "rule": "aligned", "run": "r"} for id_ in ids]
        catalog.write("same", {"same_messages": rows}, made_by={"test": "1"})
    with Door(built.folder, who=ACTOR, purpose="tests of search") as door, door.consult("keywords") as look:
        assert [(one.texts, one.distinct) for one in look.search.keywords()] == [(2, 1), (2, 1)]
