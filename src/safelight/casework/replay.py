"""Replaying a script of dated acts into a synthetic operation, each day with the clock that the script states.

The acts of a day stand in one transaction; exhibits, which begin everything, have their own. What was replayed is not
replayed again: the newest entry of the kinds that a replay makes says how far it has come.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa

from safelight.casework.replayed_acts import ACTS, EXHIBITS
from safelight.errors import BadInput, Refused
from safelight.ledger import kinds
from safelight.ledger.ledger import Ledger
from safelight.ledger.tables import ENTRIES
from safelight.operation.folder import OperationFolder
from safelight.operation.settings import read_settings, write_settings
from safelight.traces.moment import iso_utc

_MADE = (
    kinds.RECORD_MADE,
    kinds.STATEMENT_MADE,
    kinds.STATEMENT_WITHDRAWN,
    kinds.EXHIBIT_ADDED,
    kinds.EXHIBIT_CORRECTED,
)


def replay(folder: OperationFolder, script: Path, actor: str, last: int | None = None) -> tuple[int, int]:
    """Perform what was not performed yet, up to a moment (µs UTC); gives the number of acts and of days.

    Raises Refused in an operation that is not synthetic, or whose newest entry is later than the next act; BadInput for
    what is no script; and what the acts themselves raise.
    """
    moment = {"now": 0}
    acts, days = 0, 0
    with Ledger.open(folder, clock=lambda: moment["now"]) as ledger:
        if not ledger.synthetic:
            raise Refused(
                "This operation is not synthetic: nobody dates its entries.", "Replay into one that is."
            )
        done = _newest(ledger, [kind.name for kind in _MADE])
        for at, of_day in groupby(lines(script), key=lambda line: line["at"]):
            moment["now"] = int(datetime.fromisoformat(at).timestamp()) * 1_000_000
            if moment["now"] <= done or (last is not None and moment["now"] > last):
                continue
            _not_later(ledger, moment["now"])
            acts, days = acts + _perform(folder, ledger, list(of_day), actor), days + 1
    return acts, days


def lines(script: Path) -> Iterator[dict[str, Any]]:
    """The acts of a script in their order. Raises BadInput."""
    known = {"unit", *EXHIBITS, *ACTS}
    with script.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                found = orjson.loads(line)
                zone = datetime.fromisoformat(found["at"]).tzinfo
                if found["act"] not in known or zone is None:
                    raise KeyError(found["act"])
            except (ValueError, KeyError, TypeError) as error:
                raise BadInput(
                    f"{script}, line {number}, is no act of a script: {error}.",
                    "Write it with `scenario write`.",
                ) from error
            yield found


def _perform(folder: OperationFolder, ledger: Ledger, of_day: list[dict[str, Any]], actor: str) -> int:
    for line in of_day:
        if line["act"] == "unit":
            _own(folder, line["district"])
        elif line["act"] in EXHIBITS:
            EXHIBITS[line["act"]](ledger, line, actor)
    rest = [line for line in of_day if line["act"] in ACTS]
    if rest:
        with ledger.writing() as act:
            for line in rest:
                ACTS[line["act"]](act, line, actor)
    return len(of_day)


def _own(folder: OperationFolder, district: str) -> None:
    """The unit's district becomes the operation's setting where it has none."""
    settings = read_settings(folder.settings)
    if not settings.operation_unit.district:
        unit = replace(settings.operation_unit, district=district)
        write_settings(folder.settings, replace(settings, operation_unit=unit))


def _not_later(ledger: Ledger, now: int) -> None:
    newest = _newest(ledger)
    if newest > now:
        raise Refused(
            f"The ledger's newest entry is of {iso_utc(newest)}, later than the script's next act of {iso_utc(now)}.",
            "Make the operation and take sources in under SAFELIGHT_CLOCK, in the order of the days.",
        )


def _newest(ledger: Ledger, names: list[str] | None = None) -> int:
    """The time of the newest entry, or of the newest of some kinds; 0 if there is none."""
    query = sa.select(ENTRIES.c.recorded_at).order_by(ENTRIES.c.seq.desc()).limit(1)
    if names is not None:
        query = query.where(ENTRIES.c.kind.in_(names))
    with ledger.store.reading() as connection:
        return connection.execute(query).scalar() or 0
