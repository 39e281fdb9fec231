"""The journal's contract, on SQLite and on PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sql

from safelight.catalog.catalog import Catalog
from safelight.catalog.journal import Journal, NewPart, PartsChanged, layout_id
from safelight.catalog.snapshot import PartName
from tests.catalog.rows import MADE_BY, children, container

_COLUMNS = ("source_id", "item_id")
_LAYOUT = {layout_id(_COLUMNS): _COLUMNS}


def _add(journal: Journal, batch: str, *, replaces: tuple[PartName, ...] = (), stage: str = "walk") -> bool:
    part = NewPart(PartName("containers", f"{batch}.parquet"), 3, 100, "ab" * 32, layout_id(_COLUMNS))
    with journal.commit(
        batch, [part], kind="batch", made_by={"stage": stage}, layouts=_LAYOUT, replaces=replaces
    ) as new:
        pass
    return new


@pytest.fixture
def journal(journal_url: str) -> Journal:
    return Journal(journal_url)


def test_entries_are_gapless_and_each_moves_the_head(journal: Journal) -> None:
    heads = [journal.head()]
    for name in ("b1-a", "b1-b", "b1-c"):
        assert _add(journal, name)
        heads.append(journal.head())
    assert [sequence for sequence, _ in heads] == [0, 1, 2, 3]
    assert len({digest for _, digest in heads}) == 4
    assert [(entry.sequence, entry.batch, entry.digest) for entry in journal.entries()] == [
        (number, name, heads[number][1]) for number, name in enumerate(("b1-a", "b1-b", "b1-c"), 1)
    ]
    assert journal.first_break() is None
    journal.close()


def test_a_batch_stands_in_it_once(journal: Journal) -> None:
    assert _add(journal, "b1-a")
    head = journal.head()
    assert not _add(journal, "b1-a")
    assert journal.head() == head
    journal.close()


def test_an_error_while_files_are_placed_leaves_nothing(journal: Journal) -> None:
    part = NewPart(PartName("containers", "b1-a.parquet"), 3, 100, "ab" * 32, layout_id(_COLUMNS))
    with (
        pytest.raises(OSError, match="no such disk"),
        journal.commit("b1-a", [part], kind="batch", made_by={}, layouts=_LAYOUT),
    ):
        raise OSError("no such disk")
    assert journal.head()[0] == 0
    assert not journal.has("b1-a")
    assert journal.snapshot().parts == {}
    assert _add(journal, "b1-a"), "and the batch can be sent again"
    assert journal.head()[0] == 1
    journal.close()


def test_a_part_is_replaced_once_only(journal: Journal) -> None:
    _add(journal, "b1-a")
    old = PartName("containers", "b1-a.parquet")
    before = journal.snapshot()
    assert _add(journal, "b1-b", replaces=(old,))
    with pytest.raises(PartsChanged):
        _add(journal, "b1-c", replaces=(old,))
    assert [part.name for part in before.parts["containers"]] == ["b1-a.parquet"], "a snapshot never changes"
    assert [part.name for part in journal.snapshot().parts["containers"]] == ["b1-b.parquet"]
    assert journal.has("b1-a"), "the replaced batch still finds itself"
    assert not journal.has("b1-c")
    assert journal.first_break() is None
    journal.close()


def test_entries_are_found_by_stage(journal: Journal) -> None:
    for name, stage in (("b1-a", "walk/1"), ("b1-b", "hash"), ("b1-c", "walk_2"), ("b1-d", "walk/2")):
        _add(journal, name, stage=stage)
    assert [entry.batch for entry in journal.entries("walk/")] == ["b1-a", "b1-d"]
    assert [entry.batch for entry in journal.entries("walk_")] == ["b1-c"], "no pattern, a prefix"
    journal.close()


def test_writers_at_once_keep_the_order_of_commits(journal_url: str) -> None:
    def work(writer: int) -> list[int]:
        journal = Journal(journal_url)
        seen = []
        for number in range(8):
            assert _add(journal, f"b1-{writer}-{number}")
            seen.append(journal.head()[0])
        journal.close()
        return seen

    first = Journal(journal_url)
    with ThreadPoolExecutor(4) as pool:
        seen = list(pool.map(work, range(4)))
    assert all(own == sorted(own) for own in seen)
    assert [entry.sequence for entry in first.entries()] == list(range(1, 33))
    assert first.first_break() is None
    first.close()


def test_one_batch_sent_by_many_at_once_is_written_once(tmp_path: Path, journal_url: str) -> None:
    """Each sender has other rows, so a file of one beside the journal's row of another would show."""

    def send(sender: int) -> tuple[bool, int]:
        with Catalog(tmp_path / "parts", journal_url) as catalog:
            rows = [container(number) for number in range(sender * 100, sender * 100 + sender + 1)]
            return catalog.write("b1-same", {"containers": rows}, made_by=MADE_BY), sender

    with Catalog(tmp_path / "parts", journal_url) as catalog:
        with ThreadPoolExecutor(4) as pool:
            sent = list(pool.map(send, range(4)))
        winners = [sender for won, sender in sent if won]
        assert len(winners) == 1
        assert children(catalog) == list(range(winners[0] * 100, winners[0] * 101 + 1))
        assert catalog.verify() == []


def test_a_new_journal_is_made_once_however_many_open_it(journal_url: str) -> None:
    with ThreadPoolExecutor(6) as pool:
        journals = list(pool.map(lambda _: Journal(journal_url), range(6)))
    assert _add(journals[0], "b1-a")
    assert [journal.head()[0] for journal in journals] == [1] * 6
    for journal in journals:
        journal.close()


def test_a_lock_is_held_by_one(journal_url: str) -> None:
    first, second = Journal(journal_url), Journal(journal_url)
    with first.exclusive("compaction", wait=False) as held:
        assert held
        with second.exclusive("compaction", wait=False) as also:
            assert not also
        with second.exclusive("known", wait=False) as other:
            assert other, "another purpose is another lock"
    with second.exclusive("compaction", wait=False) as again:
        assert again
    first.close()
    second.close()


@pytest.mark.parametrize(
    "forgery",
    [
        "UPDATE parts SET rows = rows + 1 WHERE name = 'b1-b.parquet'",
        "UPDATE parts SET sha256 = replace(sha256, 'a', 'c') WHERE name = 'b1-b.parquet'",
        "UPDATE parts SET level = 3 WHERE name = 'b1-a.parquet'",
        "UPDATE parts SET superseded_by = NULL WHERE name = 'b1-a.parquet'",
        "UPDATE parts SET superseded_by = 3 WHERE name = 'b1-b.parquet'",
        "DELETE FROM parts WHERE name = 'b1-c.parquet'",
        "UPDATE entries SET made_by = '{}' WHERE sequence = 2",
        "UPDATE entries SET committed_at = committed_at - 1 WHERE sequence = 1",
        "UPDATE entries SET batch = 'b1-z' WHERE sequence = 3",
        "UPDATE head SET sequence = 2",
        "UPDATE head SET digest = 'ab'",
    ],
)
def test_a_forged_journal_does_not_verify(journal_url: str, forgery: str) -> None:
    journal = Journal(journal_url)
    _add(journal, "b1-a")
    _add(journal, "b1-b")
    _add(journal, "b1-c", replaces=(PartName("containers", "b1-a.parquet"),))
    assert journal.first_break() is None
    engine = sql.create_engine(journal_url)
    with engine.begin() as connection:
        assert connection.exec_driver_sql(forgery).rowcount == 1
    engine.dispose()
    assert journal.first_break() is not None
    journal.close()
