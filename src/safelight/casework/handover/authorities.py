"""Authorised operations of a handover: whose words an officer wrote is told with them, and on what basis police wrote.

The record comes along because an account of the case, or one that acts in what is given, was in the hands of police. When
that was is always told, even where the rest of the record is withheld: without it a receiver would take an officer's words
for a suspect's. Who the officers are, with whom they worked and how goes to the prosecutor alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

import pyarrow as pa

from safelight.casework.handover import chosen_traces
from safelight.casework.handover.contents import LeftOut
from safelight.casework.handover.register import Choice
from safelight.ledger import records
from safelight.ledger.identity_law import account_of
from safelight.ledger.ledger import Ledger
from safelight.ledger.records import Record, Statement
from safelight.ledger.vocabulary import AUTHORITY
from safelight.messages import N_

#: Fields that tell of persons and methods of police.
_COVERT: Final = ("officer", "wrote", "log", "partner", "shared", "report", "limits", "note")


def acting(traces: Mapping[str, pa.Table]) -> set[str]:
    """Accounts whose acts are given."""
    return {
        id_
        for name, column in chosen_traces.ACTORS.items()
        for id_ in traces[name].column(column).to_pylist()
        if id_
    }


def added(
    ledger: Ledger, choice: Choice, accounts: Collection[str]
) -> tuple[list[Record], list[Statement], list[LeftOut]]:
    """Records of operations under which police had any of these accounts, what is said of them, and what is left out.

    Other accounts of the same operation are nobody's to know here, and are not counted either.
    """
    withheld = {what.strip().upper(): ground.strip() for what, _sign, ground in _split(choice)}
    made = records.every(ledger, AUTHORITY)
    said = records.statements(ledger, record=[one.id for one in made], as_of=None) if made else []
    given: list[Record] = []
    kept: list[Statement] = []
    left: list[LeftOut] = []
    covert = 0
    for record in made:
        own = [one for one in said if one.record == record.id]
        of = [one for one in own if one.field == "account" and account_of(one.target or "") in accounts]
        if not any(one.superseded_at is None for one in of):
            continue
        given.append(record)
        kept += of
        rest = [one for one in own if one.field != "account"]
        if record.name in withheld:
            ground = withheld[record.name]
            left.append(LeftOut(len(rest), record.name, N_("when police had the account"), ground))
            continue
        told = [one for one in rest if choice.audience == "prosecutor" or one.field not in _COVERT]
        kept += told
        covert += len(rest) - len(told)
    if covert:
        what = N_("statements about officers and methods of police")
        left.append(LeftOut(covert, what, N_("their number alone"), N_("given to the prosecutor alone")))
    return given, kept, left


def is_withheld(ledger: Ledger, what: str) -> bool:
    """Whether a word of what is withheld names an authorised operation: `added` says what becomes of it."""
    return what.upper() in {one.name for one in records.every(ledger, AUTHORITY)}


def _split(choice: Choice) -> list[tuple[str, str, str]]:
    return [one.partition("=") for one in choice.withheld]
