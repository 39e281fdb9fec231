"""The ledger's tables by version (Alembic), run by the program itself: nobody types a migration command.

The chain's own format never changes; what migrates is how it is stored and the state projected from it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import sqlalchemy as sa

from safelight.errors import NotAnOperation

#: The newest revision below `versions/`; a test compares it with Alembic's own idea of the head.
NEWEST: Final = "0002"


def revision(connection: sa.Connection) -> str | None:
    """The database's revision, or None if it holds no ledger."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return None if found is None else str(found)


def upgrade(connection: sa.Connection) -> None:
    """Bring the tables to the newest revision inside the caller's transaction.

    Raises NotAnOperation if a newer version of Safelight made them.
    """
    # Alembic is imported here because its 0.2 s are needed only when tables change.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    current = revision(connection)
    try:
        if current is not None:
            ScriptDirectory.from_config(config).get_revision(current)
        command.upgrade(config, "head")
    except CommandError as error:
        raise NotAnOperation(
            "A newer version of Safelight made this ledger.", "Install that version or a later one."
        ) from error
