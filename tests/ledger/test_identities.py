"""Decisions about tenures: what binds, what waits, what is unsettled, and that nothing is ever lost."""

from __future__ import annotations

import random
from typing import Any

import pytest

from safelight.errors import NotFound, Refused, SafelightError
from safelight.ledger import identities
from safelight.ledger.erase import erase
from safelight.ledger.identities import Standing, Tenure, standing
from safelight.ledger.ledger import Ledger
from safelight.ledger.verify import verify
from safelight.operation.folder import OperationFolder
from tests.ledger.conftest import ACTOR

OTHER = "ola.hansen"
A, B, C = "a1-anne", "a1-bjorn", "a1-carl"


def decide(ledger: Ledger, a: str, b: str, decision: str, **more: Any) -> int:
    given = {"reason": "same words, same hours", "source_grade": "B", "content_grade": "2", "seen": 0.93}
    return identities.decide(ledger, a, b, decision, **{"actor": ACTOR, **given, **more}).seq


def told(ledger: Ledger) -> tuple[list[str], list[str], list[str]]:
    """What is in force, waits and is unsettled, in short."""
    now = standing(ledger)
    return tuple(  # type: ignore[return-value]
        [f"{one.a} {one.decision} {one.b}" for one in found]
        for found in (now.in_force, now.waiting, now.unsettled)
    )


def test_a_decision_as_it_is_written_and_read(ledger: Ledger) -> None:
    seq = decide(ledger, B, A, "same")
    entry = ledger.entry(seq)
    assert (entry.kind, entry.verb, entry.subjects) == ("identity.decided", "decision", (A, B))
    assert ledger.payload(seq) == {
        "decision": "same", "reason": "same words, same hours", "source_grade": "B", "content_grade": "2",
        "scheme": "4x4", "handling": "", "seen": 0.93, "periods": [[None, None], [None, None]], "four_eyes": False,
    }  # fmt: skip
    (one,) = standing(ledger).in_force
    assert (one.seq, one.decision, one.a, one.b, one.actor) == (seq, "same", A, B, ACTOR)
    assert (one.reason, one.source_grade, one.content_grade, one.seen) == (
        "same words, same hours", "B", "2", 0.93,
    )  # fmt: skip
    assert (one.waiting, one.unsettled, one.confirmed_by, one.recorded_at) == (
        False,
        False,
        None,
        entry.recorded_at,
    )


def test_the_newest_counts_and_undo_brings_the_one_before_back(ledger: Ledger) -> None:
    first, second = decide(ledger, A, B, "same"), decide(ledger, A, B, "different", actor=OTHER)
    assert told(ledger) == ([f"{A} different {B}"], [], [])
    undone = identities.withdraw(ledger, second, reason="wrong row", actor=OTHER).seq
    assert told(ledger) == ([f"{A} same {B}"], [], [])
    assert [
        (one.seq, one.of, one.act, one.actor, one.withdrawn) for one in identities.history(ledger, B, A)
    ] == [
        (first, first, "same", ACTOR, False),
        (second, second, "different", OTHER, True),
        (undone, second, "withdrawn", OTHER, False),
    ]
    with pytest.raises(NotFound, match="withdrawn already"):
        identities.withdraw(ledger, second, reason="again", actor=OTHER)


def test_decisions_that_contradict_each_other_are_all_written(ledger: Ledger) -> None:
    decide(ledger, A, B, "same")
    decide(ledger, B, C, "same", actor=OTHER)
    decide(ledger, A, C, "different")
    assert told(ledger)[0] == [f"{A} same {B}", f"{B} same {C}", f"{A} different {C}"]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"b": A}, "paired with itself. Name two different accounts"),
        ({"decision": "perhaps"}, "is no decision. Use one of same, different, undecided"),
        ({"source_grade": "E"}, "grades no source. Use one of A, B, C, D, X"),
        ({"content_grade": "5"}, "grades no content. Use one of 1, 2, 3, 4, X"),
        ({"reason": " \n"}, "needs its reason. Say what it rests on"),
        ({"seen": 1.5}, "is no probability. Give a number from 0 to 1"),
        ({"a": f"{A}@1000"}, "no tenure a1-anne@1000 now. This account's are: a1-anne"),
    ],
)
def test_what_is_no_decision_is_refused_with_what_to_do(
    ledger: Ledger, changed: dict[str, Any], sentence: str
) -> None:
    given = {"a": A, "b": B, "decision": "same", **changed}
    with pytest.raises(SafelightError) as refused:
        decide(ledger, **given)
    assert sentence in str(refused.value)
    assert standing(ledger) == Standing({})


def test_under_four_eyes_a_second_person_must_agree(ledger: Ledger) -> None:
    seq = decide(ledger, A, B, "same", four_eyes=True)
    assert told(ledger) == ([], [f"{A} same {B}"], [])
    with pytest.raises(Refused, match="your own decision"):
        identities.confirm(ledger, seq, agrees=True, reason="sure", actor=ACTOR)
    with pytest.raises(Refused, match="Confirm that entry instead"):
        decide(ledger, A, B, "same", four_eyes=True, actor=OTHER)
    identities.confirm(ledger, seq, agrees=True, reason="came to the same", actor=OTHER)
    assert told(ledger) == ([f"{A} same {B}"], [], [])
    assert standing(ledger).in_force[0].confirmed_by == OTHER
    with pytest.raises(Refused, match="waits for no second person"):
        identities.confirm(ledger, seq, agrees=True, reason="again", actor=OTHER)


def test_one_that_waits_leaves_the_one_in_force_and_undecided_waits_for_nobody(ledger: Ledger) -> None:
    decide(ledger, A, B, "same")
    seq = decide(ledger, A, B, "different", four_eyes=True)
    assert told(ledger) == ([f"{A} same {B}"], [f"{A} different {B}"], [])
    said = identities.confirm(ledger, seq, agrees=True, reason="yes", actor=OTHER).seq
    assert told(ledger) == ([f"{A} different {B}"], [], [])
    identities.withdraw(ledger, said, reason="a slip", actor=OTHER)
    assert told(ledger) == ([f"{A} same {B}"], [f"{A} different {B}"], [])
    decide(ledger, A, B, "undecided", four_eyes=True)
    assert told(ledger) == ([f"{A} undecided {B}"], [], [])


@pytest.mark.parametrize("which", ["decision", "agreement"])
def test_what_two_said_is_taken_back_by_two(ledger: Ledger, which: str) -> None:
    seq = decide(ledger, A, B, "different", four_eyes=True)
    said = identities.confirm(ledger, seq, agrees=True, reason="met both", actor=OTHER).seq
    entry = {"decision": seq, "agreement": said}[which]
    asked = identities.withdraw(ledger, entry, reason="a mistake", actor=ACTOR, four_eyes=True)
    assert (asked.kind, asked.corrects) == ("identity.withdrawal_asked", entry)
    assert told(ledger) == ([f"{A} different {B}"], [], [])
    with pytest.raises(Refused, match=f"You asked for that already, entry {asked.seq}"):
        identities.withdraw(ledger, entry, reason="really", actor=ACTOR, four_eyes=True)
    identities.withdraw(ledger, asked.seq, reason="no mistake after all", actor=OTHER, four_eyes=True)
    assert [one.act for one in identities.history(ledger, A, B)] == [
        "different", "confirmed", "asked", "withdrawn",
    ]  # fmt: skip
    again = identities.withdraw(ledger, entry, reason="a mistake", actor=OTHER, four_eyes=True)
    assert again.kind == "identity.withdrawal_asked", "what was taken back does not count as asked"
    done = identities.withdraw(ledger, entry, reason="it is one", actor=ACTOR, four_eyes=True)
    assert done.kind == "identity.withdrawn"
    waiting = [] if which == "decision" else [f"{A} different {B}"]
    assert told(ledger) == ([], waiting, [])


def test_one_takes_back_alone_what_one_said_and_what_no_setting_guards(ledger: Ledger) -> None:
    alone = decide(ledger, A, B, "same")
    waits = decide(ledger, A, C, "same", four_eyes=True)
    for seq in (alone, waits):
        assert (
            identities.withdraw(ledger, seq, reason="a slip", actor=ACTOR, four_eyes=True).kind
            == "identity.withdrawn"
        )
    both = decide(ledger, A, C, "same", four_eyes=True)
    identities.confirm(ledger, both, agrees=True, reason="yes", actor=OTHER)
    assert identities.withdraw(ledger, both, reason="off", actor=ACTOR).kind == "identity.withdrawn"
    assert told(ledger) == ([], [], [])


def test_where_the_second_person_disagrees_it_is_to_be_decided_anew(ledger: Ledger) -> None:
    seq = decide(ledger, A, B, "same", four_eyes=True)
    identities.confirm(ledger, seq, agrees=False, reason="the number was sold", actor=OTHER)
    assert told(ledger) == ([], [], [f"{A} same {B}"])
    (one,) = standing(ledger).unsettled
    assert (one.cause, one.refused_by) == ("refused", OTHER)
    assert standing(ledger).successors(one) == [(A, B)]
    decide(ledger, A, B, "different")
    assert told(ledger) == ([f"{A} different {B}"], [], [])


def test_after_a_split_earlier_decisions_bind_neither_part_and_wait_to_be_made_anew(ledger: Ledger) -> None:
    decide(ledger, A, B, "same")
    cut = identities.split(ledger, A, 5000, "1970-01-01T00:00:00.005Z", reason="sold", actor=ACTOR).seq
    later = f"{A}@5000"
    assert standing(ledger).tenures == {
        A: (Tenure(A, A, None, 5000, False, cut), Tenure(later, A, 5000, None, False, cut))
    }
    assert told(ledger) == ([], [], [f"{A} same {B}"])
    assert standing(ledger).successors(standing(ledger).unsettled[0]) == [(A, B), (later, B)]
    decide(ledger, A, B, "same")
    assert told(ledger)[2] == [f"{A} same {B}"], "the later part is still open"
    decide(ledger, later, B, "different")
    assert told(ledger) == ([f"{A} same {B}", f"{later} different {B}"], [], [])
    decide(ledger, A, later, "different")
    identities.withdraw(ledger, cut, reason="it was not sold", actor=ACTOR)
    in_force, _, unsettled = told(ledger)
    assert in_force == [f"{A} same {B}"], "the first decision has its force again"
    assert unsettled == [f"{later} different {B}", f"{A} different {later}"], (
        "and the others are not forgotten"
    )


def test_a_tenure_that_is_split_again_keeps_the_part_that_did_not_change(ledger: Ledger) -> None:
    for at in (9000, 5000):
        identities.split(ledger, A, at, str(at), reason="sold", actor=ACTOR)
    assert [(one.id, one.begin_us, one.end_us) for one in standing(ledger).tenures_of(A)] == [
        (A, None, 5000), (f"{A}@5000", 5000, 9000), (f"{A}@9000", 9000, None),
    ]  # fmt: skip
    decide(ledger, A, B, "same")
    decide(ledger, f"{A}@9000", C, "same")
    identities.split(ledger, A, 9500, "9500", reason="sold", actor=ACTOR)
    assert told(ledger) == ([f"{A} same {B}"], [], [f"{A}@9000 same {C}"])
    with pytest.raises(Refused, match="split at 9000 already"):
        identities.split(ledger, A, 9000, "9000", reason="sold", actor=ACTOR)


def test_a_shared_tenure_is_decided_upon_by_nobody(ledger: Ledger) -> None:
    decide(ledger, A, B, "same")
    seq = identities.share(ledger, A, True, reason="the family's", actor=ACTOR).seq
    assert standing(ledger).tenures == {A: (Tenure(A, A, None, None, True, seq),)}
    assert told(ledger) == ([], [], [f"{A} same {B}"])
    assert standing(ledger).unsettled[0].cause == "shared"
    with pytest.raises(Refused, match="shared by several people"):
        decide(ledger, A, C, "same")
    with pytest.raises(Refused, match="stands as shared already"):
        identities.share(ledger, A, True, reason="again", actor=ACTOR)
    identities.share(ledger, A, False, reason="it was one person's", actor=ACTOR)
    assert told(ledger) == ([f"{A} same {B}"], [], [])


def test_parts_of_a_shared_account_stay_shared_until_somebody_says_otherwise(ledger: Ledger) -> None:
    identities.share(ledger, A, True, reason="the family's", actor=ACTOR)
    cut = identities.split(ledger, A, 5000, "5000", reason="sold", actor=ACTOR).seq
    assert [one.shared for one in standing(ledger).tenures_of(A)] == [True, True]
    identities.share(ledger, f"{A}@5000", False, reason="its buyer's alone", actor=ACTOR)
    assert [one.shared for one in standing(ledger).tenures_of(A)] == [True, False]
    identities.withdraw(ledger, cut, reason="not sold", actor=ACTOR)
    assert [one.shared for one in standing(ledger).tenures_of(A)] == [True]


def test_what_is_no_decision_of_this_kind_cannot_be_withdrawn_or_confirmed(ledger: Ledger) -> None:
    for seq in (1, 77):
        with pytest.raises(NotFound):
            identities.withdraw(ledger, seq, reason="x", actor=ACTOR)
        with pytest.raises(NotFound):
            identities.confirm(ledger, seq, agrees=True, reason="x", actor=OTHER)
    with pytest.raises(NotFound):
        identities.share(ledger, f"{A}@1", True, reason="x", actor=ACTOR)


def test_an_erased_decision_binds_nobody_and_shows_that_it_was(ledger: Ledger) -> None:
    seq = decide(ledger, A, B, "same")
    assert told(ledger)[0] == [f"{A} same {B}"]
    erase(ledger, [seq], actor=ACTOR, purpose="order", authorisation="court", reason="third person")
    assert told(ledger) == ([], [], [])
    assert [one.act for one in identities.history(ledger, A, B)] == ["erased"]


def test_what_a_change_touches(ledger: Ledger) -> None:
    decide(ledger, A, B, "same")
    last = decide(ledger, B, C, "different")
    assert identities.touched_since(ledger, last) == set()
    assert identities.touched_since(ledger, last - 1) == {B, C}
    last = identities.split(ledger, A, 5000, "5000", reason="sold", actor=ACTOR).seq
    assert identities.touched_since(ledger, last - 1) == {A, f"{A}@5000", B}


def test_however_acts_come_what_is_kept_up_to_date_is_what_a_new_reader_finds(
    ledger: Ledger, folder: OperationFolder
) -> None:
    dice = random.Random(5)
    for step in range(120):
        try:
            _any_act(ledger, dice)
        except (Refused, NotFound):
            continue
        if step % 10 == 0:
            with Ledger.open(folder) as other:
                assert standing(other) == standing(ledger)
    assert standing(ledger).in_force
    assert verify(ledger).ok


def _any_act(ledger: Ledger, dice: random.Random) -> None:
    accounts = [f"a1-{number}" for number in range(5)]
    a, b = dice.sample([one.id for account in accounts for one in standing(ledger).tenures_of(account)], 2)
    entry, sure, actor = dice.randint(2, 40), dice.random() < 0.6, dice.choice([ACTOR, OTHER])
    match dice.choices(["decide", "confirm", "withdraw", "split", "share"], [6, 2, 2, 1, 1])[0]:
        case "decide":
            word = dice.choice(["same", "different", "undecided"])
            decide(ledger, a, b, word, four_eyes=not sure, actor=actor)
        case "confirm":
            identities.confirm(ledger, entry, agrees=sure, reason="x", actor=OTHER)
        case "withdraw":
            identities.withdraw(ledger, entry, reason="x", actor=actor)
        case "split":
            identities.split(ledger, dice.choice(accounts), dice.randint(1, 4), "t", reason="x", actor=actor)
        case _:
            identities.share(ledger, a, sure, reason="x", actor=actor)


@pytest.mark.parametrize("word", ["different", "same"])
def test_under_four_eyes_one_person_s_undecided_does_not_lift_what_two_said(
    ledger: Ledger, word: str
) -> None:
    first = decide(ledger, A, B, word, four_eyes=True)
    identities.confirm(ledger, first, agrees=True, reason="yes", actor=OTHER)
    seq = decide(ledger, A, B, "undecided", four_eyes=True)
    assert told(ledger) == ([f"{A} {word} {B}"], [f"{A} undecided {B}"], [])
    said = identities.confirm(ledger, seq, agrees=True, reason="open after all", actor=OTHER).seq
    assert told(ledger) == ([f"{A} undecided {B}"], [], [])
    identities.withdraw(ledger, said, reason="a slip", actor=OTHER)
    assert told(ledger) == ([f"{A} {word} {B}"], [f"{A} undecided {B}"], [])


def test_an_unsettled_different_holds_apart_until_it_is_decided_anew(ledger: Ledger) -> None:
    old = decide(ledger, A, B, "different")
    decide(ledger, A, C, "same")
    identities.split(ledger, A, 5000, "5000", reason="sold", actor=ACTOR)
    later = f"{A}@5000"

    def apart() -> dict[tuple[str, str], int]:
        return {pair: one.seq for pair, one in standing(ledger).held_apart().items()}

    assert apart() == {(A, B): old, (later, B): old}, "and nothing is joined by a same that is unsettled"
    seq = decide(ledger, later, B, "same", four_eyes=True)
    assert apart() == {(A, B): old, (later, B): old}, "one that waits decides nothing"
    identities.confirm(ledger, seq, agrees=True, reason="yes", actor=OTHER)
    assert apart() == {(A, B): old}
    decide(ledger, A, B, "undecided")
    assert apart() == {} and told(ledger)[2] == [f"{A} same {C}"]


def test_one_person_s_undecided_about_a_part_does_not_lift_what_two_said_before_the_split(
    ledger: Ledger,
) -> None:
    old = decide(ledger, A, B, "different", four_eyes=True)
    identities.confirm(ledger, old, agrees=True, reason="yes", actor=OTHER)
    identities.split(ledger, A, 5000, "5000", reason="sold", actor=ACTOR)
    decide(ledger, A, B, "undecided", four_eyes=True)
    decide(ledger, f"{A}@5000", B, "undecided", four_eyes=True)
    assert set(standing(ledger).held_apart()) == {(A, B), (f"{A}@5000", B)}
    assert told(ledger)[2] == [f"{A} different {B}"]


def test_a_different_that_nobody_confirmed_or_that_was_refused_holds_nobody_apart(ledger: Ledger) -> None:
    refused = decide(ledger, A, C, "different", four_eyes=True)
    identities.confirm(ledger, refused, agrees=False, reason="no", actor=OTHER)
    decide(ledger, A, B, "different", four_eyes=True)
    identities.split(ledger, A, 5000, "5000", reason="sold", actor=ACTOR)
    assert len(told(ledger)[2]) >= 1
    assert standing(ledger).held_apart() == {}
