"""`safelight scenario replay`: the casework of a synthetic operation, act by act, dated as its script says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any

import orjson
import sqlalchemy as sa
import typer

from safelight.cli.options import Operation, existing, who
from safelight.cli.output import console
from safelight.cli.replayed import ACTS, EXHIBITS
from safelight.errors import BadInput, Refused
from safelight.ledger import kinds
from safelight.ledger.as_of import end_of
from safelight.ledger.ledger import Ledger
from safelight.ledger.tables import ENTRIES
from safelight.operation.folder import OperationFolder
from safelight.operation.settings import read_settings, write_settings
from safelight.traces.moment import iso_utc

#: Kinds of entries that a replay makes: the newest of them says how far it has come.
_MADE = (kinds.RECORD_MADE, kinds.STATEMENT_MADE, kinds.STATEMENT_WITHDRAWN, kinds.EXHIBIT_ADDED)


def scenario_replay(
    operation: Operation,
    script: Annotated[
        Path, typer.Argument(help="casework.jsonl, as `scenario write` makes it.", metavar="SCRIPT")
    ],
    until: Annotated[str, typer.Option(help="Last day that is replayed, written 2016-11-20.")] = "",
) -> None:
    """Replay a script of dated acts: exhibits, persons, cases, children, corrections, each with the time that it states.

    Only in a synthetic operation, made under SAFELIGHT_CLOCK before the first act. The same command goes on where it
    stopped, so that sources can be taken in between.
    """
    folder = existing(operation)
    last = end_of(until) if until else None
    moment = {"now": 0}
    with Ledger.open(folder, clock=lambda: moment["now"]) as ledger:
        if not ledger.synthetic:
            raise Refused(
                "This operation is not synthetic: nobody dates its entries.", "Replay into one that is."
            )
        done = _done(ledger)
        acts, days = 0, 0
        for at, of_day in groupby(_lines(script), key=lambda line: line["at"]):
            moment["now"] = int(datetime.fromisoformat(at).timestamp()) * 1_000_000
            if moment["now"] <= done or (last is not None and moment["now"] > last):
                continue
            _not_later(ledger, moment["now"])
            acts, days = acts + _perform(folder, ledger, list(of_day)), days + 1
    console().print(f"{acts} acts of {days} days replayed.", markup=False)


def _perform(folder: OperationFolder, ledger: Ledger, lines: list[dict[str, Any]]) -> int:
    """The acts of one day: what registers exhibits, then all others in one transaction."""
    actor = who()
    for line in lines:
        if line["act"] == "unit":
            _own(folder, line["district"])
        elif line["act"] in EXHIBITS:
            EXHIBITS[line["act"]](ledger, line, actor)
    rest = [line for line in lines if line["act"] in ACTS]
    if rest:
        with ledger.writing() as act:
            for line in rest:
                ACTS[line["act"]](act, line, actor)
    return len(lines)


def _own(folder: OperationFolder, district: str) -> None:
    """The unit's district becomes the operation's setting where it has none."""
    settings = read_settings(folder.settings)
    if not settings.operation_unit.district:
        write_settings(
            folder.settings,
            replace(settings, operation_unit=replace(settings.operation_unit, district=district)),
        )


def _lines(script: Path) -> Iterator[dict[str, Any]]:
    known = {"unit", *EXHIBITS, *ACTS}
    with script.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                found = orjson.loads(line)
                datetime.fromisoformat(found["at"])
                if found["act"] not in known:
                    raise KeyError(found["act"])
            except (ValueError, KeyError, TypeError) as error:
                raise BadInput(
                    f"{script}, line {number}, is no act of a script: {error}.",
                    "Write it with `scenario write`.",
                ) from error
            yield found


def _done(ledger: Ledger) -> int:
    """The time of the newest act that a replay makes."""
    query = sa.select(sa.func.max(ENTRIES.c.recorded_at)).where(
        ENTRIES.c.kind.in_([kind.name for kind in _MADE])
    )
    with ledger.store.reading() as connection:
        return connection.execute(query).scalar() or 0


def _not_later(ledger: Ledger, now: int) -> None:
    with ledger.store.reading() as connection:
        newest = connection.execute(sa.select(sa.func.max(ENTRIES.c.recorded_at))).scalar() or 0
    if newest > now:
        raise Refused(
            f"The ledger's newest entry is of {iso_utc(newest)}, later than the script's next act of {iso_utc(now)}.",
            "Make the operation and take sources in under SAFELIGHT_CLOCK, in the order of the days.",
        )
