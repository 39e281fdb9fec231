"""Persons: what is stated, on what basis and for when; who is one with whom; and what cannot be true."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safelight.casework import cases, districts, joining, persons, victims
from safelight.casework.dates import partial, period
from safelight.casework.joining import grouped
from safelight.errors import NotFound, Refused
from safelight.ledger import identities, records
from safelight.ledger.as_of import AsOf
from safelight.ledger.records import Basis, Statement
from safelight.operation.settings import CaseSettings
from tests.casework.desk import ACTOR, TOLD, Desk

WHY = Basis(reason="same handwriting in two clubs")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def _add(desk: Desk, name: str = "", category: str = "") -> str:
    return desk.does(lambda act: persons.add(act, actor=ACTOR, basis=TOLD, name=name, category=category)).name


def _state(desk: Desk, who: str, field: str, value: Any, first: str = "", last: str = "", **more: Any) -> int:
    more.setdefault("basis", TOLD)
    return desk.does(
        lambda act: persons.state(act, who, field, value, actor=ACTOR, holds=period(first, last), **more)
    ).seq


def _said(desk: Desk, who: str) -> tuple[Statement, ...]:
    return desk.sees(lambda reading: persons.person(reading, who)).said


def _join(desk: Desk, a: str, b: str) -> int:
    return desk.does(lambda act: joining.join(act, a, b, actor=ACTOR, basis=WHY)).seq


def _apart(desk: Desk, a: str, b: str) -> int:
    return desk.does(lambda act: joining.declare_different(act, a, b, actor=ACTOR, basis=WHY)).seq


def test_a_person_is_what_was_stated_with_its_basis(desk: Desk) -> None:
    who = _add(desk, "Åse Bjørnstad", "suspect")
    _state(desk, who, "identifier", {"kind": "phone", "value": " +47 900 00 000 "})
    doubtful = Basis("assessment", "no", "B", "2", "41 moves of the same opening")
    _state(desk, who, "alias", "Åsløkk", basis=doubtful)
    found = desk.sees(lambda reading: persons.person(reading, who))
    assert [(one.field, one.value, one.basis) for one in found.said] == [
        ("name", "Åse Bjørnstad", TOLD),
        ("category", "suspect", TOLD),
        ("identifier", {"kind": "phone", "value": "+47 900 00 000"}, TOLD),
        ("alias", "Åsløkk", doubtful),
    ]
    assert (found.name, [one.name for one in found.joined], found.home.because) == (
        "Åse Bjørnstad", ["P-001"], "unknown",
    )  # fmt: skip
    (row,) = desk.sees(persons.every)
    assert (row.record.name, row.name, row.category, row.roles, row.accounts) == (
        "P-001", "Åse Bjørnstad", "suspect", (), 0,
    )  # fmt: skip


def test_the_home_district_follows_address_and_list_of_the_day(desk: Desk) -> None:
    who = _add(desk, "Åse")
    _state(desk, who, "address", {"text": "Storgata 2", "municipality": "0502"}, "2006-01-01", "2013-07-31")
    _state(desk, who, "address", {"text": "Lyngheimvegen 114", "municipality": "1201"}, "2013-08-01")

    def there(day: str) -> tuple[str | None, str]:
        found = desk.sees(lambda reading: districts.home(reading.ledger, found_id, AsOf.seen_today(day)))
        return found.district, found.because

    found_id = desk.sees(lambda reading: persons.person(reading, who)).record.id
    assert there("2013-07-31") == ("Vestoppland", "address")
    assert there("2013-08-01") == ("Hordaland", "address")
    assert there("2015-12-31") == ("Hordaland", "address")
    assert there("2016-01-01") == ("Vest", "address")
    assert there("2005-12-31") == (None, "unknown")
    _state(desk, who, "district", "Nordland politidistrikt", "2016-02-01")
    assert there("2016-01-31") == ("Vest", "address")
    assert there("2016-02-01") == ("Nordland", "stated")


def test_a_late_correction_changes_what_was_true_and_never_what_was_known(desk: Desk) -> None:
    who = _add(desk, "Åse")
    told = _state(desk, who, "district", "Agder", "2014-01-01")
    id_ = desk.sees(lambda reading: persons.person(reading, who)).record.id
    desk.at("2017-02-01T12:00:00Z")
    _state(desk, who, "district", "Rogaland", "2014-01-01", "2015-12-31", corrects=told)

    def home(as_of: AsOf) -> str | None:
        return desk.sees(lambda reading: districts.home(reading.ledger, id_, as_of)).district

    assert home(AsOf.then("2016-11-20")) == "Agder"
    assert home(AsOf.seen_today("2015-11-20")) == "Rogaland"
    assert home(AsOf.seen_today("2016-11-20")) is None


@pytest.mark.parametrize(
    ("field", "value", "first", "last", "said"),
    [
        ("address", {"text": "Storgata 2", "municipality": "0502"}, "2016-03-02", "", "lies in the future"),
        ("alias", "Løkk", "", "2016-03-05", "lies in the future"),
        (
            "address",
            {"text": "Storgata 2", "municipality": "0502"},
            "1971-04-29",
            "",
            "before P-001 was born",
        ),
        ("address", {"text": "", "municipality": ""}, "", "", "The address is empty"),
        ("address", {"text": "Storgata 2", "municipality": "05021"}, "", "", "no number of a municipality"),
        ("address", {"street": "Storgata 2"}, "", "", "needs its parts: text, municipality"),
        ("address", "Storgata 2", "", "", "needs its parts: text, municipality"),
        ("born", "2016-04-01", "", "", "lies in the future"),
        ("born", "30.4.1971", "", "", "is no date"),
        ("born", "1971-02-30", "", "", "is no date"),
        ("died", "1971-04-29", "", "", "before P-001 was born"),
        ("district", "Hordaland", "2016-01-01", "", "ended on 2016-01-01"),
        ("district", "Hordaland", "2014-01-01", "2016-01-31", "ended on 2016-01-01"),
        ("district", "Sør-Vest", "2014-01-01", "", "began on 2016-01-01"),
        ("district", "Hordaland", "", "", "ended on 2016-01-01"),
        ("identifier", {"kind": "phone"}, "", "", "needs its kind and its value"),
        ("name", "  ", "", "", "There is no text"),
        ("name", "x" * 2001, "", "", "There is no text, or too much of it"),
        ("category", "witness", "", "", "no category"),
        ("shoe size", "44", "", "", "Nothing is called"),
        ("same_as", True, "", "", "decided, not stated"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    desk: Desk, field: str, value: Any, first: str, last: str, said: str
) -> None:
    who = _add(desk, "Åse")
    _state(desk, who, "born", "1971-04-30")
    before = desk.sees(lambda reading: persons.history(reading, who))
    with pytest.raises(Refused, match=said):
        _state(desk, who, field, value, first, last)
    assert desk.sees(lambda reading: persons.history(reading, who)) == before


def test_a_birth_stated_late_is_held_against_what_stands(desk: Desk) -> None:
    who = _add(desk, "Åse")
    _state(desk, who, "address", {"text": "Storgata 2", "municipality": ""}, "1980-01-01")
    with pytest.raises(Refused, match="stated of P-001 since 1980-01-01, which is before 1981"):
        _state(desk, who, "born", "1981")
    _state(desk, who, "born", "1979-12")


def test_a_statement_needs_what_it_rests_on_and_a_category_its_source(desk: Desk) -> None:
    who = _add(desk)
    with pytest.raises(Refused, match="needs what it rests on"):
        _state(desk, who, "name", "Åse", basis=Basis())
    with pytest.raises(Refused, match="A category needs its source"):
        _state(desk, who, "category", "suspect", basis=WHY)


def test_withdrawn_and_followed_statements_stay_in_the_history(desk: Desk) -> None:
    who = _add(desk, "Åse Bjørnstad")
    first = _state(desk, who, "alias", "Løkk")
    second = _state(desk, who, "alias", "Åsløkk", corrects=first)
    end = desk.does(lambda act: persons.withdraw(act, second, reason="another player", actor="ola")).seq
    assert desk.sees(lambda reading: persons.person(reading, who)).of("alias") == []
    past = desk.sees(lambda reading: persons.history(reading, who))
    assert [(one.said.value, one.ended_by, one.withdrawn, one.actor, one.reason) for one in past] == [
        ("Åse Bjørnstad", None, False, "", ""),
        ("Løkk", second, False, ACTOR, TOLD.reason),
        ("Åsløkk", end, True, "ola", "another player"),
    ]
    with pytest.raises(NotFound):
        desk.does(lambda act: persons.withdraw(act, second, reason="again", actor=ACTOR))


def test_joined_persons_are_read_as_one_and_parting_them_loses_nothing(desk: Desk) -> None:
    for name in ("Åse Bjørnstad", "Å. Bjørnstad", "Å.B."):
        _add(desk, name)
    before = [_said(desk, one) for one in ("P-001", "P-003")]
    _join(desk, "P-003", "P-002")
    _join(desk, "P-001", "P-002")
    found = desk.sees(lambda reading: persons.person(reading, "P-003"))
    assert (found.record.name, [one.name for one in found.joined], len(found.said), len(found.decisions)) == (
        "P-001", ["P-001", "P-002", "P-003"], 3, 2,
    )  # fmt: skip
    (row,) = desk.sees(persons.every)
    assert row.joined == ("P-002", "P-003")
    desk.does(lambda act: joining.part(act, "P-002", "P-001", reason="two players", actor=ACTOR))
    desk.does(lambda act: joining.part(act, "P-002", "P-003", reason="two players", actor=ACTOR))
    after = [_said(desk, one) for one in ("P-001", "P-003")]
    assert after == before
    assert [row.joined for row in desk.sees(persons.every)] == [(), (), ()]
    with pytest.raises(NotFound):
        desk.does(lambda act: joining.part(act, "P-002", "P-003", reason="again", actor=ACTOR))


def test_joining_was_so_as_of_the_day(desk: Desk) -> None:
    _add(desk, "Åse"), _add(desk, "Å.")
    desk.at("2016-05-01T12:00:00Z")
    _join(desk, "P-001", "P-002")
    then = desk.sees(lambda reading: persons.every(reading, AsOf.then("2016-04-01")))
    assert [one.record.name for one in then] == ["P-001", "P-002"]
    now = desk.sees(lambda reading: persons.every(reading, AsOf.then("2016-05-01")))
    assert [one.record.name for one in now] == ["P-001"]
    assert desk.sees(lambda reading: persons.every(reading, AsOf.then("2016-02-01"))) == []


def test_nobody_is_joined_with_themselves_or_twice(desk: Desk) -> None:
    _add(desk, "Åse"), _add(desk, "Å.")
    with pytest.raises(Refused, match="P-001 was named twice"):
        _join(desk, "P-001", "p-001")
    _join(desk, "P-001", "P-002")
    with pytest.raises(Refused, match="joined already"):
        _join(desk, "P-002", "P-001")
    with pytest.raises(Refused, match="A reason is needed"):
        desk.does(lambda act: joining.join(act, "P-001", "P-002", actor=ACTOR, basis=Basis()))


def test_a_joining_against_a_decision_is_refused_and_the_decision_shown_also_through_a_chain(
    desk: Desk,
) -> None:
    for name in "ABCD":
        _add(desk, name)
    different = _apart(desk, "P-001", "P-004")
    with pytest.raises(
        Refused, match=f"entry {different} by {ACTOR} on 2016-03-01 says that P-001 and P-004 are"
    ):
        _join(desk, "P-004", "P-001")
    _join(desk, "P-001", "P-002")
    _join(desk, "P-003", "P-004")
    with pytest.raises(Refused, match=f"P-002 and P-003 cannot be joined: entry {different}"):
        _join(desk, "P-002", "P-003")
    desk.does(lambda act: persons.withdraw(act, different, reason="was wrong", actor=ACTOR))
    last = _join(desk, "P-002", "P-003")
    with pytest.raises(Refused, match=f"P-001 and P-004 are joined: .*entry {last}"):
        _apart(desk, "P-001", "P-004")


@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), max_size=12),
    st.randoms(use_true_random=False),
)
@settings(max_examples=60)
def test_classes_do_not_hang_on_the_order_of_decisions(pairs: list[tuple[int, int]], chance: Any) -> None:
    named = [(str(a), str(b)) for a, b in pairs]
    numbers = {str(n): n for n in range(1, 10)}
    one = grouped(named, numbers)
    chance.shuffle(named)
    assert grouped([pair[::-1] for pair in named], numbers) == one
    for a, b in named:
        assert one.one(a) == one.one(b) and b in one.of(a)
    for head, members in one.members.items():
        assert head == min(members, key=int) and all(one.of(member) == members for member in members)


def test_accounts_follow_through_decisions_and_belong_to_one_person(desk: Desk) -> None:
    who, other = _add(desk, "Åse"), _add(desk, "Bø")
    _state(desk, who, "account", True, target="a1-åse")
    decided = desk.at("2016-04-01T10:00:00Z").sees(
        lambda reading: identities.decide(
            reading.ledger, "a1-tog", "a1-åse", "same", reason="phone", source_grade="A", content_grade="1", seen=None,
            actor=ACTOR,
        )
    )  # fmt: skip
    assert desk.sees(lambda reading: persons.person(reading, who)).tenures == ("a1-tog", "a1-åse")
    then = desk.sees(lambda reading: persons.person(reading, who, AsOf.then("2016-03-31")))
    assert then.tenures == ("a1-åse",)
    with pytest.raises(Refused, match="This account is P-001's"):
        _state(desk, other, "account", True, target="a1-åse")
    with pytest.raises(Refused, match="stated of P-001 already"):
        _state(desk, who, "account", True, target="a1-åse")
    desk.sees(lambda reading: identities.withdraw(reading.ledger, decided.seq, reason="no", actor=ACTOR))
    assert desk.sees(lambda reading: persons.person(reading, who)).tenures == ("a1-åse",)


@given(st.integers(1, 9998), st.integers(1, 12))
def test_a_month_is_all_its_days(year: int, month: int) -> None:
    first, last = partial(f"{year:04}-{month:02}")
    assert (first.day, first.month, (last - first).days) == (1, month, last.day - 1) and last.day >= 28
    assert partial(f"{year:04}")[0].month == 1 and partial(f"{year:04}")[1].month == 12


def test_nothing_of_records_that_are_one_or_of_a_case_lies_before_birth(desk: Desk) -> None:
    young, old, third = (_add(desk, name) for name in ("Åse", "Å. B.", "Bo"))
    _state(desk, young, "born", "1990-05")
    _state(desk, old, "address", {"text": "Storgata 2", "municipality": "0502"}, "1989-12-31")
    with pytest.raises(Refused, match="stated of P-001 = P-002 since 1989-12-31, which is before 1990-05"):
        _join(desk, young, old)
    _join(desk, young, third)
    with pytest.raises(Refused, match=r"1990-04-30 lies before P-003 was born \(1990-05\)"):
        _state(desk, third, "alias", "Bobo", "1990-04-30")
    _state(desk, third, "alias", "Bobo", "1990-05-01")
    case = desk.does(
        lambda act: cases.open_case(act, actor=ACTOR, basis=TOLD, settings=CaseSettings(), number="1")
    ).name

    def role(first: str) -> None:
        desk.does(
            lambda act: cases.state(
                act, case, "role", "witness", target=third, actor=ACTOR, basis=TOLD, holds=period(first)
            )
        )

    with pytest.raises(Refused, match=r"1980-01-01 lies before P-003 was born \(1990-05\)"):
        role("1980-01-01")
    role("2001-01-01")
    with pytest.raises(Refused, match="stated of P-001 since 1990-05-01, which is before 2003"):
        _state(desk, young, "born", "2003")


def test_what_another_right_guards_is_not_taken_back_by_way_of_a_person(desk: Desk) -> None:
    child = desk.does(lambda act: victims.add(act, actor=ACTOR, name="V", basis=TOLD)).name
    (said,) = [
        one
        for one in desk.sees(lambda reading: records.statements(reading.ledger, type_="victim"))
        if one.field == "name"
    ]
    for undo in (persons.withdraw, cases.withdraw):
        with pytest.raises(NotFound, match=f"Entry {said.seq} states nothing that can be taken back here"):
            desk.does(lambda act, undo=undo: undo(act, said.seq, reason="r", actor=ACTOR))  # type: ignore[misc]
    assert child == "V-001"
