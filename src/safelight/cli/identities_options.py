"""Options that the verbs of `safelight identities` share."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from safelight.traces.moment import iso_utc


class Verdict(StrEnum):
    """What can be decided about two accounts."""

    same = "same"
    different = "different"
    undecided = "undecided"


class SourceGrade(StrEnum):
    """The source, in the operation's scheme."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"
    X = "X"


class ContentGrade(StrEnum):
    """What it says, in the operation's scheme."""

    one = "1"
    two = "2"
    three = "3"
    four = "4"
    five = "5"
    X = "X"


Account = Annotated[
    str,
    typer.Argument(
        help="Id of the account (or its beginning), of one of its periods (ID@MICROSECONDS), native id or name.",
        metavar="ACCOUNT",
    ),
]
Reason = Annotated[str, typer.Option(help="What it rests on; kept in the ledger.")]
Entry = Annotated[
    int, typer.Argument(help="Number of the entry, as `identities list` shows it.", metavar="ENTRY")
]


def moment(text: str) -> datetime:
    """A time in ISO 8601; without a zone it is UTC. Raises BadParameter."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is no time; write it as 2016-01-12 or 2016-01-12T14:30+01:00."
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def period(begin: int | None, end: int | None) -> str:
    """A tenure's period in words; empty where both ends are open."""
    if begin is None and end is None:
        return ""
    if begin is None:
        return f"until {iso_utc(end)}"
    return f"from {iso_utc(begin)}" + ("" if end is None else f" until {iso_utc(end)}")
