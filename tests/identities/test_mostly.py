"""Whose conversations lie on a thing, where no file says so: in nearly all of them, in most of them, or nobody."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from safelight.identities.evidence import everywhere
from safelight.identities.model import Bench
from tests.identities.seized import seized


@pytest.mark.parametrize(
    ("talks", "others", "basis"),
    [
        (4, 0, "presence"),  # in four of four
        (4, 1, "mostly"),  # in four of five
        (4, 2, None),  # in four of six
        (2, 1, None),
    ],
)
def test_a_share_of_the_conversations(tmp_path: Path, talks: int, others: int, basis: str | None) -> None:
    with seized(tmp_path) as op:
        for n in range(talks):
            op.says("icq", "100100", f"20020{n}", "hei", n, recipients=[f"20020{n}"])
            op.says("icq", f"20020{n}", "100100", "hei", n + 10, recipients=["100100"])
        for n in range(others):
            op.says("icq", f"30030{n}", f"40040{n}", "hei", n, recipients=[f"40040{n}"])
        with op.bench() as bench:
            found = op.table(bench, "identifiers", "basis", where="kind = 'device'")
    assert found == ([("icq 100100", basis)] if basis else [])


def test_two_to_whom_it_wrote_are_enough_for_a_question(tmp_path: Path) -> None:
    with seized(tmp_path) as op:
        for n, other in enumerate(("200200", "200201", "200200")):
            op.says("icq", "100100", other, "hei", n, recipients=[other], conversation=f"c{n}")
        with op.bench() as bench:
            assert op.table(bench, "identifiers", "basis", where="kind = 'device'") == [
                ("icq 100100", "mostly")
            ]


def test_it_weighs_less_and_says_so() -> None:
    with Bench() as bench:
        bench.add(
            "tenures",
            [
                {"tenure": n, "id": f"a{n}", "account_id": f"a{n}", "network": ("skype", "icq")[n % 2]}
                for n in range(400)
            ],
        )
        for n, basis in ((0, "file"), (1, "mostly"), (3, "presence")):
            thing = "source:x" if n == 3 else "source:y"
            for value in (thing,) if n else ("source:x", "source:y"):
                bench.add("identifiers", [
                    {"tenure": n, "kind": "device", "value": value, "basis": basis, "trace": f"t1-{n}"}
                ])  # fmt: skip
        bench.add("pairs", everywhere.KIND.propose(bench))
        rows = {(row["a"], row["b"]): row for row in everywhere.KIND.measure(bench).to_pylist()}
    assert sorted(rows) == [(0, 1), (0, 3)]
    assert rows[0, 3]["points"] == 5.0
    assert rows[0, 1]["points"] == 3.0
    assert everywhere.KIND.say(json.loads(rows[0, 1]["detail"])) == (
        "Both were used on one seized item, as it seems: of a network there one takes part in most conversations, and no "
        "other in so many."
    )
