"""`safelight identities`: people decide, a second one confirms, and what was decided is listed and can be taken back."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from safelight.access.door import Door
from safelight.errors import NotFound, Refused, SafelightError
from safelight.ledger import identities
from safelight.ledger.identities import Standing
from safelight.ledger.ledger import Ledger
from safelight.operation.folder import OperationFolder
from safelight.operation.settings import IdentitySettings, Settings, write_settings
from tests.access.acts import ASE, BO, KAISSA
from tests.access.built import build
from tests.intake.operations import Operation
from tests.web.persons import BO2, TOG, weigh

GRADES = ("--source-grade", "B", "--content-grade", "2")
SAME = sorted((ASE, TOG))


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    built = build(tmp_path_factory.mktemp("weighed"))
    weigh(built)
    return built.folder.root


@pytest.fixture
def weighed(once: Path, tmp_path: Path) -> Operation:
    """An operation whose six accounts were weighed."""
    return Operation(shutil.copytree(once, tmp_path / "op"))


def rows(operation: Operation, what: str) -> list[dict[str, Any]]:
    said = operation.run("identities", "list", str(operation.root), "--what", what, "--format", "jsonl")
    return [json.loads(line) for line in said.splitlines()]


def entry_of(said: str) -> str:
    found = re.search(r"entry (\d+)\.", said)
    assert found is not None, said
    return found[1]


def decide(operation: Operation, a: str, b: str, word: str, who: str = "kari.nordmann") -> str:
    """A decision that a test begins with, through the door; its entry's number."""
    with Door(OperationFolder(operation.root), who=who, purpose="identities") as door:
        made = door.identities.decide(
            a, b, word, reason="the same number", source_grade="B", content_grade="2"
        )
    return str(made.seq)


def standing(operation: Operation) -> Standing:
    """What holds now."""
    with Ledger.open(OperationFolder(operation.root)) as ledger:
        return identities.standing(ledger)


def four_eyes(operation: Operation) -> None:
    write_settings(
        OperationFolder(operation.root).settings, Settings(identities=IdentitySettings(four_eyes=True))
    )


def test_list_shows_questions_and_decisions(weighed: Operation) -> None:
    seq = int(decide(weighed, ASE, TOG, "same"))
    asked = rows(weighed, "questions")
    assert ("proposal", *sorted((BO, BO2))) in {(one["kind"], one["account"], one["other"]) for one in asked}
    assert not [one for one in asked if [one["account"], one["other"]] == SAME], "decided"
    assert all(one["why"].endswith(".") for one in asked)
    (one,) = rows(weighed, "decisions")
    assert {**one, "recorded": ""} == {
        "entry": seq, "decision": "same", "state": "in force", "account": SAME[0], "other": SAME[1],
        "by": "kari.nordmann", "confirmed by": None, "recorded": "", "source": "B", "content": "2",
        "reason": "the same number",
    }  # fmt: skip
    assert "Questions" in weighed.run("identities", "list", str(weighed.root))
    weighed.run("identities", "list", str(weighed.root), "--format", "parquet", expect=16)


def test_decide_binds_and_keeps_what_was_shown(weighed: Operation) -> None:
    words = ("identities", "decide", str(weighed.root), "tog_åse", ASE, "same", *GRADES)
    said = weighed.run(*words, "--reason", "the same number")
    seq = entry_of(said)
    assert said == f"{SAME[0]} and {SAME[1]}: same, entry {seq}.\n"
    (one,) = standing(weighed).in_force
    assert (one.seq, one.a, one.b, one.decision, one.seen) == (int(seq), *SAME, "same", 0.96)
    refused = weighed.run(*words[:4], ASE, "same", *GRADES, "--reason", " ", expect=16)
    assert "needs its reason" in refused


def test_decide_tells_what_it_contradicts_and_the_list_begins_with_it(weighed: Operation) -> None:
    first, second = decide(weighed, ASE, TOG, "same"), decide(weighed, ASE, KAISSA, "same")
    said = weighed.run(
        "identities", "decide", str(weighed.root), TOG, KAISSA, "different", *GRADES, "--reason", "two voices"
    )
    assert f"It contradicts entry {first}: kari.nordmann decided on 20" in said
    assert f"It contradicts entry {second}: " in said
    assert said.rstrip().endswith("are one person.")
    one = rows(weighed, "questions")[0]
    assert (one["kind"], one["account"], one["other"]) == ("conflict", *sorted((TOG, KAISSA)))
    assert one["why"] == f"Decisions contradict each other: entries {first}, {second}, {entry_of(said)}."


def test_confirm_wants_another_person(weighed: Operation) -> None:
    four_eyes(weighed)
    root = str(weighed.root)
    said = weighed.run("identities", "decide", root, ASE, TOG, "same", *GRADES, "--reason", "the same number")
    assert "It counts when a second person has confirmed it." in said
    own, other = entry_of(said), decide(weighed, BO, BO2, "same")
    assert "your own decision" in weighed.run(
        "identities", "confirm", root, own, "--reason", "sure", expect=16
    )
    said = weighed.run("identities", "confirm", root, other, "--reason", "saw it too")
    assert said.startswith(f"Entry {other} is confirmed; entry ")
    now = standing(weighed)
    assert [str(one.seq) for one in now.waiting] == [own]
    assert [str(one.seq) for one in now.in_force] == [other]


def test_confirm_that_disagrees_asks_anew(weighed: Operation) -> None:
    four_eyes(weighed)
    seq = decide(weighed, ASE, TOG, "same")
    said = weighed.run(
        "identities", "confirm", str(weighed.root), seq, "--disagree", "--reason", "the number was sold"
    )
    assert said.startswith(f"Entry {seq} is not confirmed, to be decided anew; entry ")
    asked = rows(weighed, "questions")[0]
    assert (asked["kind"], asked["entry"]) == ("unsettled", int(seq))
    assert asked["why"] == f"The second person did not agree with entry {seq}."


def test_undo_takes_back_and_keeps_the_entry(weighed: Operation) -> None:
    seq = decide(weighed, ASE, TOG, "same")
    said = weighed.run("identities", "undo", str(weighed.root), seq, "--reason", "wrong row")
    assert said.startswith(f"Entry {seq} is withdrawn; entry ")
    assert standing(weighed).in_force == ()
    weighed.run("identities", "undo", str(weighed.root), seq, "--reason", "again", expect=13)


def test_split_leaves_earlier_decisions_to_be_made_anew(weighed: Operation) -> None:
    seq = decide(weighed, ASE, TOG, "same")
    root = str(weighed.root)
    said = weighed.run(
        "identities", "split", root, "tog_åse", "--at", "2016-11-11T01:00+01:00", "--reason", "sold"
    )
    later = f"{TOG}@1478822400000000"
    assert said.startswith(f"{TOG} until then, {later} from then on, entry ")
    unsettled = [one for one in rows(weighed, "questions") if one["kind"] == "unsettled"]
    assert sorted((one["account"], one["other"], one["entry"]) for one in unsettled) == sorted(
        (*sorted((ASE, tenure)), int(seq)) for tenure in (TOG, later)
    )
    with pytest.raises(Refused, match="was split into periods"):
        decide(weighed, "tog_åse", ASE, "same")
    decide(weighed, later, ASE, "different")
    weighed.run("identities", "split", root, TOG, "--at", "yesterday", "--reason", "x", expect=2)


def test_share_keeps_everybody_from_being_linked_through_it(weighed: Operation) -> None:
    root = str(weighed.root)
    said = weighed.run("identities", "share", root, TOG, "--reason", "the club's account")
    assert said.startswith(f"{TOG}: shared by several people, entry ")
    with pytest.raises(Refused, match="shared by several people"):
        decide(weighed, TOG, ASE, "same")
    assert not [one for one in rows(weighed, "questions") if TOG in (one["account"], one["other"])]
    weighed.run("identities", "share", root, TOG, "--one", "--reason", "only Åse had the password")
    decide(weighed, TOG, ASE, "same")


@pytest.mark.parametrize(
    ("b", "error", "sentence"),
    [
        (ASE, Refused, "paired with itself"),
        ("nobody at all", NotFound, "No account has the id or name 'nobody at all'"),
        (f"{TOG}@77", NotFound, "There is no tenure"),
    ],
)
def test_what_is_no_pair_is_refused(
    weighed: Operation, b: str, error: type[SafelightError], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        decide(weighed, ASE, b, "same")
    assert standing(weighed).in_force == ()
