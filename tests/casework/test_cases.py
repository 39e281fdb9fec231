"""Cases: numbers, roles and standings, one owner at any time, deadlines, and how those who worked on one hear of its end."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelight.casework import case_numbers, cases, endings, joining, persons
from safelight.casework.cases import Case
from safelight.casework.dates import period
from safelight.casework.units import Unit
from safelight.errors import BadInput, NotFound, Refused
from safelight.ledger import exhibits
from safelight.ledger.as_of import AsOf
from safelight.ledger.records import Basis
from safelight.operation.settings import CaseSettings
from tests.casework.desk import ACTOR, TOLD, Desk

TEMPLATE = CaseSettings("{year}-{unit}-{n:04}", "0142")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path)
    made.does(lambda act: persons.add(act, actor=ACTOR, basis=TOLD, name="Åse"))
    made.does(lambda act: persons.add(act, actor=ACTOR, basis=TOLD, name="Bø"))
    return made


def _open(desk: Desk, number: str = "2016-0142-17", **more: Any) -> str:
    more = dict[str, Any](settings=CaseSettings(), basis=TOLD, opened=period("2016-01-03")) | more
    return desk.does(lambda act: cases.open_case(act, actor=ACTOR, number=number, **more)).name


def _state(desk: Desk, field: str, value: Any, first: str = "", last: str = "", **more: Any) -> int:
    more.setdefault("basis", TOLD)
    return desk.does(
        lambda act: cases.state(act, "C-001", field, value, actor=ACTOR, holds=period(first, last), **more)
    ).seq


def _case(desk: Desk, as_of: AsOf = AsOf()) -> Case:  # noqa: B008  the present
    return desk.sees(lambda reading: cases.case(reading, "C-001", as_of))


def test_a_case_tells_who_is_what_in_it_and_since_when(desk: Desk) -> None:
    _open(desk, title="The clock of the chess club", kind="fraud")
    key = desk.sees(
        lambda reading: exhibits.add(
            reading.ledger, number="2016-0142-A1", label="Laptop", seized=date(2016, 1, 12), legal_basis="decision 17/2016",
            officer="K. Berg", actor=ACTOR,
        )
    ).key  # fmt: skip
    _state(desk, "role", "suspect", target="P-001")
    _state(desk, "role", "witness", target="P-002")
    _state(desk, "standing", "suspected", "2016-01-03", target="P-001")
    _state(desk, "standing", "charged", "2016-01-20", target="P-001")
    _state(desk, "status", "detained", "2016-01-20")
    _state(desk, "provision", {"code": "2005", "section": "371 b", "version": "2015-10-01"})
    _state(desk, "provision", "1902 § 270")
    _state(desk, "prosecutor", "N. Hauge")
    _state(desk, "exhibit", "2016-0142-A1")
    found = _case(desk)
    assert [(one.person.name, one.name, one.role, one.rung) for one in found.roles] == [
        ("P-001", "Åse", "suspect", "charged"),
        ("P-002", "Bø", "witness", ""),
    ]
    assert [(one.title, one.heading) for one, _said in found.provisions] == [
        ("strl. 2005 § 371 b (2015-10-01)", ""), ("strl. 1902 § 270", ""),
    ]  # fmt: skip
    assert [(number, said.target) for number, said in found.exhibits] == [("2016-0142-A1", key)]
    assert [found.text(field) for field in ("number", "title", "kind", "status", "prosecutor")] == [
        "2016-0142-17", "The clock of the chess club", "fraud", "detained", "N. Hauge",
    ]  # fmt: skip
    then = _case(desk, AsOf.seen_today("2016-01-10"))
    assert (then.text("status"), then.roles[0].rung) == ("opened", "suspected")
    (role,) = desk.sees(lambda reading: cases.of_person(reading, [then.roles[0].person.id]))
    assert (role.case, role.number, role.role, role.standing, role.status, role.owner) == (
        "C-001", "2016-0142-17", "suspect", "charged", "detained", None,
    )  # fmt: skip


def test_joined_persons_have_one_role_and_one_standing(desk: Desk) -> None:
    _open(desk)
    _state(desk, "role", "suspect", target="P-001")
    _state(desk, "role", "suspect", target="P-002")
    desk.does(lambda act: joining.join(act, "P-001", "P-002", actor=ACTOR, basis=Basis(reason="same")))
    _state(desk, "standing", "charged", target="P-002")
    assert [(one.person.name, one.rung) for one in _case(desk).roles] == [("P-001", "charged")]


@pytest.mark.parametrize(
    ("field", "value", "first", "more", "said"),
    [
        ("status", "transferred", "", {}, "A case is transferred to a unit"),
        ("status", "won", "", {}, "no status"),
        ("status", "judged", "2016-01-02", {}, "C-001 was opened on 2016-01-03"),
        ("status", "judged", "2016-03-02", {}, "lies in the future"),
        ("owner", "Oslo", "2016-02-01", {}, "has an owner then: Vest, entry"),
        ("owner", "Oslo", "", {}, "Two units never own a case at once"),
        ("owner", "Hordaland", "2016-01-01", {}, "has an owner then"),
        ("role", "suspect", "", {"target": "P-001"}, "has this role already"),
        ("role", "owner", "", {"target": "P-002"}, "no role"),
        ("standing", "charged", "", {"target": "P-002"}, "P-002 is no suspect in C-001"),
        ("provision", "the code", "", {}, "names no provision"),
        ("provision", "1814 § 1", "", {}, "names no provision"),
        (
            "provision",
            {"code": "1902", "section": "1", "version": "2015-10-01"},
            "",
            {},
            "was not in force on 2015-10",
        ),
        (
            "provision",
            {"code": "2005", "section": "1", "version": "2015-09-30"},
            "",
            {},
            "was not in force on 2015-09",
        ),
        ("deadline", "coffee=2016-04-01", "", {}, "no kind of deadline"),
        ("number", "2016-0142-18", "", {}, "There is a case 2016-0142-18 already, C-002"),
        ("title", "", "", {}, "There is no text"),
        ("different_from", True, "", {"target": "C-002"}, "Cases are not joined"),
        ("prosecutor", "N. Hauge", "", {"basis": Basis()}, "needs what it rests on"),
    ],
)
def test_what_cannot_be_is_refused(
    desk: Desk, field: str, value: Any, first: str, more: dict[str, Any], said: str
) -> None:
    _open(desk)
    _open(desk, "2016-0142-18")
    _state(desk, "owner", "Vest", "2016-01-03")
    _state(desk, "role", "suspect", target="P-001")
    before = _case(desk)
    with pytest.raises(Refused, match=said):
        _state(desk, field, value, first, **more)
    assert _case(desk) == before


def test_bad_days_and_exhibits_that_are_not_there(desk: Desk) -> None:
    _open(desk)
    with pytest.raises(BadInput):
        _state(desk, "deadline", "detention=soon")
    with pytest.raises(NotFound, match="There is no exhibit 99"):
        _state(desk, "exhibit", "99")
    with pytest.raises(NotFound):
        desk.sees(lambda reading: cases.case(reading, "C-009"))
    with pytest.raises(Refused, match="P-001 is no case"):
        desk.sees(lambda reading: cases.case(reading, "P-001"))


def test_owners_may_follow_each_other_in_late_history(desk: Desk) -> None:
    _open(desk, opened=period("2014-01-01"))
    _state(desk, "owner", "Hordaland", "2014-01-01", "2015-12-31")
    _state(desk, "owner", "Vest", "2016-01-01")
    assert _case(desk).owner == Unit("district", "Vest")
    assert _case(desk, AsOf.seen_today("2015-12-31")).owner == Unit("district", "Hordaland")
    assert _case(desk, AsOf.seen_today("2013-12-31")).owner is None
    (row,) = desk.sees(cases.every)
    assert (row.number, row.status, row.owner, row.suspects) == (
        "2016-0142-17", "opened", Unit("district", "Vest"), 0,
    )  # fmt: skip


def test_deadlines_warn_when_they_are_near_or_past_and_end_with_the_case(desk: Desk) -> None:
    _open(desk)
    for kind, day in (("limitation", "2026-01-01"), ("detention", "2016-02-29"), ("review", "2016-03-15")):
        _state(desk, "deadline", f"{kind}={day}")
    found = _case(desk, AsOf.seen_today("2016-03-01"))
    assert [(one.kind, one.days, one.level) for one in found.deadlines] == [
        ("detention", -1, "past"), ("review", 14, "near"), ("limitation", 3593, "later"),
    ]  # fmt: skip
    assert _case(desk, AsOf.seen_today("2016-02-29")).deadlines[0].level == "near"
    desk.does(lambda act: cases.withdraw(act, found.deadlines[0].said.seq, reason="released", actor=ACTOR))
    assert [one.kind for one in _case(desk).deadlines] == ["review", "limitation"]
    _state(desk, "status", "closed", "2016-02-01")
    assert _case(desk).deadlines == ()


def test_numbers_follow_the_units_template(desk: Desk) -> None:
    assert [_open(desk, "", settings=TEMPLATE) for _n in range(2)] == ["C-001", "C-002"]
    _open(desk, "2016-0142-0117", settings=TEMPLATE)
    _open(desk, "", settings=TEMPLATE)
    _open(desk, "", settings=TEMPLATE, opened=period("2015-01-03"))
    assert [one.number for one in desk.sees(cases.every)] == [
        "2016-0142-0001", "2016-0142-0002", "2016-0142-0117", "2016-0142-0118", "2015-0142-0001",
    ]  # fmt: skip
    with pytest.raises(Refused, match="There is a case 2016-0142-0001 already, C-001"):
        _open(desk, "2016-0142-0001", settings=TEMPLATE)
    with pytest.raises(Refused, match="is no case number of this unit"):
        _open(desk, "17/2016", settings=TEMPLATE)
    with pytest.raises(Refused, match="A case needs its number"):
        _open(desk, "", settings=CaseSettings())


def test_numbers_follow_a_regular_expression() -> None:
    assert case_numbers.checked(" 17/2016 ", r"\d+/\d{4}", "") == "17/2016"
    with pytest.raises(Refused):
        case_numbers.checked("17-2016", r"\d+/\d{4}", "")
    with pytest.raises(BadInput):
        case_numbers.checked("17", r"(", "")
    with pytest.raises(BadInput):
        case_numbers.checked("17", "{n}{district}", "")


@given(st.sets(st.integers(1, 10**6), max_size=5), st.integers(1990, 2100))
def test_the_next_number_is_new_and_fits(used: set[int], year: int) -> None:
    there = [TEMPLATE.number_pattern.format(year=year, unit="0142", n=n) for n in used]
    made = case_numbers.following(there, TEMPLATE.number_pattern, "0142", year)
    assert made not in there
    assert case_numbers.checked(made, TEMPLATE.number_pattern, "0142") == made


def test_who_worked_on_a_case_and_asked_hears_how_it_ended(desk: Desk) -> None:
    _open(desk, title="The clock")
    _state(desk, "role", "suspect", target="P-001")
    _state(desk, "standing", "charged", target="P-001")
    desk.does(lambda act: endings.follow(act, "C-001", who="berg"))
    assert desk.sees(lambda reading: endings.endings(reading, "berg")) == []
    _state(desk, "standing", "convicted", target="P-001")
    _state(desk, "status", "judged", "2016-02-20", basis=Basis(reason="fined, and the clock is back"))
    (found,) = desk.sees(lambda reading: endings.endings(reading, "berg"))
    assert (found.case, found.number, found.title, found.status, found.reason, dict(found.standings)) == (
        "C-001", "2016-0142-17", "The clock", "judged", "fined, and the clock is back", {"convicted": 1},
    )  # fmt: skip
    assert desk.sees(lambda reading: endings.endings(reading, "ola")) == []
