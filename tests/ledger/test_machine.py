"""Whatever is appended, corrected, erased, rebuilt or reopened in whatever order: the model and the ledger
agree.
"""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from safelight.errors import AlreadyExists, Refused
from safelight.ledger import erase, excerpt, exhibits, projections
from safelight.ledger.head import Head
from safelight.ledger.ledger import Ledger
from safelight.ledger.verify import verify
from safelight.operation.folder import OperationFolder
from tests.ledger.conftest import ACTOR

_TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(-(2**53) + 1, 2**53 - 1)
    | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=8,
)
_PAYLOADS = st.dictionaries(_TEXT, _VALUES, max_size=4)
_NUMBERS = st.sampled_from(["A1", "A2", "Å3"])


class LedgerMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        folder = OperationFolder(Path(self.stack.enter_context(tempfile.TemporaryDirectory())))
        folder.make()
        self.folder = folder
        self.now = 1_000
        self.ledger = Ledger.create(folder, name="Model", actor=ACTOR, clock=lambda: self.now)
        self.payloads: list[dict[str, Any] | None] = [self.ledger.payload(1)]
        self.kept = {1}
        self.labels: dict[str, str] = {}
        self.heads = [self.ledger.head()]

    def teardown(self) -> None:
        self.ledger.close()
        self.stack.close()

    def _noted(self, payload: dict[str, Any] | None) -> None:
        self.payloads.append(payload)
        self.heads.append(self.ledger.head())

    @rule(payload=_PAYLOADS, subjects=st.lists(st.sampled_from("abc"), max_size=3))
    def append(self, payload: dict[str, Any], subjects: list[str]) -> None:
        entry = self.ledger.append("test.made", payload, verb="decision", actor=ACTOR, subjects=subjects)
        assert (entry.seq, entry.subjects) == (len(self.payloads) + 1, tuple(subjects))
        self._noted(payload)

    @rule(by=st.integers(-500, 500))
    def let_the_clock_run_or_go_back(self, by: int) -> None:
        self.now = max(0, self.now + by)

    @rule(number=_NUMBERS, label=st.sampled_from(["Laptop", "Phone"]))
    def add_exhibit(self, number: str, label: str) -> None:
        try:
            exhibits.add(
                self.ledger, number=number, label=label, seized="2016-01-12", legal_basis="o", officer="K", actor=ACTOR
            )  # fmt: skip
        except AlreadyExists:
            assert number in self.labels
        else:
            assert number not in self.labels
            self.labels[number] = label
            self._noted(self.ledger.payload(len(self.payloads) + 1))

    @precondition(lambda self: self.labels)
    @rule(data=st.data(), label=st.sampled_from(["Desktop", "Tablet"]))
    def correct_exhibit(self, data: st.DataObject, label: str) -> None:
        number = data.draw(st.sampled_from(sorted(self.labels)))
        exhibits.correct(self.ledger, number, actor=ACTOR, purpose="typo", label=label)
        if self.labels[number] != label:
            self.labels[number] = label
            self._noted({"label": label})

    @rule(data=st.data())
    def erase(self, data: st.DataObject) -> None:
        seq = data.draw(st.integers(1, len(self.payloads)))
        if self.ledger.entry(seq).kind.startswith("exhibit."):
            return  # what an erasure does to exhibits has a test of its own
        try:
            erase.erase(self.ledger, [seq], actor=ACTOR, purpose="p", authorisation="a", reason="r")
        except Refused:
            assert seq in self.kept or self.payloads[seq - 1] is None
            return
        self.payloads[seq - 1] = None
        self._noted({"reason": "r"})
        self.kept.add(len(self.payloads))

    @rule()
    def rebuild(self) -> None:
        with self.ledger.writing() as act:
            projections.rebuild(act.connection)

    @rule()
    def reopen(self) -> None:
        self.ledger.close()
        self.ledger = Ledger.open(self.folder, clock=lambda: self.now)

    @rule(data=st.data())
    def prove_an_excerpt(self, data: st.DataObject) -> None:
        shown = data.draw(st.sets(st.integers(1, len(self.payloads)), min_size=1, max_size=3))
        proven = excerpt.check(excerpt.make(self.ledger, shown), str(self.heads[-1]))
        assert [one.entry for one in proven] == [self.ledger.entry(seq) for seq in sorted(shown)]
        assert [one.payload for one in proven] == [self.payloads[seq - 1] for seq in sorted(shown)]

    @invariant()
    def every_head_ever_shown_still_vouches(self) -> None:
        for head in (self.heads[0], self.heads[len(self.heads) // 2], self.heads[-1]):
            report = verify(self.ledger, str(head))
            assert (report.ok, report.entries, report.vouched_up_to) == (True, len(self.payloads), head.seq)

    @invariant()
    def payloads_and_exhibits_are_those_of_the_model(self) -> None:
        assert [self.ledger.payload(seq + 1) for seq in range(len(self.payloads))] == self.payloads
        assert {exhibit.number: exhibit.label for exhibit in exhibits.every(self.ledger)} == self.labels
        assert self.ledger.head() == Head(len(self.payloads), self.ledger.entry(len(self.payloads)).hash)


LedgerMachine.TestCase.settings = settings(
    max_examples=8,
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=(
        Phase.explicit,
        Phase.reuse,
        Phase.generate,
        Phase.shrink,
    ),  # explaining traces every line: too slow
)
TestLedgerMachine = LedgerMachine.TestCase
