"""The tables that the revisions make are those of the code, and a newer version's ledger is left alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from safelight.errors import NotAnOperation
from safelight.ledger import migrations
from safelight.ledger.ledger import Ledger
from safelight.ledger.tables import METADATA, STATE
from safelight.operation.folder import OperationFolder
from tests.ledger.conftest import ACTOR


def test_the_revisions_make_the_tables_of_the_code(anywhere: Ledger) -> None:
    both = sa.MetaData()
    for table in (*METADATA.sorted_tables, *STATE.sorted_tables):
        table.to_metadata(both)
    with anywhere.store.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), both) == []


def test_the_newest_revision_is_the_one_that_is_named() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    assert ScriptDirectory.from_config(config).get_heads() == [migrations.NEWEST]


def test_a_newer_versions_ledger_is_left_alone(place: OperationFolder | str) -> None:
    with Ledger.create(place, name="Newer", actor=ACTOR) as ledger, ledger.writing() as act:
        act.connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NotAnOperation, match="newer version"):
        Ledger.open(place)


@pytest.mark.parametrize("content", [None, b"", b"not a database" * 100])
def test_what_is_no_ledger_is_refused(folder: OperationFolder, content: Any) -> None:
    if content is not None:
        folder.ledger.write_bytes(content)
    with pytest.raises(NotAnOperation):
        Ledger.open(folder)


def test_a_creation_that_was_cut_off_is_repeated(folder: OperationFolder) -> None:
    folder.ledger.touch()
    with Ledger.create(folder, name="Again", actor=ACTOR) as ledger:
        assert ledger.head().seq == 1
