"""Hits and distinct messages beside each other, in all, by facet and over time; pages that are full."""

from __future__ import annotations

from typing import Literal

import pytest

from safelight.access import search as search_module
from safelight.access.door import Door
from safelight.access.memo import Memo
from safelight.access.search import Counts, Searching
from safelight.access.search_filter import SearchFilter
from safelight.catalog.catalog import Catalog
from safelight.catalog.fulltext import FullText
from safelight.ledger import clocks
from safelight.ledger.ledger import Ledger
from tests.access.built import ACTOR, Built
from tests.access.searched import fill_copies, searched


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return searched(tmp_path_factory.mktemp("copies"), fill_copies)


def counted(door: Door, wanted: SearchFilter) -> Counts:
    with door.consult("search") as look:
        return look.search.counts(wanted)


def pairs(counts: Counts) -> dict[str, dict[str, tuple[int, int | None]]]:
    """Hits and distinct ones by facet and value."""
    return {
        facet.key: {one.label: (one.items, one.distinct) for one in facet.values} for facet in counts.facets
    }


def test_every_value_tells_hits_and_distinct_messages(door: Door, built: Built) -> None:
    first, second = (one.number for one in built.exhibits[:2])
    counts = counted(door, SearchFilter(network=("club",)))
    assert (counts.hits, counts.distinct) == (10, 5)
    assert pairs(counts) == {
        "kind": {"message": (10, 5)},
        "network": {"club": (10, 5)},
        "conversation": {"Kari og Ola": (10, 5)},
        "exhibit": {first: (7, 5), second: (3, 3)},
        "language": {"nb": (8, 4), "en": (2, 1)},
        "state": {"live": (9, 5), "recovered": (1, 1)},
    }


def test_a_filter_leaves_only_the_copies_that_pass_it(door: Door, built: Built) -> None:
    first, second = (one.number for one in built.exhibits[:2])
    counts = counted(door, SearchFilter(network=("club",), exhibit=(second,)))
    assert (counts.hits, counts.distinct) == (3, 3)
    found = pairs(counts)
    assert found["state"] == {"live": (2, 2), "recovered": (1, 1)}
    assert found["exhibit"] == {first: (7, 5), second: (3, 3)}  # under the rest of the filter
    assert pairs(counted(door, SearchFilter(network=("club",), state=("live",))))["exhibit"] == {
        first: (7, 5), second: (2, 2),
    }  # fmt: skip


def test_a_copy_counts_whose_head_does_not_match(door: Door, built: Built) -> None:
    first, second = (one.number for one in built.exhibits[:2])
    counts = counted(door, SearchFilter("ikke", network=("club",)))
    assert (counts.hits, counts.distinct) == (3, 1)
    assert pairs(counts)["exhibit"] == {first: (2, 1), second: (1, 1)}
    for words, expected in (("kattene", (2, 1)), ("bussen", (1, 1)), ("toget", (6, 4)), ("train", (2, 1))):
        counts = counted(door, SearchFilter(words, network=("club",)))
        assert (counts.hits, counts.distinct) == expected
        assert pairs(counts)["kind"] == {"message": expected}


@pytest.mark.parametrize("together", [0, 2000])
def test_few_hits_are_looked_up_and_many_are_counted_to_the_same_end(
    door: Door, monkeypatch: pytest.MonkeyPatch, together: int
) -> None:
    monkeypatch.setattr(search_module, "_TOGETHER", together)
    with door.consult("search") as look:
        told = {
            words: look.search.distinct(SearchFilter(words, network=("club",)))
            for words in ("", "ikke", "kattene", "bussen", "toget", "train", "sjakk")
        }
    assert told == {"": 5, "ikke": 1, "kattene": 1, "bussen": 1, "toget": 4, "train": 1, "sjakk": 0}


def test_bars_tell_both_and_follow_the_clocks(tmp_path_factory: pytest.TempPathFactory) -> None:
    built = searched(tmp_path_factory.mktemp("clocks"), fill_copies)
    wanted = SearchFilter(network=("club",))

    def bars() -> list[tuple[int, int | None]]:
        with Door(built.folder, who=ACTOR, purpose="tests of search") as door, door.consult("search") as look:
            return [(one.items, one.distinct) for one in look.search.counts(wanted, bars=2).bars]

    assert bars() == [(7, 5), (3, 3)]
    with built.ledger() as ledger:
        clocks.correct(ledger, built.exhibits[1], -3600, reason="an hour fast", actor=ACTOR)
    assert bars() == [(6, 2), (4, 3)]


def test_above_the_limit_nothing_is_told_of_distinct_ones(
    door: Door, built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (one.number for one in built.exhibits[:2])
    monkeypatch.setattr(search_module, "DISTINCT_OF", 3)
    wanted = SearchFilter(network=("club",), exhibit=(second,))
    counts = counted(door, wanted)
    assert (counts.hits, counts.distinct) == (3, 3)
    found = pairs(counts)
    assert found["state"] == {"live": (2, 2), "recovered": (1, 1)}
    assert found["exhibit"] == {first: (7, None), second: (3, None)}
    counts = counted(door, SearchFilter(network=("club",)))
    assert (counts.hits, counts.distinct) == (10, None)
    assert {pair for values in pairs(counts).values() for _hits, pair in values.items()} == {
        (10, None), (7, None), (3, None), (8, None), (2, None), (9, None), (1, None),
    }  # fmt: skip
    assert {one.distinct for one in counts.bars} == {None}
    monkeypatch.setattr(search_module, "_TOGETHER", 9)
    with door.consult("search") as look:
        assert look.search.distinct(SearchFilter(network=("club",))) is None


def test_marks_are_handed_over_in_pieces(built: Built) -> None:
    from safelight.catalog.fulltext_search import Search, Wanted

    fulltext = FullText(built.folder.index)
    searcher = fulltext.searcher()
    assert searcher is not None
    search = Search(searcher, fulltext.schema)
    whole = [mark for _shift, found in search.marks(None, Wanted()) for mark in found.tolist()]
    pieces = [found.tolist() for _shift, found in search.marks(None, Wanted(), at_once=3)]
    assert len(whole) == len(set(whole)) == search.count(None, Wanted())
    assert len(pieces) > 3
    assert [mark for piece in pieces for mark in piece] == whole


def test_who_sees_one_exhibit_learns_nothing_of_copies_in_another(built: Built) -> None:
    first, second = built.exhibits[:2]
    numbers = {one.number: one.key for one in built.exhibits}
    with Ledger.open(built.folder) as ledger, Catalog.at(built.folder) as catalog, catalog.connect() as db:
        for exhibit, expected in ((first, (7, 5)), (second, (3, 3))):
            search = Searching(
                FullText(built.folder.index), ledger, db, numbers, lambda _ids: None, (exhibit.key,), memo=Memo()
            )  # fmt: skip
            counts = search.counts(SearchFilter(network=("club",)))
            assert (counts.hits, counts.distinct) == expected
            assert pairs(counts)["exhibit"] == {exhibit.number: expected}


@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5])
def test_pages_are_full_and_tell_each_message_once(
    door: Door, order: Literal["newest", "oldest"], limit: int
) -> None:
    wanted = SearchFilter(network=("club",)).ordered(order)
    pages: list[list[str]] = []
    after = None
    with door.consult("search") as look:
        while True:
            page = look.search.page(wanted, after, limit)
            pages.append([one.id.rpartition(":")[2] for one in page.rows])
            after = page.after
            if after is None:
                break
    told = {"newest": ["4", "2", "1", "5", "3"], "oldest": ["1", "2", "3", "4", "5"]}[order]
    assert pages == [told[n : n + limit] for n in range(0, 5, limit)]


def test_a_copy_far_behind_its_message_is_a_hit_again_and_no_message_is_lost(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_module, "_AWAITED", 1)
    wanted = SearchFilter(network=("club",))
    told, after = [], None
    with door.consult("search") as look:
        while True:
            page = look.search.page(wanted, after, 1)
            told += [(one.id.rpartition(":")[2], one.copies) for one in page.rows]
            after = page.after
            if after is None:
                break
    assert told == [("4", 2), ("2", 3), ("1", 3), ("5", 1), ("4", 2), ("3", 1), ("2", 3), ("1", 3)]
