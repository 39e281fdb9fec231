"""`find` from traces to persons: what is proposed, what decisions change, and that nothing is done twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from safelight.identities import run
from safelight.identities.registry import KINDS
from safelight.identities.run import find
from safelight.ledger import identities
from tests.identities.seized import DAY, Seized, seized


@pytest.fixture
def op(tmp_path: Path) -> Iterator[Seized]:
    with seized(tmp_path) as made:
        yield made


def rows(op: Seized, query: str) -> list[tuple[Any, ...]]:
    """What stands in the catalog."""
    with op.catalog.connect() as database:
        return database.execute(query).fetchall()


def crowd(op: Seized) -> None:
    """Forty accounts that have nothing in common."""
    for n in range(40):
        op.named("skype", f"medlem{n:02}", f"Klubbmedlem {n}")


def one_person(op: Seized) -> tuple[str, str]:
    """Two accounts with one telephone number."""
    op.named("whatsapp", "+4790000001", "Ola")
    op.named("skype", "ola.n", "+4790000001", "phone")
    return tuple(sorted((op.id("whatsapp", "+4790000001"), op.id("skype", "ola.n"))))  # type: ignore[return-value]


def test_an_empty_operation_has_nothing(op: Seized) -> None:
    assert find(op.folder).weighed == 0
    assert rows(op, "select * from person_clusters") == []


def test_a_shared_number_is_a_proposal_whose_points_add_up(op: Seized) -> None:
    crowd(op)
    pair = one_person(op)
    op.store()
    found = find(op.folder)
    assert (found.changed, found.proposals, found.persons) == (True, 1, 1)
    assert rows(op, "select tenure_a, tenure_b, standing from same_person where probability > 0.8") == [
        (*pair, "proposal")
    ]
    off = rows(
        op,
        """select max(abs(log_odds - prior - points)) from same_person join (
        select tenure_a, tenure_b, sum(points) as points from person_evidence group by all) using (tenure_a, tenure_b)""",
    )
    assert off[0][0] < 1e-9
    assert rows(op, "select distinct cluster, decided from person_clusters") == [(pair[0], False)]


def test_nothing_new_is_nothing_done(op: Seized) -> None:
    one_person(op)
    op.store()
    first = find(op.folder)
    before = op.catalog.head()
    again = find(op.folder)
    assert (first.changed, again.changed) == (True, False)
    assert op.catalog.head() == before


def test_a_decision_makes_persons_anew_and_weighs_nothing_anew(op: Seized) -> None:
    crowd(op)
    a, b = one_person(op)
    op.store()
    find(op.folder)
    weighed = rows(op, "select distinct run from same_person")
    identities.decide(op.ledger, a, b, "different", reason="two brothers", source_grade="A", content_grade="1",
                      seen=0.9, actor="kari")  # fmt: skip
    steps: list[int] = []
    found = find(op.folder, progress=lambda done, _total: steps.append(done))
    assert (found.changed, found.persons, steps) == (True, 0, [])
    assert rows(op, "select distinct run from same_person") == weighed
    identities.decide(op.ledger, a, b, "same", reason="he said so", source_grade="A", content_grade="1",
                      seen=0.9, actor="kari")  # fmt: skip
    assert find(op.folder).persons == 1
    assert rows(op, "select distinct decided from person_clusters") == [(True,)]


def test_the_same_traces_in_another_order_give_the_same(tmp_path: Path) -> None:
    found = []
    for turn in (0, 1):
        with seized(tmp_path / str(turn)) as op:
            for step in (crowd, one_person)[:: -1 if turn else 1]:
                step(op)
                op.store()
                find(op.folder)
            columns = "tenure_a, tenure_b, log_odds, probability, standing, margin, mutual"
            found.append(rows(op, f"select {columns} from same_person order by all"))
    assert found[0] == found[1]


def test_a_number_that_many_have_joins_nobody(op: Seized) -> None:
    for n in range(60):
        op.named("skype", f"medlem{n:02}", f"Klubbmedlem {n}")
        op.named("skype", f"medlem{n:02}", "+4790000009", "phone")
    op.store()
    assert find(op.folder).proposals == 0


def test_a_thousand_accounts_behind_one_address_join_nobody(op: Seized) -> None:
    for n in range(1_000):
        op.write("logins", "forum", account=str(n + 48), ip="192.0.2.7", at=n, what="login")
    op.store()
    found = find(op.folder)
    assert (found.proposals, found.persons) == (0, 0)


def test_who_writes_to_each_other_for_months_is_not_one_person_by_a_common_name(op: Seized) -> None:
    crowd(op)
    for name in ("ola1", "ola2"):
        op.named("skype", name, "Ola Nordmann")
    for n in range(120):
        one, other = ("ola1", "ola2") if n % 2 else ("ola2", "ola1")
        op.says("skype", one, other, f"trekk {n}", n * DAY)
    op.store()
    assert find(op.folder).proposals == 0
    kinds = rows(
        op, "select kind, points < 0 from person_evidence where kind in ('names', 'talks') order by 1"
    )
    assert kinds == [("names", False), ("talks", True)]


def test_an_arrangement_to_move_makes_a_candidate_of_the_account_that_was_named(op: Seized) -> None:
    crowd(op)
    op.named("kik", "foo.bar_x7k@talk.kik.com", "Foo")
    trace = op.says("irc", "tog", "per", "add me on kik: foo.bar", 7)
    op.store()
    assert find(op.folder).proposals == 0
    assert rows(op, "select kind, traces from person_evidence where kind = 'moves'") == [("moves", [trace])]


def test_a_decision_before_the_run_or_after_it_ends_in_the_same(tmp_path: Path) -> None:
    """Two strangers are decided to be one: nothing that is weighed or made hangs on when."""
    found = []
    for early in (True, False):
        with seized(tmp_path / str(early)) as op:
            crowd(op)
            a, _ = one_person(op)
            op.store()
            if not early:
                find(op.folder)
            identities.decide(op.ledger, a, op.id("skype", "medlem07"), "same", reason="he said so",
                              source_grade="A", content_grade="1", seen=None, actor="kari")  # fmt: skip
            find(op.folder)
            weighed = "select * exclude (run) from same_person order by all"
            made = "select * exclude (run) from person_clusters order by all"
            found.append((rows(op, weighed), rows(op, made)))
    assert found[0] == found[1] and len(found[0][1]) == 3


def test_another_list_or_model_or_version_makes_proposals_anew(
    op: Seized, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_person(op)
    op.store()
    find(op.folder)
    assert [file.name for file in run.DATA] == [
        "placeholders.toml", "common_names.toml", "names_model.json", "weights.json",
    ]  # fmt: skip
    longer = tmp_path / "placeholders.toml"
    longer.write_bytes(run.DATA[0].read_bytes() + b"# more\n")
    monkeypatch.setattr(run, "DATA", (longer, *run.DATA[1:]))
    assert [find(op.folder).changed for _ in range(2)] == [True, False]
    monkeypatch.setattr(run, "KINDS", (replace(KINDS[0], version=99), *KINDS[1:]))
    assert [find(op.folder).changed for _ in range(2)] == [True, False]
