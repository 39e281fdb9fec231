"""Nothing holds of a person before birth, whichever of the records that are one says so, and in whichever case.

All statements in force count, whatever their periods. Where records that are one name several births, the earliest holds.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Final

import sqlalchemy as sa

from safelight.casework import dates
from safelight.errors import Refused
from safelight.ledger.as_of import begin_of, day_in_oslo
from safelight.ledger.ledger import Writing
from safelight.ledger.tables import STATEMENTS
from safelight.messages import _

#: What a case says of a person.
_IN_CASES: Final = ("role", "standing")


def refuse_before(act: Writing, members: Collection[str], name: str, day: date | None) -> None:
    """Raises Refused for a day before the person (all records that are one) was born. `name`: as people say it."""
    born = _born(act, members)
    if day is not None and born is not None and day < dates.partial(born)[0]:
        raise Refused(
            _("%(day)s lies before %(name)s was born (%(born)s).")
            % {"day": day.isoformat(), "name": name, "born": born},
            _("Give a later day, or correct the date of birth."),
        )


def refuse_after(act: Writing, members: Collection[str], name: str, born: str = "") -> None:
    """Raises Refused where something is stated of the person since before birth: before `born`, or the one in force."""
    known = born or _born(act, members)
    row = STATEMENTS.c
    of_them = sa.or_(
        sa.and_(row.record.in_(members), row.field != "born"),
        sa.and_(row.target.in_(members), row.field.in_(_IN_CASES)),
    )
    query = sa.select(sa.func.min(row.valid_from)).where(of_them, row.superseded_at.is_(None))
    earliest = act.connection.execute(query).scalar()
    if known and earliest is not None and earliest < begin_of(dates.partial(known)[0]):
        raise Refused(
            _("Something is stated of %(name)s since %(day)s, which is before %(born)s.")
            % {"name": name, "day": day_in_oslo(earliest).isoformat(), "born": known},
            _("Correct that statement first, or give another date of birth."),
        )


def _born(act: Writing, members: Collection[str]) -> str | None:
    row = STATEMENTS.c
    query = sa.select(row.code).where(
        row.record.in_(members), row.field == "born", row.superseded_at.is_(None)
    )
    found = [one for one in act.connection.execute(query).scalars() if one]
    return min(found, key=lambda one: dates.partial(one)[0], default=None)
