"""Threads that append at once share a transaction, and none pays for another's mistake."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from safelight.errors import DiskFull, Refused
from safelight.ledger.entry import Draft, Entry
from safelight.ledger.ledger import Ledger
from safelight.ledger.together import Together
from safelight.ledger.verify import verify
from tests.ledger.conftest import ACTOR

THREADS = 16


def _note(text: str, *, corrects: int | None = None) -> Draft:
    return Draft("note.written", {"text": text}, "decision", ACTOR, corrects=corrects)


def _slowly(ledger: Ledger, groups: list[int], fail: Callable[[], None] = lambda: None) -> Together:
    """Appends to `ledger` in transactions that take their time, each of which notes how many entries it held."""

    class Act:
        def __init__(self, append: Callable[[Sequence[Draft]], list[Entry]]) -> None:
            self.append = append

        def append_drafts(self, drafts: Sequence[Draft]) -> list[Entry]:
            time.sleep(0.005)
            made = self.append(drafts)
            groups.append(len(made))
            return made

    @contextmanager
    def writing() -> Iterator[Act]:
        with ledger.writing() as act:
            yield Act(act.append_drafts)
            fail()

    return Together(writing)


def _at_once(write: Callable[[int], object]) -> None:
    start = threading.Barrier(THREADS)

    def run(number: int) -> None:
        start.wait()
        write(number)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(run, range(THREADS)))


def test_each_gets_its_own_entries_and_many_share_a_transaction(anywhere: Ledger) -> None:
    groups: list[int] = []
    together = _slowly(anywhere, groups)

    def write(number: int) -> None:
        for turn in range(4):
            made = together.append([_note(f"{number}.{turn}.{part}") for part in range(2)])
            assert made[1].seq == made[0].seq + 1
            assert [anywhere.payload(one.seq) for one in made] == [
                {"text": f"{number}.{turn}.0"}, {"text": f"{number}.{turn}.1"},
            ]  # fmt: skip
            assert [anywhere.entry(one.seq) for one in made] == made

    _at_once(write)
    assert sum(groups) == THREADS * 8 and len(groups) < THREADS * 4 and max(groups) > 2
    report = verify(anywhere)
    assert (report.ok, report.entries, report.notes) == (True, 1 + THREADS * 8, ())


def test_who_is_refused_spoils_nobody_elses_entries(anywhere: Ledger) -> None:
    groups: list[int] = []
    together = _slowly(anywhere, groups)

    def write(number: int) -> None:
        for turn in range(4):
            if number % 4 == 0:
                with pytest.raises(Refused, match="Entry 999999 does not exist"):
                    together.append([_note("before"), _note("refused", corrects=999_999)])
            else:
                (made,) = together.append([_note(f"{number}.{turn}")])
                assert anywhere.payload(made.seq) == {"text": f"{number}.{turn}"}

    _at_once(write)
    report = verify(anywhere)
    assert (report.ok, report.entries) == (True, 1 + THREADS * 3)
    assert [one for one in anywhere.entries() if anywhere.payload(one.seq) == {"text": "before"}] == []


def test_a_commit_that_fails_is_told_to_all_and_nothing_is_written_twice(ledger: Ledger) -> None:
    groups: list[int] = []

    def fail() -> None:
        raise DiskFull("The ledger cannot be written: the disk is full.", "")

    together = _slowly(ledger, groups, fail)

    def write(number: int) -> None:
        with pytest.raises(DiskFull):
            together.append([_note(str(number))])

    _at_once(write)
    assert sum(groups) == THREADS and ledger.head().seq == 1


def test_threads_that_share_a_ledger_keep_one_chain(anywhere: Ledger) -> None:
    def write(number: int) -> None:
        for turn in range(10):
            made = anywhere.append("note.written", {"text": f"{number}.{turn}"}, verb="decision", actor=ACTOR)
            assert anywhere.payload(made.seq) == {"text": f"{number}.{turn}"}

    _at_once(write)
    report = verify(anywhere)
    assert (report.ok, report.entries, report.notes) == (True, 1 + THREADS * 10, ())
