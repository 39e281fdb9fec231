"""The authority record: checked when it is written, and from the take-over on no officer's word counts as a suspect's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelight.access import account_contacts, account_events, accounts, police, timeline
from safelight.access.door import Door
from safelight.access.reading import Reading
from safelight.access.search_filter import SearchFilter
from safelight.analyse.search_index import bring_up
from safelight.casework import authority
from safelight.casework.authority import Decision
from safelight.casework.authority_flags import flagged
from safelight.casework.circulars import in_force
from safelight.catalog.catalog import Catalog
from safelight.errors import NotFound, Refused
from safelight.identities import network_view
from safelight.identities.confirmed import looked_up
from safelight.identities.triage import reading as triage
from safelight.identities.triage.run import find_roles
from safelight.ledger.as_of import AsOf, day_of
from safelight.operation.folder import OperationFolder
from tests.access.acts import ASE, BO, _Rows, act, at, us
from tests.access.built import ACTOR, build

APPROVERS = ("statsadvokat",)
#: Police take over Åse's account on the evening of 7 November, between her messages m1 and m3.
DECISION = Decision(
    account=ASE,
    basis="strpl. chapter 17 b",
    number="16-1/2016",
    day="2016-11-07",
    approver="A. Lie",
    role="statsadvokat",
    begin="2016-11-07",
    end="2016-11-08",
    scope="answer in #tog, arrange a game",
    limits="no pictures are sent",
    review="2016-11-08",
    officers=("K. Berg",),
    partners=("Oslo",),
    taken_over="2016-11-07T18:00+01:00",
)


class Case:
    def __init__(self, folder: OperationFolder) -> None:
        self.folder = folder

    @contextmanager
    def look(self) -> Iterator[Reading]:
        with Door(self.folder, who=ACTOR, purpose="test") as door, door.consult("authority") as look:
            yield look.reading

    def add(self, decision: Decision = DECISION) -> str:
        with self.look() as reading, reading.ledger.writing() as act_:
            return authority.add(act_, decision, approvers=APPROVERS, actor=ACTOR).name

    def state(self, field: str, value: str, **more: Any) -> None:
        with self.look() as reading, reading.ledger.writing() as act_:
            authority.state(act_, "A-001", field, value, actor=ACTOR, **more)

    def end(self, day: str, **more: Any) -> None:
        with self.look() as reading, reading.ledger.writing() as act_:
            authority.end(act_, "A-001", day, reason="he was arrested", actor=ACTOR, **more)

    def flags(self) -> list[tuple[str, str, str]]:
        with self.look() as reading:
            found = flagged(reading, ASE, authority.every(reading))
        return [(one.trace_id, one.flag, one.who) for one in found.page]


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Case:
    monkeypatch.setenv("SAFELIGHT_CLOCK", "2016-11-30T12:00:00Z")
    built = build(tmp_path)
    act(built)
    return Case(built.folder)


def test_the_record_says_all_of_it_and_names_the_circular_of_that_day(case: Case) -> None:
    assert case.add() == "A-001"
    case.state(
        "shared", "the log of 7 November", to="Oslo", ground="politiregisterloven § 21", begin="2016-11-09"
    )
    case.state("report", "met at the club")
    with case.look() as reading:
        found = authority.authority(reading, "a-001")
        (listed,) = authority.every(reading)
        (period,) = authority.police_operated(reading)[ASE]
        assert authority.every(reading, AsOf.then("2016-11-29")) == []
    assert found == listed
    assert found.values == {
        "basis": "strpl. chapter 17 b",
        "circular": "2/2000",
        "decision": {"number": "16-1/2016", "day": "2016-11-07"},
        "approver": {"name": "A. Lie", "role": "statsadvokat"},
        "scope": "answer in #tog, arrange a game",
        "limits": "no pictures are sent",
        "period": {
            "from": "2016-11-07", "to": "2016-11-08", "from_us": us("2016-11-06T23:00"), "to_us": us("2016-11-08T23:00"),
        },
        "review": "2016-11-08",
    }  # fmt: skip
    assert (found.accounts, found.ended) == ((ASE,), False)
    assert [one.value for one in found.all("officer")] == ["K. Berg"]
    assert [one.value for one in found.all("shared")] == [
        {
            "what": "the log of 7 November",
            "to": "Oslo",
            "basis": "politiregisterloven § 21",
            "day": "2016-11-09",
        }
    ]
    assert (period.begin_us, period.end_us) == (us("2016-11-07T17:00"), None)


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"role": "constable"}, "may not approve"),
        ({"limits": " "}, "Missing: the limits"),
        ({"end": "2016-11-06", "review": "2016-11-06"}, "ends before it begins"),
        ({"begin": "2016-11-06"}, "before the decision"),
        ({"review": "2016-12-24"}, "outside the period"),
        (
            {"day": "2016-12-24", "begin": "2016-12-24", "end": "2016-12-25", "review": "2016-12-24"},
            "in the future",
        ),
    ],
)
def test_what_cannot_be_so_is_refused(case: Case, wrong: dict[str, str], word: str) -> None:
    with pytest.raises(Refused, match=word):
        case.add(replace(DECISION, **wrong))  # type: ignore[arg-type]


def test_circulars_change_hands_on_31_october_2018() -> None:
    days = ("2016-11-07", "2018-10-30", "2018-10-31", "2026-01-01")
    assert [in_force(day_of(day)).number for day in days] == ["2/2000", "2/2000", "2/2018", "2/2018"]


def test_what_stands_outside_the_authority_is_flagged(case: Case) -> None:
    case.add()
    assert case.flags() == []  # m3 and m5 lie within the window
    case.end("2016-11-07")
    assert case.flags() == [
        ("t1-m3", "outside", ""),
        ("t1-m5", "outside", ""),
    ]  # m3: half past midnight in Oslo


def test_a_flag_counts_a_message_once_and_its_copies_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAFELIGHT_CLOCK", "2016-11-30T12:00:00Z")
    built = build(tmp_path)
    act(built)
    case = Case(built.folder)
    case.add()
    case.end("2016-11-07")
    copy = _Rows(built, 1).message("m3x", "åse", "fint", at("2016-11-07T23:30"))
    same = [
        {"trace_id": one, "distinct_id": "t1-m3", "rule": "text", "run": "r"} for one in ("t1-m3", "t1-m3x")
    ]
    with Catalog.at(case.folder) as catalog:
        catalog.write("copy", {"messages": [copy], "same_messages": same}, made_by={"test": "1"})
    with case.look() as reading:
        found = flagged(reading, ASE, authority.every(reading))
    assert (found.messages, found.copies) == (2, 3)
    assert found.counts == {"outside": 2, "officer": 0, "unstated": 0, "undated": 0}


def test_another_officer_is_flagged_and_so_is_who_is_not_known(case: Case) -> None:
    case.add()
    case.state("wrote", "K. Berg", begin="2016-11-07T18:00+01:00", end="2016-11-08T00:00+01:00")
    assert case.flags() == [("t1-m3", "unstated", ""), ("t1-m5", "unstated", "")]
    case.state("wrote", "O'Hara", begin="2016-11-08T00:00+01:00", end="2016-11-08T12:00+01:00")
    assert case.flags() == [("t1-m3", "officer", "O'Hara"), ("t1-m5", "officer", "O'Hara")]
    case.state("officer", "O'Hara", begin="2016-11-08", end="2016-11-08")
    assert case.flags() == []


def test_an_account_that_was_handed_back_is_its_owners_again(case: Case) -> None:
    case.add()
    case.end("2016-11-07", handed_back=True)
    assert case.flags() == []
    with case.look() as reading:
        (period,) = authority.police_operated(reading)[ASE]
        assert (period.begin_us, period.end_us) == (us("2016-11-07T17:00"), us("2016-11-07T23:00"))
        assert accounts.one(reading, ASE).messages == 4  # m3 was sent after midnight
    with pytest.raises(Refused, match="ended already"):
        case.end("2016-11-08")


def test_no_statistic_counts_an_officers_words(case: Case) -> None:
    def counted() -> tuple[Any, ...]:
        with case.look() as reading:
            row = accounts.one(reading, ASE)
            company = account_contacts.company(reading, ASE)
            kinds = [
                account_events.count_of(reading, ASE, kind) for kind in ("message", "call", "login", "media")
            ]
        with case.look() as reading:
            ties = network_view.whole(reading).ties
        mine = sum(one.messages for one in company.talks)
        return row.messages, row.last_us, mine, kinds, int(ties.n.sum())

    before = counted()
    assert before[0] == 4 and before[3] == [4, 1, 1, 1]
    case.add()
    after = counted()
    assert after[:2] == (2, us("2016-11-07T08:00"))
    assert after[2:4] == (2, [2, 0, 0, 0])
    assert after[4] < before[4]
    with case.look() as reading:
        assert accounts.one(reading, BO).messages == 3  # the others' words stay theirs


def test_roles_are_found_anew_without_them(case: Case) -> None:
    assert find_roles(case.folder).changed
    assert not find_roles(case.folder).changed
    case.add()
    assert find_roles(case.folder).changed
    with case.look() as reading:
        assert triage.was_run(reading)


def test_there_is_no_operation_of_another_name(case: Case) -> None:
    with case.look() as reading, pytest.raises(NotFound):
        authority.authority(reading, "A-007")


def test_the_timeline_of_an_account_and_lists_of_hits_leave_an_officer_out(case: Case) -> None:
    def counted() -> tuple[list[int], list[int]]:
        """Distinct messages and those with copies: her own, and all."""
        with case.look() as reading:
            whole = timeline.whole(reading, {"account": (ASE,), "kind": ("message",)})
            every = timeline.whole(reading, {"kind": ("message",)})
        own, everyone = (
            [timed + untimed for timed, untimed in zip(one.total, one.untimed, strict=True)]
            for one in (whole, every)
        )
        return own, everyone

    assert counted() == ([4, 5], [8, 9])
    case.add()
    assert counted() == ([2, 3], [8, 9])  # what happened stays on the timeline; it is no act of hers
    with case.look() as reading:
        assert police.among(reading, ["t1-m1", "t1-m3", "t1-m5", "t1-m2"]) == {"t1-m3", "t1-m5"}


def test_hits_of_keyword_lists_count_no_officer(case: Case) -> None:
    rows = [
        {"list": "games.txt", "list_sha256": "0", "line": 1, "term": "fint", "match": "query", "trace_id": trace,
         "item_id": "i1", "exhibit": "e1", "kind": "message", "places": 1}
        for trace in ("t1-m1", "t1-m3", None)
    ]  # fmt: skip
    with Catalog.at(case.folder) as catalog:
        catalog.write("hits", {"keyword_hits": rows}, made_by={"test": "1"})

    def counted() -> list[int]:
        with Door(case.folder, who=ACTOR, purpose="test") as door, door.consult("keywords") as look:
            return [term.texts for term in look.search.keywords()] + [
                len(look.search.keyword_hits("games.txt").rows)
            ]

    assert counted() == [3, 3]
    case.add()
    assert counted() == [2, 2]


def test_a_search_by_person_ends_where_police_took_over(case: Case) -> None:
    bring_up(case.folder)

    def found() -> list[str]:
        wanted = SearchFilter.from_pairs([("person", ASE), ("kind", "message")])
        with Door(case.folder, who=ACTOR, purpose="test") as door, door.consult("search") as look:
            return sorted(hit.text for hit in look.search.page(looked_up(look.reading, wanted)).rows)

    assert "fint" in found() and "takk" in found()
    case.add()
    assert found() == ["første parti", "skal vi spille i kveld?"]
    case.add(replace(DECISION, taken_over="2010-01-01"))  # a second one, over all the time before
    assert found() == []


def test_a_free_search_finds_an_officers_words_and_marks_them(case: Case) -> None:
    bring_up(case.folder)
    case.add()
    with Door(case.folder, who=ACTOR, purpose="test") as door, door.consult("search") as look:
        found = [hit.id for hit in look.search.page(SearchFilter(text="fint OR spille")).rows]
        assert {"t1-m1", "t1-m3"} <= set(found)
        assert police.among(look.reading, found) == {"t1-m3"}


def test_a_review_that_was_not_done_is_told(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    case.add(replace(DECISION, end="2017-02-07", review="2016-12-07"))

    def due() -> bool:
        with case.look() as reading:
            return authority.authority(reading, "A-001").review_due

    assert not due()
    monkeypatch.setenv("SAFELIGHT_CLOCK", "2016-12-08T12:00:00Z")
    assert due()
    case.state("review", "2017-01-07")
    assert not due()


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(1, 9)), max_size=4),
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 9)), max_size=4),
)
def test_what_is_left_of_spans_is_what_no_other_covers(
    spans: list[tuple[int, int]], taken: list[tuple[int, int]]
) -> None:
    held = [(begin, begin + length) for begin, length in spans]
    gone = [(begin, begin + length) for begin, length in taken]
    left = police.less(held, gone)
    for n in range(45):
        wanted = sum(a <= n < b for a, b in held) * (not any(a <= n < b for a, b in gone))
        assert sum(a <= n < b for a, b in left) == wanted
