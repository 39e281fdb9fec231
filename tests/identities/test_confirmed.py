"""By person: confirmed accounts in their periods count, in search and in the timeline; nothing else does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from safelight.access import timeline, timeline_rows
from safelight.access.door import Door
from safelight.access.search_filter import SearchFilter
from safelight.access.timeline_filter import TimelineFilter
from safelight.analyse.search_index import bring_up
from safelight.errors import NotFound, Refused
from safelight.identities.confirmed import looked_up, people, person
from safelight.ledger import identities
from tests.access.acts import ASE, BO, KAISSA, KINDS, PAYEE, PAYER, act, us
from tests.access.built import Built, build

NOON = us("2016-11-08T12:00")


@pytest.fixture(scope="module")
def acted(tmp_path_factory: pytest.TempPathFactory) -> Built:
    built = build(tmp_path_factory.mktemp("acts"))
    act(built)
    bring_up(built.folder)
    return built


@pytest.fixture(autouse=True)
def nothing_decided(acted: Built) -> Iterator[None]:
    """Whatever a test decides is taken back after it."""
    yield
    with acted.ledger() as ledger:
        for _round in range(2):
            now = identities.standing(ledger)
            for one in (*now.in_force, *now.waiting, *now.unsettled):
                identities.withdraw(ledger, one.seq, reason="the test is over", actor="kari")
        for found in identities.standing(ledger).tenures.values():
            for seq in {one.seq for one in found if one.seq}:
                identities.withdraw(ledger, seq, reason="the test is over", actor="kari")
        assert identities.standing(ledger).tenures == {}


def decide(acted: Built, a: str, b: str, decision: str = "same", *, four_eyes: bool = False) -> None:
    with acted.ledger() as ledger:
        identities.decide(
            ledger, a, b, decision, reason="his own words", source_grade="A", content_grade="1", seen=None,
            actor="kari", four_eyes=four_eyes,
        )  # fmt: skip


def found(acted: Built, *names: str, **more: str) -> list[str]:
    """Texts that a search by person finds, newest first."""
    wanted = SearchFilter.from_pairs(
        [*(("person", name) for name in names), ("kind", "message"), *more.items()]
    )
    with Door(acted.folder, who="kari", purpose="test") as door, door.consult("search") as look:
        wanted = looked_up(look.reading, wanted)
        hits = [hit.text for hit in look.search.page(wanted).rows]
        # A message that was found twice is shown once and counts twice.
        assert look.search.count(wanted) == len(hits) + hits.count("skal vi spille i kveld?")
        return hits


def events(acted: Built, *names: str) -> list[str]:
    """Events of a timeline by person, the oldest first, then how many have no time."""
    wanted = TimelineFilter.from_pairs(
        [*(("person", one) for one in names), *(("kind", one) for one in KINDS)]
    )
    with Door(acted.folder, who="kari", purpose="test") as door, door.consult("timeline") as look:
        reading = look.reading
        wanted = looked_up(reading, wanted)
        whole = us("2010-01-01"), us("2020-01-01")
        rows = timeline_rows.events(reading, wanted.facets, *whole).rows
        counted = timeline.whole(reading, wanted.facets)
        kinds = {"kind": KINDS}
        # Of the messages one was found twice: every timeline that has it counts it once, and its copy beside it.
        told = (len(rows), len(rows) + [one.id for one in rows].count("t1-m1"))
        assert counted.total == told
        assert timeline.by_person(reading, kinds, *whole, [[t for p in wanted.held.values() for t in p]]) == [
            told
        ]
        assert counted.untimed.events == counted.untimed.found
        return [one.id.removeprefix("t1-") for one in rows] + [f"{counted.untimed.events} without a time"]


ALL_OF_ASE = ["m0", "g1", "m1", "c1", "m3", "m5", "s1", "l1", "o1", "g2", "0 without a time"]


def test_an_account_of_which_nothing_was_decided_is_a_person_by_itself(acted: Built) -> None:
    assert events(acted, ASE) == ALL_OF_ASE
    assert found(acted, ASE) == ["takk", "fint", "skal vi spille i kveld?", "første parti"]


def test_confirmed_accounts_count_by_whichever_of_them_one_asks(acted: Built) -> None:
    decide(acted, ASE, PAYER)
    decide(acted, PAYER, KAISSA)
    both = ["m0", "g1", "m1", "c1", "m3", "m4", "m5", "p1", "s1", "l1", "o1", "g2", "0 without a time"]
    for name in (ASE, PAYER, KAISSA, "kaissa"):
        assert events(acted, name) == both
        assert found(acted, name) == [
            "takk", "toget er forsinket", "fint", "skal vi spille i kveld?", "første parti",
        ]  # fmt: skip
    assert found(acted, ASE, q="toget") == ["toget er forsinket"]
    assert events(acted, ASE, KAISSA) == both  # one person, named twice
    assert events(acted, BO) == ["m2", "l2", "2 without a time"]
    with Door(acted.folder, who="kari", purpose="test") as door, door.consult("persons") as look:
        (one,) = people(look.reading)
        assert (one.name, {tenure.account_id for tenure in one.tenures}) == ("togmann", {ASE, PAYER, KAISSA})
        assert one == person(look.reading, KAISSA)


def test_what_waits_and_what_is_contradicted_does_not_count(acted: Built) -> None:
    decide(acted, ASE, PAYER, four_eyes=True)
    assert events(acted, ASE) == ALL_OF_ASE
    decide(acted, ASE, KAISSA)
    decide(acted, KAISSA, BO)
    decide(acted, ASE, BO, "different")  # both links are suspended by that
    assert events(acted, ASE) == ALL_OF_ASE
    decide(acted, ASE, BO, "undecided")
    assert len(events(acted, ASE)) > len(ALL_OF_ASE)


def test_of_an_account_that_changed_hands_the_persons_own_period_counts(acted: Built) -> None:
    with acted.ledger() as ledger:
        identities.split(ledger, ASE, NOON, "2016-11-08 12:00", reason="sold", actor="kari")
        later = f"{ASE}@{NOON}"
        assert [one.id for one in identities.standing(ledger).tenures_of(ASE)] == [ASE, later]
    decide(acted, later, PAYEE)
    assert events(acted, ASE) == ["m0", "g1", "m1", "c1", "m3", "m5", "0 without a time"]
    assert events(acted, PAYEE) == ["s1", "l1", "o1", "g2", "0 without a time"]
    assert found(acted, ASE) == ["takk", "fint", "skal vi spille i kveld?", "første parti"]
    assert found(acted, later) == []
    assert found(acted, later, ASE) == ["takk", "fint", "skal vi spille i kveld?", "første parti"]


def test_what_has_no_time_lies_in_no_period(acted: Built) -> None:
    assert events(acted, BO)[-1] == "2 without a time"
    with acted.ledger() as ledger:
        identities.split(ledger, BO, NOON, "2016-11-08 12:00", reason="sold", actor="kari")
    assert events(acted, BO) == ["m2", "0 without a time"]


def test_an_account_that_several_used_is_no_persons_and_unknown_ones_are_told(acted: Built) -> None:
    with acted.ledger() as ledger:
        identities.share(ledger, BO, True, reason="the club's own", actor="kari")
    with pytest.raises(Refused, match="Several people used"):
        found(acted, BO)
    with pytest.raises(NotFound, match="No account has the id or name 'nobody'"):
        found(acted, "nobody")
    with pytest.raises(NotFound, match="There is no period"):
        found(acted, f"{ASE}@17")


def test_a_filter_that_nobody_looked_up_is_refused(acted: Built) -> None:
    wanted = SearchFilter.from_pairs([("person", ASE)])
    with (
        Door(acted.folder, who="kari", purpose="test") as door,
        door.consult("search") as look,
        pytest.raises(Refused, match="Nothing can be filtered by person here"),
    ):
        look.search.count(wanted)
