"""`safelight case state`: one thing about a case."""

from __future__ import annotations

from typing import Annotated

import typer

from safelight.casework import cases, dates
from safelight.cli.casework_options import (
    Claimed,
    Corrects,
    First,
    Grade,
    Last,
    Nature,
    NatureOption,
    Source,
    Verified,
    VerifiedOption,
    Why,
    acting,
    basis,
    graded,
)
from safelight.cli.options import Operation
from safelight.cli.output import console
from safelight.errors import Refused
from safelight.ledger.vocabulary import CASE, FIELDS

CaseName = Annotated[
    str, typer.Argument(help="The case's number: C-001, the unit's own, or its id.", metavar="CASE")
]


def case_state(
    operation: Operation,
    case: CaseName,
    field: Annotated[
        str, typer.Argument(help="role, standing, status, provision, exhibit, deadline ...", metavar="FIELD")
    ],
    value: Annotated[
        str,
        typer.Argument(
            help="suspect (role), charged (standing), indicted (status), 2005 § 305 (provision), 2016-0142-A1 (exhibit), "
            "detention=2017-01-20 (deadline), or a text.",
            metavar="VALUE",
        ),
    ],
    target: Annotated[str, typer.Option(help="Of role, standing and victim: whose, such as P-031.")] = "",
    version: Annotated[str, typer.Option(help="Of a provision: the day whose text is meant.")] = "",
    nature: NatureOption = Nature.fact,
    verified: VerifiedOption = Verified.unknown,
    grade: Grade = "",
    source: Source = "",
    reason: Why = "",
    claimed: Claimed = "",
    first: First = "",
    last: Last = "",
    corrects: Corrects = None,
) -> None:
    """State one thing of a case, from when to when, with its basis. Its owner is changed by allocating and transferring."""
    if field not in FIELDS[CASE]:
        raise Refused(f"Nothing is called {field!r} of a case.", f"Use one of {', '.join(FIELDS[CASE])}.")
    given, holds = (
        basis(nature, verified, graded(operation, grade), source, reason, claimed),
        dates.period(first, last),
    )
    said: object = value
    if field == "provision" and version:
        code, _mark, section = value.partition("§")
        said = {"code": code.strip(), "section": section.strip(), "version": version}
    with acting(operation, "case stated", case) as (_door, act, who):
        entry = cases.state(
            act,
            case,
            field,
            said,
            actor=who,
            basis=given,
            target=target or None,
            holds=holds,
            corrects=corrects,
        )
    console().print(f"{case}: {field} is stated, entry {entry.seq}.", markup=False)
