"""Whose a case becomes: what homes propose, what people decide, and transfers that wait for an answer."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safelight.casework import allocation, cases, persons
from safelight.casework.cases import Case
from safelight.casework.dates import Period, period
from safelight.casework.units import Unit
from safelight.errors import Refused
from safelight.ledger import records
from safelight.ledger.as_of import AsOf, begin_of
from safelight.ledger.ledger import Ledger, Writing
from safelight.ledger.records import Basis
from safelight.operation.folder import OperationFolder
from safelight.operation.settings import CaseSettings
from tests.casework.desk import ACTOR, TOLD, Desk

WHY = Basis(reason="moved there")


def _person(desk: Desk, name: str) -> None:
    desk.does(lambda act: persons.add(act, actor=ACTOR, basis=TOLD, name=name))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path)
    for name in ("Åse", "Bø", "Kai"):
        _person(made, name)
    made.does(
        lambda act: cases.open_case(
            act, actor=ACTOR, number="17", basis=TOLD, settings=CaseSettings(), opened=period("2016-01-03")
        )
    )
    return made


def _suspect(desk: Desk, who: str, municipality: str = "") -> None:
    if municipality:
        value = {"text": "Storgata 2", "municipality": municipality}
        desk.does(lambda act: persons.state(act, who, "address", value, actor=ACTOR, basis=TOLD))
    desk.does(lambda act: cases.state(act, "C-001", "role", "suspect", target=who, actor=ACTOR, basis=TOLD))


def _allocate(desk: Desk, to: str, since: str = "2016-01-04") -> int:
    return desk.does(
        lambda act: allocation.allocate(act, "C-001", to, actor=ACTOR, basis=WHY, since=begin_of(since))
    ).seq


def _transfer(desk: Desk, to: str, since: str = "2016-02-01", **more: Any) -> str:
    more = dict[str, Any](basis=WHY, since=begin_of(since)) | more
    return desk.does(lambda act: allocation.transfer(act, "C-001", to, actor=ACTOR, **more)).name


def _answer(desk: Desk, accepted: bool, since: str = "2016-02-10", by: str = "K. Lund, Oslo") -> int:
    return desk.does(
        lambda act: allocation.acknowledge(
            act, "C-001", actor=ACTOR, by=by, accepted=accepted, basis=Basis(), since=begin_of(since)
        )
    ).seq


def _case(desk: Desk, day: str = "2016-03-01") -> Case:
    return desk.sees(lambda reading: cases.case(reading, "C-001", AsOf.seen_today(day)))


def test_the_suspects_homes_propose_with_reasons_and_decide_nothing(desk: Desk) -> None:
    _suspect(desk, "P-001", "1201")
    _suspect(desk, "P-002", "0301")
    _suspect(desk, "P-003", "0623")
    found = _case(desk)
    assert [(one.unit.title, one.reasons) for one in allocation.propose(found)] == [
        ("Oslo", ("P-002 Bø lives in municipality 0301, which is in Oslo.",)),
        ("Sør-Øst", ("P-003 Kai lives in municipality 0623, which is in Sør-Øst.",)),
        ("Vest", ("P-001 Åse lives in municipality 1201, which is in Vest.",)),
    ]
    assert found.owner is None
    before = _case(desk, "2015-06-01")
    assert [one.unit.title for one in allocation.propose(before)] == ["Hordaland", "Oslo"]
    assert [one.person.name for one in allocation.unknown_homes(before)] == ["P-003"]


def test_a_case_is_allocated_once_and_then_transferred(desk: Desk) -> None:
    seq = _allocate(desk, "Vest")
    assert (_case(desk).owner, _case(desk, "2016-01-03").owner) == (Unit("district", "Vest"), None)
    with pytest.raises(Refused, match=f"C-001 is Vest's already, entry {seq}"):
        _allocate(desk, "Oslo")
    with pytest.raises(Refused, match="ended on 2016-01-01"):
        _transfer(desk, "Hordaland")


def test_a_transfer_moves_the_case_and_waits_for_its_answer(desk: Desk) -> None:
    _allocate(desk, "Vest")
    assert _transfer(desk, "Oslo") == "HO-001"
    assert [_case(desk, day).owner for day in ("2016-01-31", "2016-02-01")] == [
        Unit("district", "Vest"), Unit("district", "Oslo"),
    ]  # fmt: skip
    assert [_case(desk, day).text("status") for day in ("2016-01-31", "2016-02-01")] == [
        "opened",
        "transferred",
    ]
    with pytest.raises(Refused, match="C-001 was transferred already: HO-001 waits for Oslo"):
        _transfer(desk, "Agder", "2016-02-02")
    with pytest.raises(Refused, match="needs who gave it"):
        _answer(desk, True, by=" ")
    with pytest.raises(Refused, match="was transferred on 2016-02-01"):
        _answer(desk, True, "2016-01-31")
    _answer(desk, True)
    with pytest.raises(Refused, match="No transfer of C-001 waits"):
        _answer(desk, True)
    _transfer(desk, "SE:Polisen", "2016-02-20")
    id_ = _case(desk).record.id
    moved = desk.sees(lambda reading: allocation.transfers(reading, id_))
    assert [(one.record.name, one.recipient, one.accepted, one.by, one.reason) for one in moved] == [
        ("HO-002", "Polisen (SE)", None, "", "moved there"),
        ("HO-001", "Oslo", True, "K. Lund, Oslo", "moved there"),
    ]
    waits = allocation.waiting(moved)
    assert waits is not None and waits.record.name == "HO-002"
    then = desk.sees(lambda reading: allocation.transfers(reading, id_, AsOf.seen_today("2016-02-09")))
    assert [(one.record.name, one.accepted) for one in then] == [("HO-001", None)]


def test_a_returned_case_is_the_former_owners_again_in_its_former_state(desk: Desk) -> None:
    _allocate(desk, "Vest")
    desk.does(lambda act: cases.state(act, "C-001", "status", "detained", actor=ACTOR, basis=TOLD,
                                      holds=period("2016-01-20")))  # fmt: skip
    _transfer(desk, "Oslo")
    _answer(desk, False)
    assert [_case(desk, day).owner for day in ("2016-02-09", "2016-02-10")] == [
        Unit("district", "Oslo"), Unit("district", "Vest"),
    ]  # fmt: skip
    assert [_case(desk, day).text("status") for day in ("2016-01-25", "2016-02-09", "2016-02-10")] == [
        "detained", "transferred", "detained",
    ]  # fmt: skip
    _transfer(desk, "Agder", "2016-02-20")
    assert _case(desk).owner == Unit("district", "Agder")


@pytest.mark.parametrize(
    ("to", "since", "more", "said"),
    [
        ("Vest", "2016-02-01", {}, "C-001 is Vest's already"),
        ("Oslo", "2016-01-03", {}, "Vest owns C-001 since 2016-01-04"),
        ("Oslo", "2016-03-02", {}, "lies in the future"),
        ("Oslo", "2016-02-01", {"basis": Basis(source="letter")}, "A reason is needed"),
        ("Norge", "2016-02-01", {}, "no police district"),
    ],
)
def test_other_transfers_are_refused(
    desk: Desk, to: str, since: str, more: dict[str, Any], said: str
) -> None:
    _allocate(desk, "Vest")
    before = _case(desk)
    with pytest.raises(Refused, match=said):
        _transfer(desk, to, since, **more)
    assert _case(desk) == before


def test_nobodys_case_cannot_be_transferred(desk: Desk) -> None:
    with pytest.raises(Refused, match="Nobody owns C-001"):
        _transfer(desk, "Oslo")


def test_in_one_moment_a_case_is_opened_allocated_transferred_and_returned(desk: Desk) -> None:
    def all_at_once(act: Any) -> None:
        allocation.allocate(act, "C-001", "Vest", actor=ACTOR, basis=WHY)
        allocation.transfer(act, "C-001", "Oslo", actor=ACTOR, basis=WHY)
        allocation.acknowledge(act, "C-001", actor=ACTOR, by="Oslo", accepted=True, basis=WHY)

    desk.does(all_at_once)
    assert desk.sees(lambda reading: cases.case(reading, "C-001")).owner == Unit("district", "Oslo")


def _step(what: str, unit: str, since: int, act: Writing) -> None:
    if what == "transfer":
        allocation.transfer(act, "C-001", unit, actor=ACTOR, basis=WHY, since=since)
    elif what == "state":
        cases.state(act, "C-001", "owner", unit, actor=ACTOR, basis=WHY, holds=Period(since))
    else:
        allocation.acknowledge(
            act, "C-001", actor=ACTOR, by="x", accepted=what == "accept", basis=WHY, since=since
        )


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["transfer", "accept", "return", "state"]),
            st.sampled_from(["Vest", "Oslo", "SE", "Kripos"]),
            st.integers(2, 28),
        ),
        min_size=2,
        max_size=7,
    )
)
@settings(max_examples=8, deadline=None)
def test_whatever_is_done_one_unit_owns_a_case_at_a_time(steps: list[tuple[str, str, int]]) -> None:
    moment = begin_of("2016-03-01")
    with tempfile.TemporaryDirectory() as place:
        folder = OperationFolder(Path(place) / "operation")
        folder.make()
        with Ledger.create(
            folder, name="Vårsol", actor=ACTOR, synthetic=True, clock=lambda: moment
        ) as ledger:
            with ledger.writing() as act:
                cases.open_case(
                    act,
                    actor=ACTOR,
                    number="17",
                    basis=TOLD,
                    settings=CaseSettings(),
                    opened=period("2016-01-01"),
                )
                allocation.allocate(
                    act, "C-001", "Agder", actor=ACTOR, basis=WHY, since=begin_of("2016-01-01")
                )
            for what, unit, day in steps:
                with suppress(Refused), ledger.writing() as act:
                    _step(what, unit, begin_of(f"2016-02-{day:02}"), act)
            for day in range(1, 29):
                as_of = AsOf.seen_today(f"2016-02-{day:02}")
                owners = records.statements(ledger, type_="case", field="owner", as_of=as_of)
                assert len(owners) == 1, (day, owners)
