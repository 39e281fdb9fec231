"""What every adapter must do: the same sequence, the same state, the same faults found, also under many
writers.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise

import pytest
import sqlalchemy as sa

from safelight.errors import AlreadyExists, NotFound, Refused
from safelight.ledger import erase, exhibits, projections, tables
from safelight.ledger.entry import ZERO, Draft, body_digest, link, skip_target
from safelight.ledger.ledger import Ledger
from safelight.ledger.verify import verify
from safelight.operation.folder import OperationFolder
from tests.ledger.conftest import ACTOR

WRITERS = 25


def _note(text: str, *subjects: str) -> Draft:
    return Draft("note.written", {"text": text}, "decision", ACTOR, subjects)


def test_the_first_entry_states_what_the_ledger_is(anywhere: Ledger, place: OperationFolder | str) -> None:
    first = anywhere.entry(1)
    assert (first.seq, first.kind, first.verb, first.actor) == (
        1,
        "operation.created",
        "administration",
        ACTOR,
    )
    assert first.subjects == (anywhere.operation_id,)
    assert anywhere.payload(1) == {
        "operation_id": anywhere.operation_id,
        "name": "Vårsol",
        "synthetic": True,
        "format": 1,
    }
    with Ledger.open(place) as again:
        assert (again.operation_id, again.name, again.synthetic) == (anywhere.operation_id, "Vårsol", True)


def test_a_second_ledger_in_one_place_is_refused(anywhere: Ledger, place: OperationFolder | str) -> None:
    with pytest.raises(AlreadyExists):
        Ledger.create(place, name="Other", actor=ACTOR)
    assert [entry.kind for entry in anywhere.entries()] == ["operation.created"]


def test_an_entry_comes_back_as_it_was_written(anywhere: Ledger) -> None:
    written = anywhere.append(
        "note.written",
        {
            "text": "Blåbær\x00 og \U0001f682",
            "number": 2**53 - 1,
            "ratio": 0.25,
            "none": None,
            "list": [True],
        },
        verb="decision",
        actor="Ærlig Øyvind Åsen",
        subjects=["b", "a", "b"],
        purpose="inventory",
        authorisation="court order 7/2016",
        valid_from=-1,
        valid_to=0,
        corrects=1,
    )
    assert anywhere.entry(2) == written
    assert (written.seq, written.subjects, written.valid_from, written.valid_to, written.corrects) == (
        2, ("b", "a", "b"), -1, 0, 1,
    )  # fmt: skip
    assert anywhere.payload(2) == {
        "text": "Blåbær\x00 og \U0001f682",
        "number": 2**53 - 1,
        "ratio": 0.25,
        "none": None,
        "list": [True],
    }
    assert str(anywhere.head()) == str(anywhere.head()) and anywhere.head().fits(written.hash)


def test_hashes_follow_the_documented_rule(anywhere: Ledger) -> None:
    anywhere.append_many(_note(str(number)) for number in range(40))
    hashes = {0: ZERO}
    for entry in anywhere.entries():
        previous, skip = hashes[entry.seq - 1], hashes[skip_target(entry.seq)]
        assert entry.previous == previous
        assert entry.hash == link(entry.seq, previous, skip, body_digest(entry.body()))
        hashes[entry.seq] = entry.hash
    assert len(hashes) == 42


def test_entries_are_chosen_by_place_kind_and_subject(anywhere: Ledger) -> None:
    anywhere.append_many(
        [
            _note("one", "x"),
            _note("two", "y", "x"),
            Draft("consulted", {"what": {}}, "consultation", ACTOR, ("x",)),
        ]
    )

    def numbers(**chosen: object) -> list[int]:
        return [entry.seq for entry in anywhere.entries(**chosen)]  # type: ignore[arg-type]

    assert numbers() == [1, 2, 3, 4]
    assert numbers(after=2) == [3, 4]
    assert numbers(limit=2) == [1, 2]
    assert numbers(kinds=["note.written"]) == [2, 3]
    assert numbers(subject="x") == [2, 3, 4]
    assert numbers(subject="x", kinds=["note.written"], after=2) == [3]
    assert numbers(subject="nobody") == []
    with pytest.raises(NotFound):
        anywhere.entry(5)
    with pytest.raises(NotFound):
        anywhere.payload(5)


def test_several_entries_are_written_all_or_none(anywhere: Ledger) -> None:
    with pytest.raises(Refused):
        anywhere.append_many([_note("good"), replace(_note("bad"), verb="wished")])
    assert anywhere.head().seq == 1
    assert [entry.seq for entry in anywhere.append_many([_note("a"), _note("b")])] == [2, 3]
    assert anywhere.append_many([]) == []
    assert verify(anywhere).ok


def test_reads_in_pages_see_everything_once(anywhere: Ledger) -> None:
    anywhere.append_many(_note(str(number), "x") for number in range(2500))
    assert [entry.seq for entry in anywhere.entries()] == list(range(1, 2502))
    assert [entry.seq for entry in anywhere.entries(subject="x", limit=2001)] == list(range(2, 2003))


def test_many_writers_make_one_gapless_chain_in_commit_order(
    anywhere: Ledger, place: OperationFolder | str
) -> None:
    """25 connections of their own; each watches that what it wrote stands behind what it saw before."""
    each = 8
    start = threading.Barrier(WRITERS)

    def write(number: int) -> list[tuple[int, int]]:
        seen = []
        with Ledger.open(place) as own:
            start.wait()
            for turn in range(each):
                before = own.head().seq
                seen.append((before, own.append_many([_note(f"{number}.{turn}", f"w{number}")])[0].seq))
        return seen

    with ThreadPoolExecutor(WRITERS) as pool:
        results = list(pool.map(write, range(WRITERS)))

    assert all(before < own for seen in results for before, own in seen)
    assert sorted(own for seen in results for _, own in seen) == list(range(2, 2 + WRITERS * each))
    report = verify(anywhere)
    assert (report.ok, report.reason, report.entries, report.notes) == (True, "", 1 + WRITERS * each, ())
    assert all(a.recorded_at <= b.recorded_at for a, b in pairwise(anywhere.entries()))


def test_one_number_is_given_to_one_exhibit_only(anywhere: Ledger, place: OperationFolder | str) -> None:
    start = threading.Barrier(6)

    def add(_: int) -> bool:
        with Ledger.open(place) as own:
            start.wait()
            try:
                exhibits.add(
                    own, number="A1", label="Laptop", seized="2016-01-12", legal_basis="order", officer="Kari",
                    actor=ACTOR,
                )  # fmt: skip
            except AlreadyExists:
                return False
            return True

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(add, range(6))) == [False] * 5 + [True]
    assert [exhibit.number for exhibit in exhibits.every(anywhere)] == ["A1"]


def test_a_clock_that_goes_back_never_turns_the_order(place: OperationFolder | str) -> None:
    times = iter([1000, 2000, 500, 2000, 2001])
    with Ledger.create(place, name="Clock", actor=ACTOR, clock=lambda: next(times)) as ledger:
        for text in "abcd":
            ledger.append_many([_note(text)])
        assert [(entry.recorded_at, entry.clock) for entry in ledger.entries()] == [
            (1000, None), (2000, None), (2000, 500), (2000, None), (2001, None),
        ]  # fmt: skip
        assert verify(ledger).ok


def test_an_erased_payload_is_gone_and_the_chain_holds(anywhere: Ledger) -> None:
    anywhere.append_many([_note("keep"), _note("the name of a player", "x")])
    before = anywhere.entry(3)
    erasure = erase.erase(
        anywhere,
        [3],
        actor=ACTOR,
        purpose="data subject's request",
        authorisation="decision 4/2017",
        reason="order",
    )
    assert (erasure.verb, erasure.kind, erasure.subjects) == ("erasure", "payload.erased", ("entry:3",))
    assert anywhere.payload(3) is None
    assert anywhere.entry(3) == before
    assert anywhere.payload(2) == {"text": "keep"}
    assert verify(anywhere).ok


def test_the_state_can_be_thrown_away_and_made_again(anywhere: Ledger) -> None:
    kept = exhibits.add(
        anywhere,
        number="A1",
        label="Laptop",
        seized="2016-01-12",
        legal_basis="order",
        officer="Kari",
        actor=ACTOR,
    )
    with anywhere.writing() as act:
        for table in tables.STATE.sorted_tables:
            act.connection.execute(table.delete())
    report = verify(anywhere)
    assert (report.ok, report.first_bad) == (False, 1)
    with anywhere.writing() as act:
        projections.rebuild(act.connection)
    assert exhibits.every(anywhere) == [kept]
    assert verify(anywhere).ok


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET actor = 'x'",
        "DELETE FROM entries WHERE seq = 1",
        "UPDATE payloads SET salt = salt",
    ],
)
def test_the_database_itself_refuses_an_honest_mistake(anywhere: Ledger, statement: str) -> None:
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), anywhere.writing() as act:
        act.connection.exec_driver_sql(statement)
    assert verify(anywhere).ok


def test_a_changed_row_is_named(anywhere: Ledger) -> None:
    anywhere.append_many(_note(str(number)) for number in range(9))
    with anywhere.writing() as act:
        act.connection.execute(tables.PAYLOADS.delete().where(tables.PAYLOADS.c.seq == 6))
    report = verify(anywhere)
    assert (report.ok, report.first_bad) == (False, 6)
    assert report.reason == "the payload of entry 6 is gone, and no later entry says that it was erased"
