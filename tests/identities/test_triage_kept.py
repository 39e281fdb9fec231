"""Roles after a change are those of a run from nothing, and only what changed is looked at again."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import networkx as nx
import pyarrow as pa
import pyrage
import pytest

from safelight.identities import network
from safelight.identities.triage import contact_list, ground, kept, run
from safelight.identities.triage.run import find_roles
from safelight.intake import privileged
from safelight.ledger import clocks, identities, rights, roles
from tests.identities.seized import DAY, Seized, seized

LIST = """
name = "Chess lessons"
least = 1
[[term]]
name = "lesson"
words = ["trekk"]
"""
#: All rows but the run that they are of.
ROWS = "select account, role, points, detail, traces from account_roles order by all"
MEMBERS = 40


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """So few accounts are enough to leave something behind."""
    monkeypatch.setattr(kept, "FEWEST", 20)


@pytest.fixture
def op(tmp_path: Path) -> Iterator[Seized]:
    with seized(tmp_path) as made:
        roll = random.Random(1)
        for n in range(MEMBERS):
            made.named("club", name(n), f"Spiller {n}", owner=n == 0)
            for line in range(roll.randrange(3, 30)):
                made.says(
                    "club",
                    name(n),
                    name(roll.choice([n - 1, n + 1, n // 2 + 3]) % MEMBERS),
                    f"trekk {line}",
                    line * DAY,
                )
        for n in range(520):  # at all hours, always the same
            made.says("club", "klokka", name(1), "pling", n * 3_600)
        pays(made, 0, 1, 4)
        pays(made, 2, 1, 1)
        made.store()
        assert find_roles(made.folder).changed
        yield made


def name(number: int) -> str:
    return f"spiller{number:02}"


def pays(op: Seized, payer: int, payee: int, count: int) -> None:
    for n in range(count):
        op.write("transfers", "club", sender=name(payer), receiver=name(payee), amount=Decimal(100), currency="NOK",
                 time=n * DAY + payer, native_id=f"{payer}-{payee}-{n}")  # fmt: skip


def rows(op: Seized) -> list[tuple[Any, ...]]:
    with op.catalog.connect() as db:
        return db.execute(ROWS).fetchall()


def of(op: Seized, role: str) -> set[str]:
    return {account for account, its, *_rest in rows(op) if its == role}


def same_as_from_nothing(op: Seized) -> None:
    """What stands is what a run that looks at everything anew finds."""
    few = find_roles(op.folder)
    assert few.changed
    found = rows(op)
    assert find_roles(op.folder, whole=True).roles == few.roles
    assert found == rows(op)


def a_new_account(op: Seized) -> None:
    op.named("club", "nykomar", "Ny Komar")
    for n in range(50):
        op.says("club", "nykomar", name(n % 7), f"lesson {n}", n * DAY)


def an_account_writes_more(op: Seized) -> None:
    for n in range(60):
        op.says("club", name(5), name(6), f"fleire {n}", 200 * DAY + n * DAY)


def a_payment(op: Seized) -> None:
    pays(op, 7, 8, 3)
    pays(op, 9, 8, 1)


def a_call(op: Seized) -> None:
    op.write(
        "calls", "club", caller=name(3), participants=[name(30)], started=DAY, duration=900.0, kind="video"
    )


def a_rank(op: Seized) -> None:
    op.write(
        "memberships", "club", conversation="#tog", account=name(4), action="joined", role="admin", at=DAY
    )


def a_name(op: Seized) -> None:
    op.named("club", name(0), "Nytt Namn")
    op.named("club", name(0), "Nytt Namn")


def a_decision(op: Seized) -> None:
    a, b = sorted((op.id("club", name(1)), op.id("club", name(20))))
    identities.decide(op.ledger, a, b, "same", reason="he said so", source_grade="A", content_grade="1", seen=None,
                      actor="kari")  # fmt: skip


def a_clock(op: Seized) -> None:
    clocks.correct(op.ledger, op.exhibit, 5_400, reason="slow", actor="kari")


def a_list(op: Seized) -> None:
    wanted = contact_list.parse(LIST, "list.toml")
    roles.use_contact_list(op.ledger, name="list.toml", text=LIST, sha256=wanted.sha256, actor="kari")


CHANGES = (
    a_new_account,
    an_account_writes_more,
    a_payment,
    a_call,
    a_rank,
    a_name,
    a_decision,
    a_clock,
    a_list,
)


@pytest.mark.parametrize("change", CHANGES, ids=lambda one: one.__name__)
def test_after_each_change_roles_are_those_of_a_run_from_nothing(op: Seized, change: Any) -> None:
    before = rows(op)
    change(op)
    op.store()
    same_as_from_nothing(op)
    assert rows(op) != before, "the change is one that roles tell of"


def test_after_many_changes_in_any_order_too(op: Seized) -> None:
    changes = [one for one in CHANGES if one is not a_clock]
    random.Random(4).shuffle(changes)
    for change in changes:
        change(op)
        op.store()
        assert find_roles(op.folder).changed
    found = rows(op)
    find_roles(op.folder, whole=True)
    assert found == rows(op)


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[Any]]:
    """What a run looks at: networks woven, accounts whose texts are counted, roles found anew."""
    seen: dict[str, list[Any]] = {"woven": [], "accounts": [], "roles": []}
    weave, look_at, anew = ground.weave, ground.Ground.look_at, run._Looked._anew  # type: ignore[attr-defined]

    def weaves(pairs: Any) -> Any:
        seen["woven"].append(len(pairs.a))
        return weave(pairs)

    def looks_at(self: Any, accounts: Any) -> None:
        seen["accounts"].append(set(accounts))
        look_at(self, accounts)

    def found(self: Any, role: Any) -> Any:
        seen["roles"].append(role.name)
        return anew(self, role)

    monkeypatch.setattr(ground, "weave", weaves)
    monkeypatch.setattr(ground.Ground, "look_at", looks_at)
    monkeypatch.setattr(run._Looked, "_anew", found)
    return seen


def test_a_decision_about_persons_weaves_no_network_and_counts_no_texts(
    op: Seized, looks: dict[str, list[Any]]
) -> None:
    a_decision(op)
    assert find_roles(op.folder).changed
    assert (looks["woven"], looks["accounts"]) == ([], [])
    assert set(looks["roles"]) == {"seller", "buyer", "known"}
    assert op.id("club", name(20)) in of(op, "seller")


def test_of_one_account_more_its_own_texts_alone_are_counted(op: Seized, looks: dict[str, list[Any]]) -> None:
    a_new_account(op)
    op.store()
    find_roles(op.folder)
    assert looks["accounts"] == [{op.id("club", "nykomar")}] * 2
    assert len(looks["woven"]) == 1
    assert not {"moderator", "beside"} & set(looks["roles"])


def test_rows_that_were_taken_out_are_found_anew(op: Seized, looks: dict[str, list[Any]]) -> None:
    """A hold takes out rows of roles too; what is left of a role is no ground for the next run."""
    before = rows(op)
    gone = pa.table({"account": [op.id("club", "klokka")], "role": ["automatic"]})
    op.catalog.supersede("x1", {"account_roles": gone}, made_by={"test": "1"})
    assert rows(op) != before
    a_decision(op)
    find_roles(op.folder)
    assert "automatic" in looks["roles"] and op.id("club", "klokka") in of(op, "automatic")


def test_nothing_is_left_behind_of_what_is_held(op: Seized) -> None:
    left = op.folder.identities / "roles"
    assert (left / "state.json").exists() and (left / "network.npz").exists()
    assert oct(left.stat().st_mode)[-3:] == "700"
    told = b"".join(one.read_bytes() for one in left.iterdir())
    assert b"trekk" not in told and b"Spiller" not in told
    rights.grant(op.ledger, "reviewer", rights.PRIVILEGED, reason="the court named her", actor="kari")
    key = pyrage.x25519.Identity.generate().to_public()
    privileged.hold(op.folder, "account", [op.id("club", name(3))], reviewer="reviewer", recipient_key=str(key),
                    reason="counsel", actor="kari")  # fmt: skip
    assert not left.exists()
    assert find_roles(op.folder).changed
    assert op.id("club", name(3)).encode() not in b"".join(one.read_bytes() for one in left.iterdir())


@pytest.mark.parametrize(("size", "ties"), [(2, 1), (30, 60), (100, 200), (250, 500)])
def test_betweenness_is_what_networkx_gives(size: int, ties: int) -> None:
    graph = nx.gnm_random_graph(size, ties, seed=3)
    expected = nx.betweenness_centrality(graph, k=min(100, size), seed=1)
    assert network.betweenness(graph) == pytest.approx(expected, abs=1e-12)


def test_a_file_that_is_damaged_is_none(op: Seized) -> None:
    (op.folder.identities / "roles" / "network.npz").write_bytes(b"PK")
    a_decision(op)
    same_as_from_nothing(op)
