"""Options that the verbs about persons, cases and what hangs on them share: the basis of a statement, its period, as of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from safelight.access.door import Door
from safelight.cli.options import existing, who
from safelight.cli.output import console
from safelight.errors import Refused
from safelight.ledger import grading
from safelight.ledger.as_of import PRESENT, AsOf, begin_of
from safelight.ledger.grading import UNGRADED, Graded
from safelight.ledger.ledger import Writing
from safelight.ledger.records import Basis
from safelight.operation.settings import read_settings


class Nature(StrEnum):
    """Fact or assessment, kept apart (LED art. 7)."""

    fact = "fact"
    assessment = "assessment"


class Verified(StrEnum):
    """Whether anybody checked it."""

    yes = "yes"
    no = "no"
    unknown = "unknown"


NatureOption = Annotated[
    Nature, typer.Option("--nature", help="Whether it is a fact or somebody's assessment.")
]
VerifiedOption = Annotated[Verified, typer.Option("--verified", help="Whether it was checked.")]
Grade = Annotated[
    str,
    typer.Option(
        "--grade",
        help="Source and information, as B2 (4x4; X: cannot be assessed); under [grading] 5x5x5 with handling, as B21. "
        "Without it: not graded.",
    ),
]
Source = Annotated[
    str, typer.Option("--source", help="Where it is known from: a register, a paper, an entry.")
]
Why = Annotated[str, typer.Option("--reason", help="What it rests on; kept in the ledger.")]
Claimed = Annotated[
    str, typer.Option("--claimed", help="Day that a sender or an old paper gives for it; proves nothing about when we knew.")
]  # fmt: skip
First = Annotated[str, typer.Option("--from", help="First day on which it holds, written 2016-01-12.")]
Last = Annotated[str, typer.Option("--to", help="Last day on which it holds.")]
Corrects = Annotated[int | None, typer.Option("--corrects", help="Entry that this one takes the place of.")]
StatementEntry = Annotated[
    int, typer.Argument(help="Number of the entry, as the record's page and `show` name it.", metavar="ENTRY")
]
Day = Annotated[str, typer.Option("--as-of", help="As it was known and held at the end of this day.")]
SeenToday = Annotated[
    bool, typer.Option("--seen-today", help="With --as-of: what held then, as it is known today.")
]


def graded(operation: Path, grade: str) -> Graded:
    """A grade in the scheme of the operation. Raises Refused for one that is none."""
    scheme = read_settings(existing(operation).settings).grading.scheme
    return grading.graded(grade, grading.SCHEMES[scheme])


def basis(
    nature: Nature = Nature.fact,
    verified: Verified = Verified.unknown,
    grade: Graded = UNGRADED,
    source: str = "",
    reason: str = "",
    claimed: str = "",
) -> Basis:
    """What a statement rests on. Raises BadInput for a day that is none."""
    return Basis(
        nature.value,
        verified.value,
        grade.source,
        grade.content,
        source.strip(),
        reason.strip(),
        begin_of(claimed) if claimed else None,
        grade.scheme,
        grade.handling,
    )


def as_of(day: str, seen_today: bool) -> AsOf:
    """The moment that is asked about. Raises BadInput, Refused."""
    if not day:
        if seen_today:
            raise Refused("--seen-today needs a day.", "Give it with --as-of 2016-11-20.")
        return PRESENT
    return AsOf.seen_today(day) if seen_today else AsOf.then(day)


def today(given: str) -> str:
    """A day that was given, or today's."""
    return given or date.today().isoformat()  # noqa: DTZ011  the day on the wall beside the officer


def withdrawing(operation: Path, entry: int, reason: str, withdraw: Callable[..., object]) -> None:
    """Take back a statement about a person or case, by `withdraw(act, entry, reason=, actor=)`, and say so."""
    with acting(operation, "statement withdrawn", str(entry)) as (_door, act, who_):
        withdraw(act, entry, reason=reason, actor=who_)
    console().print(f"Entry {entry} no longer holds.", markup=False)


@contextmanager
def acting(operation: Path, what: str, about: str) -> Iterator[tuple[Door, Writing, str]]:
    """An operation opened for one act: the door, the transaction and who acts. Written in the audit as a consultation."""
    name = who()
    with (
        Door(existing(operation), who=name, purpose=what) as door,
        door.consult(what, about) as look,
        look.reading.ledger.writing() as act,
    ):
        yield door, act, name
