"""Records and statements: what was known then, what was true then, and that nothing is ever rewritten."""

from __future__ import annotations

from typing import Any

import pytest

from safelight.errors import BadInput, NotFound, Refused
from safelight.ledger import records, rights
from safelight.ledger.as_of import AsOf, begin_of, end_of
from safelight.ledger.erase import erase
from safelight.ledger.ledger import Ledger
from safelight.ledger.records import Basis
from safelight.ledger.set_clock import clock_for
from safelight.ledger.verify import verify
from tests.ledger.conftest import ACTOR

KNOWN = Basis("fact", "yes", "A", "1", "population register")


def _values(ledger: Ledger, field: str, as_of: AsOf | None = None) -> list[Any]:
    return [one.value for one in records.statements(ledger, field=field, as_of=as_of or AsOf())]


def test_a_record_is_named_by_its_number_and_says_what_was_stated(anywhere: Ledger) -> None:
    with anywhere.writing() as act:
        first = records.make(act, "person", actor=ACTOR)
        second = records.make(act, "person", actor=ACTOR)
        records.state(act, first.name, "name", "Åse Bjørnstad", actor=ACTOR, basis=KNOWN)
        records.state(act, second.id, "relation", "sister", target="P-001", actor=ACTOR)
    assert (first.name, second.name) == ("P-001", "P-002")
    assert records.find(anywhere, "p-002") == second
    (said,) = records.statements(anywhere, record=first.id)
    assert (said.field, said.value, said.basis, said.actor) == ("name", "Åse Bjørnstad", KNOWN, ACTOR)
    (tie,) = records.statements(anywhere, type_="person", field="relation")
    assert (tie.record, tie.target) == (second.id, first.id)
    assert verify(anywhere).ok


def test_a_correction_changes_what_was_true_and_never_what_was_known(place: Any) -> None:
    days = iter(begin_of(f"2016-0{month}-01") for month in (1, 1, 2, 3))
    moment = {"now": next(days)}
    with Ledger.create(
        place, name="Then", actor=ACTOR, synthetic=True, clock=lambda: moment["now"]
    ) as ledger:
        with ledger.writing() as act:
            person = records.make(act, "person", actor=ACTOR)
            told = records.state(
                act, person.id, "district", "Agder", actor=ACTOR, valid_from=begin_of("2014-01-01")
            )
        moment["now"] = begin_of("2016-03-01")
        with ledger.writing() as act:
            records.state(
                act, person.id, "district", "Sør-Vest", actor=ACTOR, valid_from=begin_of("2014-01-01"),
                corrects=told.seq,
            )  # fmt: skip
        assert _values(ledger, "district", AsOf.then("2016-02-01")) == ["Agder"]
        assert _values(ledger, "district", AsOf.seen_today("2016-02-01")) == ["Sør-Vest"]
        assert _values(ledger, "district", AsOf.seen_today("2013-12-31")) == []
        assert _values(ledger, "district") == ["Sør-Vest"]
        assert verify(ledger).ok


def test_a_day_ends_at_midnight_in_oslo() -> None:
    assert end_of("2016-11-20") + 1 == begin_of("2016-11-21") == 1_479_682_800_000_000
    assert end_of("2016-07-01") + 1 == 1_467_410_400_000_000
    with pytest.raises(BadInput):
        end_of("20. november")


def test_of_a_single_field_what_began_last_counts(anywhere: Ledger) -> None:
    with anywhere.writing() as act:
        person = records.make(act, "person", actor=ACTOR)
        for district, day in (("Vest", "2015-01-01"), ("Oslo", "2010-01-01")):
            records.state(act, person.id, "district", district, actor=ACTOR, valid_from=begin_of(day))
    found = records.newest(records.statements(anywhere, field="district"))
    assert found and found.value == "Vest"
    found = records.newest(
        records.statements(anywhere, field="district", as_of=AsOf.seen_today("2014-05-01"))
    )
    assert found and found.value == "Oslo"


def test_what_is_withdrawn_stays_in_the_history(anywhere: Ledger) -> None:
    with anywhere.writing() as act:
        person = records.make(act, "person", actor=ACTOR)
        other = records.make(act, "person", actor=ACTOR)
        joined = records.state(act, person.id, "same_as", True, target=other.id, actor=ACTOR)
        records.withdraw(act, joined.seq, reason="brothers", actor=ACTOR)
    assert records.statements(anywhere, field="same_as") == []
    (past,) = records.statements(anywhere, field="same_as", as_of=None)
    assert past.superseded_at is not None
    with pytest.raises(NotFound), anywhere.writing() as act:
        records.withdraw(act, joined.seq, reason="again", actor=ACTOR)


@pytest.mark.parametrize(
    ("field", "value", "target"),
    [
        ("category", "witness", None),
        ("shoe size", 44, None),
        ("relation", "itself", "P-001"),
        ("relation", "nobody", None),
        ("name", "Kari", "P-001"),
        ("relation", "a case", "C-001"),
    ],
)
def test_what_the_vocabulary_does_not_allow_is_refused(
    anywhere: Ledger, field: str, value: Any, target: str | None
) -> None:
    with anywhere.writing() as act:
        records.make(act, "person", actor=ACTOR)
        records.make(act, "case", actor=ACTOR)
    before = anywhere.head()
    with pytest.raises(Refused), anywhere.writing() as act:
        records.state(act, "P-001", field, value, target=target, actor=ACTOR)
    assert anywhere.head() == before


def test_an_erased_statement_takes_its_fact_with_it(anywhere: Ledger) -> None:
    with anywhere.writing() as act:
        person = records.make(act, "person", actor=ACTOR)
        said = records.state(act, person.id, "name", "Kari Nordmann", actor=ACTOR)
    erase(
        anywhere,
        [said.seq],
        actor=ACTOR,
        purpose="review",
        authorisation="decision 4/2017",
        reason="not needed",
    )
    assert records.statements(anywhere, record=person.id, as_of=None) == []
    assert verify(anywhere).ok


def test_a_right_is_everybodys_until_it_is_granted(anywhere: Ledger) -> None:
    assert rights.holds(anywhere, "kari", "victims")
    rights.grant(anywhere, "kari", "victims", reason="victim identification", actor=ACTOR)
    assert rights.holds(anywhere, "kari", "victims") and not rights.holds(anywhere, "ola", "victims")
    rights.withdraw(anywhere, "kari", "victims", reason="left", actor=ACTOR)
    assert not rights.holds(anywhere, "kari", "victims")
    with pytest.raises(Refused):
        rights.withdraw(anywhere, "kari", "victims", reason="left", actor=ACTOR)
    with pytest.raises(Refused):
        rights.grant(anywhere, "kari", "everything", reason="why not", actor=ACTOR)


def test_only_a_synthetic_operation_lets_its_clock_be_set(
    monkeypatch: pytest.MonkeyPatch, place: Any
) -> None:
    monkeypatch.setenv("SAFELIGHT_CLOCK", "2016-11-20T09:00:00Z")
    with pytest.raises(Refused, match="not synthetic"):
        clock_for(False)
    with Ledger.create(place, name="Replay", actor=ACTOR, synthetic=True) as ledger:
        assert ledger.entry(1).recorded_at // 60_000_000 == 1_479_632_400 // 60
    monkeypatch.setenv("SAFELIGHT_CLOCK", "2016-11-20T09:00:00")
    with pytest.raises(BadInput, match="no zone"):
        Ledger.open(place)
