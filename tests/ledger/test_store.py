"""What a connection promises: on the disk when it returns, a full disk is told, a server that went away is found again."""

from __future__ import annotations

import secrets
import signal
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
import sqlalchemy as sa

from safelight.errors import DiskFull
from safelight.ledger import excerpt, notes
from safelight.ledger.ledger import Ledger
from safelight.ledger.store import url_of
from safelight.ledger.verify import verify
from safelight.operation.folder import OperationFolder
from tests.ledger.conftest import ACTOR


def _write(ledger: Ledger, text: str) -> None:
    notes.write(ledger, ["x"], text, actor=ACTOR)


def test_a_full_disk_is_told_and_nothing_of_it_stays(ledger: Ledger, folder: OperationFolder) -> None:
    _write(ledger, "before")
    with pytest.raises(DiskFull), ledger.writing() as act:
        act.connection.exec_driver_sql("PRAGMA max_page_count = 1")  # no larger than it is
        for _turn in range(100):
            act.append("note.written", {"text": "x" * 100_000}, verb="decision", actor=ACTOR)
    with Ledger.open(folder) as again:
        assert (again.head().seq, verify(again).ok) == (2, True)
        _write(again, "after")
        assert verify(again).notes == ()


@pytest.fixture
def admin(postgres_url: str) -> Iterator[sa.Connection]:
    engine = sa.create_engine(url_of(postgres_url), isolation_level="AUTOCOMMIT")
    with closing(engine.connect()) as connection:
        yield connection
    engine.dispose()


@pytest.mark.postgres
def test_a_commit_is_in_the_servers_log_on_the_disk_when_it_returns(
    postgres_url: str, admin: sa.Connection
) -> None:
    written = "SELECT pg_current_wal_insert_lsn()"
    synced = "SELECT pg_wal_lsn_diff(pg_current_wal_flush_lsn(), '{}')"
    with Ledger.create(postgres_url, name="Vårsol", actor=ACTOR, synthetic=True) as ledger:
        for _turn in range(30):
            before = admin.exec_driver_sql(written).scalar_one()
            _write(ledger, secrets.token_hex(2000))
            assert admin.exec_driver_sql(synced.format(before)).scalar_one() >= 4000
        assert admin.exec_driver_sql("SHOW synchronous_commit").scalar_one() == "on"
        with ledger.store.reading() as connection:
            assert connection.exec_driver_sql("SHOW synchronous_commit").scalar_one() == "on"


@pytest.mark.postgres
@pytest.mark.parametrize(
    "show",
    [lambda ledger: str(ledger.head()), lambda ledger: excerpt.make(ledger, [1])],
    ids=["head", "excerpt"],
)
def test_a_head_is_shown_only_once_it_is_on_the_servers_disk(
    postgres_url: str, admin: sa.Connection, show: Callable[[Ledger], object]
) -> None:
    def set_delay(delay: str) -> None:
        admin.exec_driver_sql(f"ALTER SYSTEM SET wal_writer_delay = {delay}")
        admin.exec_driver_sql("SELECT pg_reload_conf()")

    unsynced = "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), pg_current_wal_flush_lsn())"
    with Ledger.create(postgres_url, name="Vårsol", actor=ACTOR, synthetic=True) as ledger:
        set_delay("'10s'")  # the server syncs by itself what nobody waits for: not meanwhile
        try:
            for _turn in range(5):
                with ledger.store.engine.connect() as other:  # one who has not waited yet
                    other.exec_driver_sql(
                        "BEGIN; SET LOCAL synchronous_commit TO off; CREATE TABLE IF NOT EXISTS late (x text);"
                        f" INSERT INTO late VALUES ('{secrets.token_hex(2000)}'); COMMIT"
                    )
                assert admin.exec_driver_sql(unsynced).scalar_one() >= 4000
                show(ledger)
                assert admin.exec_driver_sql(unsynced).scalar_one() < 4000
        finally:
            set_delay("DEFAULT")


@pytest.mark.postgres
def test_a_connection_that_the_server_ended_is_replaced(postgres_url: str, admin: sa.Connection) -> None:
    end = (
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    with Ledger.create(postgres_url, name="Vårsol", actor=ACTOR, synthetic=True) as ledger:
        _write(ledger, "a")
        assert admin.exec_driver_sql(end).scalar_one() > 0
        _write(ledger, "b")
        assert admin.exec_driver_sql(end).scalar_one() > 0
        assert ledger.payload(3) == {"text": "b"}
        with pytest.raises(sa.exc.OperationalError), ledger.writing() as act:
            admin.exec_driver_sql(end)
            act.append("note.written", {"text": "lost"}, verb="decision", actor=ACTOR)
        _write(ledger, "c")
        assert [ledger.payload(seq) for seq in (2, 3, 4)] == [{"text": "a"}, {"text": "b"}, {"text": "c"}]
        assert (ledger.head().seq, verify(ledger).ok) == (4, True)


@pytest.mark.postgres
def test_a_transaction_that_failed_costs_the_next_commit_nothing(postgres_url: str) -> None:
    with Ledger.create(postgres_url, name="Vårsol", actor=ACTOR, synthetic=True) as ledger:
        for turn in range(8):  # often enough for the driver to prepare, and to drop what is prepared
            _write(ledger, f"{turn} a")
            with pytest.raises(sa.exc.DataError), ledger.writing() as act:
                act.append("note.written", {"text": "lost"}, verb="decision", actor=ACTOR)
                act.connection.exec_driver_sql("SELECT 1/0")
            _write(ledger, f"{turn} b")
            with pytest.raises(sa.exc.ProgrammingError), ledger.store.reading() as connection:
                connection.exec_driver_sql("SELECT nothing")
        assert [ledger.payload(seq) for seq in range(2, 18)] == [
            {"text": f"{turn} {which}"} for turn in range(8) for which in "ab"
        ]
        assert (ledger.head().seq, verify(ledger).ok) == (17, True)


@pytest.mark.postgres
def test_who_waits_for_a_turn_can_be_interrupted(postgres_url: str) -> None:
    def press(*_: object) -> None:
        raise KeyboardInterrupt

    with (
        Ledger.create(postgres_url, name="Vårsol", actor=ACTOR, synthetic=True) as ledger,
        Ledger.open(postgres_url) as other,
    ):
        _write(ledger, "a")
        before = signal.signal(signal.SIGALRM, press)
        try:
            with other.writing() as act:
                signal.setitimer(signal.ITIMER_REAL, 0.3)
                with pytest.raises(KeyboardInterrupt):
                    _write(ledger, "never")
                act.append("note.written", {"text": "b"}, verb="decision", actor=ACTOR)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
        _write(ledger, "c")
        assert [ledger.payload(seq) for seq in (2, 3, 4)] == [{"text": "a"}, {"text": "b"}, {"text": "c"}]
        assert (ledger.head().seq, verify(ledger).ok) == (4, True)
