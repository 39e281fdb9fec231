"""A ledger in PostgreSQL: tables by the role that owns them, and a role of the application that can only append.

The application's role reads everything, appends to `entries` and `payloads`, and keeps the projected state. It owns
nothing, so that it can neither change nor delete an entry, nor switch off the triggers that forbid it. What needs more
(new tables of a newer version, a lawful erasure) is done by the owner's role, whose address nobody stores.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from safelight.errors import AlreadyExists, BadInput, Refused
from safelight.ledger import migrations
from safelight.ledger.store import url_of
from safelight.ledger.tables import ENTRIES, METADATA, STATE

_APPEND_ONLY: Final = tuple(table.name for table in METADATA.sorted_tables)
_FORBIDDEN: Final = ("UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
_ROLES: Final = sa.text(
    "select rolsuper, rolcreaterole, rolbypassrls, pg_has_role(oid, current_user, 'MEMBER') as member"
    " from pg_roles where rolname = :name"
)


def address(url: str) -> sa.URL:
    """The address of a PostgreSQL database, checked. Raises BadInput for another kind, no role, or a password in it."""
    try:
        found = url_of(url)
    except sa.exc.ArgumentError as error:
        raise BadInput(f"{url!r} is no address of a database.", _EXAMPLE) from error
    if found.get_backend_name() != "postgresql":
        raise BadInput(
            f"A ledger outside the folder lies in PostgreSQL, not in {found.drivername}.", _EXAMPLE
        )
    if found.password:
        raise BadInput(
            "The address holds a password, and it would be stored with the operation.",
            "Leave it out, and keep the password in ~/.pgpass or PGPASSWORD.",
        )
    if not found.username or not found.database:
        raise BadInput("The address names no role or no database.", _EXAMPLE)
    return found


_EXAMPLE: Final = "Write it as postgresql://safelight@host/operation."


def prepare(owner: str, application: str, *, new: bool = False) -> None:
    """Make the tables, or bring them to this version, as their owner; give the application's role what it needs.

    Raises AlreadyExists if it is to be `new` and holds a ledger, BadInput for addresses that are none, Refused if the
    two roles are one, or if the application's role could change what was written.
    """
    own, app = address(owner), address(application)
    if own.username == app.username:
        raise Refused(
            f"The role {app.username} would own the tables that it writes to, and could change them.",
            "Give an owner's address with another role.",
        )
    engine = sa.create_engine(own)
    try:
        with engine.begin() as connection:
            _check_role(connection, app.username or "")
            migrations.upgrade(connection)
            _grant(connection, app.username or "")
            if new and connection.execute(sa.select(ENTRIES.c.seq).limit(1)).first() is not None:
                raise AlreadyExists("That database holds a ledger already.", "Name an empty database.")
    except sa.exc.OperationalError as error:
        raise BadInput(f"The database cannot be reached: {error.orig}.", "See that it runs.") from error
    finally:
        engine.dispose()
    check_appends_only(application)


def check_appends_only(application: str) -> None:
    """Ask the database, as the application's role, what that role may do. Raises Refused if it may change entries."""
    engine = sa.create_engine(address(application))
    may = sa.text("select has_table_privilege(current_user, :table, :act)")
    try:
        with engine.connect() as connection:
            granted = [
                f"{act} on {table}"
                for table in _APPEND_ONLY
                for act in _FORBIDDEN
                if connection.execute(may, {"table": table, "act": act}).scalar()
            ]
    except sa.exc.OperationalError as error:
        raise BadInput(f"The database cannot be reached: {error.orig}.", "See that it runs.") from error
    finally:
        engine.dispose()
    if granted:
        raise Refused(
            f"The application's role may do more than append: {', '.join(granted)}.",
            "Use a role that is no superuser, no owner, and was granted nothing else.",
        )


def _check_role(connection: sa.Connection, name: str) -> None:
    row = connection.execute(_ROLES, {"name": name}).first()
    if row is None:
        raise Refused(f"The database has no role {name!r}.", f"Make it: CREATE ROLE {name} LOGIN.")
    if row.rolsuper or row.rolcreaterole or row.rolbypassrls or row.member:
        raise Refused(
            f"The role {name!r} is a superuser, makes roles, or is a member of the owner's role.",
            "Use one that is none of these.",
        )


def _grant(connection: sa.Connection, name: str) -> None:
    role = connection.dialect.identifier_preparer.quote(name)
    state = ", ".join(table.name for table in STATE.sorted_tables)
    chain = ", ".join(_APPEND_ONLY)
    for statement in (
        f"REVOKE ALL ON {chain}, {state}, alembic_version FROM PUBLIC, {role}",
        f"GRANT SELECT, INSERT ON {chain} TO {role}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {state} TO {role}",
        f"GRANT SELECT ON alembic_version TO {role}",
        f"GRANT USAGE ON SCHEMA public TO {role}",
    ):
        connection.exec_driver_sql(statement)
