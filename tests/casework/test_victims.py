"""The register of victims through the door: what is stated and decided, who is urgent and why, and who may look."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from safelight.access.door import Door
from safelight.casework import victims
from safelight.casework.victim_register import Register, opened
from safelight.casework.victim_values import meant
from safelight.errors import BadInput, NotFound, Refused
from safelight.ledger import rights
from safelight.ledger.as_of import AsOf
from safelight.ledger.entry import Entry
from safelight.ledger.records import Basis
from safelight.operation.folder import OperationFolder
from safelight.operation.settings import UrgencySettings
from tests.access.built import ACTOR, build

RULE = UrgencySettings()
NOON = "2017-05-30T12:00:00Z"
WHY = Basis("assessment", "no", "B", "2", "statement of a coach", "two clubs, two towns")


class Case:
    """A register that a test writes in. Each act is a consultation and a transaction of its own."""

    def __init__(self, folder: OperationFolder) -> None:
        self.folder = folder

    @contextmanager
    def look(self, who: str = ACTOR) -> Iterator[Register]:
        with Door(self.folder, who=who, purpose="test") as door, door.consult("victims") as look:
            yield opened(look.reading, who)

    def add(self, name: str = "") -> str:
        with Door(self.folder, who=ACTOR, purpose="test") as door, door.consult("add") as look, (
            look.reading.ledger.writing()
        ) as act:  # fmt: skip
            return victims.add(act, actor=ACTOR, name=name).name

    def state(self, child: str, field: str, text: str, begin: str = "", end: str = "", **more: Any) -> Entry:
        with Door(self.folder, who=ACTOR, purpose="test") as door, door.consult("state") as look, (
            look.reading.ledger.writing()
        ) as act:  # fmt: skip
            value, target = meant(look.reading, act, field, text, begin=begin, end=end, actor=ACTOR)
            return victims.state(act, child, field, value, target=target, actor=ACTOR, **more)

    def decide(self, verb: Any, a: str, b: str, basis: Basis = WHY) -> Entry:
        with Door(self.folder, who=ACTOR, purpose="test") as door, door.consult("decide") as look, (
            look.reading.ledger.writing()
        ) as act:  # fmt: skip
            made: Entry = verb(act, a, b, actor=ACTOR, basis=basis)
            return made

    def undo(self, entry: Entry) -> None:
        with Door(self.folder, who=ACTOR, purpose="test") as door, door.consult("undo") as look, (
            look.reading.ledger.writing()
        ) as act:  # fmt: skip
            victims.undo(act, entry.seq, reason="entered for the wrong child", actor=ACTOR)

    def at_least(self) -> int:
        with self.look() as register:
            return register.at_least().number


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Case:
    monkeypatch.setenv("SAFELIGHT_CLOCK", NOON)
    return Case(build(tmp_path, more=-1).folder)


def test_the_most_urgent_come_first_each_with_its_reasons(case: Case) -> None:
    names = [case.add() for _n in range(6)]
    plain, chatted, travels, made, safe, old = names
    case.state(chatted, "contact", "2017-05-29T20:00+02:00", basis=Basis(source="entry 3"))
    case.state(travels, "planned", "travel", "2017-06-05", "2017-06-12")
    case.state(travels, "access", "stated")
    case.state(made, "material", "2017-05-21")
    case.state(safe, "contact", "2017-05-29")
    case.state(safe, "status", "safe")
    case.state(old, "contact", "2017-04-20")
    with case.look() as register:
        found = register.listed(RULE)
    rows = {one.name: one for one in found.children}
    assert [one.name for one in found.children] == [travels, chatted, made, old, safe, plain]
    assert [(r.field, r.kind, r.said, r.urgent) for r in rows[travels].urgency.reasons] == [
        ("planned", "travel", "2017-06-05 – 2017-06-12", True),
        ("access", "stated", "", False),
    ]
    assert (rows[safe].urgency.bucket, rows[safe].status, rows[safe].status_by) == ("other", "safe", ACTOR)
    assert found.facets["urgency"] == {"urgent": 3, "contact": 1, "other": 2}
    with case.look() as register:
        (reason,) = register.child(chatted, RULE).child.urgency.reasons
        (said,) = [one for one in register.child(chatted, RULE).facts if one.field == "contact"]
    assert (reason.seq, said.basis.source) == (said.seq, "entry 3")


def test_a_sign_after_the_child_was_safe_counts_again(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    child = case.add()
    case.state(child, "contact", "2017-05-29")
    case.state(child, "status", "safe")
    monkeypatch.setenv("SAFELIGHT_CLOCK", "2017-06-20T12:00:00Z")
    case.state(child, "contact", "2017-06-19")
    with case.look() as register:
        assert [one.name for one in register.urgent(RULE)] == [child]


def test_the_rule_is_the_units_own(case: Case) -> None:
    child = case.add()
    case.state(child, "contact", "2017-05-25")
    with case.look() as register:
        assert not register.urgent(RULE)
        (found,) = register.urgent(UrgencySettings(contact_hours=24 * 7))
    assert found.name == child


def test_joined_records_are_one_row_and_count_once(case: Case) -> None:
    one, two, three = case.add("Kim Lie"), case.add("Ola Vik"), case.add()
    assert case.at_least() == 2
    case.decide(victims.different, three, one)
    case.decide(victims.different, three, two)
    assert case.at_least() == 3
    joined = case.decide(victims.same, one, two)
    assert case.at_least() == 2
    with case.look() as register:
        row = register.child(two, RULE)
    assert (row.child.name, row.child.also) == (one, (two,))
    assert [one.name for one in row.decisions] == [three, three, two]
    case.undo(joined)
    assert case.at_least() == 3


def test_what_was_decided_is_refused_with_that_decision(case: Case) -> None:
    one, two, three = (case.add() for _n in range(3))
    apart = case.decide(victims.different, one, three)
    joined = case.decide(victims.same, one, two)
    with pytest.raises(Refused, match=f"Entry {apart.seq} says that {one} and {three} are two children"):
        case.decide(victims.same, two, three)  # through a chain
    with pytest.raises(Refused, match=f"joined into one child by entry {joined.seq}"):
        case.decide(victims.different, one, two)
    with pytest.raises(Refused, match="one record, not two"):
        case.decide(victims.same, one, one)
    with pytest.raises(Refused, match="one child already"):
        case.decide(victims.same, two, one)
    with pytest.raises(Refused, match="says so already"):
        case.decide(victims.different, three, one)
    with pytest.raises(Refused, match="needs its reason"):
        case.decide(victims.different, two, three, Basis())


def test_wrong_days_are_refused(case: Case) -> None:
    child = case.add()
    with pytest.raises(BadInput, match="future"):
        case.state(child, "contact", "2017-06-01")
    with pytest.raises(Refused, match="not born yet"):
        case.state(child, "born", "2017-06-01")
    with pytest.raises(BadInput, match="ends before"):
        case.state(child, "planned", "travel", "2017-06-12", "2017-06-05")
    case.state(child, "born", "2007-03-01")
    with pytest.raises(Refused, match="was born on 2007-03-01"):
        case.state(child, "material", "2006-12-24")
    with pytest.raises(Refused, match="lies in the future"):
        case.state(child, "status", "safe", valid_from=1_500_000_000_000_000)


def test_links_lead_to_what_is_there(case: Case) -> None:
    child = case.add()
    case.state(child, "series", "Blue room")
    case.state(case.add(), "series", "Blue room")
    with pytest.raises(NotFound):
        case.state(child, "suspect", "P-001")
    with pytest.raises(NotFound):
        case.state(child, "account", "nobody")
    with case.look() as register:
        rows = register.listed(RULE).children
        (link,) = register.child(child, RULE).links
    assert [one.links["series"] for one in rows] == [1, 1]
    assert (link.name, rows[0].known_from) == ("S-001", "media")


def test_as_of_reads_the_register_as_it_was(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    child = case.add()
    monkeypatch.setenv("SAFELIGHT_CLOCK", "2017-07-01T12:00:00Z")
    case.state(child, "status", "located")
    case.add()
    with case.look() as register:
        then = register.listed(RULE, AsOf.then("2017-06-01"))
        now = register.listed(RULE)
        with pytest.raises(NotFound, match="no child V-002 yet"):
            register.child("V-002", RULE, AsOf.then("2017-06-01"))
    assert [one.status for one in then.children] == ["unidentified"]
    assert sorted(one.status for one in now.children) == ["located", "unidentified"]


def test_without_the_right_there_is_no_register(case: Case) -> None:
    child = case.add()
    with Door(case.folder, who=ACTOR, purpose="test") as door, door.consult("right") as look:
        rights.grant(look.reading.ledger, ACTOR, rights.VICTIMS, reason="coordinator", actor=ACTOR)
    with pytest.raises(NotFound, match="no such page"), case.look("somebody else"):
        pass
    with case.look() as register:
        assert register.child(child, RULE).child.name == child
