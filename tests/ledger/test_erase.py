"""What was erased is nowhere in the ledger's files; what the ledger cannot do without is not erased."""

from __future__ import annotations

from pathlib import Path

import pytest

from safelight.errors import NotFound, Refused
from safelight.ledger import custody, erase, exhibits, notes, runs, sources
from safelight.ledger.ledger import Ledger
from safelight.ledger.verify import verify
from safelight.operation.folder import OperationFolder
from tests.ledger.conftest import ACTOR


def _erase(ledger: Ledger, *seqs: int) -> int:
    return erase.erase(
        ledger, seqs, actor=ACTOR, purpose="request", authorisation="order 4", reason="by law"
    ).seq


def test_the_bytes_are_overwritten_in_the_files(ledger: Ledger, folder: OperationFolder) -> None:
    secret = "Magnus plays 1.e4 in Stavanger"
    for number in range(50):
        notes.write(ledger, ["x"], f"filler {number} " + "x" * 500, actor=ACTOR)
    seq = notes.write(ledger, ["x"], secret, actor=ACTOR).seq

    def found() -> bool:
        return any(secret.encode() in path.read_bytes() for path in folder.ledger.parent.iterdir())

    assert found()
    _erase(ledger, seq)
    assert not found()
    assert verify(ledger).ok
    assert notes.about(ledger, "x")[-1][1] is None


def test_an_exhibit_keeps_its_place_when_its_facts_are_erased(ledger: Ledger) -> None:
    exhibit = exhibits.add(
        ledger,
        number="A1",
        label="Kari's laptop",
        seized="2016-01-12",
        legal_basis="order",
        officer="Ola",
        actor=ACTOR,
    )
    custody.record(ledger, exhibit, "received", place="lab", person="Ola", when=5, actor=ACTOR)
    source = sources.register(ledger, exhibit, "disk", Path("/mnt/kari"), "folder", {"a": 1}, actor=ACTOR)
    exhibits.correct(ledger, exhibit, actor=ACTOR, purpose="typo", officer="Per")
    _erase(ledger, exhibit.seq, 3, source.seq)

    (left,) = exhibits.every(ledger)
    assert (left.key, left.number, left.label, left.legal_basis, left.officer) == (
        exhibit.key, f"erased:{exhibit.seq}", "", "", "Per",
    )  # fmt: skip
    assert custody.chain(ledger, left) == []
    (place,) = sources.every(ledger)
    assert (place.id, place.exhibit, place.label, place.fingerprint) == (source.id, exhibit.key, "", {})
    assert verify(ledger).ok


def test_what_may_not_be_erased_is_refused_and_nothing_changes(ledger: Ledger) -> None:
    note = notes.write(ledger, ["x"], "a", actor=ACTOR).seq
    run = runs.record(ledger, {"items": 1}, "1:ab", {}, ACTOR).seq
    erasure = _erase(ledger, note)
    other = notes.write(ledger, ["x"], "b", actor=ACTOR).seq
    for kept in (1, run, erasure, note):
        with pytest.raises(Refused):
            _erase(ledger, other, kept)
    with pytest.raises(NotFound):
        _erase(ledger, other, 99)
    with pytest.raises(Refused):
        _erase(ledger)
    with pytest.raises(Refused, match="authorisation"):
        erase.erase(ledger, [other], actor=ACTOR, purpose="p", authorisation=" ", reason="")
    assert ledger.payload(other) == {"text": "b"}
    assert ledger.head().seq == other
    assert verify(ledger).ok
