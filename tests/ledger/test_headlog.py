"""The head log completes itself after a crash, and stops a ledger that has lost entries."""

from __future__ import annotations

import fcntl
import os
import random
import resource
from collections.abc import Callable

import pytest

from safelight.errors import IntegrityBroken
from safelight.ledger import notes
from safelight.ledger.entry import Draft
from safelight.ledger.headlog import BLOCK, MOST_LOST
from safelight.ledger.ledger import Ledger
from safelight.ledger.verify import verify
from safelight.operation.folder import OperationFolder
from tests.ledger.conftest import ACTOR


def _write(ledger: Ledger, *texts: str) -> None:
    for text in texts:
        notes.write(ledger, ["x"], text, actor=ACTOR)


def _lines(folder: OperationFolder) -> list[str]:
    return folder.head_log.read_text().splitlines()


def _expected(ledger: Ledger) -> list[str]:
    return [f"{entry.seq} {entry.hash.hex()}" for entry in ledger.entries()]


def test_each_commit_adds_its_head(ledger: Ledger, folder: OperationFolder) -> None:
    _write(ledger, "a", "b")
    assert _lines(folder) == _expected(ledger)
    ledger.append_many([Draft("note.written", {"text": text}, "decision", ACTOR) for text in "cd"])
    lines = _expected(ledger)
    assert _lines(folder) == [*lines[:3], lines[4]]
    with ledger.writing():
        pass
    assert len(_lines(folder)) == 4
    assert folder.head_log.stat().st_mode & 0o777 == 0o600
    assert folder.ledger.stat().st_mode & 0o777 == 0o600


def test_a_crash_between_commit_and_log_is_made_good(ledger: Ledger, folder: OperationFolder) -> None:
    _write(ledger, "a", "b")
    folder.head_log.write_text("\n".join(_lines(folder)[:2]) + "\n")
    report = verify(ledger)
    assert report.ok
    assert report.notes == (
        "head.log ends at entry 2 (a crash came in between); the next entry completes it",
    )  # fmt: skip
    _write(ledger, "c")
    assert _lines(folder) == _expected(ledger)
    assert verify(ledger).notes == ()


def test_a_log_torn_in_the_middle_of_a_line_is_made_good(ledger: Ledger, folder: OperationFolder) -> None:
    _write(ledger, "a", "b")
    whole = folder.head_log.read_bytes()
    for cut in (1, 30, 66):
        folder.head_log.write_bytes(whole[:-cut])
        assert verify(ledger).ok
        with ledger.writing():
            pass
        assert folder.head_log.read_bytes() == whole


@pytest.mark.parametrize(("kept", "lacks"), [([], 1), ([0, 1, 3], 3), ([3], 1), ([0, 3], 2)])
def test_a_log_that_lacks_more_than_a_crash_explains_is_reported(
    ledger: Ledger, folder: OperationFolder, kept: list[int], lacks: int
) -> None:
    _write(ledger, "a", "b", "c")
    lines = _lines(folder)
    folder.head_log.write_text("".join(lines[number] + "\n" for number in kept))
    report = verify(ledger)
    assert not report.ok
    assert report.reason == f"head.log lacks the head of entry {lacks}: more is missing than a crash explains"


def _commits(ledger: Ledger, number: int) -> None:
    for text in range(number):
        notes.write(ledger, ["x"], str(text), actor=ACTOR)


def test_a_power_cut_costs_lines_of_the_last_block_and_the_next_writer_puts_them_back(
    ledger: Ledger, folder: OperationFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever of the bytes behind the last sync did not reach the disk: lost, or left as NUL bytes in sectors of 512."""
    synced = folder.head_log.stat().st_size  # the first line

    def fsync(descriptor: int, real: Callable[[int], None] = os.fsync) -> None:
        nonlocal synced
        real(descriptor)
        if os.path.samestat(os.fstat(descriptor), folder.head_log.stat()):
            synced = folder.head_log.stat().st_size

    monkeypatch.setattr("os.fsync", fsync)
    rng = random.Random(20160112)
    seen = set()
    for commits in (1, 1, 20, 30, 40, 50, 60, 57, 58, 59):
        _commits(ledger, commits)
        whole = folder.head_log.read_bytes()
        seen.add(synced // BLOCK)
        assert len(whole) - synced <= BLOCK
        for way in range(12):
            cut = rng.randint(synced, len(whole)) if way else synced
            left = bytearray(whole[: cut if way < 8 else len(whole)])
            for sector in range(synced // 512, len(left) // 512 + 1):
                if way >= 3 and rng.random() < 0.5:
                    begin, end = max(synced, sector * 512), min(len(left), sector * 512 + 512)
                    left[begin:end] = bytes(max(0, end - begin))
            folder.head_log.write_bytes(left)
            report = verify(ledger)
            assert (report.ok, report.reason) == (True, "")
            with ledger.writing():
                pass
            assert folder.head_log.read_bytes() == whole
            assert verify(ledger).notes == ()
    assert len(seen) > 4


def test_a_closed_ledger_has_its_log_on_the_disk(
    folder: OperationFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced = []

    def fsync(descriptor: int, real: Callable[[int], None] = os.fsync) -> None:
        real(descriptor)
        synced.append(os.fstat(descriptor).st_size)

    with Ledger.create(folder, name="Vårsol", actor=ACTOR, synthetic=True) as ledger:
        monkeypatch.setattr("os.fsync", fsync)
        _commits(ledger, 3)
        assert synced == []
    assert synced == [folder.head_log.stat().st_size]
    with Ledger.open(folder) as ledger:
        ledger.head()
    assert len(synced) == 1


def test_a_log_that_lacks_more_than_a_power_cut_takes_is_reported_also_after_the_next_entry(
    ledger: Ledger, folder: OperationFolder
) -> None:
    _commits(ledger, MOST_LOST + 1)
    lines = _lines(folder)
    folder.head_log.write_text("".join(line + "\n" for line in lines[:2]))
    assert verify(ledger).notes == (
        "head.log ends at entry 2 (a crash came in between); the next entry completes it",
    )
    folder.head_log.write_text(lines[0] + "\n")
    for _turn in range(2):
        report = verify(ledger)
        assert (report.ok, report.first_bad) == (False, None)
        assert report.reason == "head.log lacks the head of entry 2: more is missing than a crash explains"
        _commits(ledger, 1)


def test_bytes_that_no_power_cut_leaves_stop_the_writer(ledger: Ledger, folder: OperationFolder) -> None:
    _commits(ledger, 130)
    whole = folder.head_log.read_bytes()
    folder.head_log.write_bytes(whole[:-BLOCK] + bytes(BLOCK))
    assert not verify(ledger).ok
    with pytest.raises(IntegrityBroken, match="was changed by hand"):
        _commits(ledger, 1)


def test_a_removed_log_is_reported_also_after_the_next_entry(ledger: Ledger, folder: OperationFolder) -> None:
    _write(ledger, "a", "b")
    folder.head_log.unlink()
    assert not verify(ledger).ok
    _write(ledger, "c")
    assert not verify(ledger).ok


@pytest.mark.parametrize(
    "damage",
    [
        lambda lines: [*lines[:1], lines[0], *lines[1:]],
        lambda lines: [lines[1], lines[0], *lines[2:]],
        lambda lines: [*lines[:1], "something else", *lines[1:]],
        lambda lines: [*lines[:2], lines[2][:-1] + ("0" if lines[2][-1] != "0" else "1")],
    ],
)
def test_a_log_changed_by_hand_is_reported(ledger: Ledger, folder: OperationFolder, damage: object) -> None:
    _write(ledger, "a", "b")
    assert callable(damage)
    folder.head_log.write_text("".join(line + "\n" for line in damage(_lines(folder))))
    assert not verify(ledger).ok


def test_nothing_is_added_to_a_ledger_whose_log_knows_more(ledger: Ledger, folder: OperationFolder) -> None:
    _write(ledger, "a")
    with folder.head_log.open("a") as log:
        log.write(f"3 {'ab' * 32}\n")
    with pytest.raises(IntegrityBroken, match=r"head\.log has seen entry 3"):
        _write(ledger, "b")
    assert ledger.head().seq == 2
    report = verify(ledger)
    assert (report.ok, report.first_bad) == (False, 3)


def test_a_log_that_cannot_be_written_loses_no_entry(ledger: Ledger, folder: OperationFolder) -> None:
    """The log is made as long as this process may write, the database is not: the commit stands, the log
    lags.
    """
    _write(ledger, "a")
    whole = folder.head_log.read_bytes()
    hole = 64 << 20
    with folder.head_log.open("r+b") as log:
        log.seek(hole - 8192)  # further than a power cut may leave NUL bytes
        log.write(b"x" * 8192 + b"\n" + whole)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hole + 1 + len(whole), hard))
    try:
        _write(ledger, "b")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    folder.head_log.write_bytes(whole)
    assert (verify(ledger).ok, len(verify(ledger).notes)) == (True, 1)
    _write(ledger, "c")
    assert [ledger.payload(seq) for seq in (2, 3, 4)] == [{"text": "a"}, {"text": "b"}, {"text": "c"}]
    assert verify(ledger).notes == ()


def test_the_open_log_is_read_again_where_it_was_changed_or_replaced(
    ledger: Ledger, folder: OperationFolder
) -> None:
    _write(ledger, "a")
    whole = folder.head_log.read_text()
    wrong = whole[:-65] + "ab" * 32 + "\n"  # as long, in its place
    folder.head_log.write_text(wrong)
    with pytest.raises(IntegrityBroken, match=r"head\.log has seen entry 2"):
        _write(ledger, "b")
    folder.head_log.write_text(whole)
    _write(ledger, "b")
    other = folder.head_log.with_name("other")
    other.write_text(wrong)
    other.replace(folder.head_log)
    with pytest.raises(IntegrityBroken, match=r"head\.log has seen entry 2"):
        _write(ledger, "c")
    folder.head_log.unlink()
    _write(ledger, "c")
    assert _lines(folder) == _expected(ledger)[-1:]


def test_a_forked_child_takes_a_lock_of_its_own(ledger: Ledger, folder: OperationFolder) -> None:
    """A lock belongs to the open file, and a fork shares it."""
    _write(ledger, "a")
    assert ledger.head_log is not None
    ready, say = os.pipe()
    hear, end = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(end)
        with ledger.head_log.held():
            os.write(say, b"held")
            os.read(hear, 1)
        os._exit(0)
    assert os.read(ready, 4) == b"held"
    (mine,) = ledger.head_log._spare
    with pytest.raises(BlockingIOError):
        fcntl.flock(mine.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(end)
    assert os.waitpid(child, 0)[1] == 0
    _write(ledger, "b")
    assert _lines(folder) == _expected(ledger)
