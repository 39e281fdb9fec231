"""Options that the verbs of `safelight clock` share."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer


def _day(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is no time; write it as 2016-01-12 or 2016-01-12T14:30."
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


Exhibit = Annotated[str, typer.Argument(help="Number of the exhibit.", metavar="EXHIBIT")]
Reason = Annotated[str, typer.Option(help="What it rests on; kept in the ledger.")]
Begin = Annotated[
    datetime | None,
    typer.Option("--from", parser=_day, metavar="TIME", help="First time as found that it covers."),
]
End = Annotated[
    datetime | None, typer.Option("--to", parser=_day, metavar="TIME", help="Time before which it ends.")
]
Formats = Annotated[
    list[str] | None,
    typer.Option("--format", help="Only times of this parser (`files`: file times). May be repeated."),
]


def microseconds(moment: datetime | None) -> int | None:
    """Microseconds UTC since 1970."""
    return None if moment is None else int(moment.timestamp() * 1_000_000)
