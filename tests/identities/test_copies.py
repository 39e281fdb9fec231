"""One account seen twice in copies of a conversation; whose a thing is by the copies of what was sent from it."""

from __future__ import annotations

import json
from math import log
from pathlib import Path
from typing import Any

import pytest

from safelight.analyse.same_messages import find_same
from safelight.identities.calibration import calibration
from safelight.identities.combine import combine
from safelight.identities.evidence import copies
from safelight.identities.model import Bench
from tests.identities.seized import Seized, seized

TOPICS = (
    "knight to f3", "the train is late", "rain on Saturday", "bring the clock", "new signal box", "endgame on Friday",
    "the loco is sold", "snow in the pass", "a draw at last", "who has the board", "wagons in a row", "wind from the west",
    "rooks on the rank", "points frozen again",
)  # fmt: skip
DAY = 86_400


def written(*rows: dict[str, Any], tenures: list[dict[str, Any]]) -> Bench:
    made = Bench()
    made.add(
        "tenures",
        [{"tenure": n, "id": f"a{n}", "account_id": f"a{n}"} | one for n, one in enumerate(tenures)],
    )
    made.add(
        "copies",
        [
            {"texts": 40, "differ": 0, "elsewhere": 0, "rooms": False, "traces": ["t1"]} | row | {"tenure": a, "other": b}
            for row in rows
            for a, b in ((row["tenure"], row["other"]), (row["other"], row["tenure"]))
        ],
    )  # fmt: skip
    made.add("pairs", copies.KIND.propose(made))
    return made


NUMBER, NAMED = (
    {"network": "whatsapp", "native": "+4790000001"},
    {"network": "whatsapp", "native": "name:s1-x:Kari"},
)
FREE, LOG = (
    {"network": "irc", "instance": one, "native": "rook"} for one in ("freenode", "?s1-x")
)  # fmt: skip


@pytest.mark.parametrize(
    ("row", "pair", "points"),
    [
        ({}, (NUMBER, NAMED), log(2) + 2),
        ({"texts": 11}, (NUMBER, NAMED), 1.9),
        ({"texts": 4}, (NUMBER, NAMED), None),  # an `ok` and a chain letter
        ({"differ": 1}, (NUMBER, NAMED), log(2) + 2),
        ({"differ": 2}, (NUMBER, NAMED), None),  # the exporter calls two people so
        ({"elsewhere": 3}, (NUMBER, NAMED), 1.9),
        ({"elsewhere": 3}, (NUMBER, NUMBER | {"native": "+4790000002"}), log(2) + 2),
        ({"elsewhere": 3}, (FREE, LOG), 1.9),
        ({"texts": 0, "rooms": True}, (FREE, LOG), log(2) + 1),
        ({}, (NUMBER, FREE), None),
    ],
)
def test_what_copies_of_a_conversation_weigh(
    row: dict[str, Any], pair: tuple[dict[str, Any], dict[str, Any]], points: float | None
) -> None:
    with written({"tenure": 0, "other": 1, "n": 50} | row, tenures=list(pair)) as made:
        found = copies.KIND.measure(made).to_pylist()
    assert [one["points"] for one in found] == ([] if points is None else [pytest.approx(points)])


def test_what_is_said_of_copies() -> None:
    def said(**row: Any) -> str:
        with written({"tenure": 0, "other": 1, "n": 50} | row, tenures=[FREE, LOG]) as made:
            (found,) = copies.KIND.measure(made).to_pylist()
            return copies.KIND.say(json.loads(found["detail"]))

    assert said() == (
        "50 messages stand in one copy of a conversation as the one account's and in another copy as the other's."
    )
    assert said(rooms=True) == (
        "The log names no network; all its 50 messages of this nick stand in channels of which there are copies from the "
        "other's network."
    )


def test_a_reason_to_look_is_no_proposal() -> None:
    row = {"tenure": 0, "other": 1, "n": 50, "texts": 11}
    with written(row, tenures=[NUMBER, NAMED]) as made:
        made.add("evidence", [one | {"kind": "copies"} for one in copies.KIND.measure(made).to_pylist()])
        assert combine(made, (copies.KIND,), calibration()).proposed(calibration()).tolist() == [False]


def chat(op: Seized, item: str, me: str, other: str, talk: str, **more: Any) -> None:
    """One side's copy of a talk: what `me` wrote has no sender where `more` says so."""
    for n, topic in enumerate(TOPICS):
        out = n % 2 == 0
        row: dict[str, Any] = {"sender": me if out else other, "direction": "outgoing" if out else "incoming"}
        if out and more.get("unnamed"):
            row["sender"] = None
        op.write(
            "messages", "kik", item=item, parser=more.get("parser", "club"), conversation=talk, kind="text",
            text=f"{topic} {talk}", sent=n * DAY, **row, **{key: more[key] for key in ("source_id",) if key in more},
        )  # fmt: skip


def test_who_sent_from_a_thing_stands_in_the_others_copy(tmp_path: Path) -> None:
    with seized(tmp_path) as op:
        chat(op, "i1", "kari@talk.kik.com", "ola@talk.kik.com", "direct:kari|ola", unnamed=True)
        chat(op, "i2", "kari@talk.kik.com", "ola@talk.kik.com", "direct:kari|ola", parser="other")
        op.store()
        find_same(op.catalog, op.ledger)
        with op.bench() as bench:
            assert op.table(
                bench, "identifiers", "value", "basis", where="kind = 'device' and basis = 'file'"
            ) == [("kik kari@talk.kik.com", "source:s-i1", "file")]


def test_who_has_two_accounts_on_a_telephone_has_two_databases(tmp_path: Path) -> None:
    with seized(tmp_path) as op:
        for n, me in enumerate(("kari@talk.kik.com", "vik@talk.kik.com")):
            more = {"source_id": "s-phone", "unnamed": True}
            chat(op, f"i{n}", me, f"ola{n}@talk.kik.com", f"direct:{n}", **more)
            chat(op, f"j{n}", me, f"ola{n}@talk.kik.com", f"direct:{n}", parser="other")
        op.store()
        find_same(op.catalog, op.ledger)
        with op.bench() as bench:
            assert op.table(bench, "identifiers", "value", where="kind = 'device' and basis = 'file'") == [
                ("kik kari@talk.kik.com", "source:s-phone"),
                ("kik vik@talk.kik.com", "source:s-phone"),
            ]
