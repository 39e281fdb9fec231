"""Search through the door: hits in context, counts that honour filters and sight, clocks, saved searches, the audit."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safelight.access.door import Door
from safelight.access.memo import Memo
from safelight.access.search import Hit
from safelight.access.search_clock import groups
from safelight.access.search_filter import SearchFilter
from safelight.catalog.catalog import Catalog
from safelight.catalog.fulltext_marks import Segment
from safelight.errors import NotFound, Refused
from safelight.ledger import clocks
from safelight.ledger.clocks import ClockDecision
from tests.access.acts import us
from tests.access.built import ACTOR, Built, build
from tests.access.searched import searched


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return searched(tmp_path_factory.mktemp("searched"))


def asked(door: Door, **words: str) -> tuple[Hit, ...]:
    with door.consult("search") as look:
        return look.search.page(SearchFilter.from_pairs(words.items()), context=True).rows


def test_a_hit_says_what_where_when_and_what_stands_around_it(door: Door, built: Built) -> None:
    hit = asked(door, q="nummer", network="skype")[0]
    assert hit.segments == (Segment("har du "), Segment("nummeret", True), Segment(" 482-119-7306"))
    assert (hit.before, hit.after) == ("toget går snart", "ja, det er greit")
    assert (hit.title, hit.sender, hit.exhibit, hit.network, hit.state) == (
        "Kari og Ola", "Kari", built.exhibits[0].number, "skype", "live",
    )  # fmt: skip
    assert hit.time is not None
    assert (hit.time.utc_us, hit.time.basis) == (us("2016-11-08T12:01:00"), "stated")
    other = asked(door, q="nummer", network="irc")[0]
    assert other.time is not None
    assert (other.time.utc_us, other.time.wall_us) == (None, us("2016-11-08T13:01:00"))


def test_documents_and_names_are_found_too(door: Door, built: Built) -> None:
    found = asked(door, q='"finse open"', kind="document")
    assert [(one.item_id, one.title) for one in found] == [
        (built.item("sjakk/åpninger.pgn"), "sjakk/åpninger.pgn")
    ]
    assert "\u202e" in found[0].text
    names = asked(door, q="bjørnøya", kind="name")
    assert [one.item_id for one in names] == [built.item("vêr/Bjørnøya 1970–2016.csv")]


def test_counts_honour_the_rest_of_the_filter(door: Door, built: Built) -> None:
    wanted = SearchFilter.from_pairs([("q", "toget OR train kind:message"), ("network", "irc")])
    with door.consult("search") as look:
        counts = look.search.counts(wanted)
        assert look.search.count(wanted) == 2
    facets = {facet.key: {value.value: value.items for value in facet.values} for facet in counts.facets}
    assert counts.hits == 2
    assert counts.conversations == 1
    assert facets["network"] == {"irc": 2, "skype": 2}
    assert facets["exhibit"] == {built.exhibits[1].number: 2}
    assert sum(facets["language"].values()) == 2
    assert facets["language"]["en"] == 1
    assert facets["kind"] == {"message": 2}
    labels = [value.label for facet in counts.facets if facet.key == "conversation" for value in facet.values]
    assert labels == ["Kari og Ola"]
    assert sum(bar.items for bar in counts.bars) == 2


def test_what_the_reader_may_not_see_is_in_no_hit_count_facet_or_context(built: Built) -> None:
    from safelight.access.search import Searching
    from safelight.catalog.fulltext import FullText
    from safelight.ledger.ledger import Ledger

    numbers = {one.number: one.key for one in built.exhibits}
    with Ledger.open(built.folder) as ledger, Catalog.at(built.folder) as catalog, catalog.connect() as db:
        sight = (built.exhibits[0].key,)
        search = Searching(
            FullText(built.folder.index), ledger, db, numbers, lambda _ids: None, sight, memo=Memo()
        )
        wanted = SearchFilter("toget OR train", ("message",))
        assert {one.network for one in search.page(wanted, context=True).rows} == {"skype"}
        counts = search.counts(wanted)
        assert counts.hits == 2
        assert all(
            [value.value for value in facet.values] == expected
            for facet in counts.facets
            for key, expected in (("network", ["skype"]), ("exhibit", [built.exhibits[0].number]))
            if facet.key == key
        )
        assert (
            search.counts(SearchFilter("toget", ("message",), exhibit=(built.exhibits[1].number,))).hits == 0
        )


def test_paging_gives_every_hit_once_and_refuses_other_cursors(door: Door) -> None:
    wanted = SearchFilter("toget OR nummer OR train OR greit", ("message",))
    with door.consult("search") as look:
        whole = look.search.page(wanted).rows
        assert len(whole) == 8
        paged: list[Hit] = []
        after = None
        while True:
            page = look.search.page(wanted, after, 3)
            paged += page.rows
            after = page.after
            if after is None:
                break
        assert paged == list(whole)
        with pytest.raises(Refused):
            look.search.page(wanted.ordered("oldest"), look.search.page(wanted, limit=3).after)
        assert look.search.page(wanted.ordered("oldest")).rows == whole[::-1]


def test_a_corrected_clock_moves_order_filter_and_shown_time(tmp_path: Path) -> None:
    built = searched(tmp_path)
    with built.ledger() as ledger:
        clocks.assume_zone(ledger, built.exhibits[1], "Europe/Oslo", reason="set in the program", actor=ACTOR)
        clocks.correct(ledger, built.exhibits[0], -3600, reason="an hour fast", actor=ACTOR)
    with Door(built.folder, who=ACTOR, purpose="tests of search") as door:
        found = asked(door, q="toget OR train kind:message")
        times = [(one.network, one.time and one.time.utc_us) for one in found]
        # IRC: 13:00 in Oslo is 12:00 UTC; Skype: 12:00 by a clock that was an hour fast.
        assert times == [
            ("irc", us("2016-11-08T12:03:00")), ("irc", us("2016-11-08T12:00:00")),
            ("skype", us("2016-11-08T11:03:00")), ("skype", us("2016-11-08T11:00:00")),
        ]  # fmt: skip
        assert [
            one.network for one in asked(door, q="toget OR train kind:message", to="2016-11-08T11:59")
        ] == [
            "skype",
            "skype",
        ]
        assert [
            one.network
            for one in asked(door, **{"q": "toget OR train kind:message", "from": "2016-11-08T12:01"})
        ] == ["irc"]
        with door.consult("search") as look:
            bars = look.search.counts(SearchFilter("toget OR train", ("message",))).bars
        assert (bars[0].start_us, bars[-1].end_us - 1) == (
            us("2016-11-08T11:00:00"),
            us("2016-11-08T12:03:00"),
        )


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([-5400, 90, None]), st.sampled_from(["Europe/Oslo", "Asia/Manila"]),
            st.none() | st.integers(0, 40), st.none() | st.integers(41, 80), st.sampled_from([(), ("irc",)]),
        ),
        max_size=3,
    ),
    st.integers(0, 80), st.booleans(), st.sampled_from(["irc", "skype"]),
)  # fmt: skip
def test_spans_move_times_as_the_decisions_say(
    given_: list[tuple[int | None, str, int | None, int | None, tuple[str, ...]]],
    month: int,
    zoned: bool,
    name: str,
) -> None:
    start, step = us("2010-01-01"), 30 * 86_400_000_000
    decisions = [
        ClockDecision(n, "key", seconds, None if seconds else zone, None if low is None else start + low * step,
                      None if high is None else start + high * step, formats, "r", "a", 0)
        for n, (seconds, zone, low, high, formats) in enumerate(given_)
    ]  # fmt: skip
    at = start + month * step + 12 * 3_600_000_000
    covering = [
        (group, span)
        for group in groups(decisions)
        for span in group.spans
        if span.zoned == zoned
        and (span.begin is None or span.begin <= at)
        and (span.end is None or at < span.end)
        and (name in span.formats if span.formats else name not in span.others)
    ]
    assert len(covering) == (1 if decisions else 0)
    if not decisions:
        return
    newest = sorted(decisions, key=lambda one: -one.seq)

    def holds(one: ClockDecision, time: int) -> bool:
        covers = (one.begin is None or time >= one.begin) and (one.end is None or time < one.end)
        return covers and (not one.formats or name in one.formats)

    expected = at
    if not zoned:
        from zoneinfo import ZoneInfo

        zone = next((one.zone for one in newest if one.zone and holds(one, at)), None)
        if zone is None:
            assert (covering[0][0].shift, covering[0][0].assumed) == (0, False)
            return
        wall = datetime.fromtimestamp(at // 1_000_000, UTC).replace(tzinfo=ZoneInfo(zone))
        expected = int(wall.timestamp()) * 1_000_000
    seconds = next((one.seconds for one in newest if one.seconds and holds(one, expected)), 0)
    assert at + covering[0][0].shift == expected + (seconds or 0) * 1_000_000


def test_saved_searches_are_replaced_by_name_and_withdrawn(tmp_path: Path) -> None:
    built = build(tmp_path, more=-1)
    with Door(built.folder, who=ACTOR, purpose="tests of search") as door:
        wanted = SearchFilter.from_pairs([("q", "nummer"), ("network", "irc"), ("match", "exact")])
        door.save_search("Numre", SearchFilter(text="tall"))
        door.save_search("Numre", wanted)
        door.save_search("Andre", SearchFilter(kind=("mail",)))
        with door.consult("search") as look:
            saved = look.search.saved()
        assert [(one.name, filter_) for one, filter_ in saved] == [
            ("Andre", SearchFilter(kind=("mail",))),
            ("Numre", wanted),
        ]
        door.withdraw_search(saved[1][0].seq)
        with door.consult("search") as look:
            assert [one.name for one, _filter in look.search.saved()] == ["Andre"]
        with pytest.raises(NotFound):
            door.withdraw_search(saved[1][0].seq)
        with pytest.raises(Refused):
            door.save_search(" ", wanted)
        with pytest.raises(Refused):
            door.save_search("Tom", SearchFilter())


def test_a_consultation_names_the_query_and_what_was_shown(built: Built, door: Door) -> None:
    with built.ledger() as ledger:
        before = ledger.head().seq
    wanted = SearchFilter.from_pairs([("q", "nummer network:irc")])
    with door.consult("search", wanted.words()) as look:
        shown = look.search.page(wanted).rows
    with built.ledger() as ledger:
        (entry,) = list(ledger.entries(before))
        payload = ledger.payload(entry.seq)
    assert entry.subjects == tuple(one.id for one in shown)
    assert payload is not None
    assert payload["what"] == {"page": "search", "query": "nummer network:irc"}


def test_export_is_a_disclosure_with_a_reason(built: Built, door: Door) -> None:
    with pytest.raises(Refused):
        door.export_hits(SearchFilter("toget", ("message",)), " ")
    found = list(door.export_hits(SearchFilter("toget", ("message",)), "asked for by counsel"))
    assert [one.network for one in found] == ["irc", "skype"]


@pytest.mark.parametrize(
    ("pairs", "wanted"),
    [
        ([("q", "tog network:irc kind:mail")], SearchFilter(text="tog", network=("irc",), kind=("mail",))),
        ([("q", 'tog conversation:"a b" from:2016')], SearchFilter(text="tog", conversation=("a b",), begin="2016")),
        ([("q", "contains:482 http://x"), ("state", "deleted")], SearchFilter("contains:482 http://x", state=("deleted",))),
    ],
)  # fmt: skip
def test_filters_in_words_and_pairs(pairs: list[tuple[str, str]], wanted: SearchFilter) -> None:
    found = SearchFilter.from_pairs(pairs)
    assert found == wanted
    assert SearchFilter.from_pairs(found.pairs()) == found
    assert SearchFilter.from_pairs([("q", found.words())]) == found


@pytest.mark.parametrize(
    "pair", [("colour", "red"), ("kind", "song"), ("from", "yesterday"), ("match", "any")]
)
def test_filters_that_nobody_knows_are_refused(pair: tuple[str, str]) -> None:
    with pytest.raises(Refused):
        SearchFilter.from_pairs([pair])
