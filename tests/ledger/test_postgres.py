"""A ledger in PostgreSQL as people make it: two roles, of which the application's can only append."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa

from safelight.errors import AlreadyExists, BadInput, Refused
from safelight.ledger import notes, records
from safelight.ledger.ledger import Ledger
from safelight.ledger.postgres import prepare
from safelight.ledger.verify import verify
from safelight.operation.folder import OperationFolder
from tests.intake.operations import Operation
from tests.ledger.conftest import ACTOR

pytestmark = pytest.mark.postgres
_serial = count(1)


@pytest.fixture
def roles(postgres_url: str) -> Iterator[tuple[str, str]]:
    """Addresses of an empty database: its owner's role, and a role of the application."""
    owner, app = f"owner_{next(_serial)}", f"app_{next(_serial)}"
    admin = sa.create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        name = sa.make_url(postgres_url).database
        connection.exec_driver_sql(f"CREATE ROLE {owner} LOGIN")
        connection.exec_driver_sql(f"CREATE ROLE {app} LOGIN")
        connection.exec_driver_sql(f"ALTER DATABASE {name} OWNER TO {owner}")
    urls = [
        sa.make_url(postgres_url).set(username=role, drivername="postgresql").render_as_string()
        for role in (owner, app)
    ]
    yield urls[0], urls[1]
    with admin.connect() as connection:
        for role in (app, owner):
            connection.exec_driver_sql(f"DROP OWNED BY {role}")
        connection.exec_driver_sql(f"ALTER DATABASE {name} OWNER TO safelight")
        for role in (app, owner):
            connection.exec_driver_sql(f"DROP ROLE {role}")
    admin.dispose()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET actor = 'x'",
        "DELETE FROM entries",
        "TRUNCATE entries",
        "UPDATE payloads SET salt = ''",
        "DELETE FROM payloads",
        "ALTER TABLE entries DISABLE TRIGGER ALL",
        "DROP TRIGGER entries_no_update ON entries",
        "DROP TABLE payloads",
        "CREATE OR REPLACE FUNCTION safelight_append_only() RETURNS trigger LANGUAGE sql AS 'SELECT NULL'",
        "UPDATE alembic_version SET version_num = '0'",
    ],
)
def test_the_applications_role_can_change_nothing_that_was_written(
    roles: tuple[str, str], statement: str
) -> None:
    owner, app = roles
    prepare(owner, app)
    with Ledger.create(app, name="Vårsol", actor=ACTOR, synthetic=True) as ledger:
        with pytest.raises(sa.exc.ProgrammingError), ledger.store.writing() as connection:
            connection.exec_driver_sql(statement)
        assert verify(ledger).ok


def test_everything_a_person_decides_can_be_written_by_that_role(roles: tuple[str, str]) -> None:
    owner, app = roles
    prepare(owner, app)
    with Ledger.create(app, name="Vårsol", actor=ACTOR, synthetic=True) as ledger:
        with ledger.writing() as act:
            person = records.make(act, "person", actor=ACTOR)
            told = records.state(act, person.id, "name", "Åse", actor=ACTOR)
            records.state(act, person.id, "name", "Åse B.", actor=ACTOR, corrects=told.seq)
        assert [one.value for one in records.statements(ledger, record=person.id)] == ["Åse B."]
        assert verify(ledger).ok


def test_twenty_five_writers_keep_one_gapless_chain_in_commit_order(roles: tuple[str, str]) -> None:
    owner, app = roles
    prepare(owner, app)
    with Ledger.create(app, name="Vårsol", actor=ACTOR, synthetic=True) as ledger:

        def write(number: int) -> list[int]:
            with Ledger.open(app) as own:
                return [
                    notes.write(own, [f"w{number}"], f"turn {turn}", actor=ACTOR).seq for turn in range(8)
                ]

        with ThreadPoolExecutor(25) as pool:
            found = list(pool.map(write, range(25)))
        assert sorted(seq for own in found for seq in own) == list(range(2, 202))
        assert all(own == sorted(own) for own in found)
        report = verify(ledger)
        assert (report.ok, report.entries) == (True, 201)


@pytest.mark.parametrize("wrong", ["same", "superuser", "member", "absent"])
def test_a_role_that_could_change_entries_is_refused(
    roles: tuple[str, str], postgres_url: str, wrong: str
) -> None:
    owner, app = roles
    role = sa.make_url(app).username
    admin = sa.create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        if wrong == "superuser":
            connection.exec_driver_sql(f"ALTER ROLE {role} SUPERUSER")
        if wrong == "member":
            connection.exec_driver_sql(f"GRANT {sa.make_url(owner).username} TO {role}")
    admin.dispose()
    given = {"same": owner, "absent": app.replace(f"{role}@", "nobody_here@")}.get(wrong, app)
    with pytest.raises(Refused):
        prepare(owner, given)


@pytest.mark.parametrize(
    "address",
    [
        "sqlite:///x.sqlite",
        "postgresql://app:hemmelig@/x",
        "postgresql://host/",
        "chess",
        "mysql://app@host/x",
    ],
)
def test_an_address_that_is_none_or_holds_a_password_is_refused(address: str) -> None:
    with pytest.raises(BadInput):
        prepare(address, address)


def test_an_operation_with_its_ledger_in_postgresql(roles: tuple[str, str], tmp_path: Path) -> None:
    owner, app = roles
    operation = Operation(tmp_path / "op")
    operation.run("init", str(operation.root), "--ledger", app, expect=22)
    assert not operation.root.exists()
    operation.run("init", str(operation.root), "--name", "Sjakk", "--ledger", app, "--ledger-owner", owner)
    folder = OperationFolder(operation.root)
    assert not folder.ledger.exists()
    operation.run(
        "exhibit", "add", str(operation.root), "--id", "A1", "--label", "Laptop", "--seized", "2016-01-12",
        "--legal-basis", "strpl. § 203", "--officer", "K. Berg",
    )  # fmt: skip
    (tmp_path / "seized").mkdir()
    (tmp_path / "seized" / "partier.txt").write_text("1. e4 e5 2. Sf3")
    operation.ingest(tmp_path / "seized", exhibit="A1")
    assert "partier.txt" in operation.run("items", str(operation.root))
    operation.run("ledger", "prepare", str(operation.root), "--owner", owner)
    assert "chain" in operation.run("verify", str(operation.root)).lower()
    operation.run("backup", str(operation.root), str(tmp_path / "copy"))
    operation.run("restore", str(tmp_path / "copy"), str(tmp_path / "back"))
    with Ledger.open(OperationFolder(tmp_path / "back")) as embedded:
        assert embedded.store.sqlite and verify(embedded).ok
    with pytest.raises(AlreadyExists):
        prepare(owner, app, new=True)
