"""What somebody writes about a child, on a page or in a command, as the value and target of a statement.

Names of accounts, items, traces, persons and series are looked up, so that nothing points at what is not there.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from safelight.access import identity_acts
from safelight.access.item import find
from safelight.access.provenance import why
from safelight.access.reading import Reading
from safelight.casework.urgency import plan, sign
from safelight.errors import BadInput
from safelight.ledger import records
from safelight.ledger.as_of import PRESENT, day_of
from safelight.ledger.ledger import Writing
from safelight.ledger.tables import STATEMENTS
from safelight.ledger.vocabulary import FIELDS, SERIES, VICTIM
from safelight.messages import _


def meant(
    reading: Reading, act: Writing, field: str, text: str, *, begin: str = "", end: str = "", actor: str
) -> tuple[Any, str | None]:
    """Value and target of a statement about a child. `begin` and `end`: when something is planned.

    A series is named by its number or its name, and begun where there is none of that name. Raises BadInput, NotFound.
    """
    text = text.strip()
    known = FIELDS[VICTIM].get(field)
    if not text and field != "taken_by":
        raise BadInput(_("Nothing is said."), _("Give a value."))
    if known is not None and known.target:
        return "", _target(reading, act, known.target, text, actor)
    if field in ("contact", "material"):
        return sign(text, act.now), None
    if field == "planned":
        return plan(text, begin, end), None
    if field == "born":
        return day_of(text).isoformat(), None
    return text, None


def _target(reading: Reading, act: Writing, kind: str, text: str, actor: str) -> str:
    if kind == "account":
        return identity_acts.named(reading, text)
    if kind == "item":
        return find(reading.db, text)[0]
    if kind == "trace":
        return why(reading, text).trace_id
    if kind == SERIES:
        return _series(act, text, actor)
    return records.within(act.connection, text).id


def _series(act: Writing, text: str, actor: str) -> str:
    """A series by its number or name; one more where nobody has named it yet."""
    prefix, _dash, number = text.rpartition("-")
    if prefix.upper() == "S" and number.isdecimal():
        return records.within(act.connection, text).id
    row = STATEMENTS.c
    query = sa.select(row.record).where(
        row.type == SERIES, row.field == "name", row.code == text, PRESENT.holds()
    )
    found = act.connection.execute(query).scalar()
    if found is not None:
        return str(found)
    made = records.make(act, SERIES, actor=actor)
    records.state(act, made.id, "name", text, actor=actor)
    return made.id
