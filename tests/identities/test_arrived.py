"""A few accounts that come after a whole weighing: what is weighed anew, what it rests on, and when all are weighed."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pyrage
import pytest

from safelight.identities import arrived, kept
from safelight.identities.run import find
from safelight.intake import privileged
from safelight.ledger import identities, rights
from tests.identities.seized import Seized, seized
from tests.identities.test_style_evidence import author

ACCOUNTS = 120
_PAIRS = "select * exclude (run) from same_person order by all"
_EVIDENCE = "select * exclude (run) from person_evidence order by all"
_CLUSTERS = "select * exclude (run) from person_clusters order by all"


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """So many accounts are enough to keep a weighing, and a twentieth of them may come."""
    monkeypatch.setattr(kept, "FEWEST", 100)
    monkeypatch.setattr(arrived, "SHARE", 0.05)


@pytest.fixture
def op(tmp_path: Path) -> Iterator[Seized]:
    with seized(tmp_path) as made:
        club(made)
        assert find(made.folder).since is None
        yield made


def club(op: Seized) -> None:
    """Writers with two accounts each, of which the last has but one; the first two share a telephone number."""
    for number in range(ACCOUNTS - 1):
        writes(op, number)
    for number in (0, 60):
        op.named("skype", name(number), "+4790000001", "phone")
    op.store()


def name(number: int) -> str:
    return f"spiller{number:03}"


def writes(op: Seized, number: int) -> None:
    """An account, and sixty messages to its neighbour; number and number + 60 are one writer's."""
    op.named("skype", name(number), name(number))
    for n, text in enumerate(author(number % 60, 60, seed=number // 60)):
        op.says("skype", name(number), name((number + 1) % 60), text, 1_000 * number + n)


def rows(op: Seized, query: str) -> list[tuple[Any, ...]]:
    with op.catalog.connect() as database:
        return database.execute(query).fetchall()


def stands(op: Seized) -> list[list[tuple[Any, ...]]]:
    """All that a weighing wrote."""
    return [rows(op, query) for query in (_PAIRS, _EVIDENCE, _CLUSTERS)]


def _files_with(root: Path, word: bytes) -> set[str]:
    """Files that hold a word: as they lie on the disk, and as what Parquet makes of their bytes."""
    found = set()
    for path in sorted(one for one in root.rglob("*") if one.is_file()):
        data = path.read_bytes()
        if path.suffix == ".parquet":
            data += repr(pq.read_table(path).to_pylist()).encode()
        if word in data:
            found.add(path.relative_to(root).as_posix())
    return found


def of(op: Seized, number: int) -> list[tuple[Any, ...]]:
    """Pairs of an account: with whom, by what, whether it is proposed."""
    id_ = op.id("skype", name(number))
    return rows(
        op,
        f"""select if(account_a = '{id_}', account_b, account_a), kind, standing from same_person
            join person_evidence using (tenure_a, tenure_b) where '{id_}' in (account_a, account_b) order by all""",
    )


def test_one_account_that_comes_is_weighed_beside_all_that_stood_there(op: Seized) -> None:
    before = stands(op)
    writes(op, ACCOUNTS - 1)
    op.named("skype", name(ACCOUNTS - 1), "+4790000002", "phone")
    op.named("skype", name(5), "+4790000002", "phone")
    op.store()
    found = find(op.folder)
    assert (found.changed, found.since) == (True, 2)
    told = of(op, ACCOUNTS - 1)
    assert (op.id("skype", name(5)), "phone") in [row[:2] for row in told]
    assert (op.id("skype", name(59)), "style") in [row[:2] for row in told]  # its writer's other account
    assert find(op.folder) == replace(found, changed=False)
    new = {op.id("skype", name(number)) for number in (5, ACCOUNTS - 1)}
    others = [row[:4] for row in before[0] if not new & set(row[:4])]
    assert [row[:4] for row in rows(op, _PAIRS) if not new & set(row[:4])] == others


def test_it_follows_from_the_last_whole_weighing_and_what_is_there_now(tmp_path: Path) -> None:
    """Both at once, and one after the other in either order."""
    found = []
    for turn, steps in enumerate((((119, 200),), ((119,), (200,)), ((200,), (119,)))):
        with seized(tmp_path / str(turn)) as op:
            club(op)
            find(op.folder)
            for numbers in steps:
                for number in numbers:
                    op._count = (
                        1_000_000 + 1_000 * number
                    )  # ids of traces hang on the trace, not on when it came
                    writes(op, number)
                op.store()
                last = find(op.folder)
            assert last.since == 2
            found.append(stands(op))
    assert found[0] == found[1] == found[2]


def test_all_are_weighed_on_demand_and_when_many_came(tmp_path: Path) -> None:
    found = []
    for turn in ("at once", "on demand", "many"):
        with seized(tmp_path / turn) as op:
            club(op)
            if turn != "at once":
                find(op.folder)
            if turn == "on demand":
                writes(op, 119)
                op.store()
                assert find(op.folder).since == 1
            for number in range(119 + (turn == "on demand"), 130):
                op._count = 1_000_000 + 1_000 * number
                writes(op, number)
            op.store()
            last = find(op.folder, whole=turn == "on demand")
            assert (last.changed, last.since) == (True, None)
            found.append([[row[:2] for row in stands(op)[0]], stands(op)[2]])
    assert found[0] == found[1] == found[2]


def test_a_value_that_more_have_weighs_less_for_the_two_that_had_it(op: Seized) -> None:
    ids = sorted(op.id("skype", name(number)) for number in (0, 60))
    phone = f"""select round(raw_points, 6) from person_evidence
                where kind = 'phone' and (tenure_a, tenure_b) = ('{ids[0]}', '{ids[1]}')"""
    before = rows(op, phone)
    for native in ("10001", "10002"):
        op.named("icq", native, "+4790000001", "phone")
    op.store()
    assert find(op.folder).since == 2
    after = rows(op, phone)
    find(op.folder, whole=True)
    assert after == rows(op, phone)
    assert after < before


def test_decisions_are_obeyed(op: Seized) -> None:
    a, b = sorted(op.id("skype", name(number)) for number in (0, 60))
    together = f"select count(*) from person_clusters where account in ('{a}', '{b}') group by cluster"
    assert rows(op, together) == [(2,)]
    identities.decide(op.ledger, a, b, "different", reason="two brothers", source_grade="A", content_grade="1",
                      seen=None, actor="kari")  # fmt: skip
    writes(op, 119)
    op.store()
    assert find(op.folder).since == 1
    assert (2,) not in rows(op, together)


@pytest.mark.parametrize("harm", ["a file is missing", "a file is short", "the folder is gone"])
def test_what_is_not_whole_is_not_gone_on_from(op: Seized, harm: str) -> None:
    last = op.folder.identities / "last"
    if harm == "a file is missing":
        (last / "moves.parquet").unlink()
    elif harm == "a file is short":
        (last / "style" / "characters.npy").write_bytes(b"")
    else:
        for file in sorted(last.rglob("*"), reverse=True):
            file.rmdir() if file.is_dir() else file.unlink()
    writes(op, 119)
    op.store()
    assert find(op.folder).since is None
    assert find(op.folder, whole=True).changed is False


def test_what_a_newer_parser_reads_in_a_trace_counts_as_a_change(op: Seized) -> None:
    trace = op.says("skype", name(7), name(8), "vi sees på klubben", 7)
    row = op._rows["messages"][-1]
    op.store()
    find(op.folder, whole=True)
    op.catalog.supersede(
        "again",
        {"messages": pa.table({"trace_id": [trace]})},
        {"messages": [row | {"version": 2, "text": "min kik er fjell91"}]},
        made_by={"test": "1"},
    )
    assert find(op.folder).since == 1


def test_an_account_of_a_network_that_nobody_was_in_is_weighed_with_all(op: Seized) -> None:
    op.named("icq", "10001", "ola")
    for n, text in enumerate(author(3, 60, seed=7)):
        op.says("icq", "10001", "10002", text, n)
    op.store()
    assert find(op.folder).since is None


def test_what_is_kept_goes_when_anything_is_held(op: Seized) -> None:
    me = getpass.getuser()
    op.says("skype", name(0), name(1), "add me on kik: fjellhytta.moe", 7)
    op.store()
    find(op.folder, whole=True)
    assert _files_with(op.folder.root, b"fjellhytta.moe") >= {"identities/last/moves.parquet"}
    rights.grant(op.ledger, me, rights.PRIVILEGED, reason="test", actor=me)
    key = str(pyrage.x25519.Identity.generate().to_public())
    privileged.hold(
        op.folder,
        "account",
        [op.id("skype", name(0))],
        reviewer=me,
        recipient_key=key,
        reason="strpl. § 204",
        actor=me,
    )
    assert not op.folder.identities.exists()
    assert _files_with(op.folder.root, b"fjellhytta.moe") == set()
