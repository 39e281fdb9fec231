"""An excerpt proves its entries with the printed head alone, and shows nothing of their neighbours."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from safelight.errors import BadInput, IntegrityBroken, NotFound
from safelight.ledger import erase, excerpt
from safelight.ledger.entry import Draft
from safelight.ledger.head import Head
from safelight.ledger.ledger import Ledger
from safelight.operation.folder import OperationFolder
from tests.ledger.conftest import ACTOR

_ENTRIES = 700


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    folder = OperationFolder(Path(tmp_path_factory.mktemp("long")))
    folder.make()
    ledger = Ledger.create(folder, name="Long", actor=ACTOR)
    drafts = [
        Draft("note.written", {"text": f"secret {number}"}, "decision", f"actor {number}")
        for number in range(2, _ENTRIES + 1)
    ]
    ledger.append_many(drafts)
    return ledger


def test_every_entry_is_proven_alone_in_few_steps(long: Ledger) -> None:
    head = str(long.head())
    for seq in [1, 2, 3, 255, 256, 257, 511, 512, 699, 700, *random.Random(1).sample(range(1, 701), 20)]:
        made = excerpt.make(long, [seq])
        (proven,) = excerpt.check(made, head)
        assert (proven.entry, proven.payload) == (long.entry(seq), long.payload(seq))
        assert len(json.loads(made)["steps"]) <= 55  # b (b + 1) / 2 for numbers of b = 10 bits


def test_nothing_of_a_neighbour_is_shown(long: Ledger) -> None:
    made = excerpt.make(long, [300, 20])
    assert [proven.entry.seq for proven in excerpt.check(made, str(long.head()))] == [20, 300]
    for step in json.loads(made)["steps"]:
        shown = {"seq", "previous", "skip"} | (
            {"body", "salt", "payload"} if step["seq"] in (20, 300) else {"body_digest"}
        )
        assert step.keys() == shown
    assert made.count(b"secret") == 2 and made.count(b"actor ") == 2


def test_a_payload_can_be_withheld(long: Ledger) -> None:
    made = excerpt.make(long, [20, 300], withhold=[20])
    assert [proven.payload for proven in excerpt.check(made, str(long.head()))] == [
        None,
        {"text": "secret 300"},
    ]
    assert b"secret 20" not in made


def test_an_erased_payload_is_proven_as_erased(ledger: Ledger) -> None:
    ledger.append_many([Draft("note.written", {"text": "x"}, "decision", ACTOR)])
    erase.erase(ledger, [2], actor=ACTOR, purpose="p", authorisation="a", reason="r")
    proven = excerpt.check(excerpt.make(ledger, [2, 3]), str(ledger.head()))
    assert [one.payload for one in proven] == [None, {"reason": "r"}]


def test_an_excerpt_of_another_head_proves_nothing(long: Ledger) -> None:
    made = excerpt.make(long, [20])
    earlier = Head(600, long.entry(600).hash)
    with pytest.raises(IntegrityBroken):
        excerpt.check(made, earlier)
    with pytest.raises(IntegrityBroken):
        excerpt.check(made, Head(700, bytes(32)))


def _last(steps: list[dict[str, Any]]) -> dict[str, Any]:
    return steps[-1]


@pytest.mark.parametrize(
    "damage",
    [
        lambda steps: _last(steps).update(payload='{"text":"other"}'),
        lambda steps: _last(steps).update(salt="00" * 32),
        lambda steps: _last(steps).update(body=_last(steps)["body"].replace("actor 20", "actor 21")),
        lambda steps: _last(steps).update(seq=21),
        lambda steps: _last(steps).update(previous="00" * 32),
        lambda steps: _last(steps).update(skip="00" * 32),
        lambda steps: steps[3].update(body_digest="00" * 32),
        lambda steps: steps.pop(2),
        lambda steps: steps.reverse(),
        lambda steps: steps.pop(0),
    ],
)
def test_a_forged_excerpt_is_refused(long: Ledger, damage: Callable[[list[dict[str, Any]]], object]) -> None:
    given = json.loads(excerpt.make(long, [20]))
    damage(given["steps"])
    with pytest.raises(IntegrityBroken):
        excerpt.check(json.dumps(given).encode(), str(long.head()))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b'{"format": "other"}',
        b'{"format": "safelight.ledger.excerpt.1"}',
        b'{"format": "safelight.ledger.excerpt.1", "steps": [1]}',
        b'{"format": "safelight.ledger.excerpt.1", "steps": [{"seq": 1, "previous": "", "skip": "", "body": ""}]}',
        b'{"format": "safelight.ledger.excerpt.1", "steps": [{"seq": -1, "previous": "zz", "skip": "", "body": 1}]}',
    ],
)
def test_what_is_no_excerpt_is_refused(long: Ledger, data: bytes) -> None:
    with pytest.raises(BadInput):
        excerpt.check(data, str(long.head()))


def test_only_entries_that_exist_are_excerpted(long: Ledger) -> None:
    for seq in (0, -1, 701):
        with pytest.raises(NotFound):
            excerpt.make(long, [seq])
