"""The disclosure ledger: what went to whom on which ground, what was withheld, and who must be told of later decisions."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from safelight.casework.handover import corrections, disclosures, make, register
from safelight.errors import NotFound, Refused
from safelight.ledger import audit, clocks, identities, records, rights
from safelight.ledger.as_of import AsOf
from tests.access.acts import ASE, DIRECT, KAISSA, TOG, us
from tests.casework.handover.cases import MAKER, SECOND, Case


def test_each_receiver_stands_in_the_audit_before_the_package_is_there(given: tuple[Case, Path]) -> None:
    case, _root = given
    with case.ledger() as ledger:
        entry = next(
            one for one in audit.log(ledger, verbs=["disclosure"]) if one.subjects[1:] == (case.case.id,)
        )
        assert (entry.actor, entry.purpose, entry.authorisation) == (
            MAKER,
            "handover of C-001",
            "politiregisterloven",
        )
        handover = register.find(ledger, "HO-001")
        assert ledger.payload(entry.seq) == {
            "recipient": "Øst",
            "what": {"act": "handover", "number": "HO-001", "manifest": handover.packed["manifest"]},
        }
        assert (handover.status, handover.case, handover.audience, handover.maker) == (
            "given",
            "C-001",
            "partner",
            MAKER,
        )
        assert [(one["count"], one["what"]) for one in handover.withheld] == [
            (1, "statements that point at somebody else"),
            (1, "statements that name third parties"),
            (2, "items"),
        ]
        assert {(one.value["what"], one.value["number"]) for one in handover.gave} == {
            ("case", "C-001"), ("person", "P-001"), ("person", "P-002"), ("victim", "V-001"), ("account", "åse"),
            ("account", "bø"), ("account", "kaissa"), ("exhibit", "2016-0142-A1"), ("exhibit", "2016-0142-B3"),
        }  # fmt: skip


def test_a_later_decision_that_touches_it_lists_the_receiver_and_makes_the_correction(
    case: Case, tmp_path: Path
) -> None:
    case.made(tmp_path / "first.tar")
    with case.ledger() as ledger:
        assert corrections.touched(ledger, register.find(ledger, "HO-001")) == []
        with (
            case.door() as door,
            pytest.raises(Refused, match="Nothing that HO-001 gave has been decided otherwise"),
        ):
            make.correct(door, "HO-001")
        with ledger.writing() as act:
            now = records.state(
                act, case.ase.id, "district", "Øst", actor=SECOND, corrects=case.names["district now"]
            )
            gone = records.withdraw(act, case.names["bo account"], reason="another Bø", actor=SECOND)
            category = records.state(act, case.bo.id, "category", "suspect", actor=SECOND)
            records.state(act, case.ase.id, "alias", "tårn", actor=SECOND)  # adds, and makes nothing wrong
        undone = identities.decide(
            ledger, ASE, KAISSA, "different", reason="met both", source_grade="A", content_grade="1", seen=None, actor=SECOND
        )  # fmt: skip
        clock = clocks.correct(ledger, case.built.exhibits[0].key, 3600, reason="an hour slow", actor=SECOND)
    with case.door() as door, door.consult("handovers") as look:
        (one,) = disclosures.listed(look.reading, MAKER)
        assert one.to_correct
        assert [(each.seq, each.about, each.field, each.given, each.now) for each in one.touched] == [
            (now.seq, "P-001", "district", "Sør-Vest", "Øst"),
            (gone.seq, "P-002", "account", identities.account_of(case_account(case)), ""),
            (category.seq, "P-002", "category", "other", "suspect"),
            (undone.seq, ", ".join(sorted(("åse", "kaissa"), key=lambda name: {"åse": ASE, "kaissa": KAISSA}[name])),
             "identity.decided", "", "different"),
            (clock.seq, "2016-0142-A1", "clock.decided", "", "3600"),
        ]  # fmt: skip
        assert disclosures.one(look.reading, "HO-001", MAKER, AsOf(known=now.recorded_at - 1)).touched == ()
    with case.door() as door:
        number = make.correct(door, "HO-001").name
        make.make(door, number, tmp_path / "second", folder=True)
    told = json.loads((tmp_path / "second/data/case/corrections.json").read_bytes())
    assert told["corrects"] == "HO-001"
    assert [each["seq"] for each in told["touched"]] == [
        now.seq,
        gone.seq,
        category.seq,
        undone.seq,
        clock.seq,
    ]
    with case.door() as door, door.consult("handovers") as look:
        second, first = disclosures.listed(look.reading, MAKER)
        assert (second.handover.kind, second.handover.corrects) == ("correction", "HO-001")
        assert (first.handover.corrected_by, first.to_correct, len(first.touched)) == (("HO-002",), False, 5)


def case_account(case: Case) -> str:
    with case.ledger() as ledger:
        return next(
            one.target or "" for one in records.statements(ledger, record=case.bo.id, as_of=None) if one.field == "account"
        )  # fmt: skip


def test_an_acknowledgement_closes_it_once(case: Case, tmp_path: Path) -> None:
    with case.door() as door:
        number = make.prepare(door, case.choice()).name
        with pytest.raises(Refused, match="was not given yet"):
            make.acknowledge(door, number, "K. Lien")
        make.make(door, number, tmp_path / "p")
        with pytest.raises(Refused, match="names who gave it"):
            make.acknowledge(door, number, " ")
        make.acknowledge(door, number, "K. Lien", "seal unbroken")
        with pytest.raises(Refused, match="is acknowledged already"):
            make.acknowledge(door, number, "K. Lien")
    with case.ledger() as ledger:
        found = register.find(ledger, number)
        assert found.acknowledged is not None
        assert (found.status, found.acknowledged["by"]) == ("acknowledged", "K. Lien")


def test_what_a_handover_needs(case: Case) -> None:
    from safelight.casework.handover.contents import Recipient

    with case.door() as door:
        for more, told in (
            ({"recipients": ()}, "names who receives it"),
            ({"recipients": (Recipient(" "),)}, "names who receives it"),
            ({"basis": ""}, "needs its legal basis"),
            ({"conditions": " "}, "needs its legal basis"),
            ({"case": case.ase.name}, "is no case"),
            ({"recipients": (Recipient("Øst", "age1x"),)}, "no age recipient"),
        ):
            with pytest.raises(Refused, match=told):
                make.prepare(door, case.choice(**more))
        with pytest.raises(NotFound):
            make.prepare(door, case.choice(case="C-999"))
        with case.ledger() as ledger:
            rights.grant(ledger, SECOND, rights.HANDOVER, reason="head of unit", actor=SECOND)
        with pytest.raises(Refused, match="does not hold the right to hand packages over or take them in"):
            make.prepare(door, case.choice())
    with case.door(SECOND) as door:
        assert make.prepare(door, case.choice()).name == "HO-001"


def test_who_may_not_see_the_register_gives_no_child(case: Case, tmp_path: Path) -> None:
    with case.ledger() as ledger:
        rights.grant(ledger, SECOND, rights.VICTIMS, reason="the register's keeper", actor=SECOND)
    case.made(tmp_path / "p", folder=True)
    said = json.loads((tmp_path / "p/data/case/safelight.json").read_bytes())
    assert {one["name"] for one in said["records"]} == {"C-001", "P-001", "P-002"}
    assert "victim" not in {one["field"] for one in said["statements"]}
    left = json.loads((tmp_path / "p/data/law/left-out.json").read_bytes())
    assert (1, "children in the register") in [(one["count"], one["what"]) for one in left]
    excerpt = (tmp_path / "p/data/audit/excerpt.json").read_text()
    assert case.child.id not in excerpt and case.ase.id in excerpt


def test_who_may_not_see_the_register_finds_no_child_in_the_list(case: Case, tmp_path: Path) -> None:
    case.made(tmp_path / "p.tar")
    with case.ledger() as ledger:
        with ledger.writing() as act:
            records.state(
                act, case.child.id, "status", "located", actor=SECOND, corrects=case.names["status"]
            )
        rights.grant(ledger, SECOND, rights.VICTIMS, reason="the register's keeper", actor=SECOND)
    for who, touched in ((SECOND, ["V-001"]), (MAKER, [])):
        with case.door(who) as door, door.consult("handovers") as look:
            (one,) = disclosures.listed(look.reading, who)
            assert [each.about for each in one.touched] == touched
            assert ("victim" in {each.value["what"] for each in one.handover.gave}) == bool(touched)


def test_what_is_withheld_has_its_ground(case: Case, tmp_path: Path) -> None:
    grounds = (
        "P-002=protected witness, decision of N. Hauge",
        "how a camera was matched=on request of a court",
    )
    case.made(tmp_path / "p", folder=True, audience="defence", withheld=grounds)
    said = json.loads((tmp_path / "p/data/case/safelight.json").read_bytes())
    assert {one["name"] for one in said["records"]} == {"C-001", "P-001", "V-001"}
    assert "witness" not in {one["value"] for one in said["statements"] if isinstance(one["value"], str)}
    excerpt = (tmp_path / "p/data/audit/excerpt.json").read_text()
    assert "Bø Berg" not in excerpt
    with case.ledger() as ledger:
        found = register.find(ledger, "HO-001")
        assert found.audience == "defence"
        assert [(one["what"], one["why"]) for one in found.withheld[:2]] == [
            ("P-002", "protected witness, decision of N. Hauge"),
            ("how a camera was matched", "on request of a court"),
        ]
    with case.door() as door, pytest.raises(Refused, match="needs its ground"):
        make.prepare(door, case.choice(withheld=("P-002",)))


def test_no_more_of_others_than_the_case_needs(case: Case, tmp_path: Path) -> None:
    """Only Åse is of the case: of #tog her own lines are given, the conversation with Bø whole."""
    with case.ledger() as ledger, ledger.writing() as act:
        records.withdraw(act, case.names["bo account"], reason="left out", actor=MAKER)
    with case.ledger() as ledger:
        identities.decide(
            ledger, ASE, KAISSA, "different", reason="met both", source_grade="A", content_grade="1", seen=None, actor=MAKER
        )  # fmt: skip
    case.made(tmp_path / "p", folder=True)
    rows = pq.read_table(tmp_path / "p/data/traces/messages.parquet").to_pylist()
    assert [(one["trace_id"], one["at_us"], one["exhibit_number"]) for one in rows] == [
        ("t1-m0", us("2014-03-30T01:30"), "2016-0142-A1"),
        ("t1-m1", us("2016-11-07T08:00"), "2016-0142-A1"),
        ("t1-m1x", us("2016-11-07T08:00"), "2016-0142-B3"),
        ("t1-m2", us("2016-11-07T08:05"), "2016-0142-A1"),
        ("t1-m3", us("2016-11-07T23:30"), "2016-0142-A1"),
        ("t1-m5", us("2016-11-08T10:01"), "2016-0142-B3"),
    ]
    assert {one["conversation_id"] for one in rows} == {DIRECT, TOG}
    left = json.loads((tmp_path / "p/data/law/left-out.json").read_bytes())
    assert (3, "lines of others in conversations of several") in [(one["count"], one["what"]) for one in left]
    calls = pq.read_table(tmp_path / "p/data/traces/calls.parquet").to_pylist()
    assert [one["trace_id"] for one in calls] == ["t1-c1"]
    case.made(tmp_path / "q", folder=True, conversations=(TOG,))
    whole = pq.read_table(tmp_path / "q/data/traces/messages.parquet").to_pylist()
    assert {"t1-m4", "t1-m6", "t1-m7"} < {one["trace_id"] for one in whole}
    case.made(tmp_path / "r", folder=True, traces=False)
    assert not (tmp_path / "r/data/traces/messages.parquet").exists()


def test_an_account_counts_in_the_period_in_which_it_was_the_persons(case: Case, tmp_path: Path) -> None:
    with case.ledger() as ledger:
        at = us("2015-01-01")
        identities.split(ledger, ASE, at, "2015-01-01", reason="sold", actor=MAKER)
        with ledger.writing() as act:
            records.withdraw(act, case.names["bo account"], reason="left out", actor=MAKER)
    case.made(tmp_path / "p", folder=True)
    rows = pq.read_table(tmp_path / "p/data/traces/messages.parquet").to_pylist()
    assert [one["trace_id"] for one in rows] == ["t1-m0"]


def test_no_cell_is_a_formula(case: Case, tmp_path: Path) -> None:
    case.made(tmp_path / "p", folder=True)
    with (tmp_path / "p/data/traces/conversations.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows
    for path in (tmp_path / "p/data").rglob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.reader(file):
                assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t"))], path


def test_what_is_prepared_and_never_made_is_withdrawn(case: Case, tmp_path: Path) -> None:
    with case.door() as door:
        made = make.prepare(door, case.choice())
        with pytest.raises(Refused, match="A reason is needed"):
            make.withdraw(door, made.name, " ")
        make.withdraw(door, made.name, "the request was withdrawn")
        with pytest.raises(Refused, match="was withdrawn"):
            make.withdraw(door, made.name, "again")
        with pytest.raises(Refused, match="was withdrawn"):
            make.make(door, made.name, tmp_path / "p")
    with case.door(SECOND) as door, pytest.raises(Refused, match="was withdrawn"):
        make.approve(door, made.name, "checked")
    assert not (tmp_path / "p").exists()
    case.made(tmp_path / "given")
    with case.ledger() as ledger:
        found = register.find(ledger, made.name)
        assert (found.status, found.withdrawn) == ("withdrawn", "the request was withdrawn")
    with case.door() as door, pytest.raises(Refused, match="was given already"):
        make.withdraw(door, "HO-002", "too late")


def test_a_correction_that_was_only_prepared_corrected_nothing(case: Case, tmp_path: Path) -> None:
    case.made(tmp_path / "p")
    with case.ledger() as ledger, ledger.writing() as act:
        records.state(act, case.ase.id, "district", "Øst", actor=SECOND, corrects=case.names["district now"])
    with case.door() as door:
        number = make.correct(door, "HO-001").name
        assert make.correct(door, "HO-001").name == number
        with door.consult("handovers") as look:
            found = {one.handover.record.name: one for one in disclosures.listed(look.reading, door.who)}
        assert found["HO-001"].to_correct and found["HO-001"].handover.corrected_by == ()
        make.make(door, number, tmp_path / "q")
        with door.consult("handovers") as look:
            found = {one.handover.record.name: one for one in disclosures.listed(look.reading, door.who)}
        assert not found["HO-001"].to_correct and found["HO-001"].handover.corrected_by == (number,)
