"""Where several take part in all conversations of a network on a thing alike, they are looked at, and nothing more."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from safelight.identities.evidence import everywhere
from safelight.identities.gather_identifiers import AMONG
from safelight.identities.model import Bench
from tests.identities.seized import Seized, seized


def _says(op: Seized, room: str, talk: Mapping[str, int]) -> None:
    """So many messages of each nick in a room."""
    for nick, count in talk.items():
        for n in range(count):
            op.write(
                "messages", "irc", conversation=room, sender=nick, text=f"trekk {n}", sent=n, kind="text"
            )


def _among(op: Seized, bench: Bench) -> list[tuple[str, ...]]:
    return [(who, value) for who, value in op.table(bench, "identifiers", "value", where="kind = 'among'")]


def test_who_is_in_all_rooms_of_a_log_of_two_and_wrote(tmp_path: Path) -> None:
    with seized(tmp_path) as op:
        _says(op, "#sjakk", {"ås": 3, "bo": 1, "dag": 2})
        _says(op, "#tog", {"ås": 1, "dag": 2})
        with op.bench() as bench:
            assert _among(op, bench) == [("irc dag", "source:s-i1"), ("irc ås", "source:s-i1")]
            assert op.table(bench, "identifiers", "basis", where="kind = 'device'") == []


def test_no_more_than_those_who_wrote_most(tmp_path: Path) -> None:
    with seized(tmp_path) as op:
        _says(op, "#sjakk", {f"nick{n:02}": n + 1 for n in range(AMONG + 5)})
        with op.bench() as bench:
            found = [who for who, _thing in _among(op, bench)]
    assert found == [f"irc nick{n:02}" for n in range(5, AMONG + 5)]


def test_nobody_where_one_stands_out_or_a_file_names_the_user(tmp_path: Path) -> None:
    with seized(tmp_path) as op:
        for n in range(4):
            op.says("icq", "100100", f"20020{n}", "hei", n, recipients=[f"20020{n}"])
            op.says("icq", f"20020{n}", "100100", "hei", n + 10, recipients=["100100"])
        op.named("skype", "ola.n", "Ola", owner=True)
        op.says("skype", "ola.n", "kari", "hei", recipients=["kari"])
        with op.bench() as bench:
            assert _among(op, bench) == []


def test_they_are_weighed_beside_accounts_of_other_networks_on_the_thing_and_it_says_nothing(
    tmp_path: Path,
) -> None:
    with seized(tmp_path) as op:
        op.named("skype", "ola.n", "Ola", owner=True)
        op.named("skype", "kari", "Kari", item="i2", owner=True)
        _says(op, "#sjakk", {"dag": 1, "bo": 1})
        with op.bench() as bench:
            names = dict(bench.db.execute("select tenure, network || ' ' || native from tenures").fetchall())
            pairs = everywhere.KIND.propose(bench)
            assert sorted(sorted((names[row["a"]], names[row["b"]])) for row in pairs.to_pylist()) == [
                ["irc bo", "skype ola.n"], ["irc dag", "skype ola.n"],
            ]  # fmt: skip
            bench.add("pairs", pairs)
            assert everywhere.KIND.measure(bench).num_rows == 0
